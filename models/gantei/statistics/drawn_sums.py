"""Sums over persons in every bootstrap draw, from which figures are computed again in each."""

import numpy as np
from numpy.typing import NDArray

from .clustered_regression import Coefficient
from .draws import PersonDraws
from .metric_replicates import spread_of

_CHUNK = 4_000_000
"""Weights in memory at once."""
MOST_UNDEFINED = 0.05
"""Share of the draws that may leave a figure undefined."""


def drawn_sums(draws: PersonDraws, sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up sums of persons, float64 (people, k), in each draw: float64 (draws, k)."""
    step = max(_CHUNK // draws.people, 1)
    starts = range(0, draws.draws, step)
    parts = [
        draws.weights(start, min(start + step, draws.draws)).astype(np.float64) @ sums
        for start in starts
    ]
    return np.concatenate(parts)


def drawn_coefficient(value: float, drawn: NDArray[np.float64], people: int) -> Coefficient:
    """Give a figure with the standard error of its draws, and `people` - 1 degrees of freedom.

    Args:
        value: of the people themselves.
        drawn: float64 (draws,); nan where a draw leaves it undefined.
        people: persons of the smallest group behind it.
    """
    known = drawn[np.isfinite(drawn)]
    if len(known) < (1 - MOST_UNDEFINED) * len(drawn):
        return Coefficient(value, np.nan, np.nan)
    return Coefficient(value, spread_of(known, people), float(people - 1))
