"""How many of the first in a list are what they are listed as: the number, and its interval.

Given the parameters, whether each is so is a matter of its own, so their number has the
Poisson-binomial distribution; what is known of the parameters mixes these distributions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class TrueAmong:
    """Of the first 1, 2, ... n of a list.

    Attributes:
        expected: the number to expect, float64 (n,).
        low, high: its interval, intp (n,).
    """

    expected: NDArray[np.float64]
    low: NDArray[np.intp]
    high: NDArray[np.intp]


def true_among(
    probabilities: ArrayLike, weights: ArrayLike | None = None, *, level: float = 0.95
) -> TrueAmong:
    """Tell how many of the first are true, for each length of the list.

    Args:
        probabilities: of each by draws of the parameters, (draws, n), in the order of the list; or
            (n,) where the parameters are known.
        weights: of the draws, summing to 1; all the same if left out.
        level: of the interval, which leaves half of the rest on either side at the most.

    >>> from gantei.statistics.true_among import true_among
    >>> found = true_among([0.9, 0.5, 0.1])
    >>> found.expected.round(2).tolist(), found.low.tolist(), found.high.tolist()
    ([0.9, 1.4, 1.5], [0, 0, 0], [1, 2, 3])
    """
    chances = np.atleast_2d(np.asarray(probabilities, np.float64))
    draws, length = chances.shape
    share = np.full(draws, 1 / draws) if weights is None else np.asarray(weights, np.float64)
    expected = np.cumsum(share @ chances)
    low, high = np.zeros(length, np.intp), np.zeros(length, np.intp)
    masses = np.zeros((draws, length + 1))
    masses[:, 0] = 1.0
    tail = (1 - level) / 2
    for place in range(length):
        chance = chances[:, place, None]
        reached = masses[:, : place + 1] * chance
        masses[:, : place + 1] *= 1 - chance
        masses[:, 1 : place + 2] += reached
        below = np.cumsum(share @ masses[:, : place + 2])
        low[place] = np.searchsorted(below, tail, side="right")
        high[place] = np.searchsorted(below, 1 - tail, side="left")
    return TrueAmong(expected, low, np.minimum(high, np.arange(1, length + 1)))
