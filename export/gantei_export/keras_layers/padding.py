"""Where a sliding window stands: TensorFlow's padding, as convolutions and poolings share it."""

import operator
from dataclasses import dataclass
from typing import Any

from ..onnx_graph.graph import Tensor
from .layer import Layer

_SpatialSize = tuple[int | None, int | None]


@dataclass(frozen=True)
class Windows:
    """The ONNX attributes of a window and the (height, width) of what it yields."""

    size: _SpatialSize
    attributes: dict[str, Any]


def picture(layer: Layer) -> Tensor:
    """Return the layer's input, refused where it is not a picture (height, width, channels)."""
    x = layer.input
    if len(x.shape) != 3 or x.channels is None:
        raise layer.error(f"takes pictures (height, width, channels), not {x.shape}")
    return x


def place(
    layer: Layer,
    x: Tensor,
    kernel: tuple[int, int],
    strides: tuple[int, int],
    padded: tuple[int, ...] = (0, 0, 0, 0),
    dilations: tuple[int, int] = (1, 1),
) -> Windows:
    """Place windows on `x` by the layer's `padding`.

    `padded` are zeros that a layer before asked for (top, left, bottom, right). TensorFlow's
    `same` yields ceil(size / stride) values and pads the odd zero at the end.
    """
    padding = layer.choice("padding", ("valid", "same"), "valid")
    reach = [(side - 1) * step + 1 for side, step in zip(kernel, dilations, strict=True)]
    attributes: dict[str, Any] = {"kernel_shape": kernel, "strides": strides}
    if dilations != (1, 1):
        attributes["dilations"] = dilations
    before, after, sizes = list(padded[:2]), list(padded[2:]), []
    for axis in (0, 1):
        size, stride = x.shape[axis], strides[axis]
        if size is not None:
            size += padded[axis] + padded[2 + axis]
        if padding == "valid":
            sizes.append(None if size is None else (size - reach[axis]) // stride + 1)
            continue
        sizes.append(None if size is None else -(-size // stride))
        needed = _same(size, reach[axis], stride)
        if needed is None:
            # ONNX Runtime's own 'same' fails where a window is smaller than its stride.
            if dilations != (1, 1) or any(map(operator.lt, kernel, strides)):
                raise layer.unsupported("needs an input of known size to pad it as 'same'")
            attributes["auto_pad"] = "SAME_UPPER"
            continue
        before[axis] += needed // 2
        after[axis] += needed - needed // 2
    if "auto_pad" not in attributes and any(before + after):
        attributes["pads"] = before + after
    if any(size is not None and size < 1 for size in sizes):
        raise layer.error(f"its window {kernel} is larger than its input {x.shape[:2]}")
    return Windows((sizes[0], sizes[1]), attributes)


def _same(size: int | None, reach: int, stride: int) -> int | None:
    """Return the zeros that `same` adds along an axis; None where they depend on an open size."""
    if stride == 1 or reach == 1:
        return max(reach - stride, 0)
    if size is None:
        return None
    return max((-(-size // stride) - 1) * stride + reach - size, 0)
