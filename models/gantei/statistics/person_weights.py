"""Weights of persons, as their units see them, and sums by person, so that draws cost little."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PersonWeights:
    """Some draws' weights of persons, float64 (draws, people), and whose each unit is."""

    of_people: NDArray[np.float64]
    persons: NDArray[np.intp]

    def of_units(self, units: NDArray[np.intp] | None = None) -> NDArray[np.float64]:
        """Give the weights of chosen units, or of all: float64 (draws, units)."""
        return self.of_people.take(self.persons if units is None else self.persons[units], axis=1)


def person_sums(
    columns: NDArray[np.float64], persons: NDArray[np.intp], people: int
) -> NDArray[np.float64]:
    """Add up columns (n, k) over the units of each person: float64 (people, k)."""
    return np.stack([np.bincount(persons, column, people) for column in columns.T], axis=1)


def ratio(over: NDArray[np.float64], under: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; nan where there is nothing, or less, to divide by."""
    found: NDArray[np.float64] = np.full(np.shape(over), np.nan)
    return np.divide(over, under, out=found, where=under > 0)
