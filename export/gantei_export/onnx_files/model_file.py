"""Reading a stranger's ONNX file: its message is parsed, and whatever is not allowed is refused."""

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from gantei.errors import ConversionError

from ..refusals.other_ways import TORCH_EXPORT
from .constants import check_tensor
from .operators import OPERATORS, OPSETS

LARGEST = (1 << 31) - 1
"""Bytes; what protobuf can hold in one message."""
MOST_NODES = 50_000
MOST_TENSORS = 50_000
LONGEST_NAME = 1_000
LONGEST_TEXT = 200
"""Characters of a text attribute, such as Einsum's equation."""
DOMAINS = ("", "ai.onnx")

_ATTRIBUTES = onnx.AttributeProto
_ALLOWED = {
    _ATTRIBUTES.FLOAT: "f",
    _ATTRIBUTES.INT: "i",
    _ATTRIBUTES.STRING: "s",
    _ATTRIBUTES.TENSOR: "t",
    _ATTRIBUTES.FLOATS: "floats",
    _ATTRIBUTES.INTS: "ints",
}
_VALUES = ("f", "i", "s", "t", "g", "floats", "ints", "strings", "tensors", "graphs")
_LISTS = {"floats", "ints", "strings", "tensors", "graphs"}


def said(name: str) -> str:
    """Give a stranger's name as a message prints it."""
    return repr(name[:80])


def read_content(path: Path) -> bytes:
    """Read a file that is not too large.

    Raises:
        ConversionError: it is.
    """
    if path.stat().st_size > LARGEST:
        raise ConversionError(f"{path.name}: more than {LARGEST:,} bytes; refused")
    return path.read_bytes()


def parse_model(content: bytes) -> onnx.ModelProto:
    """Parse a file's bytes and check all that can be checked without running it.

    Raises:
        ConversionError: it is damaged, or holds what is not allowed.
    """
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except DecodeError as error:
        raise ConversionError("no ONNX file, or a damaged one") from error
    check_allowed(model)
    return model


def is_text(*words: object) -> bool:
    """Whether all are UTF-8: protobuf gives what is not as bytes."""
    return all(isinstance(word, str) for word in words)


def opset_of(model: onnx.ModelProto) -> int:
    """Give the version of ONNX's own operators that a checked model imports."""
    return int(next(one.version for one in model.opset_import if one.domain in DOMAINS))


def check_allowed(model: onnx.ModelProto) -> None:
    """Refuse whatever is no plain graph of allowed operators over tensors that the file holds.

    Raises:
        ConversionError: it has such things; says what, and where.
    """
    graph = model.graph
    if not graph.node or not graph.output:
        raise ConversionError("holds no ONNX graph: damaged, or another kind of file")
    if model.functions:
        raise ConversionError("has local functions, which are refused; export it without them")
    if model.training_info:
        raise ConversionError("holds training information; export it for inference")
    if graph.sparse_initializer:
        raise ConversionError("has sparse weights, which are refused")
    values = (*graph.input, *graph.output, *graph.initializer)
    if not is_text(model.producer_name, model.producer_version, *(one.name for one in values)):
        raise ConversionError("has names that are no text: damaged")
    versions = [one.version for one in model.opset_import if one.domain in DOMAINS]
    if len(versions) != 1 or versions[0] not in OPSETS:
        raise ConversionError(
            f"is of opset {', '.join(map(str, versions[:5])) or 'unknown'}; taken are "
            f"{OPSETS[0]} to {OPSETS[-1]}. Export it with opset_version=17: {TORCH_EXPORT}"
        )
    if len(graph.node) > MOST_NODES or len(graph.initializer) > MOST_TENSORS:
        raise ConversionError(f"has more than {MOST_NODES:,} operators or weights; refused")
    for tensor in graph.initializer:
        check_tensor(tensor, f"weight {said(tensor.name)}")
    for node in graph.node:
        _check_node(node)


def _check_node(node: onnx.NodeProto) -> None:
    kind = node.op_type
    if not is_text(kind, node.name, *node.input, *node.output, *(a.name for a in node.attribute)):
        raise ConversionError("an operator has names that are no text: damaged")
    where = f"operator {kind[:80]} {said(node.name)}"
    if node.domain not in DOMAINS:
        raise ConversionError(
            f"{where}: is of {said(node.domain)}, not one of ONNX's own operators. Export the "
            "network anew, without an optimiser or quantisation of ONNX Runtime"
        )
    if kind not in OPERATORS:
        raise ConversionError(
            f"{where}: not among the operators that are taken (docs/adding-an-estimator.md)"
        )
    if any(len(name) > LONGEST_NAME for name in (*node.input, *node.output)):
        raise ConversionError(f"{where}: has a name of more than {LONGEST_NAME} characters")
    if len({attribute.name for attribute in node.attribute}) != len(node.attribute):
        raise ConversionError(f"{where}: has an attribute twice")
    for attribute in node.attribute:
        _check_attribute(attribute, f"{where}, attribute {said(attribute.name)}")
    _check_inference(node, where)


def _check_attribute(attribute: onnx.AttributeProto, where: str) -> None:
    field = _ALLOWED.get(attribute.type)
    held = [
        name
        for name in _VALUES
        if (len(getattr(attribute, name)) if name in _LISTS else attribute.HasField(name))
    ]
    if field is None or attribute.ref_attr_name or [name for name in held if name != field]:
        raise ConversionError(
            f"{where}: neither numbers, a short text nor a tensor (a subgraph, list of texts or "
            "reference); refused"
        )
    if field == "s" and len(attribute.s) > LONGEST_TEXT:
        raise ConversionError(f"{where}: a text of {len(attribute.s)} bytes; refused")
    if field == "t":
        check_tensor(attribute.t, where)


def _check_inference(node: onnx.NodeProto, where: str) -> None:
    """Refuse operators that are set to train: these draw random numbers, or change."""
    training = any(one.name == "training_mode" and one.i for one in node.attribute)
    if node.op_type == "BatchNormalization" and (training or len(node.output) > 1):
        raise ConversionError(f"{where}: is set to train; export the network after model.eval()")
    if node.op_type == "Dropout" and len(node.input) > 2 and node.input[2]:
        raise ConversionError(f"{where}: may be set to train; export after model.eval()")
