"""Poolings over windows and over the whole picture."""

from typing import Any

from ..onnx_graph.graph import Graph, Tensor
from .layer import Layer
from .padding import picture, place
from .registry import converts


@converts("MaxPooling2D", "MaxPool2D")
def max_pooling2d(graph: Graph, layer: Layer) -> Tensor:
    """Convert a MaxPooling2D layer."""
    return _pool(graph, layer, "MaxPool")


@converts("AveragePooling2D", "AvgPool2D")
def average_pooling2d(graph: Graph, layer: Layer) -> Tensor:
    """Convert an AveragePooling2D layer; padding does not count, in either framework."""
    return _pool(graph, layer, "AveragePool")


@converts("GlobalAveragePooling2D", "GlobalAvgPool2D")
def global_average_pooling2d(graph: Graph, layer: Layer) -> Tensor:
    """Convert a GlobalAveragePooling2D layer."""
    return _pool_all(graph, layer, "GlobalAveragePool")


@converts("GlobalMaxPooling2D", "GlobalMaxPool2D")
def global_max_pooling2d(graph: Graph, layer: Layer) -> Tensor:
    """Convert a GlobalMaxPooling2D layer."""
    return _pool_all(graph, layer, "GlobalMaxPool")


def _pool(graph: Graph, layer: Layer, operator: str) -> Tensor:
    x = picture(layer)
    layer.channels_last()
    size = layer.pair("pool_size", 2)
    strides = size if layer.option("strides") is None else layer.pair("strides")
    windows = place(layer, x, size, strides)
    attributes = windows.attributes
    if graph.unpadded(x)[0] is not x:
        attributes = _padding_by_name(layer, attributes)
    return graph.node(operator, [x], (*windows.size, x.channels), layer.name, **attributes)


def _padding_by_name(layer: Layer, attributes: dict[str, Any]) -> dict[str, Any]:
    """Keep ONNX Runtime from fusing a zero padding into the pooling after it.

    It does so where the padding is given in numbers, and then takes the largest without the
    zeros (seen in 1.20 and 1.31).
    """
    numbers = attributes.pop("pads", None)
    if numbers is None:
        return {"auto_pad": "VALID", **attributes}
    size, strides = attributes["kernel_shape"], attributes["strides"]
    if any(side < stride for side, stride in zip(size, strides, strict=True)):
        raise layer.unsupported("'same' with strides above the window, after zero padding")
    return {"auto_pad": "SAME_UPPER", **attributes}


def _pool_all(graph: Graph, layer: Layer, operator: str) -> Tensor:
    x = picture(layer)
    layer.channels_last()
    pooled = graph.node(operator, [x], (1, 1, x.channels), layer.name)
    if layer.flag("keepdims", default=False):
        return pooled
    return graph.reshape(pooled, (x.channels,), layer.name)
