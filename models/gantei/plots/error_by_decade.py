"""How far estimates lie from real numbers, decade by decade of the real one.

Numbers whose range is much other than that of ages have steps of another size.
"""

import math
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
    legend_below,
    with_unit,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST = 10
"""Units of a decade that has a box; of fewer, each is drawn."""
DECADE = 10.0
FEWEST_DECADES, MOST_DECADES = 3, 15
"""Between which a range is divided by decades; else into about eight steps."""
WHISKERS = (5, 25, 50, 75, 95)
"""Percentiles that a box shows."""


@dataclass(frozen=True, slots=True)
class DecadeError:
    """Errors within ten years of real age, or a step of another number.

    Attributes:
        start: where it begins.
        step: its width; it ends before `start` + `step`.
        units: number of units in it.
        people: number of persons; None where nothing tells.
        mean_absolute: mean of |estimate − real|, in the output's unit.
        mean: mean of estimate − real, likewise.
        percentiles: of estimate − real: 5, 25, 50, 75, 95.
    """

    start: float
    step: float
    units: int
    people: int | None
    mean_absolute: float
    mean: float
    percentiles: tuple[float, float, float, float, float]

    @property
    def name(self) -> str:
        """Name it: `20–29`, or `0.2 to 0.4` of another step."""
        if self.step == DECADE:
            return f"{self.start:g}–{self.start + 9:g}"
        return f"{self.start:g} to {self.start + self.step:g}"

    @property
    def middle(self) -> float:
        """Its middle."""
        return self.start + self.step / 2


def step_of(truths: NDArray[np.float64]) -> float:
    """Give the width of the steps for numbers like these: ten, or one that makes about eight.

    >>> import numpy as np
    >>> from gantei.plots.error_by_decade import step_of
    >>> step_of(np.array([18.0, 94.0])), step_of(np.array([0.2, 0.9]))
    (10.0, 0.1)
    """
    wide = float(np.ptp(truths))
    if FEWEST_DECADES <= wide / DECADE <= MOST_DECADES or wide == 0:
        return DECADE
    power = 10.0 ** math.floor(math.log10(wide / 8))
    steps = (1, 2, 5, 10)
    return min((round(each * power, 12) for each in steps), key=lambda step: abs(wide / step - 8))


def errors_by_decade(
    estimates: NDArray[np.float64],
    truths: NDArray[np.float64],
    persons: NDArray[np.intp] | None = None,
) -> tuple[DecadeError, ...]:
    """Sum errors up by step of the real value, ascending; steps without units are left out.

    Args:
        estimates: float64 (n,), finite.
        truths: float64 (n,), finite.
        persons: intp (n,), whose unit it is.
    """
    step = step_of(truths)
    places = _places(truths, step)
    found = []
    for place in np.unique(places):
        here = places == place
        error = estimates[here] - truths[here]
        low, lower, middle, upper, high = map(float, np.percentile(error, WHISKERS))
        found.append(
            DecadeError(
                round(step * float(place), 12),
                step,
                int(here.sum()),
                None if persons is None else len(np.unique(persons[here])),
                float(np.abs(error).mean()),
                float(error.mean()),
                (low, lower, middle, upper, high),
            )
        )
    return tuple(found)


def _places(truths: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Number the steps; 0.3 begins the fourth of 0.1, which 0.3 / 0.1 is just short of."""
    places: NDArray[np.float64] = np.floor(np.round(truths / step, 9))
    return places


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
    step = decades[0].step
    with drawing(f"Errors of {name} by steps of the real value.", width, width * 0.95) as figure:
        axes = figure.axes
        axes.axhline(0, **LINES["truth"])
        boxes = [each for each in decades if each.units >= FEWEST]
        if boxes:
            drawn = [_box(each) for each in boxes]
            places = [each.middle for each in boxes]
            axes.bxp(
                drawn, places, widths=0.6 * step, showfliers=False, showmeans=True,
                patch_artist=True,
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
            starts = np.round(step * _places(truths, step), 12)
            here = np.isin(starts, few)
            axes.plot(truths[here], (estimates - truths)[here], "x", color=BLUE, markersize=3,
                      label=f"one each, where they are fewer than {FEWEST}")  # fmt: skip
        every = -(-len(decades) // (7 if step == DECADE else 4))
        axes.set_xticks(
            [each.middle for each in decades[::every]], [each.name for each in decades[::every]]
        )
        axes.set_xlim(decades[0].start - 0.1 * step, decades[-1].start + 1.1 * step)
        _write_counts(axes, decades)
        frame(axes, with_unit(f"real {name}", unit), with_unit("estimated − real", unit))
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
            f"{each.units}", (each.middle, 1.0), (0, 1), fontsize=6,
            xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
        )  # fmt: skip
