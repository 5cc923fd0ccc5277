"""TensorFlow functions called on Keras tensors, as `preprocess_input` leaves them in a model.

Each is a layer of the class TFOpLambda (SlicingOpLambda for `x[...]`) whose configuration names
the function and whose call holds its arguments.
"""

from typing import Any

import numpy as np

from ..onnx_graph.graph import Graph, Tensor
from .activation import apply_activation
from .layer import Layer
from .merging import broadcast_shape
from .registry import converts

_ELLIPSIS = {"class_name": "__ellipsis__"}
_BINARY = {
    "__operators__.add": "Add",
    "math.add": "Add",
    "math.subtract": "Sub",
    "math.multiply": "Mul",
    "math.divide": "Div",
    "math.truediv": "Div",
}
_UNARY = {
    "math.sigmoid": "sigmoid",
    "math.tanh": "tanh",
    "nn.relu": "relu",
    "nn.relu6": "relu6",
    "nn.sigmoid": "sigmoid",
    "nn.silu": "swish",
    "nn.softmax": "softmax",
    "nn.swish": "swish",
}


def _numbers(layer: Layer, value: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return a constant operand: a number, or one for each channel."""
    numbers = value if isinstance(value, list) else [value]
    array = np.array([layer.finite("an operand", number) for number in numbers], np.float32)
    return array if isinstance(value, list) else array.reshape(())


def arithmetic(graph: Graph, layer: Layer, operator: str, x: Any, y: Any) -> Tensor:
    """Apply a binary operator to tensors, numbers, or one number for each channel."""
    tensors = [operand for operand in (x, y) if isinstance(operand, Tensor)]
    if not tensors:
        raise layer.error("takes constants only")
    shape = tensors[0].shape
    operands: list[Tensor | str] = []
    for side, operand in zip("xy", (x, y), strict=True):
        if isinstance(operand, Tensor):
            operands.append(operand)
            continue
        constant = _numbers(layer, operand)
        if constant.size not in (1, tensors[0].channels):
            raise layer.error(f"{constant.size} numbers for {tensors[0].channels} channels")
        operands.append(graph.broadcast(constant, len(shape) + 1, f"{layer.name}/{side}"))
    if len(tensors) == 2:
        shape = broadcast_shape(layer, [tensor.shape for tensor in tensors])
    return graph.node(operator, operands, shape, layer.name)


def _arguments(layer: Layer, *known: str) -> list[Any]:
    """Return the positional input and the named arguments; any other is refused."""
    unknown = [
        key
        for key, value in layer.arguments.items()
        if key not in (*known, "name") and value is not None
    ]
    if unknown or len(layer.inputs) != 1:
        raise layer.unsupported(
            f"called with {len(layer.inputs)} inputs and {unknown}; not supported"
        )
    return [layer.inputs[0], *(layer.arguments.get(key) for key in known)]


@converts(*(f"TFOpLambda:{function}" for function in _BINARY))
def binary(graph: Graph, layer: Layer) -> Tensor:
    """Convert arithmetic with a number, one number for each channel, or another tensor."""
    x, y = _arguments(layer, "y")
    return arithmetic(graph, layer, _BINARY[layer.kind.partition(":")[2]], x, y)


@converts("TFOpLambda:nn.bias_add")
def bias_add(graph: Graph, layer: Layer) -> Tensor:
    """Convert `tf.nn.bias_add`."""
    x, bias, layout = _arguments(layer, "bias", "data_format")
    if layout not in (None, "NHWC", "N...C"):
        raise layer.unsupported(f"data_format is {layout!r}; supported: NHWC")
    return arithmetic(graph, layer, "Add", x, bias)


@converts("TFOpLambda:cast")
def cast(graph: Graph, layer: Layer) -> Tensor:
    """Convert `tf.cast` to float32, which changes nothing here."""
    x, dtype = _arguments(layer, "dtype")
    if dtype != "float32" or not isinstance(x, Tensor):
        raise layer.unsupported(f"casts to {dtype!r}; supported: float32")
    return x


@converts(*(f"TFOpLambda:{function}" for function in _UNARY))
def unary(graph: Graph, layer: Layer) -> Tensor:
    """Convert an activation that was called as a function."""
    (x,) = _arguments(layer)
    if not isinstance(x, Tensor):
        raise layer.error("takes a constant only")
    return apply_activation(graph, _UNARY[layer.kind.partition(":")[2]], x, layer.name)


@converts("TFOpLambda:__operators__.getitem")
def getitem(graph: Graph, layer: Layer) -> Tensor:
    """Convert `x[..., ::-1]`, RGB to BGR; other slices are refused."""
    x, slices = _arguments(layer, "slice_spec")
    if not isinstance(x, Tensor) or len(x.shape) != 3 or x.channels is None:
        raise layer.unsupported("slices something other than a picture")
    *others, last = slices if isinstance(slices, list) and slices else [None]
    dots = others.count(_ELLIPSIS)
    complete = dots == 1 or (dots == 0 and len(others) == 3)
    whole = all(part in (_ELLIPSIS, _slice(None)) for part in others)
    if not complete or not whole or last not in (_slice(-1), _slice(None), _slice(1)):
        raise layer.unsupported(f"slices {slices!r}; supported: the reversal of channels")
    if last != _slice(-1):
        return x
    return reverse_channels(graph, x, layer.name)


def reverse_channels(graph: Graph, x: Tensor, name: str) -> Tensor:
    """Turn RGB into BGR and back."""
    order = np.arange(x.channels or 0, dtype=np.int64)[::-1]
    return graph.node("Gather", [x, graph.constant(order, f"{name}/order")], x.shape, name, axis=1)


def _slice(step: int | None) -> dict[str, int | None]:
    return {"start": None, "stop": None, "step": step}
