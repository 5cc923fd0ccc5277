"""Estimated against real numbers: the scatter with its lines, and Bland and Altman's plot."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .style import (
    BLUE,
    LINES,
    SINGLE,
    DrawnFigure,
    decimals,
    drawing,
    frame,
    legend_below,
    signed,
    with_unit,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AgeArray = NDArray[np.float64]
MOST_POINTS = 1_000
"""Drawn one by one; of more, how many lie where, as shades."""
CELLS = 60
"""Shades along either side."""
LIMITS = 1.96
"""Standard deviations: 95 % of a normal distribution."""


def estimated_against_real(
    estimates: AgeArray,
    truths: AgeArray,
    *,
    name: str,
    unit: str,
    what: str = "estimated",
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw estimates over real values, with the line where both are the same and the fitted one.

    Args:
        estimates: float64 (n,), finite, in the output's unit.
        truths: the real values, likewise.
        name: of the output, such as `age`.
        unit: of the output, such as `years`.
        what: the estimates are: `estimated`, or `calibrated`.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"{len(truths)} estimates of {name} over the real values, in {unit}."
    with drawing(alt, width, width * 1.08) as figure:
        axes = figure.axes
        low, high = _range(np.concatenate((estimates, truths)))
        points_or_shades(axes, truths, estimates, (low, high, low, high))
        axes.plot((low, high), (low, high), label=f"{what} = real value", **LINES["truth"])
        if (fit := fitted_line(truths, estimates)) is not None:
            slope, start = fit
            digits = decimals(float(np.ptp(truths)))
            text = f"fitted: {signed(start, digits, plus=False)} + {slope:.2f} × real value"
            ends = np.array((truths.min(), truths.max()))
            axes.plot(ends, start + slope * ends, label=text, **LINES["fit"])
        axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        frame(axes, with_unit(f"real {name}", unit), with_unit(f"{what} {name}", unit))
        legend_below(axes)
        return figure.done()


def bland_altman(
    estimates: AgeArray, truths: AgeArray, *, name: str, unit: str, width: float = SINGLE
) -> DrawnFigure:
    """Draw differences over means, with bias, limits of agreement, and what dilution alone gives.

    An estimate from a photograph leans towards the middle of the ages, so differences fall with
    age even where no better estimate can be had. The dotted line is what the best estimate of the
    same correlation would show (`dilution_slope`); what departs from it is this estimator's own.
    Bland and Altman, doi 10.1016/S0140-6736(86)90837-8.

    Args:
        estimates: float64 (n,), finite, in the output's unit.
        truths: the real values, likewise.
        name: of the output, such as `age`.
        unit: of the output, such as `years`.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"Differences between estimated and real {name} over their means, of {len(truths)}."
    difference, mean = estimates - truths, (estimates + truths) / 2
    with drawing(alt, width, width * 1.02) as figure:
        axes = figure.axes
        (left, right), (low, high) = _range(mean), _range(difference)
        points_or_shades(axes, mean, difference, (left, right, low, high))
        axes.axhline(0, **LINES["truth"])
        bias, digits = float(difference.mean()), decimals(float(np.ptp(difference)))
        axes.axhline(bias, label=f"mean difference {signed(bias, digits + 1)}", **LINES["middle"])
        if len(difference) > 1:
            spread = LIMITS * float(difference.std(ddof=1))
            low_text, high_text = (signed(bias + each, digits) for each in (-spread, spread))
            text = f"limits of agreement {low_text} and {high_text}"
            axes.axhline(bias - spread, label=text, **LINES["limit"])
            axes.axhline(bias + spread, **LINES["limit"])
        ends = np.array((mean.min(), mean.max()))
        if (fit := fitted_line(mean, difference)) is not None:
            axes.plot(
                ends,
                fit[1] + fit[0] * ends,
                label=f"fitted: slope {signed(fit[0])}",
                **LINES["fit"],
            )
        if (slope := dilution_slope(estimates, truths)) is not None:
            text = f"regression to the mean alone: slope {signed(slope)}"
            axes.plot(ends, slope * (ends - truths.mean()), label=text, **LINES["expected"])
        axes.set(xlim=(left, right), ylim=(low, high))
        frame(axes, with_unit(f"mean of real and estimated {name}", unit), "estimated − real")
        legend_below(axes)
        return figure.done()


def fitted_line(x: AgeArray, y: AgeArray) -> tuple[float, float] | None:
    """Give slope and intercept of least squares; None where x does not vary.

    >>> import numpy as np
    >>> from gantei.plots.age_agreement import fitted_line
    >>> fitted_line(np.array([40.0, 60.0]), np.array([45.0, 61.0]))
    (0.8, 13.0)
    """
    if len(x) < 2 or np.ptp(x) == 0:
        return None
    away = x - x.mean()
    slope = float(away @ (y - y.mean()) / (away @ away))
    return round(slope, 12), round(float(y.mean() - slope * x.mean()), 12)


def dilution_slope(estimates: AgeArray, truths: AgeArray) -> float | None:
    """Give the slope of difference on mean that the best estimate of this correlation would have.

    The best linear estimate e of a value a with correlation r has variance r² var(a), and the same
    covariance with a. The slope of e - a on (e + a) / 2 is therefore 2 (r² - 1) / (1 + 3 r²).

    Args:
        estimates: float64 (n,).
        truths: float64 (n,), the real values.

    Returns:
        -2 to 0; None where either does not vary.

    >>> import numpy as np
    >>> from gantei.plots.age_agreement import dilution_slope
    >>> dilution_slope(np.array([40.0, 50.0, 60.0]), np.array([30.0, 50.0, 70.0]))
    0.0
    """
    if len(truths) < 3 or np.ptp(estimates) == 0 or np.ptp(truths) == 0:
        return None
    squared = min(float(np.corrcoef(estimates, truths)[0, 1] ** 2), 1.0)
    return round(2 * (squared - 1) / (1 + 3 * squared), 12) + 0.0


def _range(values: AgeArray) -> tuple[float, float]:
    """Enclose all values, with a margin."""
    low, high = float(values.min()), float(values.max())
    margin = 0.04 * (high - low) or 1.0
    return low - margin, high + margin


def points_or_shades(
    axes: "Axes", x: AgeArray, y: AgeArray, box: tuple[float, float, float, float]
) -> None:
    """Draw each point where they are few, else shades by the logarithm of how many lie there."""
    if len(x) <= MOST_POINTS:
        axes.plot(
            x, y, "o", markersize=2.6, markerfacecolor="none", markeredgecolor=BLUE,
            markeredgewidth=0.5,
        )  # fmt: skip
        return
    from matplotlib.colors import LinearSegmentedColormap, LogNorm

    counts, right, up = np.histogram2d(x, y, CELLS, ((box[0], box[1]), (box[2], box[3])))
    most = int(counts.max())
    shown = np.ma.masked_equal(counts.T, 0)
    greys = LinearSegmentedColormap.from_list("shades", ("#e9e9ee", "#8a8a92"))
    axes.pcolormesh(right, up, shown, cmap=greys, norm=LogNorm(1, max(most, 2)), rasterized=True)
    text = f"where they lie; darkest: {most} in a cell"
    axes.plot([], [], "s", color="#8a8a92", markersize=5, label=text)
