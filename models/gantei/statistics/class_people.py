"""How many persons a class's figures rest on, and what that says where all answers are right."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .exact_bounds import f1_bounds, share_bounds

ExactBounds = tuple[float, float] | None
_WITHOUT_BOUNDS = ("brier", "log_loss", "average_precision")


class ClassPeople:
    """The persons whom the figures of one class against the rest rest on.

    Attributes:
        of: by the figure's code, their number; the smaller class where it needs both.
        pairs: how many disjoint pairs there are of a person of the class and one of the rest.
    """

    def __init__(
        self,
        positive: NDArray[np.bool_],
        answered: NDArray[np.bool_],
        persons: NDArray[np.intp],
        people: int,
    ) -> None:
        """Count the persons with a unit, (n,), that is of the class, or that is said to be."""

        def count(units: NDArray[np.bool_]) -> int:
            return len(np.unique(persons[units]))

        ones, others = count(positive), count(~positive)
        fewer = min(ones, others)
        self.pairs = min(fewer, people // 2)
        self.of = {
            "auc": fewer,
            "average_precision": fewer,
            "accuracy": people,
            "sensitivity": ones,
            "specificity": others,
            "ppv": count(answered),
            "npv": count(~answered),
            "prevalence": people,
            "f1": count(positive | answered),
            "balanced_accuracy": fewer,
            "brier": people,
            "log_loss": people,
        }

    def exact(self, code: str, value: float, parts: int = 1) -> ExactBounds:
        """Bound a figure of exactly 0 or 1; `parts`: how many classes share the error."""
        if code in _WITHOUT_BOUNDS:
            return None
        if code == "f1":
            return f1_bounds(value, self.of["f1"], parts)
        if code == "balanced_accuracy":
            halves = ("sensitivity", "specificity")
            return mean_bounds([share_bounds(value, self.of[each], 2 * parts) for each in halves])
        return share_bounds(value, self.pairs if code == "auc" else self.of[code], parts)


def mean_bounds(bounds: Sequence[ExactBounds]) -> ExactBounds:
    """Give the means of lower and of upper bounds; None if one is missing."""
    known = [each for each in bounds if each]
    if len(known) < len(bounds):
        return None
    low, high = np.mean(known, axis=0)
    return float(low), float(high)
