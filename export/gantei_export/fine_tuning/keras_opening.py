"""A publisher's Keras file, opened as data for training: its layers, weights and where it ends."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError

from ..keras_conversion.keras_head import POOLINGS
from ..keras_conversion.new_head import without_head
from ..keras_files.model_source import open_model_source
from ..keras_layers.registry import converters
from ..keras_layers.support import check_supported
from ..keras_networks.calls import Call, KerasNetwork, Result, flatten
from ..keras_networks.keras_config import parse
from ..manifest_draft.user_claims import UserClaims
from ..onnx_graph.stored_array import StoredArray


@dataclass(frozen=True)
class OpenedNetwork:
    """A network with its weights in memory.

    Attributes:
        network: its calls.
        answer: what it answered, with its own head; None: it had none.
        features: what the new head stands on: feature maps, or an embedding.
    """

    network: KerasNetwork
    answer: Result | None
    features: Result


@dataclass(frozen=True)
class _InMemory:
    values: NDArray[Any]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def read(self) -> NDArray[Any]:
        return self.values


def open_network(path: Path, claims: UserClaims) -> OpenedNetwork:
    """Read a Keras file with gantei's own reader, and find where its head begins.

    Raises:
        ConversionError: the file is damaged, deceives, has a layer that is not known, or has
            several outputs.
    """
    with open_model_source(path, claims) as source:
        model = parse(source.config)
        check_supported(model)
        source.bind(model)
        network = flatten(model)
        if claims.new_head:
            network = in_memory(without_head(network, claims.architecture, path.name))
            return OpenedNetwork(network, None, network.outputs[0][1])
        network = in_memory(network)
    if len(network.outputs) != 1:
        raise ConversionError(
            f"{path.name}: has {len(network.outputs)} outputs; a network of one is trained"
        )
    ((_, answer),) = network.outputs
    return OpenedNetwork(network, answer, features_of(network, answer))


def in_memory(network: KerasNetwork) -> KerasNetwork:
    """Read all weights; layers that are called again keep sharing theirs."""
    read: dict[int, dict[str, StoredArray]] = {}
    calls: list[Call] = []
    for call in network.calls:
        if id(call.weights) not in read:
            read[id(call.weights)] = {
                role: _InMemory(np.asarray(array.read())) for role, array in call.weights.items()
            }
        calls.append(replace(call, weights=read[id(call.weights)]))
    return KerasNetwork(tuple(calls), network.outputs)


def features_of(network: KerasNetwork, answer: Result) -> Result:
    """Find what the last layer with a kernel takes: of a pooled picture, the feature maps.

    Raises:
        ConversionError: the answer is not made by one chain of layers.
    """
    result, known = answer, converters()
    while "kernel" not in network.calls[result.call].weights:
        result = _before(network, result)
    features = _before(network, result)
    while known[(call := network.calls[features.call]).kind].keeps_values:
        features = _before(network, features)
    # Flattened maps keep their places: what comes after them is no pooling.
    return _before(network, features) if call.kind in POOLINGS else _before(network, result)


def _before(network: KerasNetwork, result: Result) -> Result:
    references = network.calls[result.call].references()
    if len(references) != 1:
        call = network.calls[result.call]
        raise ConversionError(
            f"layer {call.name!r} ({call.kind}): the network's answer is not made by one layer "
            "after the other, so that no new head can take the last one's place"
        )
    return references[0]
