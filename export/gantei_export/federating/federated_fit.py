"""What a federation fits, and where it stands between two rounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from ..learning.head_fitting import STRENGTHS, StrengthLoss
from ..learning.learning_target import LearningTarget
from ..learning.linear_head import LinearHead

FitStep = Literal["moments", "squares", "slopes", "finished"]


@dataclass(frozen=True)
class FederatedFit:
    """What is fitted, the same at every site and in every round.

    Attributes:
        target: what is to be learnt: a number by ridge, classes by logistic regression.
        strengths: penalties that are compared, rising, above 0.
        folds: of each site's people, 2 or more, by which the strength is chosen.
        seed: of the folds and of the projection.
        projected: to how many numbers embeddings are projected at most; None: to as many as may
            leave.
    """

    target: LearningTarget
    strengths: tuple[float, ...] = STRENGTHS
    folds: int = 5
    seed: int = 0
    projected: int | None = None

    def __post_init__(self) -> None:
        rising = list(self.strengths) == sorted(set(self.strengths))
        if not self.strengths or not rising or not self.strengths[0] > 0:
            raise SettingError("strengths: one or more numbers above 0, rising")
        if not 2 <= self.folds <= 20:
            raise SettingError(f"folds is {self.folds}; give 2 to 20")


@dataclass(frozen=True)
class FitState:
    """Where a fit stands: what all sites are asked, and what is known from earlier rounds.

    Attributes:
        step: `moments` of the embeddings, `squares` of a ridge regression, `slopes` of a logistic
            one, or `finished`.
        arrays: float64 or int64, by name; all that is needed to answer and to go on. None of them
            holds more than sums over all sites, and what is computed of them.
    """

    step: FitStep
    arrays: Mapping[str, NDArray[Any]]

    def count(self, name: str) -> int:
        """Give a count among the arrays."""
        return int(self.arrays[name][()])


@dataclass(frozen=True)
class FederatedHead:
    """The head that a federation came to.

    Attributes:
        head: on embeddings as they are, of their full width.
        strength: of its penalty.
        at_edge: whether that is the least or greatest of several that were compared.
        strengths: what photographs of unseen people lose by each that was compared, which are fewer
            of few people; of classes, as near as told the best, or when it fell behind.
        people: of all sites.
        photographs: of all sites.
        projected: to how many numbers embeddings were projected; their width: they were not.
    """

    head: LinearHead
    strength: float
    at_edge: bool
    strengths: tuple[StrengthLoss, ...]
    people: int
    photographs: int
    projected: int


def counted(number: int) -> NDArray[np.int64]:
    """Give a count as an array without axes."""
    return np.array(number, np.int64)
