"""How far estimates lie from real numbers, decade by decade of the real one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .style import (
    BLACK,
    BLUE,
    LINES,
    PALE,
    SINGLE,
    DrawnFigure,
    drawing,
    frame,
    label,
    legend_below,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST = 10
"""Units of a decade that has a box; of fewer, each is drawn."""
WHISKERS = (5, 25, 50, 75, 95)
"""Percentiles that a box shows."""


@dataclass(frozen=True, slots=True)
class DecadeError:
    """Errors within ten years of real age, or ten of another unit.

    Attributes:
        start: where the decade begins; it ends before `start` + 10.
        units: number of units in it.
        people: number of persons; None where nothing tells.
        mean_absolute: mean of |estimate − real|, in the output's unit.
        mean: mean of estimate − real, likewise.
        percentiles: of estimate − real: 5, 25, 50, 75, 95.
    """

    start: float
    units: int
    people: int | None
    mean_absolute: float
    mean: float
    percentiles: tuple[float, float, float, float, float]


def errors_by_decade(
    estimates: NDArray[np.float64],
    truths: NDArray[np.float64],
    persons: NDArray[np.intp] | None = None,
) -> tuple[DecadeError, ...]:
    """Sum errors up by decade of the real value, ascending; decades without units are left out.

    Args:
        estimates: float64 (n,), finite.
        truths: float64 (n,), finite.
        persons: intp (n,), whose unit it is.
    """
    decades = np.floor(truths / 10)
    found = []
    for decade in np.unique(decades):
        here = decades == decade
        error = estimates[here] - truths[here]
        low, lower, middle, upper, high = map(float, np.percentile(error, WHISKERS))
        found.append(
            DecadeError(
                10 * float(decade),
                int(here.sum()),
                None if persons is None else len(np.unique(persons[here])),
                float(np.abs(error).mean()),
                float(error.mean()),
                (low, lower, middle, upper, high),
            )
        )
    return tuple(found)


def error_by_decade(
    estimates: NDArray[np.float64],
    truths: NDArray[np.float64],
    *,
    name: str,
    unit: str,
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw the errors of each decade as a box: median, quartiles, 5th and 95th percentile, mean.

    Args:
        estimates: float64 (n,), finite, in the output's unit.
        truths: the real values, likewise.
        name: of the output, such as `age`.
        unit: of the output, such as `years`.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    decades = errors_by_decade(estimates, truths)
    with drawing(f"Errors of {name} by decade of the real value.", width, width * 0.95) as figure:
        axes = figure.axes
        axes.axhline(0, **LINES["truth"])
        boxes = [each for each in decades if each.units >= FEWEST]
        if boxes:
            drawn = [_box(each) for each in boxes]
            places = [each.start + 5 for each in boxes]
            axes.bxp(
                drawn, places, widths=6, showfliers=False, showmeans=True, patch_artist=True,
                boxprops={"facecolor": PALE, "edgecolor": BLACK, "linewidth": 0.7},
                medianprops={"color": BLACK, "linewidth": 1.2},
                whiskerprops={"linewidth": 0.7}, capprops={"linewidth": 0.7},
                meanprops={"marker": "D", "markersize": 3.2, "markerfacecolor": "white",
                           "markeredgecolor": BLUE, "markeredgewidth": 0.9},
            )  # fmt: skip
            axes.plot([], [], "s", color=PALE, markeredgecolor=BLACK, markersize=5,
                      label="half of them; line: the median; ends: 5 and 95 %")  # fmt: skip
            axes.plot([], [], "D", markersize=3.2, markerfacecolor="white",
                      markeredgecolor=BLUE, label="mean")  # fmt: skip
        few = [each.start for each in decades if each.units < FEWEST]
        if few:
            here = np.isin(10 * np.floor(truths / 10), few)
            axes.plot(truths[here], (estimates - truths)[here], "x", color=BLUE, markersize=3,
                      label=f"one each, of decades of less than {FEWEST}")  # fmt: skip
        starts = [each.start for each in decades]
        step = -(-len(starts) // 7)
        axes.set_xticks([each + 5 for each in starts[::step]],
                        [f"{each:g}–{each + 9:g}" for each in starts[::step]])  # fmt: skip
        axes.set_xlim(starts[0] - 1, starts[-1] + 11)
        _write_counts(axes, decades)
        frame(axes, label(f"real {name}, {unit}"), label(f"estimated − real, {unit}"))
        legend_below(axes)
        return figure.done()


def _box(decade: DecadeError) -> dict[str, object]:
    low, lower, middle, upper, high = decade.percentiles
    return {
        "whislo": low, "q1": lower, "med": middle, "q3": upper, "whishi": high,
        "mean": decade.mean, "fliers": [],
    }  # fmt: skip


def _write_counts(axes: "Axes", decades: tuple[DecadeError, ...]) -> None:
    """Write how many units each decade has above it, where there is room."""
    if len(decades) > 9:
        return
    for each in decades:
        axes.annotate(
            f"{each.units}", (each.start + 5, 1.0), (0, 1), fontsize=6,
            xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
        )  # fmt: skip
