"""Figures of one class against the rest, for any weights of its persons."""

import numpy as np
from numpy.typing import NDArray

from .person_means import PersonMeans
from .person_weights import PersonWeights, person_sums, ratio
from .ranking import Ranking
from .regression_figures import Columns

CLIP = float(np.finfo(np.float64).eps)
"""Log loss takes probabilities as at least this far from 0 and 1, as scikit-learn does: a certain
answer that is wrong costs 36."""


class ClassFigures:
    """The figures of `CLASS_METRICS` but calibration: sums over persons, and the order.

    Attributes:
        positive: bool (n,), whether a unit is of the class.
        answered: bool (n,), whether the estimator says so.
        probability: float64 (n,), of the class.
    """

    def __init__(
        self,
        positive: NDArray[np.bool_],
        answered: NDArray[np.bool_],
        probability: NDArray[np.float64],
        persons: NDArray[np.intp],
        people: int,
    ) -> None:
        """Sum over persons what the figures need, and sort the estimates."""
        self.positive, self.answered, self.probability = positive, answered, probability
        ones = positive.astype(np.float64)
        columns = (
            np.ones_like(ones), ones, answered.astype(np.float64), ones * answered,
        )  # fmt: skip
        self.sums = person_sums(np.stack(columns, axis=1), persons, people)
        lost = losses(np.where(positive, probability, 1 - probability))
        self.means = PersonMeans(
            np.stack(((probability - ones) ** 2, lost), axis=1), persons, people
        )
        self.ranking = Ranking.of(positive, probability)

    def of(self, weights: PersonWeights) -> tuple[Columns, Columns]:
        """Give every figure of some draws, nan where undefined, and the errors of means."""
        count, ones, said, hits = (weights.of_people @ self.sums).T
        rejected = count - ones - said + hits
        found, spared = ratio(hits, ones), ratio(rejected, count - ones)
        area, precision = self.ranking.figures(
            weights.of_units(self.ranking.positives), weights.of_units(self.ranking.negatives)
        )
        (square, lost), errors = self.means.of(weights)
        figures = {
            "auc": area,
            "average_precision": precision,
            "accuracy": ratio(hits + rejected, count),
            "sensitivity": found,
            "specificity": spared,
            "ppv": ratio(hits, said),
            "npv": ratio(rejected, count - said),
            "prevalence": ratio(ones, count),
            "f1": ratio(2 * hits, ones + said),
            "balanced_accuracy": (found + spared) / 2,
            "brier": square,
            "log_loss": lost,
        }
        return figures, {"brier": errors[0], "log_loss": errors[1]}


def losses(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give -log of the probability of the real class, clipped to `CLIP` to 1 - `CLIP`."""
    lost: NDArray[np.float64] = -np.log(np.clip(probability, CLIP, 1 - CLIP))
    return lost
