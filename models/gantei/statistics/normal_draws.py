"""Draws of the standard normal distribution, the same on every machine."""

import numpy as np
from numpy.typing import NDArray

from .draws import SEED

_UNIT = 2.0**-53


def normal_draws(draws: int, width: int, seed: int = SEED) -> NDArray[np.float64]:
    """Give independent standard normal numbers, float64 (draws, width).

    The upper 53 bits of each word of Philox-4x64-10, in the middle of their step, are a probability
    whose quantile is the number; words are those at key (seed, 1) and counter 0.

    >>> from gantei.statistics.normal_draws import normal_draws
    >>> normal_draws(2, 3).round(3).tolist() == normal_draws(2, 3).round(3).tolist()
    True
    """
    from scipy.special import ndtri

    philox = np.random.Philox(key=(1 << 64) | seed)
    words = philox.random_raw(draws * width) >> np.uint64(11)
    return np.asarray(ndtri((words + 0.5) * _UNIT), np.float64).reshape(draws, width)
