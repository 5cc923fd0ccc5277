"""How far an embedding lies from those that a calibration was made on.

The Mahalanobis distance of probabilistic principal components (Tipping & Bishop 1999, doi
10.1111/1467-9868.00196): with the spreads s_i along k directions u_i and the variance r in every
other one, d^2 = sum_i ((u_i . (x - m)) / s_i)^2 + |x - m - sum_i u_i (u_i . (x - m))|^2 / r.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .calibration import EmbeddingReference


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


def relative_distances(
    embeddings: NDArray[np.floating], reference: EmbeddingReference
) -> NDArray[np.float64]:
    """Give the distance of each embedding (n, width) as a share of the limit: 1 is the limit.

    Raises:
        ValueError: the embeddings have another width.
    """
    mean, directions, spreads = _arrays(reference)
    if embeddings.ndim != 2 or embeddings.shape[1] != len(mean):
        raise ValueError(f"embeddings (n, {len(mean)}) are expected, not {embeddings.shape}")
    return (
        gaussian_distances(embeddings, mean, directions, spreads, reference.rest) / reference.limit
    )


@lru_cache(maxsize=8)
def _arrays(
    reference: EmbeddingReference,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    return (
        np.array(reference.mean),
        np.array(reference.directions).reshape(-1, len(reference.mean)),
        np.array(reference.spreads),
    )
