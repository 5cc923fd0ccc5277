"""How far an embedding lies from those that a calibration was made on.

The Mahalanobis distance of probabilistic principal components (Tipping & Bishop 1999, doi
10.1111/1467-9868.00196): with the spreads s_i along k directions u_i and the variance r in every
other one, d^2 = sum_i ((u_i . (x - m)) / s_i)^2 + |x - m - sum_i u_i (u_i . (x - m))|^2 / r.
"""

import numpy as np
from numpy.typing import NDArray

from .calibration import EmbeddingReference

FARTHEST = 1e30
"""The largest distance that is told, in limits."""


def gaussian_distances(
    embeddings: NDArray[np.floating],
    mean: NDArray[np.floating],
    directions: NDArray[np.floating],
    spreads: NDArray[np.floating],
    rest: float,
) -> NDArray[np.float64]:
    """Give the distance d of each embedding.

    A row's distance does not depend on the rows beside it.

    Args:
        embeddings: (n, width).
        mean: (width,).
        directions: (k, width), of length 1 and at right angles to each other.
        spreads: (k,), standard deviations.
        rest: variance in any other direction.

    Returns:
        float64 (n,), 0 and more.
    """
    away = np.asarray(embeddings, np.float64) - np.asarray(mean, np.float64)
    axes = np.asarray(directions, np.float64).reshape(-1, away.shape[1])
    # einsum adds each row up by itself; a matrix product may group the rows of a batch.
    along = np.einsum("nw,kw->nk", away, axes)
    left = away - np.einsum("nk,kw->nw", along, axes)
    squares = np.sum((along / np.asarray(spreads, np.float64)) ** 2, axis=1)
    distances: NDArray[np.float64] = np.sqrt(squares + np.sum(left**2, axis=1) / rest)
    return distances


class RelativeDistance:
    """Measures embeddings by a reference, whose numbers it holds as arrays."""

    def __init__(self, reference: EmbeddingReference) -> None:
        self.limit = reference.limit
        self._rest = reference.rest
        self._mean = np.array(reference.mean)
        self._directions = np.array(reference.directions).reshape(-1, len(reference.mean))
        self._spreads = np.array(reference.spreads)

    def of(self, embeddings: NDArray[np.floating]) -> NDArray[np.float64]:
        """Give the distance of each embedding (n, width) as a share of the limit: 1 is the limit.

        What is not finite, or beyond `FARTHEST`, lies that far away.

        Raises:
            ValueError: the embeddings have another width.
        """
        if embeddings.ndim != 2 or embeddings.shape[1] != len(self._mean):
            raise ValueError(f"embeddings (n, {len(self._mean)}) are expected: {embeddings.shape}")
        with np.errstate(over="ignore", invalid="ignore"):
            found = gaussian_distances(
                embeddings, self._mean, self._directions, self._spreads, self._rest
            )
            shares = found / self.limit
        return np.where(shares <= FARTHEST, shares, FARTHEST)


def relative_distances(
    embeddings: NDArray[np.floating], reference: EmbeddingReference
) -> NDArray[np.float64]:
    """Give the distance of each embedding (n, width) as a share of the limit.

    Raises:
        ValueError: as `RelativeDistance.of`.

    >>> import numpy as np
    >>> from gantei.calibrations.calibration import EmbeddingReference
    >>> from gantei.calibrations.embedding_distance import relative_distances
    >>> around = EmbeddingReference.of(
    ...     np.zeros(3), np.eye(3)[:1], np.array([2.0]), rest=1.0, limit=3.0
    ... )
    >>> relative_distances(np.array([[6.0, 0, 0], [0, 6.0, 0]]), around).tolist()
    [1.0, 2.0]
    """
    return RelativeDistance(reference).of(embeddings)
