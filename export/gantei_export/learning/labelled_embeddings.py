"""Embeddings of photographs with what is true of them, and whose they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .learning_target import LearningTarget


@dataclass(frozen=True)
class LabelledEmbeddings:
    """Embeddings with their labels, a row per photograph.

    Attributes:
        target: what is to be learnt.
        embeddings: float64 (n, width).
        truths: float64 (n,), numbers in the target's unit; intp (n,), classes, otherwise.
        persons: intp (n,), 0 to `people` - 1: whose photograph it is.
        people: how many there are.
        ages: float64 (n,), years; nan where unknown. People are split by them, too.
        augmented: float64 (n, copies, width), embeddings of changed copies of each photograph, by
            which heads are trained beside the photograph itself and never judged; None: there are
            none.
    """

    target: LearningTarget
    embeddings: NDArray[np.float64]
    truths: NDArray[Any]
    persons: NDArray[np.intp]
    people: int
    ages: NDArray[np.float64]
    augmented: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.truths)
