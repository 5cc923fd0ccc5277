"""Convolutions and zero padding. Kernels are HWIO in Keras, OIHW in ONNX."""

from dataclasses import dataclass
from typing import Any

from ..onnx_graph.graph import Graph, Tensor
from .activation import activate
from .layer import Layer
from .padding import picture, place
from .registry import converts


@dataclass(frozen=True)
class _Kernel:
    """A kernel in the graph: its name, (height, width), filters and groups."""

    name: str
    size: tuple[int, int]
    filters: int
    groups: int


@converts("Conv2D", "Convolution2D", weights=("kernel", "bias"))
def conv2d(graph: Graph, layer: Layer) -> Tensor:
    """Convert a Conv2D layer, grouped or not."""
    x, filters, groups = picture(layer), layer.integer("filters"), layer.integer("groups", 1)
    size, channels = layer.pair("kernel_size"), x.shape[2] or 0
    if channels % groups or filters % groups:
        raise layer.error(f"{groups} groups do not divide {channels} channels, {filters} filters")
    stored = layer.weight("kernel", (*size, channels // groups, filters))
    name, shape = f"{layer.name}/kernel", (filters, channels // groups, *size)
    graph.weight(name, shape, lambda: stored.read().transpose(3, 2, 0, 1))
    kernel = _Kernel(name, size, filters, groups)
    return activate(graph, layer, _convolve(graph, layer, x, kernel, _bias(graph, layer, filters)))


@converts("DepthwiseConv2D", weights=("depthwise_kernel", "bias"))
def depthwise_conv2d(graph: Graph, layer: Layer) -> Tensor:
    """Convert a DepthwiseConv2D layer: each channel has its own filters."""
    x, size = picture(layer), layer.pair("kernel_size")
    if layer.integer("groups", 1) != 1:
        raise layer.unsupported("groups are not supported")
    kernel = _depthwise(graph, layer, x, size)
    bias = _bias(graph, layer, kernel.filters)
    return activate(graph, layer, _convolve(graph, layer, x, kernel, bias))


@converts("SeparableConv2D", weights=("depthwise_kernel", "pointwise_kernel", "bias"))
def separable_conv2d(graph: Graph, layer: Layer) -> Tensor:
    """Convert a SeparableConv2D layer: a depthwise and then a 1 x 1 convolution."""
    x, filters = picture(layer), layer.integer("filters")
    if layer.integer("groups", 1) != 1:
        raise layer.unsupported("groups are not supported")
    kernel = _depthwise(graph, layer, x, layer.pair("kernel_size"))
    y = _convolve(graph, layer, x, kernel, None)
    stored = layer.weight("pointwise_kernel", (1, 1, kernel.filters, filters))
    name, shape = f"{layer.name}/pointwise_kernel", (filters, kernel.filters, 1, 1)
    graph.weight(name, shape, lambda: stored.read().transpose(3, 2, 0, 1))
    linear = (y, name, _bias(graph, layer, filters))
    y = graph.linear("Conv", linear, (*y.shape[:2], filters), layer.name, kernel_shape=(1, 1))
    return activate(graph, layer, y)


@converts("ZeroPadding2D")
def zero_padding2d(graph: Graph, layer: Layer) -> Tensor:
    """Convert a ZeroPadding2D layer; a convolution after it takes the padding over."""
    x = picture(layer)
    layer.channels_last()
    padding = layer.raw_option("padding", 1)
    rows, columns = padding if isinstance(padding, list) and len(padding) == 2 else (padding,) * 2
    (top, bottom), (left, right) = (_sides(layer, sides) for sides in (rows, columns))
    return graph.pad(x, (top, left, bottom, right), layer.name)


def _sides(layer: Layer, sides: Any) -> tuple[int, int]:
    both = sides if isinstance(sides, list) else [sides, sides]
    if len(both) != 2 or not all(type(side) is int and 0 <= side < 2**16 for side in both):
        raise layer.error(
            f"padding is {layer.option('padding')!r}, not numbers of rows and columns"
        )
    return both[0], both[1]


def _depthwise(graph: Graph, layer: Layer, x: Tensor, size: tuple[int, int]) -> _Kernel:
    """Name the kernel of one filter group a channel, (h, w, channels, multiplier) in Keras."""
    channels, multiplier = x.shape[2] or 0, layer.integer("depth_multiplier", 1)
    stored = layer.weight("depthwise_kernel", (*size, channels, multiplier))
    shape = (channels * multiplier, 1, *size)
    name = f"{layer.name}/depthwise_kernel"
    graph.weight(name, shape, lambda: stored.read().transpose(2, 3, 0, 1).reshape(shape))
    return _Kernel(name, size, channels * multiplier, channels)


def _bias(graph: Graph, layer: Layer, filters: int) -> str | None:
    if not layer.flag("use_bias", default=True):
        return None
    return graph.weight(f"{layer.name}/bias", (filters,), layer.weight("bias", (filters,)).read)


def _convolve(graph: Graph, layer: Layer, x: Tensor, kernel: _Kernel, bias: str | None) -> Tensor:
    layer.channels_last()
    valid = layer.raw_option("padding", "valid") == "valid"
    source, padded = graph.unpadded(x) if valid else (x, (0, 0, 0, 0))
    strides, dilations = layer.pair("strides", 1), layer.pair("dilation_rate", 1)
    windows = place(layer, source, kernel.size, strides, padded, dilations)
    return graph.linear(
        "Conv",
        (source, kernel.name, bias),
        (*windows.size, kernel.filters),
        layer.name,
        group=kernel.groups,
        **windows.attributes,
    )
