"""Refits the last layer: right answers that hardly change when a JPEG is decoded at reduced size.

The trained network's last features are kept. How reduced decoding moves them is measured on
full-size photographs of training people; the last layer is then fitted anew with a penalty on
moving its answer along. Both fits are convex, so nothing is left to chance.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .networks import AGE_SPREAD, MEAN_AGE, Task, network_input
from .pictures import Pictures

STEADINESS: dict[Task, float] = {"age": 1e4, "sex": 1e4}
"""Weight of the mean squared move of the answer: of the age in spreads, of male's logit."""

_RIDGE = 1e-6
_NEWTON_STEPS = 30

Array = NDArray[np.floating]


def refit(network: Any, pictures: Pictures, steadying: Pictures) -> dict[Task, Array]:
    """Fit the weights of the last layer, kernel (f) and bias together: (f + 1) for each task."""
    features = _with_one(_features(network, pictures.pixels))
    moves = _features(network, steadying.reduced) - _features(network, steadying.pixels)
    moved = np.zeros((features.shape[1],) * 2)
    moved[:-1, :-1] = moves.T @ moves / len(moves)
    small = np.eye(len(moved)) * _RIDGE
    small[-1, -1] = 0
    age = (pictures.ages - MEAN_AGE) / AGE_SPREAD
    return {
        "age": _least_squares(features, age, STEADINESS["age"] * moved + small),
        "sex": _logistic(features, pictures.male, STEADINESS["sex"] * moved + small),
    }


def _features(network: Any, pixels: NDArray[np.uint8]) -> Array:
    import tf_keras as keras

    body = keras.Model(network.input, network.get_layer("pooling").output)
    features: Array = body.predict(network_input(pixels, "age"), verbose=0).astype(np.float64)
    return features


def _with_one(features: Array) -> Array:
    return np.column_stack([features, np.ones(len(features))])


def _least_squares(features: Array, wanted: Array, penalty: Array) -> Array:
    count = len(features)
    matrix = features.T @ features / count + penalty
    weights: Array = np.linalg.solve(matrix, features.T @ wanted / count)
    return weights


def _logistic(features: Array, positive: Array, penalty: Array) -> Array:
    """Minimise the mean cross entropy plus half the penalty, by Newton's method."""
    weights = np.zeros(features.shape[1])
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (chance - positive) / len(features) + penalty @ weights
        curve = (features.T * (chance * (1 - chance))) @ features / len(features) + penalty
        weights = weights - np.linalg.solve(curve, slope)
    return weights
