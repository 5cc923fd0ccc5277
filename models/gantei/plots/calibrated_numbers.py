"""A calibrated number: the line with its intervals, and how many real values these hold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .age_agreement import points_or_shades
from .calibration_plot import wilson
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


@dataclass(frozen=True, slots=True)
class IntervalStep:
    """The interval over a band of estimates; `down` and `up` are None where there is none."""

    least: float
    greatest: float
    down: float | None
    up: float | None


@dataclass(frozen=True, slots=True)
class CoveredBand:
    """Of how many people of a band of real values the interval holds the real value."""

    name: str
    people: int
    covered: int

    @property
    def share(self) -> float:
        """Part of the people, 0 to 1."""
        return self.covered / self.people


def calibrated_line(
    estimates: NDArray[np.float64],
    truths: NDArray[np.float64],
    *,
    line: tuple[float, float],
    steps: Sequence[IntervalStep],
    level: float,
    name: str,
    unit: str,
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw real values over estimates, with the fitted line and its intervals by band.

    Args:
        estimates: float64 (n,), finite, one of each person.
        truths: float64 (n,), the real values.
        line: intercept and slope.
        steps: the intervals, rising.
        level: of the intervals, 0 to 1.
        name: of the output, such as `age`.
        unit: of the output, such as `years`.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"Real {name} over the estimate, of {len(truths)} people, with line and intervals."
    with drawing(alt, width, width * 1.08) as figure:
        axes = figure.axes
        said = f"{100 * level:.4g}% interval, by band"
        for each in steps:
            if each.down is None or each.up is None:
                continue
            ends = np.array((each.least, each.greatest))
            middle = line[0] + line[1] * ends
            axes.fill_between(ends, middle - each.down, middle + each.up, color=PALE, linewidth=0,
                              label=said)  # fmt: skip
            for end in (middle - each.down, middle + each.up):
                axes.plot(ends, end, **LINES["limit"])
            said = ""
        low, high = float(estimates.min()), float(estimates.max())
        margin = 0.04 * (high - low) or 1.0
        box = (low - margin, high + margin, float(truths.min()), float(truths.max()) + 1e-9)
        points_or_shades(axes, estimates, truths, box)
        ends = np.array((low, high))
        axes.plot(ends, ends, label="real value = estimate", **LINES["truth"])
        text = f"fitted: slope {line[1]:.2f}"
        axes.plot(ends, line[0] + line[1] * ends, label=text, **LINES["fit"])
        axes.set(xlim=box[:2])
        frame(axes, with_unit(f"estimated {name}", unit), with_unit(f"real {name}", unit))
        legend_below(axes)
        return figure.done()


def covered_by_band(
    bands: Sequence[CoveredBand], *, level: float, name: str, unit: str, width: float = SINGLE
) -> DrawnFigure:
    """Draw what share of people the intervals hold, by band of the real value.

    Args:
        bands: rising, each with a person at least.
        level: that the intervals are meant to hold, 0 to 1.
        name: of the output, such as `age`.
        unit: of the output, such as `years`.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"Share of people whose real {name} the interval holds, by real {name}."
    with drawing(alt, width, width * 0.8) as figure:
        axes = figure.axes
        places = np.arange(len(bands))
        shares = np.array([each.share for each in bands])
        ends = np.array([wilson(each.share, each.people) for each in bands])
        axes.axhline(level, label=f"meant: {100 * level:.4g}%", **LINES["fit"])
        arms = np.abs(ends - shares[:, None]).T
        axes.errorbar(
            places, shares, arms, fmt="o", color=BLUE, ecolor=BLACK, elinewidth=0.7, capsize=1.8,
            capthick=0.7, markersize=3.4, markerfacecolor="white", markeredgewidth=1.0,
            label="people not fitted on, 95 % interval",
        )  # fmt: skip
        axes.set_xticks(places, [f"{each.name}\nn = {each.people}" for each in bands], fontsize=6)
        low = min(float(ends.min()), level - 0.1)
        axes.set(xlim=(-0.5, len(bands) - 0.5), ylim=(max(0.0, low - 0.03), 1.02))
        frame(axes, with_unit(f"real {name}", unit), "share within the interval")
        legend_below(axes)
        return figure.done()
