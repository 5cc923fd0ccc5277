"""How a Keras network ends: what its maps and embeddings are made of (`explanation_outputs`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import ValueInfoProto

from ..keras_layers.registry import converters
from ..keras_networks.calls import Call, KerasNetwork, Result
from ..manifest_draft.network_facts import OutputFacts
from ..onnx_graph.explanation_outputs import EMBEDDING, MAP, Head, explain
from ..onnx_graph.graph import Graph, Tensor
from .keras_outputs import activation_of

POOLINGS = ("GlobalAveragePooling2D", "GlobalAvgPool2D")
DENSE = ("Dense", "Conv2D", "Convolution2D")
"""On one place, a 1 x 1 convolution is a dense layer: MobileNet's own top ends in one."""
ACTIVATIONS = ("sigmoid", "softmax")


@dataclass(frozen=True)
class KerasHead(Head):
    """What stands between the last feature map and an output.

    `pooling` is None where no global average pooling feeds the output alone, `dense` where there
    is no map.
    """

    pooling: Result | None = None
    dense: Call | None = None


def head_of(network: KerasNetwork, tensors: Mapping[Result, Tensor], output: Result) -> KerasHead:
    """Find how an output is made of the last feature map."""
    result, between = output, []
    while (call := network.calls[result.call]).kind not in POOLINGS:
        references = call.references()
        if len(references) != 1:
            return KerasHead(reason="no global average pooling feeds the output alone")
        if not converters()[call.kind].keeps_values:
            between.append(call)
        (result,) = references
    if not between:
        return KerasHead(reason="the output is the pooled picture itself")
    *behind, dense = between
    applied = [activation_of(each) for each in between]
    functions = [function for function in applied if function != "linear"]
    simple = (
        dense.kind in DENSE
        and _is_dense(dense.weights["kernel"].shape, tensors[result].channels)
        and not any(each.weights for each in behind)
        and (not functions or (len(functions) == 1 and functions[0] in ACTIVATIONS))
    )
    if not simple:
        kinds = ", ".join(
            call.kind if function in ("linear", call.kind) else f"{call.kind} ({function})"
            for call, function in zip(between[::-1], applied[::-1], strict=True)
        )
        reason = f"after the pooling comes {kinds}, not one Dense layer alone"
        return KerasHead((EMBEDDING,), reason=reason, pooling=result)
    activation = functions[0] if functions else "linear"
    return KerasHead((MAP, EMBEDDING), activation, _bias(dense), pooling=result, dense=dense)


def add_explanations(
    graph: Graph,
    network: KerasNetwork,
    tensors: Mapping[Result, Tensor],
    outputs: Sequence[tuple[OutputFacts, KerasHead]],
) -> list[ValueInfoProto]:
    """Add to the graph the maps and embeddings of all outputs, and describe them."""
    described = []
    for facts, head in outputs:
        if head.pooling is None:
            continue
        pooling = network.calls[head.pooling.call]
        pooled = tensors[head.pooling]
        vector = graph.reshape(pooled, (pooled.channels,), pooling.name)
        sources: dict[str, tuple[Tensor, Sequence[int | str | None]]] = {
            EMBEDDING: (vector, [pooled.channels])
        }
        if head.dense is not None:
            features = tensors[pooling.references()[0]]
            sources[MAP] = _map(graph, features, head.dense)
        described += explain(graph, facts.name, len(outputs), sources, head.roles)
    return described


def _map(graph: Graph, features: Tensor, dense: Call) -> tuple[Tensor, Sequence[int | str | None]]:
    """Add a map's nodes; return it and its shape without the batch."""
    kernel, name = dense.weights["kernel"], f"{dense.name}/{MAP}"
    height, width, channels = features.shape
    units = kernel.shape[-1]
    shape = (units, channels or 0, 1, 1)

    def transposed() -> NDArray[np.float32]:
        return kernel.read().reshape(-1, units).T.reshape(shape)

    weight = graph.weight(f"{name}-kernel", shape, transposed)
    answer = graph.node("Conv", [features, weight], (height, width, units), name)
    sides: list[int | str | None] = [height or "map_height", width or "map_width"]
    if units > 1:
        return answer, [units, *sides]
    axis = graph.constant(np.array([1], np.int64), "constant/axis-1")
    return graph.node("Squeeze", [answer, axis], (), name), sides


def _is_dense(kernel: tuple[int, ...], channels: int | None) -> bool:
    """Whether a kernel weighs each of the pooled features, at one place."""
    *window, taken, _ = kernel
    return taken == channels and all(side == 1 for side in window)


def _bias(dense: Call) -> tuple[float, ...]:
    if "bias" not in dense.weights:
        return (0.0,) * dense.weights["kernel"].shape[-1]
    return tuple(float(str(value)) for value in dense.weights["bias"].read())
