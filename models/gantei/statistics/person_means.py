"""Means over units with the standard error over persons of each draw, by sums over persons."""

import numpy as np
from numpy.typing import NDArray

from .person_weights import PersonWeights, person_sums, ratio


class PersonMeans:
    """Weighted means over units, and their standard errors by the sandwich over persons.

    The error of a mean of units in clusters is the root of the summed squares of what each person
    adds to `sum(value - mean)`, over the number of units, times the root of G / (G - 1) for G
    persons (Cochran's ratio estimator). All it needs are sums, so that each draw costs little.
    """

    def __init__(
        self, columns: NDArray[np.float64], persons: NDArray[np.intp], people: int
    ) -> None:
        """Sum over persons what the means of columns (n, k) need."""
        counts = np.bincount(persons, minlength=people).astype(np.float64)[:, None]
        self.centre = columns.mean(axis=0)
        away = person_sums(columns - self.centre, persons, people)
        self._parts = columns.shape[1]
        self._sums = np.hstack((counts, away, counts**2, away * counts, away**2))
        self._factor = people / (people - 1) if people > 1 else np.nan

    def of(self, weights: PersonWeights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give means and standard errors of some draws: float64 (k, draws) each."""
        totals = (weights.of_people @ self._sums).T
        count, square = totals[0], totals[1 + self._parts]
        away, product, own = (
            totals[start : start + self._parts]
            for start in (1, 2 + self._parts, 2 + 2 * self._parts)
        )
        mean = ratio(away, np.broadcast_to(count, away.shape))
        summed = np.maximum(own - 2 * mean * product + mean**2 * square, 0)
        error = ratio(np.sqrt(self._factor * summed), np.broadcast_to(count, away.shape))
        return mean + self.centre[:, None], error
