"""Activation functions, as layers and as the `activation` option of other layers."""

from collections.abc import Callable

import numpy as np

from ..onnx_graph.graph import Graph, Tensor
from ..refusals.other_ways import WHERE_ITS_CODE_IS
from .layer import Layer
from .registry import converts


def _operator(operator: str, **attributes: float) -> Callable[[Graph, Tensor, str], Tensor]:
    def apply(graph: Graph, x: Tensor, name: str) -> Tensor:
        return graph.node(operator, [x], x.shape, name, **attributes)

    return apply


def _linear(graph: Graph, x: Tensor, name: str) -> Tensor:
    return x


def _relu6(graph: Graph, x: Tensor, name: str) -> Tensor:
    return graph.node("Clip", [x, graph.scalar(0), graph.scalar(6)], x.shape, name)


def _swish(graph: Graph, x: Tensor, name: str) -> Tensor:
    gate = graph.node("Sigmoid", [x], x.shape, name)
    return graph.node("Mul", [x, gate], x.shape, name)


def _softmax(graph: Graph, x: Tensor, name: str) -> Tensor:
    return graph.node("Softmax", [x], x.shape, name, axis=1 if len(x.shape) == 3 else -1)


PACKAGE_SWISH = {"class_name": "function", "config": "swish"}
"""Somebody's own function of that name; a `.keras` and Keras 3 write its module besides."""

FUNCTIONS: dict[str, Callable[[Graph, Tensor, str], Tensor]] = {
    "linear": _linear,
    "relu": _operator("Relu"),
    "relu6": _relu6,
    "sigmoid": _operator("Sigmoid"),
    "hard_sigmoid": _operator("HardSigmoid", alpha=0.2, beta=0.5),
    "keras3_hard_sigmoid": _operator("HardSigmoid", alpha=1 / 6, beta=0.5),
    "tanh": _operator("Tanh"),
    "softmax": _softmax,
    "swish": _swish,
    "silu": _swish,
    "elu": _operator("Elu", alpha=1.0),
    "selu": _operator("Selu", alpha=1.6732632423543772, gamma=1.0507009873554805),
    "softplus": _operator("Softplus"),
    "softsign": _operator("Softsign"),
    "exponential": _operator("Exp"),
}


def activation_name(layer: Layer) -> str:
    """Return the layer's `activation` option, `linear` where there is none.

    The efficientnet package passes its own function, which a Keras 2 `.h5` has by its name,
    `swish`; `keras_converter` sees that the network is an EfficientNet.
    """
    value = layer.option("activation", "linear")
    if value == PACKAGE_SWISH:
        return "swish"
    if value in list(FUNCTIONS):
        return str(value)
    name = value.get("config") if isinstance(value, dict) else value
    if isinstance(value, dict) and value.get("class_name") == "function":
        raise layer.error(
            f"its activation {name!r} is a function of its author's own, whose code is not in the "
            f"file. {WHERE_ITS_CODE_IS}"
        )
    if isinstance(value, dict) and not isinstance(name, str):  # a layer in a function's place
        name = value.get("class_name")
    raise layer.unsupported(f"its activation {name!r} is none that gantei converts itself")


def activate(graph: Graph, layer: Layer, x: Tensor) -> Tensor:
    """Apply the layer's `activation` option."""
    return apply_activation(graph, activation_name(layer), x, layer.name)


def apply_activation(graph: Graph, function: str, x: Tensor, name: str) -> Tensor:
    """Apply an activation that `activation_name` can return."""
    return FUNCTIONS[function](graph, x, name)


@converts("Activation")
def activation(graph: Graph, layer: Layer) -> Tensor:
    """Convert an Activation layer."""
    return activate(graph, layer, layer.input)


@converts("Softmax")
def softmax(graph: Graph, layer: Layer) -> Tensor:
    """Convert a Softmax layer over the last axis."""
    x = layer.input
    axis = layer.raw_option("axis", -1)
    if axis not in (-1, [-1], len(x.shape), [len(x.shape)]):
        raise layer.unsupported(f"axis is {axis!r}; supported: the last")
    return _softmax(graph, x, layer.name)


@converts("ReLU")
def relu(graph: Graph, layer: Layer) -> Tensor:
    """Convert a ReLU layer: x above the threshold, a slope below it, at most max_value."""
    x = layer.input
    top = layer.option("max_value")
    top = None if top is None else layer.finite("max_value", top)
    slope = layer.number("negative_slope", 0.0)
    threshold = layer.number("threshold", 0.0)
    if min(slope, threshold, top or 0) < 0:
        raise layer.error("takes no negative max_value, negative_slope or threshold, as in Keras")
    limit = None if top is None else graph.scalar(top)
    shape, name = x.shape, layer.name
    if threshold == 0:
        if slope != 0:
            y = graph.node("LeakyRelu", [x], shape, name, alpha=slope)
            return y if limit is None else graph.node("Min", [y, limit], shape, name)
        if limit is None:
            return graph.node("Relu", [x], shape, name)
        return graph.node("Clip", [x, graph.scalar(0), limit], shape, name)
    edge = graph.scalar(threshold)
    above = graph.node("Greater", [x, edge], shape, name)
    y = graph.node("Where", [above, x, graph.scalar(0)], shape, name)
    if limit is not None:
        y = graph.node("Clip", [y, graph.scalar(0), limit], shape, name)
    if slope == 0:
        return y
    below = graph.node("Relu", [graph.node("Sub", [edge, x], shape, name)], shape, name)
    fall = graph.node("Mul", [below, graph.scalar(slope)], shape, name)
    return graph.node("Sub", [y, fall], shape, name)


@converts("LeakyReLU")
def leaky_relu(graph: Graph, layer: Layer) -> Tensor:
    """Convert a LeakyReLU layer."""
    slope = float(np.float32(layer.number("alpha", 0.3)))
    return graph.node("LeakyRelu", [layer.input], layer.input.shape, layer.name, alpha=slope)
