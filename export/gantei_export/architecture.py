"""Recognises an architecture by the sizes of its depthwise convolutions, not by names.

Scaling rules: A. Howard et al., MobileNets (arXiv 1704.04861), table 1 and section 3.3;
M. Tan and Q. Le, EfficientNet (arXiv 1905.11946), table 1 and section 3.3.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from .network import Network


class Depthwise(NamedTuple):
    """A depthwise convolution: side of its kernel, stride, channels."""

    kernel: int
    stride: int
    channels: int


# Strides and output channels of MobileNet's 13 blocks at alpha 1; a block takes the last's output.
_MOBILENET_STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
_MOBILENET_CHANNELS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024)

# EfficientNet-B0's stages: kernel, repeats, output channels, expansion, stride.
_STAGES = (
    (3, 1, 16, 1, 1),
    (3, 2, 24, 6, 2),
    (5, 2, 40, 6, 2),
    (3, 3, 80, 6, 2),
    (5, 3, 112, 6, 1),
    (5, 4, 192, 6, 2),
    (3, 1, 320, 6, 1),
)
# Width and depth of B0…B7.
_SCALES = (
    (1.0, 1.0),
    (1.0, 1.1),
    (1.1, 1.2),
    (1.2, 1.4),
    (1.4, 1.8),
    (1.6, 2.2),
    (1.8, 2.6),
    (2.0, 3.1),
)


def recognise(network: Network) -> str | None:
    """Return `MobileNet`, `EfficientNet-B0`…`B7`, or None for anything else."""
    found = list(_depthwise(network))
    if _is_mobilenet(found):
        return "MobileNet"
    for number in range(len(_SCALES)):
        if found == list(efficientnet_layers(number)):
            return f"EfficientNet-B{number}"
    return None


def _depthwise(network: Network) -> Iterator[Depthwise]:
    for call in network.calls:
        kernel = call.weights.get("depthwise_kernel")
        if call.kind == "DepthwiseConv2D" and kernel is not None and len(kernel.shape) == 4:
            stride = call.config.get("strides")
            stride = stride[0] if isinstance(stride, list) and stride else stride
            yield Depthwise(kernel.shape[0], stride if type(stride) is int else 0, kernel.shape[2])


def _is_mobilenet(found: list[Depthwise]) -> bool:
    if tuple(layer.stride for layer in found) != _MOBILENET_STRIDES:
        return False
    alpha = found[-1].channels / _MOBILENET_CHANNELS[-1]
    return all(
        layer.kernel == 3 and abs(layer.channels - channels * alpha) < 1
        for layer, channels in zip(found, _MOBILENET_CHANNELS, strict=True)
    )


def efficientnet_layers(number: int) -> Iterator[Depthwise]:
    """Yield the depthwise convolutions of EfficientNet-B`number` in their order."""
    width, depth = _SCALES[number]
    before = _rounded(32, width)
    for kernel, repeats, channels, expansion, first_stride in _STAGES:
        for repeat in range(math.ceil(repeats * depth)):
            yield Depthwise(kernel, 1 if repeat else first_stride, before * expansion)
            before = _rounded(channels, width)


def _rounded(channels: int, width: float) -> int:
    """Scale to a multiple of 8 that is at most a tenth below the exact number."""
    scaled = channels * width
    rounded = max(8, int(scaled + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * scaled else rounded
