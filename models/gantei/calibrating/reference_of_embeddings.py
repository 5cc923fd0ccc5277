"""Where the embeddings of those calibrated on lay: one photograph of each person, nobody's row."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..calibrations.calibration import EmbeddingReference
from ..statistics.embedding_spread import LEAST_PEOPLE, distance_limit, embedding_spread
from ..statistics.number_line import fold_of
from ..statistics.one_per_person import drawn_photographs, mixed_ranks
from .calibrated_people import WhoCalibrated
from .rounded import rounded

MOST_PEOPLE = 2_000
_DIGITS = 3
"""Of spreads, the variance of the rest, and the limit, which would each be one person's number."""


def embedding_reference(
    embeddings: NDArray[np.floating[Any]], who: WhoCalibrated
) -> EmbeddingReference | None:
    """Describe the embeddings of the people, with the limit that 99 of 100 keep within.

    Of more than `MOST_PEOPLE`, as many are drawn: more would change nothing that can be seen.

    Args:
        embeddings: (rows of the results, width); nan where a row has none.
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
    rows, ranks = _drawn(
        [each.sha256 or each.name for each, _ in there], [person for _, person in there]
    )
    rows, ranks = rows[ranks < MOST_PEOPLE], ranks[ranks < MOST_PEOPLE]
    chosen = np.asarray(embeddings[[there[row][0].index for row in rows]], np.float64)
    if len(chosen) < LEAST_PEOPLE or (spread := embedding_spread(chosen)) is None:
        return None
    limit = distance_limit(chosen, fold_of(ranks))
    if limit is None or not limit > 0:
        return None
    return EmbeddingReference.of(
        _coarse(spread.mean, spread.rest),
        spread.directions,
        np.array([rounded(each, _DIGITS) for each in spread.spreads]),
        rounded(spread.rest, _DIGITS),
        rounded(limit, _DIGITS),
    )


def _coarse(middle: NDArray[np.float64], rest: float) -> NDArray[np.float64]:
    """Round to steps of a quarter to half a standard deviation, which no distance tells from exact.

    One person more moves the middle by less: two calibrations would else give their embedding.
    """
    step = 2.0 ** math.floor(math.log2(math.sqrt(rest) / 2))
    return np.asarray(np.round(middle / step) * step + 0.0, np.float64)  # no -0


def _drawn(
    keys: Sequence[str], persons: Sequence[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw the row of each person, and rank the people in an order that means nothing."""
    _, numbers = np.unique(persons, return_inverse=True)
    rows = drawn_photographs(keys, numbers)
    return rows, mixed_ranks([keys[row] for row in rows])
