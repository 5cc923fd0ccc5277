"""BatchNormalization, and the layers that scale pixels inside the model."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..onnx_graph.graph import Graph, Tensor
from .layer import Layer
from .registry import converts


@converts(
    "BatchNormalization",
    "BatchNormalizationV1",
    "BatchNormalizationV2",
    "SyncBatchNormalization",
    weights=("gamma", "beta"),
    state=("moving_mean", "moving_variance"),
    training=("momentum", "renorm_momentum", "renorm_clipping", "fused", "synchronized"),
)
def batch_normalization(graph: Graph, layer: Layer) -> Tensor:
    """Convert BatchNormalization: folded into the linear layer before it where there is one."""
    x = layer.input
    rank, channels = len(x.shape) + 1, x.channels
    if layer.raw_option("axis", -1) not in (-1, rank - 1, [rank - 1], [-1]) or channels is None:
        raise layer.unsupported(
            f"axis is {layer.option('axis')!r}; supported: the last, of known size"
        )
    if rank not in (2, 4) or layer.option("renorm") or layer.option("virtual_batch_size"):
        raise layer.unsupported("supported: pictures and vectors, no renorm, no virtual batches")
    epsilon = layer.number("epsilon", 1e-3)
    ones, zeros = np.ones(channels), np.zeros(channels)
    gamma = _vector(layer, "gamma", channels) if layer.flag("scale", default=True) else ones
    beta = _vector(layer, "beta", channels) if layer.flag("center", default=True) else zeros
    mean = _vector(layer, "moving_mean", channels)
    variance = _vector(layer, "moving_variance", channels)
    if (variance + epsilon <= 0).any():
        raise layer.error("a variance is negative")
    scale = gamma / np.sqrt(variance + epsilon)
    folded = graph.fold(x, scale, beta - mean * scale, layer.name)
    if folded is not None:
        return folded
    values = {"gamma": gamma, "beta": beta, "moving_mean": mean, "moving_variance": variance}
    names = [
        graph.constant(value.astype(np.float32), f"{layer.name}/{role}")
        for role, value in values.items()
    ]
    return graph.node("BatchNormalization", [x, *names], x.shape, layer.name, epsilon=epsilon)


@converts("Rescaling")
def rescaling(graph: Graph, layer: Layer) -> Tensor:
    """Convert a Rescaling layer: x * scale + offset, numbers or one for each channel."""
    x, rank = layer.input, len(layer.input.shape) + 1
    scale, offset = (_values(layer, key) for key in ("scale", "offset"))
    factor = graph.broadcast(scale, rank, f"{layer.name}/scale")
    y = graph.node("Mul", [x, factor], x.shape, layer.name)
    if not offset.any():
        return y
    shift = graph.broadcast(offset, rank, f"{layer.name}/offset")
    return graph.node("Add", [y, shift], x.shape, layer.name)


def _has_statistics(config: Mapping[str, Any]) -> bool:
    return config.get("mean") is None


@converts("Normalization", state=("mean", "variance", "count"), stored=_has_statistics)
def normalization(graph: Graph, layer: Layer) -> Tensor:
    """Convert a Normalization layer: (x - mean) / max(sqrt(variance), 1e-7) for each channel."""
    x, rank = layer.input, len(layer.input.shape) + 1
    if layer.flag("invert", default=False):
        raise layer.unsupported("invert is not supported")
    axis = layer.config.get("axis", -1)
    layer.read.add("axis")
    if axis not in (-1, rank - 1, [rank - 1], [-1], None, []) or x.channels is None:
        raise layer.unsupported(f"axis is {axis!r}; supported: the last")
    if _has_statistics(layer.config):
        shape = () if axis in (None, []) else (x.channels,)
        mean, variance = (layer.weight(role, shape).read() for role in ("mean", "variance"))
    else:
        mean, variance = (_values(layer, role).ravel() for role in ("mean", "variance"))
        if not {mean.size, variance.size} <= {1, x.channels}:
            raise layer.error(f"mean and variance do not fit {x.channels} channels")
    if (variance < 0).any():
        raise layer.error("a variance is negative")
    deviation = np.maximum(np.sqrt(variance), np.float32(1e-7))
    shift = graph.broadcast(mean, rank, f"{layer.name}/mean")
    y = graph.node("Sub", [x, shift], x.shape, layer.name)
    return graph.node(
        "Div", [y, graph.broadcast(deviation, rank, f"{layer.name}/deviation")], x.shape, layer.name
    )


def _vector(layer: Layer, role: str, size: int) -> NDArray[np.float64]:
    return layer.weight(role, (size,)).read().astype(np.float64)


def _values(layer: Layer, key: str) -> NDArray[np.float32]:
    """Return an option that is a number or nested lists of them, one for each channel at most."""
    value = layer.raw_option(key, 0.0 if key == "offset" else None)
    flat = value
    while isinstance(flat, list) and len(flat) == 1:
        flat = flat[0]
    numbers = flat if isinstance(flat, list) else [flat]
    array = np.array([layer.finite(key, number) for number in numbers], np.float32)
    if array.size not in (1, layer.input.channels):
        raise layer.error(f"{key} has {array.size} numbers for {layer.input.channels} channels")
    return array if array.size > 1 else array.reshape(())
