"""A linear head: what it makes of embeddings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .learning_target import LearningTarget


@dataclass(frozen=True)
class LinearHead:
    """A linear head on embeddings as the network gives them, not standardised.

    Attributes:
        target: what it estimates.
        kernel: float64 (width of the embedding, `target.columns`).
        bias: float64 (`target.columns`,).
    """

    target: LearningTarget
    kernel: NDArray[np.float64]
    bias: NDArray[np.float64]

    def linear(self, embeddings: NDArray[np.floating]) -> NDArray[np.float64]:
        """Give the linear values of embeddings (n, width): float64 (n, columns)."""
        values: NDArray[np.float64] = np.asarray(embeddings, np.float64) @ self.kernel + self.bias
        return values

    def estimates(self, embeddings: NDArray[np.floating]) -> NDArray[np.float64]:
        """Estimate from embeddings (n, width), as `gantei.statistics.units.Units` holds estimates.

        Returns:
            float64 (n,): numbers, or probabilities of the positive class; (n, k) probabilities of
            k classes.
        """
        linear = self.linear(embeddings)
        if self.target.kind == "regression":
            return linear[:, 0]
        if self.target.kind == "binary":
            positive: NDArray[np.float64] = (1 + np.tanh(linear[:, 0] / 2)) / 2  # nothing overflows
            return positive
        shifted = np.exp(linear - linear.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = shifted / shifted.sum(axis=1, keepdims=True)
        return shares
