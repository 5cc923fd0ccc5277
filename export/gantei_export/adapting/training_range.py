"""The range of the numbers that a head learnt from, without what it would tell of one person."""

import math

import numpy as np
from numpy.typing import NDArray

LEAST_AT_AN_END = 5
"""People who lie at or beyond each end: no end is the number of one person."""
STEPS = (1, 2, 5)


def training_range(
    truths: NDArray[np.float64], persons: NDArray[np.intp]
) -> tuple[float, float] | None:
    """Give the lowest and highest number in training, coarsely.

    Each end is the fifth person's from outside, rounded outward to a step of 1, 2 or 5 times a
    power of ten that is about a twentieth of what lies between: 20 and 90 years, not 21.3 and 93.8
    of the youngest and oldest. A person counts once, by the mean of their numbers.

    Args:
        truths: float64 (n,), the numbers.
        persons: intp (n,), whose each is.

    Returns:
        The range; None where there are fewer than ten people, or all have one number.

    >>> import numpy as np
    >>> from gantei_export.adapting.training_range import training_range
    >>> ages = np.array([18.0, 21, 24, 31, 33.5, 40, 47, 55, 58, 62, 70, 80])
    >>> training_range(ages, np.arange(12))
    (32.0, 56.0)
    """
    _, first = np.unique(persons, return_inverse=True)
    means = np.sort(np.bincount(first, weights=truths) / np.bincount(first))
    if len(means) < 2 * LEAST_AT_AN_END:
        return None
    low, high = float(means[LEAST_AT_AN_END - 1]), float(means[-LEAST_AT_AN_END])
    if not low < high:
        return None
    wanted = (high - low) / 20
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next((one * power for one in STEPS if one * power >= wanted), 10 * power)
    return _tidy(math.floor(low / step) * step), _tidy(math.ceil(high / step) * step)


def _tidy(number: float) -> float:
    """Drop the digits that arithmetic has added."""
    return float(f"{number:.6g}")
