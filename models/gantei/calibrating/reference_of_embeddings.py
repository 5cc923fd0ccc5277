"""Where the embeddings of those calibrated on lay: one photograph of each person, nobody's row."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..calibrations.calibration import EmbeddingReference
from ..statistics.embedding_spread import LEAST_PEOPLE, distance_limit, embedding_spread
from ..statistics.number_line import fold_of
from ..statistics.one_per_person import drawn_photographs, mixed_ranks
from .calibrated_people import WhoCalibrated


def embedding_reference(
    embeddings: NDArray[np.float64], who: WhoCalibrated
) -> EmbeddingReference | None:
    """Describe the embeddings of the people, with the limit that 99 of 100 keep within.

    Args:
        embeddings: float64 (rows of the results, width); nan where a row has none.
        who: photographs, by their places among the rows.

    Returns:
        None of fewer than `LEAST_PEOPLE` with an embedding, or where they do not vary.
    """
    there = [
        (each, person)
        for each, person in zip(who.photographs, who.persons, strict=True)
        if not np.isnan(embeddings[each.index]).any()
    ]
    if not there:
        return None
    rows, folds = _drawn(
        [each.sha256 or each.name for each, _ in there], [person for _, person in there]
    )
    chosen = embeddings[[there[row][0].index for row in rows]]
    if len(chosen) < LEAST_PEOPLE or (spread := embedding_spread(chosen)) is None:
        return None
    limit = distance_limit(chosen, folds)
    if limit is None or not limit > 0:
        return None
    return EmbeddingReference.of(spread.mean, spread.directions, spread.spreads, spread.rest, limit)


def _drawn(
    keys: Sequence[str], persons: Sequence[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw the row of each person, and deal the people into folds."""
    _, numbers = np.unique(persons, return_inverse=True)
    rows = drawn_photographs(keys, numbers)
    return rows, fold_of(mixed_ranks([keys[row] for row in rows]))
