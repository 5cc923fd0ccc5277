"""The weights of a network that training changes, as one row of numbers: what is averaged."""

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from ..fine_tuning.network_training import TrainableNetwork


def trained_weights(network: TrainableNetwork) -> NDArray[np.float32]:
    """Give the weights that training changes: float32 (n,), in the network's own order."""
    pairs = zip(network.weights(), network.are_trained(), strict=True)
    return np.concatenate([each.reshape(-1) for each, trained in pairs if trained])


def trained_size(network: TrainableNetwork) -> int:
    """Give how many weights training changes."""
    return len(trained_weights(network))


def take_trained(network: TrainableNetwork, row: NDArray[np.float32]) -> None:
    """Give a network the weights that `trained_weights` gave of one of the same architecture.

    Raises:
        SettingError: they are more or fewer.
    """
    weights, trained = network.weights(), network.are_trained()
    if len(row) != (size := sum(one.size for one, of in zip(weights, trained, strict=True) if of)):
        raise SettingError(f"{len(row):,} weights were given for a network of {size:,}")
    at = 0
    for place, each in enumerate(weights):
        if trained[place]:
            weights[place] = row[at : at + each.size].reshape(each.shape)
            at += each.size
    network.set_weights(weights)
