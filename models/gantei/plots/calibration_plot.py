"""How often what is said to be likely is so: calibration, in bins and as a fitted line."""

from dataclasses import dataclass
from typing import Any

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

BINS, BARS = 10, 40
NORMAL = 1.959963984540054
"""Of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Units of about the same probability.

    Attributes:
        estimate: mean of their probabilities.
        share: of them that are of the class.
        low: of the 95 % interval of the share; None where persons are not known.
        high: likewise.
        units: how many they are.
    """

    estimate: float
    share: float
    low: float | None
    high: float | None
    units: int


def calibration_bins(
    probabilities: NDArray[np.float64],
    positives: NDArray[np.bool_],
    persons: NDArray[np.intp] | None,
) -> tuple[CalibrationBin, ...]:
    """Sum up units in ten bins of as many units each, by rank of the probability.

    The interval is Wilson's with as many units as the persons behind them are worth: the variance
    of the share among persons says how many independent units would vary as much, never more than
    there are persons (Korn and Graubard's effective sample size, doi 10.2307/2685464, ours capped).

    Args:
        probabilities: float64 (n,), 0 to 1.
        positives: bool (n,), whether a unit is of the class.
        persons: intp (n,), whose unit it is; None: no interval.
    """
    order = np.argsort(probabilities, kind="stable")
    found = []
    for here in np.array_split(order, min(BINS, max(1, len(order) // 5))):
        share = float(positives[here].mean())
        low = high = None
        if persons is not None:
            low, high = wilson(share, _worth(positives[here], persons[here]))
        mean = float(probabilities[here].mean())
        found.append(CalibrationBin(mean, share, low, high, len(here)))
    return tuple(found)


def wilson(share: float, count: float) -> tuple[float, float]:
    """Give Wilson's 95 % interval of a share of `count` units (doi 10.1080/01621459.1927.10502953).

    >>> from gantei.plots.calibration_plot import wilson
    >>> [round(each, 4) for each in wilson(0.9, 20)]
    [0.699, 0.9721]
    """
    squared = NORMAL**2
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    half = NORMAL * np.sqrt(share * (1 - share) / count + squared / (4 * count**2))
    half = float(half) / (1 + squared / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def _worth(positives: NDArray[np.bool_], persons: NDArray[np.intp]) -> float:
    """Give how many independent units would vary as these of persons do."""
    share = positives.mean()
    _, person = np.unique(persons, return_inverse=True)
    people = int(person.max()) + 1
    away = np.bincount(person, positives - share)
    variance = float((away**2).sum()) / len(positives) ** 2
    if people < 2 or variance == 0:
        return float(people)
    variance *= people / (people - 1)
    return float(min(people, max(1.0, share * (1 - share) / variance)))


def calibration(
    probabilities: NDArray[np.float64],
    truths: NDArray[Any],
    *,
    name: str,
    persons: NDArray[np.intp] | None = None,
    line: tuple[float, float] | None = None,
    said: str = "as given",
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw the share of a class over its probability: ten bins, and the fitted logistic line.

    Args:
        probabilities: float64 (n,) of the class, 0 to 1.
        truths: int or bool (n,), whether a unit is of the class.
        name: of the class.
        persons: intp (n,), whose unit it is; without them bins have no interval.
        line: intercept and slope of the logistic line on the logit of the probability.
        said: how the probability is: `as given`, or `as calibrated`.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    positives = np.asarray(truths) == 1
    with drawing(f"Calibration of the probability of {name}.", width, width * 1.08) as figure:
        axes = figure.axes
        counts, edges = np.histogram(probabilities, BARS, (0, 1))
        # The highest takes up less than a quarter of the figure.
        axes.stairs(counts / (4.5 * counts.max()), edges, fill=True, color=PALE,
                    label="how the probabilities lie")  # fmt: skip
        axes.plot((0, 1), (0, 1), label="as often as said", **LINES["truth"])
        if line is not None:
            logits = np.linspace(-9, 9, 241)
            rising = 1 / (1 + np.exp(-(line[0] + line[1] * logits)))
            text = f"fitted logistic line: slope {line[1]:.2f}"
            axes.plot(1 / (1 + np.exp(-logits)), rising, label=text, **LINES["fit"])
        bins = calibration_bins(probabilities, positives, persons)
        text = f"{len(bins)} groups of equal size" + (
            ", 95 % intervals" if persons is not None else ""
        )
        axes.errorbar(
            [each.estimate for each in bins], [each.share for each in bins],
            None if persons is None else _arms(bins), fmt="o", color=BLUE, ecolor=BLACK,
            elinewidth=0.7, capsize=1.8, capthick=0.7, markersize=3.4, markerfacecolor="white",
            markeredgewidth=1.0, label=text,
        )  # fmt: skip
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        frame(axes, label(f"probability of {name}, {said}"), label(f"share that is {name}"))
        legend_below(axes)
        return figure.done()


def _arms(bins: tuple[CalibrationBin, ...]) -> NDArray[np.float64]:
    """Give how far each interval reaches down and up, (2, bins)."""
    low = [each.share - (each.share if each.low is None else each.low) for each in bins]
    high = [(each.share if each.high is None else each.high) - each.share for each in bins]
    return np.array((low, high)).clip(min=0)
