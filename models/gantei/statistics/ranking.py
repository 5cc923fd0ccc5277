"""Figures of the order of estimates: area under the ROC curve, and average precision."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .person_weights import ratio


@dataclass(frozen=True)
class Ranking:
    """Estimates of two classes, sorted once, for as many weights as one likes.

    Attributes:
        positives, negatives: intp, indices of the units of either class by rising estimate.
        below: intp, of each of `positives`, how many negatives have a lower estimate.
        up_to: intp, how many have a lower or the same.
        first: intp, of each of `positives`, the place of the first with the same estimate.
    """

    positives: NDArray[np.intp]
    negatives: NDArray[np.intp]
    below: NDArray[np.intp]
    up_to: NDArray[np.intp]
    first: NDArray[np.intp]

    @classmethod
    def of(cls, positive: NDArray[np.bool_], estimates: NDArray[np.float64]) -> "Ranking":
        """Sort estimates (n,), of which some, bool (n,), are of the positive class."""
        order = np.argsort(estimates, kind="stable")
        chosen = positive[order]
        positives, negatives = order[chosen], order[~chosen]
        high, low = estimates[positives], estimates[negatives]
        return cls(
            positives,
            negatives,
            np.searchsorted(low, high, "left"),
            np.searchsorted(low, high, "right"),
            np.searchsorted(high, high, "left"),
        )

    def figures(
        self, positive_weights: NDArray[np.float64], negative_weights: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give areas under the ROC curve and average precisions, float64 (b,) each.

        Ties count half, as in Mann and Whitney's statistic (doi 10.1016/0022-2496(75)90001-2);
        average precision is the mean of the precision over the positives (no interpolation).
        Weights of whole numbers give the same bits on every machine for the area: all its sums
        are whole or half, below 2**53. nan where a class has no weight.

        Args:
            positive_weights: (b, p), of the units in `positives`.
            negative_weights: (b, q), of the units in `negatives`.
        """
        lower = _summed(negative_weights)
        higher = _summed(positive_weights)
        under = lower[:, self.below]
        ranks = np.einsum("bi,bi->b", positive_weights, under + lower[:, self.up_to]) / 2
        found = higher[:, -1:] - higher[:, self.first]
        answered = found + lower[:, -1:] - under
        precision = np.divide(found, answered, out=np.zeros_like(found), where=answered > 0)
        precise = np.einsum("bi,bi->b", positive_weights, precision)
        return ratio(ranks, higher[:, -1] * lower[:, -1]), ratio(precise, higher[:, -1])


def _summed(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the running sums with a 0 before them, (b, n + 1)."""
    sums = np.zeros((len(weights), weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    return sums
