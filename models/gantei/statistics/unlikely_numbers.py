"""How unlikely a recorded number is beside its estimate, though some of the numbers are wrong.

The number that an estimate lets expect is a robust line, for each number of eyes where there are
enough; residuals are measured by their median size among those with a similar estimate. Tails are
those of a t distribution with the degrees of freedom that the middle nine tenths of the residuals
have, which wrong numbers hardly reach; where they do, tails get heavier, and fewer are told.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .robust_line import RobustLine, robust_line

ENOUGH_FOR_LINE = 200
"""Persons with so many eyes, for a line of their own; else they have that of everybody."""
ENOUGH_FOR_BAND = 200
MOST_BANDS = 12
_LEAST_FREEDOM, _NORMAL = 3.0, 200.0
_MIDDLE = 0.9
_SURE = 1.645
"""Standard errors by which the share of residuals within the middle may be off."""


@dataclass(frozen=True)
class UnlikelyNumbers:
    """Recorded numbers beside what estimates let expect.

    Attributes:
        expected: float64 (n,).
        spread: of the t distribution around it, float64 (n,).
        freedom: its degrees of freedom; 200 stands for a normal distribution.
        p: two-sided, float64 (n,), that a number of somebody with this estimate is so far off.
        q: adjusted for how many are looked at (Benjamini & Hochberg 1995, doi
            10.1111/j.2517-6161.1995.tb02031.x): among those up to a `q`, that share at most is
            right, on average.
        lines: by the number of eyes; several may have one line.
    """

    expected: NDArray[np.float64]
    spread: NDArray[np.float64]
    freedom: float
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    lines: dict[int, RobustLine]


def unlikely_numbers(
    estimates: NDArray[np.float64], recorded: NDArray[np.float64], eyes: NDArray[np.intp]
) -> UnlikelyNumbers:
    """Measure how unlikely each recorded number is.

    Args:
        estimates: float64 (n,), not all the same.
        recorded: float64 (n,).
        eyes: of how many eyes an estimate is the mean, intp (n,); 0 where that is unknown.

    >>> import numpy as np
    >>> from gantei.statistics.unlikely_numbers import unlikely_numbers
    >>> ages = np.linspace(30, 80, 50)
    >>> recorded = ages + np.tile([-2.0, -1, 0, 1, 2], 10)
    >>> recorded[7] += 100
    >>> found = unlikely_numbers(ages, recorded, np.ones(50, int))
    >>> np.flatnonzero(found.q <= 0.05).tolist()
    [7]
    """
    from scipy.stats import false_discovery_control, t

    groups = _groups(eyes)
    expected, size = np.empty_like(recorded), np.empty_like(recorded)
    lines: dict[int, RobustLine] = {}
    for members in groups:
        line = robust_line(estimates[members], recorded[members])
        expected[members] = line.at(estimates[members])
        away = np.abs(recorded[members] - expected[members])
        size[members] = _sizes(estimates[members], away)
        lines |= dict.fromkeys(np.unique(eyes[members]).tolist(), line)
    away = (recorded - expected) / size
    freedom = _freedom(np.abs(away))
    middle = float(t.ppf(0.75, freedom))
    p = 2 * t.sf(np.abs(away) * middle, freedom)
    return UnlikelyNumbers(
        expected,
        size / middle,
        freedom,
        np.asarray(p, np.float64),
        np.asarray(false_discovery_control(p), np.float64),
        lines,
    )


def _groups(eyes: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Give the members of each line: by the number of eyes, all others together."""
    numbers, counts = np.unique(eyes, return_counts=True)
    alone = numbers[counts >= ENOUGH_FOR_LINE]
    if len(alone) < len(numbers) and len(alone):
        # Few others: they share the line of those whose estimates scatter most, of fewest eyes.
        share = alone[alone > 0].min(initial=alone[0])
        eyes = np.where(np.isin(eyes, alone), eyes, share)
    elif not len(alone):
        eyes = np.zeros_like(eyes)
    return [np.flatnonzero(eyes == each) for each in np.unique(eyes)]


def _sizes(estimates: NDArray[np.float64], away: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the median size of the residuals among those with a similar estimate."""
    bands = int(np.clip(len(away) // ENOUGH_FOR_BAND, 1, MOST_BANDS))
    order = np.argsort(estimates, kind="stable")
    parts = np.array_split(order, bands)
    middles = [float(np.median(estimates[part])) for part in parts]
    sizes = [float(np.median(away[part])) for part in parts]
    least = 1e-9 * (1 + float(np.abs(estimates).max()))
    return np.maximum(np.interp(estimates, middles, sizes), least)


def _freedom(away: NDArray[np.float64]) -> float:
    """Give the least degrees of freedom that residuals, whose median size is 1, may well have."""
    from scipy.optimize import brentq
    from scipy.stats import t

    share = _MIDDLE + _SURE * np.sqrt(_MIDDLE * (1 - _MIDDLE) / len(away))
    reached = float(np.quantile(away, min(share, 1.0)) / max(float(np.median(away)), 1e-12))

    def beyond(freedom: float) -> float:
        upper = (1 + _MIDDLE) / 2
        return float(t.ppf(upper, freedom) / t.ppf(0.75, freedom)) - reached

    if beyond(_LEAST_FREEDOM) <= 0:
        return _LEAST_FREEDOM
    if beyond(_NORMAL) >= 0:
        return _NORMAL
    return float(brentq(beyond, _LEAST_FREEDOM, _NORMAL, xtol=1e-6))
