"""A new head in the place of the old: one dense layer on the embedding, and the map of it.

What stood between the embedding and the old answer is left out, whatever it was; all before stays
as it is, number by number. The new answer ends in a sigmoid (two classes), a softmax (several) or
nothing (a number), and beside it stand the map and the embedding, as `explanation_outputs` says.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from gantei.errors import ConversionError, SettingError

from ..learning.learning_target import LearningTarget
from ..learning.linear_head import LinearHead
from ..onnx_graph.explanation_outputs import EMBEDDING, MAP, Head, metadata_key
from .embedding_end import EmbeddingEnd, LastFeatures, embedding_end

ACTIVATIONS = {"regression": "linear", "binary": "sigmoid", "categorical": "softmax"}
"""What a head of each kind ends in, as `explanation_outputs` names it."""
PREFIX = "adapted/"
"""Of the names of the new head's nodes and weights."""
KEPT = "base/"
"""Before the name of a kept value that is called as one of the new outputs."""


def check_head(head: LinearHead, width: int) -> None:
    """See that a head fits an embedding of `width` numbers, and holds numbers that float32 holds.

    Raises:
        ConversionError: it does not.
    """
    columns = head.target.columns
    if head.kernel.shape != (width, columns) or head.bias.shape != (columns,):
        raise ConversionError(
            f"the new head has a kernel of {head.kernel.shape} and a bias of {head.bias.shape}; "
            f"the embedding of {width} numbers and {columns} value(s) take {(width, columns)} and "
            f"{(columns,)}"
        )
    with np.errstate(over="ignore"):
        kernel, bias = head.kernel.astype(np.float32), head.bias.astype(np.float32)
    if not np.isfinite(kernel).all() or not np.isfinite(bias).all():
        raise ConversionError("the new head holds numbers that are not finite in float32")


def with_head(model: onnx.ModelProto, output: str, head: LinearHead) -> onnx.ModelProto:
    """Give a network a new head; the same network and head give the same bytes.

    Args:
        model: an estimator's network, which is changed: a large one is not held twice.
        output: the name of its answer.
        head: the new head, on the embedding as the network gives it.

    Returns:
        The same network with the outputs `head.target.output`, float32 (n, columns); `map`, float32
        (n, h, w) or (n, columns, h, w), where the network has one; `embedding`, float32 (n, width).
        Of its metadata it keeps none but those of other programs; that of the map is added.

    Raises:
        ConversionError: the network gives no embedding, or the head does not fit it.
        SettingError: the new output's name is taken.
    """
    end = embedding_end(model, output)
    check_head(head, end.width)
    _check_name(model, head.target)
    answer = head.target.output
    features = end.features.value if end.features else end.value
    body = _Body(model, (end.value, features), {answer, MAP, EMBEDDING})
    outputs = [_answer(body, end, head)]
    if end.features is not None:
        outputs.append(_map(body, end.features, head))
    body.node("Identity", [body.kept(end.value)], EMBEDDING)
    outputs.append(_described(EMBEDDING, [end.width]))
    roles = (MAP, EMBEDDING) if end.features else (EMBEDDING,)
    bias = tuple(float(str(number)) for number in head.bias.astype(np.float32))
    told = Head(roles, ACTIVATIONS[head.target.kind], bias, end.reason)
    body.finish(outputs, {metadata_key(answer): told.as_json()})
    return model


def _check_name(model: onnx.ModelProto, target: LearningTarget) -> None:
    taken = {MAP, EMBEDDING, *(each.name for each in model.graph.input)}
    if target.output in taken:
        raise SettingError(
            f"no output can be called {target.output!r}, which the network has already; choose "
            "another name"
        )


class _Body:
    """The part of a network that stays, to which nodes and weights are added."""

    def __init__(self, model: onnx.ModelProto, ends: Iterable[str], taken: set[str]) -> None:
        self._model, graph = model, model.graph
        self.opset = next(
            one.version for one in model.opset_import if one.domain in ("", "ai.onnx")
        )
        needed = set(ends)
        nodes = []
        for node in reversed(graph.node):
            if needed.intersection(node.output):
                needed.update(node.input)
                nodes.append(node)
        self._renamed = {name: f"{KEPT}{name}" for name in needed & taken}
        self._nodes = [self._own(node) for node in nodes[::-1]]
        for place in reversed(range(len(graph.initializer))):
            name = graph.initializer[place].name
            if name in needed:
                graph.initializer[place].name = self.kept(name)
            else:
                del graph.initializer[place]

    def kept(self, name: str) -> str:
        """Give the name of a value that stays."""
        return self._renamed.get(name, name)

    def node(self, operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add a node and return its output."""
        self._nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def weight(self, name: str, values: NDArray[np.generic]) -> str:
        """Add a weight and return its name."""
        weight = numpy_helper.from_array(np.ascontiguousarray(values), PREFIX + name)
        self._model.graph.initializer.append(weight)
        return PREFIX + name

    def finish(self, outputs: Sequence[onnx.ValueInfoProto], told: dict[str, str]) -> None:
        """Put nodes and outputs in the place of the old, and the metadata."""
        graph = self._model.graph
        for field in ("node", "output", "value_info"):
            graph.ClearField(field)
        graph.node.extend(self._nodes)
        graph.output.extend(outputs)
        others = {each.key: each.value for each in self._model.metadata_props}
        others = {key: text for key, text in others.items() if not key.startswith("gantei.")}
        helper.set_model_props(self._model, dict(sorted({**others, **told}.items())))

    def _own(self, node: onnx.NodeProto) -> onnx.NodeProto:
        own = onnx.NodeProto()
        own.CopyFrom(node)
        own.input[:] = [self.kept(name) for name in node.input]
        own.output[:] = [self.kept(name) for name in node.output]
        return own


def _answer(body: _Body, end: EmbeddingEnd, head: LinearHead) -> onnx.ValueInfoProto:
    kernel = body.weight("kernel", head.kernel.astype(np.float32))
    bias = body.weight("bias", head.bias.astype(np.float32))
    linear = body.node("Gemm", [body.kept(end.value), kernel, bias], f"{PREFIX}linear")
    name, activation = head.target.output, ACTIVATIONS[head.target.kind]
    match activation:
        case "sigmoid":
            body.node("Sigmoid", [linear], name)
        case "softmax":
            body.node("Softmax", [linear], name, axis=1)
        case _:
            body.node("Identity", [linear], name)
    return _described(name, [head.target.columns])


def _map(body: _Body, features: LastFeatures, head: LinearHead) -> onnx.ValueInfoProto:
    """Add what the very same weights make of each place."""
    kernel, columns = head.kernel.astype(np.float32), head.target.columns
    value = body.kept(features.value)
    height, width = features.sides
    if features.form == "rows":
        rows = body.weight("map-kernel", kernel)
        value = body.node("MatMul", [value, rows], f"{PREFIX}map-rows")
        value = body.node("Transpose", [value], f"{PREFIX}map-columns", perm=[0, 2, 1])
        shape = [-1, height, width] if columns == 1 else [-1, columns, height, width]
        sides = body.weight("map-shape", np.array(shape, np.int64))
        value = body.node("Reshape", [value, sides], f"{PREFIX}map-plane")
    else:
        if features.form == "channels-last":
            value = body.node("Transpose", [value], f"{PREFIX}features", perm=[0, 3, 1, 2])
        plane = body.weight("map-kernel", kernel.T[:, :, np.newaxis, np.newaxis])
        value = body.node("Conv", [value, plane], f"{PREFIX}map-plane")
        if columns == 1:
            value = _squeezed(body, value)
    body.node("Identity", [value], MAP)
    return _described(MAP, [height, width] if columns == 1 else [columns, height, width])


def _squeezed(body: _Body, value: str) -> str:
    """Take the axis of the one value away; before opset 13 its number was an attribute."""
    name = f"{PREFIX}map"
    if body.opset < 13:
        return body.node("Squeeze", [value], name, axes=[1])
    return body.node("Squeeze", [value, body.weight("axis-1", np.array([1], np.int64))], name)


def _described(name: str, sides: Sequence[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *sides])
