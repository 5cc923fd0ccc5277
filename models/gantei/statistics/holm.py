"""P-values of several comparisons, adjusted so that one false alarm among all stays unlikely."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values for how many they are, by Holm's step-down method (jstor 4615733).

    None, of a comparison that could not be made, stays None and does not count as one.

    >>> from gantei.statistics.holm import holm
    >>> [None if p is None else round(p, 3) for p in holm([0.01, None, 0.04, 0.03])]
    [0.03, None, 0.06, 0.06]
    """
    known = np.array([p for p in p_values if p is not None], np.float64)
    adjusted = iter(_stepped_down(known).tolist())
    return [None if p is None else next(adjusted) for p in p_values]


def _stepped_down(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.argsort(p_values, kind="stable")
    multiplied = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(multiplied), 1.0)
    return adjusted
