"""Gaps over real age, by group, with the line of the reference."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .style import (
    BLACK,
    COLOURS,
    GREY,
    LINES,
    MARKERS,
    SINGLE,
    DrawnFigure,
    drawing,
    frame,
    label,
    legend_below,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_POINTS = 3_000
"""Drawn; of more, as many are chosen evenly."""
MOST_GROUPS = len(COLOURS)


def gap_by_age(
    ages: NDArray[np.float64],
    gaps: NDArray[np.float64],
    groups: NDArray[np.object_],
    *,
    names: Sequence[str],
    line: tuple[float, float] | None,
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw a point per visit, and the line beside which gaps of the reference lie.

    Args:
        ages: float64 (n,), real ages in years.
        gaps: float64 (n,), estimated less real age, years.
        groups: object (n,), texts.
        names: of the groups, the reference first; empty: all points are alike. The first six are
            drawn in colours, the others in grey.
        line: intercept and slope of the reference's gap on age; None: there is none.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"Gaps between estimated and real age over real age, of {len(ages)} visits."
    with drawing(alt, width, width * 0.95) as figure:
        axes = figure.axes
        axes.axhline(0, **LINES["truth"])
        for place, name in enumerate(names or ("",)):
            own = np.flatnonzero(groups == name) if names else np.arange(len(ages))
            colour = COLOURS[place] if place < MOST_GROUPS else GREY
            _points(axes, ages[own], gaps[own], place, colour, label(name or "everybody"))
        if line is not None and len(ages):
            ends = np.array((ages.min(), ages.max()))
            axes.plot(ends, line[0] + line[1] * ends, label="line of the reference",
                      **{**LINES["fit"], "color": BLACK})  # fmt: skip
        frame(axes, "real age, years", "estimated − real age, years")
        legend_below(axes, columns=2)
        return figure.done()


def _points(
    axes: "Axes",
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    place: int,
    colour: str,
    name: str,
) -> None:
    every = max(len(x) // MOST_POINTS, 1)
    axes.plot(
        x[::every], y[::every], MARKERS[place % len(MARKERS)], markersize=2.4,
        markerfacecolor="none", markeredgecolor=colour, markeredgewidth=0.5, label=name,
        rasterized=len(x) > MOST_POINTS // 3,
    )  # fmt: skip
