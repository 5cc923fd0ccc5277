"""Both eyes of a person against each other, and repeated photographs of an eye."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .age_agreement import LIMITS
from .style import BLUE, LINES, SINGLE, DrawnFigure, drawing, frame, legend_below, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_POINTS = 3_000
"""Drawn; of more, as many are chosen evenly."""


def right_against_left(
    right: NDArray[np.float64], left: NDArray[np.float64], *, width: float = SINGLE
) -> DrawnFigure:
    """Draw the estimated age of the right eye over that of the left.

    Args:
        right: float64 (n,), years, of the right eye at a visit.
        left: float64 (n,), of the left one.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"Estimated age of right eyes over that of left eyes, at {len(right)} visits."
    with drawing(alt, width, width) as figure:
        axes = figure.axes
        low = float(min(right.min(), left.min())) - 2
        high = float(max(right.max(), left.max())) + 2
        axes.plot((low, high), (low, high), label="both the same", **LINES["truth"])
        _points(axes, left, right)
        mean = float(np.mean(right - left))
        text = f"mean of right − left: {signed(mean)} years"
        axes.plot((low, high), (low + mean, high + mean), label=text, **LINES["middle"])
        axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        frame(axes, "left eye, estimated age, years", "right eye, estimated age, years")
        legend_below(axes)
        return figure.done()


def repeat_differences(
    values: NDArray[np.float64],
    means: NDArray[np.float64],
    spread: float,
    *,
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw how far each photograph lies from the mean of its eye, over that mean.

    Bland and Altman's plot for repeats (doi 10.1177/096228029900800204): where the spread grows
    with the mean, one standard deviation does not tell all.

    Args:
        values: float64 (n,), estimated ages in years.
        means: float64 (n,), of the same eye at the same visit.
        spread: standard deviation within eyes.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"{len(values)} repeated photographs: distance from the mean of their eye, over it."
    with drawing(alt, width, width * 0.85) as figure:
        axes = figure.axes
        axes.axhline(0, **LINES["truth"])
        _points(axes, means, values - means)
        text = f"± 1.96 standard deviations within an eye ({signed(spread, plus=False)} years)"
        axes.axhline(-LIMITS * spread, label=text, **LINES["limit"])
        axes.axhline(LIMITS * spread, **LINES["limit"])
        frame(axes, "mean estimated age of the eye, years", "photograph − mean, years")
        legend_below(axes)
        return figure.done()


def _points(axes: "Axes", x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    every = max(len(x) // MOST_POINTS, 1)
    axes.plot(
        x[::every], y[::every], "o", markersize=2.4, markerfacecolor="none",
        markeredgecolor=BLUE, markeredgewidth=0.5, rasterized=len(x) > MOST_POINTS // 3,
    )  # fmt: skip
