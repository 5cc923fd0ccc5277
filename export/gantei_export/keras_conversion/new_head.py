"""A network up to its last feature maps, for a head that is still to be learnt.

What stood behind the maps, such as keras.applications' own top for ImageNet's thousand classes, is
left out. In its place come a global average pooling and a dense layer of zeros.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError

from ..architectures.bodies import RESCALED
from ..architectures.recognition import recognise
from ..keras_networks.calls import Call, KerasNetwork, Result
from .keras_head import POOLINGS

ESTIMATE = "estimate"
"""The name of the answer of a head of zeros."""
_ENDS = (*POOLINGS, "GlobalMaxPooling2D", "GlobalMaxPool2D", "Flatten")
"""Layers that take the last feature maps."""


@dataclass(frozen=True)
class _Zeros:
    shape: tuple[int, ...]

    def read(self) -> NDArray[np.float32]:
        return np.zeros(self.shape, np.float32)


def without_head(network: KerasNetwork, wanted: str | None, name: str) -> KerasNetwork:
    """Give the calls that the last feature maps need; they are the one output.

    Args:
        network: a whole network.
        wanted: the architecture that it was said to be of; None: nothing was said.
        name: of the file, for messages.

    Raises:
        ConversionError: it is of another architecture, or has several outputs.
    """
    _check_architecture(network, wanted, name)
    if len(network.outputs) != 1:
        raise ConversionError(
            f"{name}: has {len(network.outputs)} outputs; a new head takes the place of one"
        )
    ((_, answer),) = network.outputs
    return _up_to(network, _features(network, answer))


def with_zero_head(body: KerasNetwork) -> KerasNetwork:
    """Put a global average pooling and one dense layer of zeros behind a body's feature maps."""
    ((_, features),) = body.outputs
    count = len(body.calls)
    weights = {"kernel": _Zeros((_channels(body, features), 1)), "bias": _Zeros((1,))}
    dense = {"units": 1, "activation": "linear", "use_bias": True}
    calls = (
        *body.calls,
        Call("new_pooling", "GlobalAveragePooling2D", {}, {}, (features,), {}),
        Call("new_head", "Dense", dense, weights, (Result(count),), {}),
    )
    return KerasNetwork(calls, ((ESTIMATE, Result(count + 1)),))


def left_out(network: KerasNetwork, body: KerasNetwork) -> tuple[str, ...]:
    """Name the layers with weights that a network has and its body has not."""
    kept = {call.name for call in body.calls}
    return tuple(call.name for call in network.calls if call.weights and call.name not in kept)


def _check_architecture(network: KerasNetwork, wanted: str | None, name: str) -> None:
    found = recognise(network)
    if wanted is None or found == wanted.removesuffix(RESCALED):
        return
    if found is None:
        raise ConversionError(
            f"{name}: is not of {wanted}: its convolutions are of no architecture that gantei knows"
        )
    raise ConversionError(
        f"{name}: is not of {wanted}: its layers are those of {found}; did you mean "
        f"--architecture {found}?"
    )


def _features(network: KerasNetwork, answer: Result) -> Result:
    """Find what the last pooling of all places, or Flatten, takes; else the answer is the maps."""
    result = answer
    while len(references := network.calls[result.call].references()) == 1:
        if network.calls[result.call].kind in _ENDS:
            return references[0]
        (result,) = references
    return answer


def _up_to(network: KerasNetwork, features: Result) -> KerasNetwork:
    """Keep the calls that a result needs, numbered anew."""
    needed, waiting = {features.call}, [features.call]
    while waiting:
        for result in network.calls[waiting.pop()].references():
            if result.call not in needed:
                needed.add(result.call)
                waiting.append(result.call)
    numbers = {old: new for new, old in enumerate(sorted(needed))}
    calls = tuple(_moved(network.calls[old], numbers) for old in numbers)
    return KerasNetwork(calls, ((ESTIMATE, Result(numbers[features.call])),))


def _moved(call: Call, numbers: Mapping[int, int]) -> Call:
    def moved(value: Any) -> Any:
        return Result(numbers[value.call]) if isinstance(value, Result) else value

    return replace(
        call,
        inputs=tuple(moved(value) for value in call.inputs),
        arguments={key: moved(value) for key, value in call.arguments.items()},
    )


def _channels(network: KerasNetwork, result: Result) -> int:
    """Count the channels of feature maps by the weights of the layers that make them."""
    call = network.calls[result.call]
    if call.kind == "Concatenate":
        return sum(_channels(network, each) for each in call.references())
    for role in ("pointwise_kernel", "kernel", "moving_mean"):
        if role in call.weights:
            return call.weights[role].shape[-1]
    if references := call.references():
        return _channels(network, references[0])
    raise ConversionError(
        "the last feature maps: no layer before them has weights that tell their channels, which a "
        "new head needs"
    )
