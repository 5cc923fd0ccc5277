"""How a network ends, and the two outputs that explain what it answers.

Where global average pooling feeds one Dense layer, the layer's answer is the mean over the places
of the last feature map of what the very same weights make of each place (a class activation map,
Zhou et al. 2016): mean(map) + bias = what the Dense layer answers, exactly. So the map costs one
1 x 1 convolution with the Dense layer's kernel.

ONNX outputs, beside each answer (n, units):

- `map`: float32 (n, h, w) where the Dense layer has one unit; (n, units, h, w), a map a unit,
  where it has several. Without the bias and before sigmoid or softmax.
- `embedding`: float32 (n, d), the pooled features; also where more than a Dense layer follows.

Of a network with several outputs they are called `<output>/map` and `<output>/embedding`. What the
numbers of a map mean stands in the model's metadata under `gantei.output.<output>.map`, as JSON:
`{"bias": [...], "activation": "sigmoid"}`, or `{"none": reason}` where there is none.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, ValueInfoProto, helper

from .file_facts import OutputFacts, activation_of
from .graph import Graph, Tensor
from .networks.network import Call, Network, Result
from .registry import converters

POOLINGS = ("GlobalAveragePooling2D", "GlobalAvgPool2D")
DENSE = ("Dense", "Conv2D", "Convolution2D")
"""On one place, a 1 x 1 convolution is a dense layer: MobileNet's own top ends in one."""
ACTIVATIONS = ("sigmoid", "softmax")
MAP, EMBEDDING = "map", "embedding"


@dataclass(frozen=True)
class Head:
    """What stands between the last feature map and an output.

    `pooling` is None where no global average pooling feeds the output alone, `dense` where there
    is no map; `reason` then says why.
    """

    pooling: Result | None = None
    dense: Call | None = None
    activation: str = "linear"
    bias: tuple[float, ...] = ()
    reason: str = ""

    @property
    def roles(self) -> tuple[str, ...]:
        """Which of the two outputs there are."""
        return (MAP,) * (self.dense is not None) + (EMBEDDING,) * (self.pooling is not None)

    def as_json(self) -> str:
        """Give what the ONNX file's metadata say of the map."""
        if self.dense is None:
            return json.dumps({"none": self.reason})
        return json.dumps({"bias": self.bias, "activation": self.activation})


def output_name(output: str, role: str, count: int) -> str:
    """Name the map or embedding of one of `count` outputs."""
    return role if count == 1 else f"{output}/{role}"


def metadata_key(output: str) -> str:
    """Name the metadata that tell of an output's map."""
    return f"gantei.output.{output}.map"


def head_of(network: Network, tensors: Mapping[Result, Tensor], output: Result) -> Head:
    """Find how an output is made of the last feature map."""
    result, between = output, []
    while (call := network.calls[result.call]).kind not in POOLINGS:
        references = call.references()
        if len(references) != 1:
            return Head(reason="no global average pooling feeds the output alone")
        if not converters()[call.kind].keeps_values:
            between.append(call)
        (result,) = references
    if not between:
        return Head(reason="the output is the pooled picture itself")
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
        return Head(result, reason=f"after the pooling comes {kinds}, not one Dense layer alone")
    return Head(result, dense, functions[0] if functions else "linear", _bias(dense))


def add_outputs(
    graph: Graph,
    network: Network,
    tensors: Mapping[Result, Tensor],
    outputs: Sequence[tuple[OutputFacts, Head]],
) -> list[ValueInfoProto]:
    """Add to the graph the maps and embeddings of all outputs, and describe them."""
    described = []
    for facts, head in outputs:
        if head.pooling is None:
            continue
        pooling = network.calls[head.pooling.call]
        pooled = tensors[head.pooling]
        vector = graph.reshape(pooled, (pooled.channels,), pooling.name)
        sources: dict[str, tuple[Tensor, list[Any]]] = {EMBEDDING: (vector, [pooled.channels])}
        if head.dense is not None:
            features = tensors[pooling.references()[0]]
            sources[MAP] = _map(graph, features, head.dense)
        for role in head.roles:
            name = output_name(facts.name, role, len(outputs))
            source, shape = sources[role]
            graph.nodes.append(helper.make_node("Identity", [source.name], [name], name))
            described.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape]))
    return described


def _map(graph: Graph, features: Tensor, dense: Call) -> tuple[Tensor, list[Any]]:
    """Add a map's nodes; return it and its shape without the batch."""
    kernel, name = dense.weights["kernel"], f"{dense.name}/{MAP}"
    height, width, channels = features.shape
    units = kernel.shape[-1]
    shape = (units, channels or 0, 1, 1)

    def transposed() -> NDArray[np.float32]:
        return kernel.read().reshape(-1, units).T.reshape(shape)

    weight = graph.weight(f"{name}-kernel", shape, transposed)
    answer = graph.node("Conv", [features, weight], (height, width, units), name)
    sides: list[Any] = [height or "map_height", width or "map_width"]
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
