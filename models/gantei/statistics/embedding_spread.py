"""How far a photograph's embedding lies from those of people calibrated on, in their own spread.

The distance squared is the sum of squares along a few directions, each over the spread there, plus
what lies in no direction over its variance: Mahalanobis' distance with a covariance that is told by
these directions and is the same in all others, as a factor model has it. Embeddings are wider than
there are people, so the whole covariance cannot be had.

Directions are those of the spatial sign covariance (Locantore et al. 1999, doi
10.1007/BF02595862): each person's deviation from the middle has length 1, so nobody adds more than
1 of n parts to them. A direction is kept only if it holds as much as `PEOPLE_BEHIND` people add:
none can be one person's embedding, and one odd photograph changes little.
For the same reason the middle is, of each number, the mean of its middle half. Its median would be
one person's number: those who hold photographs could tell by it who took part.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..calibrations.embedding_distance import gaussian_distances

LEAST_PEOPLE = 50
"""Below, neither the middle nor a direction would hide anybody."""
PEOPLE_BEHIND, MOST_DIRECTIONS = 5.0, 10
SHARE_WITHIN = 0.99
NORMAL_QUARTILE = 0.6744897501960817
"""A standard deviation is the median of absolute deviations over this, if they are normal."""


@dataclass(frozen=True)
class EmbeddingSpread:
    """Where the embeddings of people lie.

    Attributes:
        mean: float64 (width,), the middle: of each number, the mean of its middle half.
        directions: float64 (d, width), of length 1 and at right angles.
        spreads: float64 (d,), the standard deviation along each, by the median.
        rest: variance per number beyond the directions, by the median.
    """

    mean: NDArray[np.float64]
    directions: NDArray[np.float64]
    spreads: NDArray[np.float64]
    rest: float


def embedding_spread(embeddings: NDArray[np.float64]) -> EmbeddingSpread | None:
    """Describe the embeddings of people, float64 (people, width), one photograph each.

    Returns:
        None where they do not vary: nothing can be said of a distance.
    """
    width = embeddings.shape[1]
    mean = _middle(embeddings)
    away = embeddings - mean
    length = np.linalg.norm(away, axis=1)
    some = length > 0
    if some.sum() < 2:
        return None
    signs = away[some] / length[some, None]
    _, singular, directions = np.linalg.svd(signs, full_matrices=False)
    kept = min(int((singular**2 >= PEOPLE_BEHIND).sum()), MOST_DIRECTIONS, width - 1)
    directions = _pointed(directions[:kept])
    along = away @ directions.T
    beyond = np.maximum((away**2).sum(axis=1) - (along**2).sum(axis=1), 0)
    rest = float(np.median(beyond)) / (width - kept)
    spreads = np.median(np.abs(along), axis=0) / NORMAL_QUARTILE
    if not rest > 0 or not (spreads > 0).all():
        return None
    return EmbeddingSpread(mean, directions, np.asarray(spreads, np.float64), rest)


def distance_limit(embeddings: NDArray[np.float64], folds: NDArray[np.intp]) -> float | None:
    """Give the distance that `SHARE_WITHIN` of new people like these keep within.

    Each person's distance is from the spread of those in the other folds. The limit is their
    conformal quantile (Vovk, Gammerman & Shafer 2005, doi 10.1007/b106715): of fewer people than
    that takes, the greatest distance, beyond which 1 of n + 1 lies.

    Args:
        embeddings: float64 (people, width), one photograph each.
        folds: intp (people,).

    Returns:
        None where a spread cannot be described.
    """
    distances = np.empty(len(embeddings))
    for fold in np.unique(folds):
        here = folds == fold
        if (spread := embedding_spread(embeddings[~here])) is None:
            return None
        distances[here] = gaussian_distances(
            embeddings[here], spread.mean, spread.directions, spread.spreads, spread.rest
        )
    rank = min(math.ceil((len(distances) + 1) * SHARE_WITHIN), len(distances))
    return float(np.sort(distances)[rank - 1])


def _middle(embeddings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the mean of the middle half of each number: half of the people share in it."""
    quarter = len(embeddings) // 4
    ordered = np.sort(embeddings, axis=0)
    return np.asarray(ordered[quarter : len(ordered) - quarter].mean(axis=0), np.float64)


def _pointed(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Point each direction so that its largest number is positive: the same on every machine."""
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, None], axis=1)
    return directions * np.sign(largest)
