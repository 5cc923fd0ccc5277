"""How good an estimator becomes with the number of people that it learnt from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .style import (
    BLUE,
    LINES,
    SINGLE,
    DrawnFigure,
    drawing,
    frame,
    label,
    legend_below,
    with_unit,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_APART = 1.35
"""Times as many people as at the tick before, that its number can be read."""


@dataclass(frozen=True, slots=True)
class SizePoint:
    """A figure of performance of estimators that learnt from so many people.

    Attributes:
        people: how many, above 0.
        value: the figure.
        low: the lower end of its spread.
        high: the upper end.
    """

    people: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SizeLaw:
    """A curve through the points.

    Attributes:
        people: float64 (n,), numbers of people, rising.
        values: float64 (n,), the figure at each.
        measured: up to how many people it was measured; beyond, the curve only goes on.
    """

    people: NDArray[np.float64]
    values: NDArray[np.float64]
    measured: float


def performance_by_people(
    points: Sequence[SizePoint],
    *,
    metric: str,
    unit: str = "",
    spread: str,
    law: SizeLaw | None = None,
    baseline: tuple[float, str] | None = None,
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw a figure of performance by the number of people learnt from, with its spread.

    Args:
        points: at least one, the number of people rising.
        metric: the figure's name, for the axis.
        unit: of the figure, such as `years`.
        spread: what the ends are, for the legend.
        law: the curve through them; None: none was fitted.
        baseline: the figure of who knows nothing, and what that is, for the legend.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"{label(metric)} by the number of people learnt from, at {len(points)} sizes."
    with drawing(alt, width, width * 0.85) as figure:
        axes = figure.axes
        people = [each.people for each in points]
        values = np.array([each.value for each in points])
        ends = np.array([[each.low for each in points], [each.high for each in points]])
        axes.errorbar(
            people, values, np.abs(ends - values), fmt="o", color=BLUE, markersize=4,
            elinewidth=0.9, capsize=2, label=spread,
        )  # fmt: skip
        ticks = _apart(people if law is None else [*people, round(float(law.people[-1]))])
        if law is not None:
            _draw_law(axes, law)
        if baseline is not None:
            axes.axhline(baseline[0], label=label(baseline[1], 44), **LINES["limit"])
        axes.set_xscale("log")
        axes.set_xticks(ticks, [f"{each:,}" for each in ticks])
        axes.minorticks_off()
        frame(axes, "people learnt from (log scale)", with_unit(metric, unit))
        legend_below(axes)
        return figure.done()


def _draw_law(axes: "Axes", law: SizeLaw) -> None:
    within = law.people <= law.measured
    axes.plot(law.people[within], law.values[within], label="inverse power law", **LINES["fit"])
    if not within.all():
        last = max(int(within.sum()) - 1, 0)
        axes.plot(
            law.people[last:], law.values[last:], label="the same, beyond what was measured",
            **LINES["expected"],
        )  # fmt: skip


def _apart(ticks: Sequence[int]) -> list[int]:
    """Leave out ticks that lie too close to another to be read; the last one stays."""
    *others, last = sorted({*ticks})
    kept: list[int] = []
    for each in others:
        if (not kept or each / kept[-1] >= _APART) and last / each >= _APART:
            kept.append(each)
    return [*kept, last]
