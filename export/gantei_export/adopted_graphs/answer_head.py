"""How a foreign graph begins and ends: what its answer is, and what explains it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from ..onnx_graph.explanation_outputs import EMBEDDING, MAP, Head
from .inferred_shapes import InferredShapes, inferred
from .renamed_graph import RenamedGraph

_KEEPS_VALUES = ("Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Dropout")
_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE)
_ACTIVATIONS = {"Sigmoid": "sigmoid", "Softmax": "softmax", "Relu": "relu", "Tanh": "tanh"}
_LINEAR = ("Gemm", "MatMul", "Add", "Conv")


def activation_of(body: RenamedGraph, value: str) -> str:
    """Name the last operator that changes values as Keras names activations."""
    makers = body.makers()
    node = makers.get(value)
    while node is not None and _keeps_values(node) and value == node.output[0]:
        value = node.input[0]
        node = makers.get(value)
    kind = node.op_type if node is not None else "Identity"
    if node is not None and kind == "Softmax" and not _over_one_picture(node, body):
        return "Softmax over something else than a picture's values"
    return "linear" if kind in _LINEAR else _ACTIVATIONS.get(kind, kind)


def _keeps_values(node: onnx.NodeProto) -> bool:
    """Whether its first output holds the values of its first input."""
    return node.op_type in _KEEPS_VALUES or (
        node.op_type == "Cast" and _attribute(node, "to", 0) in _FLOATS
    )


def _over_one_picture(node: onnx.NodeProto, body: RenamedGraph) -> bool:
    """Whether a Softmax makes all values of one picture add up to 1."""
    _, shape = inferred(body).get(node.input[0], (0, ()))
    axis = _attribute(node, "axis", -1 if body.opset >= 13 else 1)
    axis += len(shape) if axis < 0 else 0
    # Before opset 13 all axes from this one on are taken together.
    others = shape[1:axis] if body.opset < 13 else shape[1:axis] + shape[axis + 1 :]
    return 1 <= axis < len(shape) and all(side == 1 for side in others)


def add_explanations(body: RenamedGraph, answer: str, units: int) -> Head:
    """Find how an answer is made of the last feature map, and add its map and embedding."""
    shapes = inferred(body)
    pooling, between = _walk(body, body.names[answer], shapes)
    if pooling is None:
        return Head(reason="no global average pooling feeds the output alone")
    between = [node for node in between if not _keeps_values(node)]
    features = pooling.input[0]
    kind, shape = shapes[features]
    plane = _channels_at(pooling, body, len(shape))
    channels = shape[plane]
    if kind != TensorProto.FLOAT or not isinstance(channels, int) or not between:
        return Head(reason="the pooled features are not float32, their number is open, or they "
                    "are the answer")  # fmt: skip
    embedding = body.reshaped(pooling.output[0], channels)
    _describe(body, EMBEDDING, embedding, [channels])
    activation, dense = _dense(body, between, (units, channels), shapes)
    if dense is None or len(shape) != 4:
        kinds = ", ".join(node.op_type for node in between[::-1])
        reason = f"after the pooling comes {kinds}, not one dense layer alone"
        if dense is not None:
            reason = "the pooled features stand in a row, not on a plane"
        return Head((EMBEDDING,), reason=reason)
    kernel, bias = dense
    if plane == 3:
        features = body.node("Transpose", [features], perm=[0, 3, 1, 2])
    _add_map(body, features, kernel, [shape[1 if plane == 3 else 2], shape[2 if plane == 3 else 3]])
    return Head((MAP, EMBEDDING), activation, tuple(float(str(one)) for one in bias))


def _walk(
    body: RenamedGraph, value: str, shapes: InferredShapes
) -> tuple[onnx.NodeProto | None, list[onnx.NodeProto]]:
    """Go back from a value, while each step takes one value alone, to a global average pooling."""
    makers = body.makers()
    between: list[onnx.NodeProto] = []
    while (node := makers.get(value)) is not None and value == node.output[0]:
        rank = len(shapes.get(node.input[0], (0, ()))[1]) if node.input else 0
        if rank in (3, 4) and _channels_at(node, body, rank):
            return node, between
        taken = [name for name in node.input if name and name not in body.weights]
        if len(taken) != 1:
            break
        between.append(node)
        (value,) = taken
    return None, between


def _channels_at(node: onnx.NodeProto, body: RenamedGraph, rank: int) -> int:
    """Tell which axis a global average pooling leaves; 0 where the node is none."""
    if node.op_type == "GlobalAveragePool":
        return 1
    if node.op_type != "ReduceMean":
        return 0
    axes = _attribute(node, "axes", None)
    if len(node.input) > 1 and node.input[1] in body.weights:
        axes = body.weights[node.input[1]].tolist()
    if not isinstance(axes, Sequence):
        return 0
    left = set(range(rank)) - {axis % rank for axis in axes}
    return next((place for place in (1, rank - 1) if left == {0, place}), 0)


def _dense(
    body: RenamedGraph,
    between: Sequence[onnx.NodeProto],
    shape: tuple[int, int],
    shapes: InferredShapes,
) -> tuple[str, tuple[NDArray[Any], NDArray[Any]] | None]:
    """Read the activation, and (units, channels) kernel and bias of the one dense layer."""
    rest, activation = list(between), "linear"
    if rest[0].op_type in ("Sigmoid", "Softmax"):
        node = rest.pop(0)
        rank = len(shapes.get(node.input[0], (0, ()))[1])
        axis = _attribute(node, "axis", -1 if body.opset >= 13 else 1)
        if node.op_type == "Softmax" and (rank != 2 or axis not in (1, -1)):
            return "", None
        activation = _ACTIVATIONS[node.op_type]
    added: NDArray[Any] = np.zeros(shape[0], np.float32)
    if len(rest) == 2 and rest[0].op_type == "Add":
        node = rest.pop(0)
        added = next(body.weights[name] for name in node.input if name in body.weights)
    found = _kernel(body, rest[0]) if len(rest) == 1 else None
    if found is None:
        return "", None
    kernel, bias = found
    if kernel.shape != shape or added.size not in (1, shape[0]) or bias.size not in (1, shape[0]):
        return "", None
    total = np.broadcast_to(bias.reshape(-1), (shape[0],)) + added.reshape(-1)
    return activation, (kernel, np.asarray(total, np.float32))


def _kernel(body: RenamedGraph, node: onnx.NodeProto) -> tuple[NDArray[Any], NDArray[Any]] | None:
    weights = [body.weights.get(name) for name in node.input[1:]]
    kernel = weights[0] if weights else None
    bias = weights[1] if len(weights) > 1 else np.zeros(1, np.float32)
    if kernel is None or bias is None or kernel.dtype != np.float32 or bias.dtype != np.float32:
        return None
    if node.op_type == "MatMul" and kernel.ndim == 2:
        return kernel.T, bias
    plain = all(_attribute(node, name, 1.0) == 1.0 for name in ("alpha", "beta"))
    if node.op_type == "Gemm" and plain and not _attribute(node, "transA", 0):
        return (kernel if _attribute(node, "transB", 0) else kernel.T), bias
    plain = not any(_attribute(node, "pads", ())) and _attribute(node, "group", 1) == 1
    if node.op_type == "Conv" and plain and kernel.ndim == 4 and kernel.shape[2:] == (1, 1):
        return kernel[:, :, 0, 0], bias
    return None


def _add_map(body: RenamedGraph, features: str, kernel: NDArray[Any], sides: list[Any]) -> None:
    """Add the 1 x 1 convolution that weighs each place."""
    sides = [side or name for side, name in zip(sides, ("map_height", "map_width"), strict=True)]
    value = body.node("Conv", [features, body.weight(kernel[:, :, np.newaxis, np.newaxis])])
    if len(kernel) > 1:
        _describe(body, MAP, value, [len(kernel), *sides])
    elif body.opset < 13:
        _describe(body, MAP, body.node("Squeeze", [value], axes=[1]), sides)
    else:
        axis = body.weight(np.array([1], np.int64))
        _describe(body, MAP, body.node("Squeeze", [value, axis]), sides)


def _describe(body: RenamedGraph, role: str, value: str, shape: list[Any]) -> None:
    body.node("Identity", [value], role)
    described = helper.make_tensor_value_info(role, TensorProto.FLOAT, ["n", *shape])
    # A map stands before an embedding; see `explanation_outputs`.
    body.explanations.insert(0 if role == MAP else len(body.explanations), described)


def _attribute(node: onnx.NodeProto, name: str, default: Any) -> Any:
    for attribute in node.attribute:
        if attribute.name == name:
            return helper.get_attribute_value(attribute)
    return default
