"""Estimates beside the truth, one row per unit, with the person whose unit it is."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

EstimateKind = Literal["regression", "binary", "categorical"]
"""What is estimated: a number, one of two classes, or one of several."""


@dataclass(frozen=True)
class Units:
    """Estimates beside the truth: a row per photograph, per eye, or per visit of a person.

    Attributes:
        kind: what is estimated.
        estimates: float64 (n,), in the output's unit, or the probability of class 1 of a binary
            output, 0 to 1; float64 (n, k) of an output of k classes, whose rows add up to 1.
        truths: float64 (n,), in the output's unit; intp (n,), the index of the class, otherwise.
        persons: intp (n,), 0 to `people` - 1, whose unit it is; None where nothing tells.
        people: how many persons the numbers in `persons` stand for, also where `only` has left
            some of them without a unit; 0 where nothing tells.
    """

    kind: EstimateKind
    estimates: NDArray[np.float64]
    truths: NDArray[Any]
    persons: NDArray[np.intp] | None
    people: int

    def __len__(self) -> int:
        return len(self.truths)

    def only(self, chosen: NDArray[np.bool_]) -> "Units":
        """Keep the chosen units, bool (n,); persons keep their numbers, so that draws fit both."""
        persons = None if self.persons is None else self.persons[chosen]
        return replace(
            self, estimates=self.estimates[chosen], truths=self.truths[chosen], persons=persons
        )

    def present(self) -> int | None:
        """Number of persons with a unit here; None where nothing tells."""
        return None if self.persons is None else len(np.unique(self.persons))
