"""Where a federated evaluation stands: what sites are asked next, and what is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

EvaluationStep = Literal["moments", "histograms", "finished"]


@dataclass(frozen=True)
class EvaluationState:
    """Where an evaluation stands.

    Attributes:
        step: `moments`: sums of estimates and labels; `histograms`: counts in bins that follow from
            them; or `finished`.
        arrays: float64 or int64, by name: nothing but totals of all sites, and what follows.
    """

    step: EvaluationStep
    arrays: Mapping[str, NDArray[Any]]

    @property
    def people(self) -> int:
        """Of all sites; each gave one photograph."""
        return int(self.arrays["people"][()])
