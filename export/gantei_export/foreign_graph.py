"""An ONNX graph that another converter made, brought into the form of our own."""

from collections.abc import Mapping
from typing import Any

import onnx
from onnx import helper, numpy_helper

from gantei.errors import ConversionError

from .converted import IR_VERSION, PRODUCER, Conversion
from .file_facts import FileFacts, OutputFacts
from .graph import PHOTOGRAPH
from .head import Head
from .onnx_file import Weight, sealed

_KEEPS_VALUES = ("Identity", "Reshape", "Squeeze", "Flatten", "Cast")
_ACTIVATIONS = {"Sigmoid": "sigmoid", "Softmax": "softmax", "Relu": "relu", "Tanh": "tanh"}
_LINEAR = ("Gemm", "MatMul", "Add")


def adopt(model: onnx.ModelProto, told: Mapping[str, Any], sha256: str, size: int) -> Conversion:
    """Make a conversion of a graph: its one input is `photograph`, each output (n, units).

    `told` are the outputs' names in their order, `keras_version`, `verification` and what is
    `assumed` of functions; `sha256` and `size` (bytes) are the original file's.

    Raises:
        ConversionError: the graph is of another form, or no valid ONNX.
    """
    graph, names = model.graph, list(told["outputs"])
    if any(node.domain for node in graph.node):
        raise ConversionError("the graph needs operators beyond those of ONNX itself")
    outputs = tuple(
        OutputFacts(name, _units(name, answer), _activation(graph, answer.name))
        for name, answer in zip(names, graph.output, strict=True)
    )
    sides = _input_sides(graph)
    _rename_outputs(graph)
    model.ir_version, model.producer_name = IR_VERSION, PRODUCER
    opset = next(one.version for one in model.opset_import if one.domain in ("", "ai.onnx"))
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", opset))
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ConversionError(f"the graph is not valid ONNX: {error}") from error
    weights = tuple(
        Weight(one.name, sealed(numpy_helper.to_array(one))) for one in graph.initializer
    )
    del graph.initializer[:]
    facts = FileFacts(
        sha256=sha256,
        bytes=size,
        keras_version=told["keras_version"],
        architecture=None,
        input_size=sides,
        scaling=None,
        outputs=outputs,
        assumed=tuple(told.get("assumed", ())),
    )
    head = Head(reason="TensorFlow converted it, and its layers are not known")
    return Conversion(facts, model, weights, (head,) * len(outputs), told["verification"])


def _input_sides(graph: onnx.GraphProto) -> tuple[int, int] | None:
    """Check that the only input is `photograph`, and return its height and width if fixed."""
    shapes = {one.name: _shape(one) for one in graph.input}
    shape = shapes.get(PHOTOGRAPH, ())
    if len(shapes) != 1 or len(shape) != 4 or shape[3] != 3:
        raise ConversionError(f"the network takes {shapes}, not pictures of three channels")
    return None if shape[1] is None or shape[2] is None else (shape[1], shape[2])


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


def _activation(graph: onnx.GraphProto, tensor: str) -> str:
    """Name the last operator that changes values as Keras names activations."""
    makers = {name: node for node in graph.node for name in node.output}
    node = makers.get(tensor)
    while node is not None and node.op_type in _KEEPS_VALUES:
        node = makers.get(node.input[0])
    kind = node.op_type if node is not None else "Identity"
    return "linear" if kind in _LINEAR else _ACTIVATIONS.get(kind, kind)


def _rename_outputs(graph: onnx.GraphProto) -> None:
    """Let each output be an Identity, so that it can be given any name."""
    for number, answer in enumerate(graph.output):
        old, inner, outer = answer.name, f"tensorflow/{answer.name}", f"answer_{number}"
        for node in graph.node:
            node.input[:] = [inner if name == old else name for name in node.input]
            node.output[:] = [inner if name == old else name for name in node.output]
        graph.node.append(helper.make_node("Identity", [inner], [outer], outer))
        answer.name = outer
