"""An ONNX graph that another program made, brought into the form of our own.

Nothing of its text stays: nodes, values and weights are numbered anew. Of it come the operators,
their attributes, the weights, and how they are connected.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from gantei.errors import ConversionError

from ..manifest_draft.network_facts import NetworkFacts, OutputFacts
from ..onnx_graph.conversion import IR_VERSION, PRODUCER, Conversion, check
from ..onnx_graph.explanation_outputs import Head
from ..onnx_graph.graph import PHOTOGRAPH
from ..onnx_graph.pixel_map import scaling_of
from ..onnx_graph.serialisation import Weight
from .answer_head import activation_of, add_explanations
from .renamed_graph import RenamedGraph

PICTURE = "picture"
"""The photographs in the graph's own layout, where that is not ours."""


@dataclass(frozen=True)
class Picture:
    """The input of a graph; `batch` and `size` (height and width, px) are None where left open."""

    name: str
    layout: Literal["NCHW", "NHWC"]
    batch: int | None
    size: tuple[int | None, int | None]

    def shape(self, batch: int, size: tuple[int, int]) -> tuple[int, ...]:
        """Give the shape of so many pictures in the graph's own layout."""
        return (batch, 3, *size) if self.layout == "NCHW" else (batch, *size, 3)


@dataclass(frozen=True)
class GraphOutput:
    """An output of a graph: its value, the name that people know it by, and how it comes out."""

    value: str
    name: str
    units: int
    plain: bool = True
    """Float32 (n, units); otherwise it is brought to that."""


def adopt(model: onnx.ModelProto, told: Mapping[str, Any], sha256: str, size: int) -> Conversion:
    """Make a conversion of TensorFlow's graph: its one input is `photograph`.

    `told` are the outputs' names in their order, `keras_version`, `verification` and what is
    `assumed` of functions; `sha256` and `size` (bytes) are the original file's.

    Raises:
        ConversionError: the graph is of another form, or no valid ONNX.
    """
    graph, names = model.graph, list(told["outputs"])
    if any(node.domain for node in graph.node):
        raise ConversionError("the graph needs operators beyond those of ONNX itself")
    answers = [
        GraphOutput(answer.name, name, _units(name, answer))
        for name, answer in zip(names, graph.output, strict=True)
    ]
    facts = NetworkFacts(
        *(sha256, size, told["keras_version"], None, None, ()),
        assumed=tuple(told.get("assumed", ())),
    )
    head = Head(reason="TensorFlow converted it, and its layers are not known")
    picture = _picture(graph)
    body = body_of(model, picture, answers)
    return _finished(body, picture, answers, facts, (head,) * len(answers), told)


def adopt_file(
    model: onnx.ModelProto,
    picture: Picture,
    answer: GraphOutput,
    facts: NetworkFacts,
    verification: Mapping[str, Any] | None,
) -> Conversion:
    """Make a conversion of a checked file's graph; `facts` are what its bytes alone tell.

    Raises:
        ConversionError: the graph is no valid ONNX.
    """
    body = body_of(model, picture, [answer])
    head = add_explanations(body, answer.value, answer.units)
    return _finished(body, picture, [answer], facts, (head,), {"verification": verification})


def body_of(
    model: onnx.ModelProto, picture: Picture, answers: Sequence[GraphOutput]
) -> RenamedGraph:
    """Take over what the answers need of a graph, under names of our own."""
    opset = next(one.version for one in model.opset_import if one.domain in ("", "ai.onnx"))
    needed, nodes = {answer.value for answer in answers}, []
    for node in reversed(model.graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            nodes.append(node)
    start = PICTURE if picture.layout == "NCHW" else PHOTOGRAPH
    body = RenamedGraph(start, opset, picture.size)
    body.names = {"": "", picture.name: start}
    for tensor in model.graph.initializer:
        if tensor.name in needed:
            body.name(tensor.name, body.weight(_array(tensor)))
    if picture.layout == "NCHW":
        body.node("Transpose", [PHOTOGRAPH], PICTURE, perm=[0, 3, 1, 2])
    for node in reversed(nodes):
        _take(body, node)
    if missing := [answer.value for answer in answers if answer.value not in body.names]:
        raise ConversionError(f"nothing gives the outputs {missing!s:.200}")
    return body


def _take(body: RenamedGraph, node: onnx.NodeProto) -> None:
    """Add one node of the foreign graph; a Constant becomes a weight."""
    if node.op_type == "Constant":
        body.name(node.output[0], body.weight(_constant(node)))
        return
    strange = [name for name in node.input if name not in body.names]
    if strange:
        raise ConversionError(f"operator {node.op_type}: nothing gives its input {strange!s:.200}")
    if node.op_type == "Identity" and body.names[node.input[0]] in body.weights:
        body.name(node.output[0], body.names[node.input[0]])
        return
    taken = onnx.NodeProto(op_type=node.op_type)
    taken.input.extend(body.names[name] for name in node.input)
    for attribute in sorted(node.attribute, key=lambda one: one.name):
        kept = taken.attribute.add()
        kept.CopyFrom(attribute)
        kept.DiscardUnknownFields()
        kept.ClearField("doc_string")
    for name in node.output:
        taken.output.append(body.name(name, body.fresh()) if name else "")
    taken.name = next(name for name in taken.output if name)
    body.nodes.append(taken)


def _constant(node: onnx.NodeProto) -> NDArray[Any]:
    if len(node.attribute) != 1:
        raise ConversionError(f"a Constant has {len(node.attribute)} values, not one")
    value = node.attribute[0]
    if value.name == "value":
        return _array(value.t)
    kinds: dict[str, Any] = {
        "value_float": np.float32,
        "value_floats": np.float32,
        "value_int": np.int64,
        "value_ints": np.int64,
    }
    if value.name not in kinds:
        raise ConversionError(f"a Constant has {value.name[:80]!r}, no number or tensor")
    return np.array(helper.get_attribute_value(value), kinds[value.name])


def _array(tensor: TensorProto) -> NDArray[Any]:
    try:
        return np.asarray(numpy_helper.to_array(tensor))
    except (ValueError, OverflowError, TypeError) as error:
        raise ConversionError(f"weight {tensor.name[:80]!r}: {error!s:.200}") from error


def _finished(
    body: RenamedGraph,
    picture: Picture,
    answers: Sequence[GraphOutput],
    facts: NetworkFacts,
    heads: tuple[Head, ...],
    told: Mapping[str, Any],
) -> Conversion:
    """Add the outputs, describe them, and have all of it checked."""
    described, outputs = [], []
    for number, answer in enumerate(answers):
        value, outer = body.names[answer.value], f"answer_{number}"
        outputs.append(OutputFacts(answer.name, answer.units, activation_of(body, value)))
        if not answer.plain:
            value = body.node("Cast", [value], to=TensorProto.FLOAT)
            value = body.reshaped(value, answer.units)
        body.node("Identity", [value], outer)
        described.append(
            helper.make_tensor_value_info(outer, TensorProto.FLOAT, ["n", answer.units])
        )
    model = _model(body, [*described, *body.explanations])
    weights = tuple(Weight(name, values) for name, values in body.live_weights().items())
    check(model, weights)
    height, width = picture.size
    facts = replace(
        facts,
        input_size=None if height is None or width is None else (height, width),
        scaling=scaling_of(model, weights),
        outputs=tuple(outputs),
    )
    return Conversion(facts, model, weights, heads, told["verification"])


def _model(body: RenamedGraph, outputs: Iterable[onnx.ValueInfoProto]) -> onnx.ModelProto:
    graph = helper.make_graph(body.nodes, PRODUCER, [body.photograph()], list(outputs))
    operators = helper.make_opsetid("", body.opset)
    model = helper.make_model(graph, producer_name=PRODUCER, opset_imports=[operators])
    model.ir_version = max(IR_VERSION, helper.find_min_ir_version_for([operators]))
    return model


def _picture(graph: onnx.GraphProto) -> Picture:
    """Check that the only input is `photograph`, and describe it."""
    shapes = {one.name: _shape(one) for one in graph.input}
    shape = shapes.get(PHOTOGRAPH, ())
    if len(shapes) != 1 or len(shape) != 4 or shape[3] != 3:
        raise ConversionError(f"the network takes {shapes}, not pictures of three channels")
    return Picture(PHOTOGRAPH, "NHWC", None, (shape[1], shape[2]))


def _units(name: str, answer: onnx.ValueInfoProto) -> int:
    shape = _shape(answer)
    if len(shape) != 2 or shape[1] is None:
        raise ConversionError(
            f"output {name!r}: has the shape {shape}; an estimator's is (n, units)"
        )
    return shape[1]


def _shape(value: onnx.ValueInfoProto) -> tuple[int | None, ...]:
    sides = value.type.tensor_type.shape.dim
    return tuple(side.dim_value if side.HasField("dim_value") else None for side in sides)
