"""Finds the first batch normalisation: its statistics are traces of the pixels in training."""

from collections.abc import Sequence

import numpy as np

from ..manifest_draft.normalization_statistics import FirstNormalization
from .calls import Call, KerasNetwork, Result

KINDS = frozenset(
    {
        "BatchNormalization",
        "BatchNormalizationV1",
        "BatchNormalizationV2",
        "SyncBatchNormalization",
    }
)
CONVOLUTIONS = frozenset({"Conv2D", "Convolution2D"})
MOST_FILTERS = 1024
"""In use are 16 to 96; `provenance.json` takes four numbers of each."""


def first_normalization(network: KerasNetwork) -> FirstNormalization | None:
    """Find a batch normalisation of pixels, or of one convolution's results and nothing else.

    None where there is none, where it never saw a picture (mean 0 and variance 1, as it begins),
    and where a network begins with several branches.
    """
    calls = network.calls
    number, after = 0, "pixels"
    while len(takers := _takers(calls, number)) == 1:
        (number,) = takers
        call = calls[number]
        if call.kind in KINDS:
            return _read(call, after)
        if call.kind in CONVOLUTIONS and after == "pixels" and _is_linear(call):
            after = "convolution"
        elif after != "pixels" or (call.weights and "variance" not in call.weights):
            return None  # something else stands before it than a Normalization's constants
    return None


def _takers(calls: Sequence[Call], number: int) -> list[int]:
    taken = Result(number)
    return [taker for taker, call in enumerate(calls) if taken in call.references()]


def _is_linear(call: Call) -> bool:
    plain = all(call.config.get(key, 1) in (1, None, [1, 1], (1, 1)) for key in ("groups",))
    return call.config.get("activation") in (None, "linear") and plain


def _read(call: Call, after: str) -> FirstNormalization | None:
    mean, variance = (
        call.weights[role].read().astype(np.float64).reshape(-1)
        for role in ("moving_mean", "moving_variance")
    )
    if len(mean) > MOST_FILTERS or not (mean.any() or (variance != 1).any()):
        return None
    gamma, beta = (
        call.weights[role].read().astype(np.float64).reshape(-1)
        if role in call.weights
        else np.full(len(mean), default)
        for role, default in (("gamma", 1.0), ("beta", 0.0))
    )
    epsilon = float(call.config.get("epsilon") or 1e-3)
    return FirstNormalization(call.name, after, mean, np.sqrt(variance + epsilon), gamma, beta)
