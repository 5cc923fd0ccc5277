"""One epoch of training, and what a network answers, on prepared photographs."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..learning.linear_head import LinearHead
from .network_training import TrainableNetwork
from .pixel_augmentation import changed
from .prepared_photographs import PreparedPhotographs
from .training_settings import TrainingSettings

Rows = NDArray[np.intp]
ANSWERED_AT_ONCE = 16
"""Photographs; what a network computes for one takes up to 100 MB."""


def train_epoch(
    network: TrainableNetwork,
    photographs: PreparedPhotographs,
    rows: Rows,
    settings: TrainingSettings,
    epoch: int,
    advance: Callable[[int], object] = lambda photographs: None,
) -> float:
    """Train once on each of some photographs, in an order that seed and epoch decide.

    Nothing is random that the seed, the epoch and a photograph's row do not decide, so that an
    epoch may be repeated.

    Args:
        network: with an optimiser (`begin_training`).
        photographs: prepared for it, numbers in their unit.
        rows: which of them.
        settings: the batch, whether they are changed, and the seed; the rate is the optimiser's.
        epoch: its number.
        advance: called after each step with its number of photographs.

    Returns:
        The mean loss over the photographs, each before its step.
    """
    order = np.random.default_rng((settings.seed, epoch)).permutation(rows)
    truths, total = learnt(network, photographs), 0.0
    for batch in _batches(order, settings.batch):
        pixels = photographs.pixels[batch]
        if settings.augment:
            pixels = np.stack(
                [
                    changed(each, np.random.default_rng((settings.seed, epoch, row)))
                    for each, row in zip(pixels, batch.tolist(), strict=True)
                ]
            )
        loss = network.step(photographs.network_values(pixels), truths[batch])
        total += loss * len(batch)
        advance(len(batch))
    return total / len(order)


def linear_values(
    network: TrainableNetwork, photographs: PreparedPhotographs, rows: Rows
) -> NDArray[np.float64]:
    """Give the network's linear values of some photographs, unchanged: (n, columns)."""
    return np.concatenate(
        [
            network.linear(photographs.network_values(photographs.pixels[batch]))
            for batch in _batches(rows, ANSWERED_AT_ONCE)
        ]
    )


def embeddings_of(
    network: TrainableNetwork, photographs: PreparedPhotographs, rows: Rows
) -> NDArray[np.float64]:
    """Give the network's embeddings of some photographs, unchanged: (n, width)."""
    return np.concatenate(
        [
            network.embeddings(photographs.network_values(photographs.pixels[batch]))
            for batch in _batches(rows, ANSWERED_AT_ONCE)
        ]
    ).astype(np.float64)


def learnt(network: TrainableNetwork, photographs: PreparedPhotographs) -> NDArray[Any]:
    """Give the truths as they are learnt: numbers on the network's scale, or classes."""
    if network.target.kind == "regression":
        return network.scale.standardised(photographs.truths)
    return photographs.truths


def estimates(network: TrainableNetwork, linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn linear values (n, columns) into estimates, as `LinearHead.estimates` gives them."""
    columns = network.target.columns
    head = LinearHead(network.target, np.eye(columns), np.zeros(columns))
    numbers = network.target.kind == "regression"
    return head.estimates(network.scale.numbers(linear) if numbers else linear)


def _batches(rows: Rows, size: int) -> Iterator[Rows]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
