"""TensorFlow operations as TensorFlow up to 2.3 wrote them: TensorFlowOpLayer.

The configuration holds the operation's node (`node_def`) and its constant operands by position.
"""

import base64
from typing import Any

from ..onnx_graph.graph import Graph, Tensor
from .layer import Layer
from .registry import converts
from .tf_op_lambdas import arithmetic, reverse_channels

_BINARY = {
    "Add": "Add",
    "AddV2": "Add",
    "BiasAdd": "Add",
    "Mul": "Mul",
    "RealDiv": "Div",
    "Sub": "Sub",
}
_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
_REVERSAL = (
    ([1, -1], ("2", "2", "1", "0", "0")),  # x[..., ::-1]
    ([1, 1, 1, -1], ("15", "15", "0", "0", "0")),  # x[:, :, :, ::-1]
)


@converts(*(f"TensorFlowOpLayer:{operation}" for operation in _BINARY))
def binary_node(graph: Graph, layer: Layer) -> Tensor:
    """Convert arithmetic with a constant or another tensor."""
    operands, attributes = _operands(layer, 2), _attributes(layer)
    layout = attributes.get("data_format", {}).get("s", "")
    if layout and layout != base64.b64encode(b"NHWC").decode():
        raise layer.unsupported(f"data_format is {layout!r}; supported: NHWC")
    return arithmetic(graph, layer, _BINARY[layer.kind.partition(":")[2]], *operands)


@converts("TensorFlowOpLayer:StridedSlice")
def strided_slice(graph: Graph, layer: Layer) -> Tensor:
    """Convert `x[..., ::-1]`, RGB to BGR; other slices are refused."""
    x, _, _, strides = _operands(layer, 4)
    attributes = _attributes(layer)
    masks = tuple(str(attributes.get(mask, {}).get("i", "0")) for mask in _MASKS)
    picture = isinstance(x, Tensor) and len(x.shape) == 3 and x.channels is not None
    if not picture or (strides, masks) not in _REVERSAL:
        raise layer.unsupported(f"slices by {strides!r}; supported: the reversal of channels")
    return reverse_channels(graph, x, layer.name)


def _operands(layer: Layer, count: int) -> list[Any]:
    """Return tensors and constants in the operation's order."""
    constants = layer.option("constants", {})
    tensors = iter(layer.tensors)
    if not isinstance(constants, dict) or len(layer.inputs) + len(constants) != count:
        raise layer.error(f"needs {count} operands")
    operands = [
        constants[position] if position in constants else next(tensors, None)
        for position in map(str, range(count))
    ]
    if any(operand is None for operand in operands):
        raise layer.error(f"its constants stand at {sorted(constants)}, of {count} operands")
    return operands


def _attributes(layer: Layer) -> dict[str, dict[str, Any]]:
    definition = layer.option("node_def")
    attributes = definition.get("attr", {}) if isinstance(definition, dict) else None
    if not isinstance(attributes, dict) or not all(
        isinstance(value, dict) for value in attributes.values()
    ):
        raise layer.error("its node_def has no attributes")
    return attributes
