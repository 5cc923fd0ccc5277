"""How gaps change within persons: each visit beside the person's own mean."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .style import (
    COLOURS,
    DASHES,
    LINES,
    MARKERS,
    SINGLE,
    DrawnFigure,
    drawing,
    frame,
    label,
    legend_below,
    signed,
)

MOST_POINTS = 3_000
"""Drawn of a group; of more, as many are chosen evenly."""


def gap_over_time(
    times: NDArray[np.float64],
    gaps: NDArray[np.float64],
    groups: NDArray[np.object_],
    *,
    slopes: Sequence[tuple[str, float]],
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw a point per visit, and a line per group.

    Args:
        times: float64 (n,), years from the mean time of the person's visits.
        gaps: float64 (n,), years from the mean gap of the person.
        groups: object (n,), texts.
        slopes: the name of each group, an empty one for everybody, with the change per year.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"Change of the gap over time within persons, of {len(times)} visits."
    with drawing(alt, width, width * 0.9) as figure:
        axes = figure.axes
        axes.axhline(0, **LINES["truth"])
        ends = np.array((times.min(), times.max()))
        for place, (name, slope) in enumerate(slopes[: len(COLOURS)]):
            own = groups == name if name else np.ones(len(times), bool)
            every = max(int(own.sum()) // MOST_POINTS, 1)
            x, y = times[own][::every], gaps[own][::every]
            axes.plot(
                x + 0.01 * place * np.ptp(ends), y, MARKERS[place], markersize=2.2,
                markerfacecolor="none", markeredgecolor=COLOURS[place], markeredgewidth=0.4,
                alpha=0.5, rasterized=len(x) > MOST_POINTS // 3,
            )  # fmt: skip
            text = f"{label(name or 'everybody', 24)}: {signed(slope)} years a year"
            axes.plot(ends, slope * ends, color=COLOURS[place], linewidth=1.6,
                      linestyle=DASHES[place], marker="", label=text)  # fmt: skip
        frame(axes, "years from the person's mean date", "gap from the person's mean, years")
        legend_below(axes)
        return figure.done()
