"""Whether a network with a new head answers what the head itself makes of its embeddings."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ExplanationError, WeightsError
from gantei.estimator.estimator import Estimator

from ..estimator_folder.golden_photographs import DRAWN, EYES
from ..learning.linear_head import LinearHead

LARGEST_DIFFERENCE = 1e-6
"""Of a probability; of a number, and of a map's mean plus bias, of the sum of the sizes of all that
is added up: float32 has seven digits."""
LARGEST_OF_MAP = 1e-5


@dataclass(frozen=True)
class HeadCheck:
    """How far a network's answers are from its head's, on `photographs` drawn photographs.

    Attributes:
        photographs: how many.
        answer: the largest difference of an answer, in its unit.
        map: the largest difference of a map's mean plus bias from the head's linear value; None
            where the network has no map.
    """

    photographs: int
    answer: float
    map: float | None

    def as_dict(self) -> dict[str, float | int | None]:
        """Give it as plain values."""
        return asdict(self)


def check_answers(estimator: Estimator, head: LinearHead) -> HeadCheck:
    """Compare the estimator with its own head, on the photographs that gantei brings along.

    Raises:
        WeightsError: an answer, or the mean of a map, is not what the head makes of the embedding.
        InferenceError: the network cannot be run.
    """
    prepared = [estimator.prepare(DRAWN / name, eye=eye) for name, eye in EYES.items()]
    rows = estimator.run(np.stack(prepared), also=_also(estimator))
    embeddings = np.stack([estimator.explainer.embedding(row) for row in rows])
    sizes = _sizes(head, embeddings)
    expected = head.estimates(embeddings).reshape(len(rows), -1)
    answers = np.stack([row[head.target.output] for row in rows]).astype(np.float64)
    allowed = sizes if head.target.kind == "regression" else np.maximum(sizes / 10, 1.0)
    differences = np.abs(answers - expected)
    _refuse(estimator, "answer", differences, LARGEST_DIFFERENCE * allowed)
    largest_map = None
    if "map" in rows[0]:
        maps = np.stack([row["map"] for row in rows]).astype(np.float64)
        means = maps.reshape(len(rows), head.target.columns, -1).mean(axis=2) + head.bias
        of_map = np.abs(means - head.linear(embeddings))
        _refuse(estimator, "mean of the map", of_map, LARGEST_OF_MAP * sizes)
        largest_map = float(of_map.max())
    return HeadCheck(len(rows), float(differences.max()), largest_map)


def _also(estimator: Estimator) -> list[str]:
    """Name the map and the embedding, or the latter alone where there is no map."""
    try:
        return estimator.explainer.outputs("map")
    except ExplanationError:
        return estimator.explainer.outputs("embedding")


def _sizes(head: LinearHead, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sum the sizes of all that a linear value is made of: float64 (n, columns), 1 at least."""
    sums = np.abs(embeddings.astype(np.float64)) @ np.abs(head.kernel) + np.abs(head.bias)
    sizes: NDArray[np.float64] = np.maximum(sums, 1.0)
    return sizes


def _refuse(
    estimator: Estimator,
    what: str,
    differences: NDArray[np.float64],
    allowed: NDArray[np.float64],
) -> None:
    if not (differences <= allowed).all():
        raise WeightsError(
            f"{estimator.name}: the {what} of the network is up to {differences.max():.2g} away "
            "from what the new head makes of the embedding; nothing is installed"
        )
