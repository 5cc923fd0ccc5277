"""Recognises an architecture by its convolutions, in their order, and not by names.

Every architecture but MobileNet has fixed widths, so a digest of its convolutions tells it. The
digests were taken from `keras.applications`, and a test compares them with it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..keras_networks.calls import KerasNetwork


class Convolution(NamedTuple):
    """A convolution as its configuration tells it; a depthwise one has no number of filters."""

    kind: str
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    filters: int


_KINDS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D")

# How many convolutions an architecture has, and `digest` of them. What a publisher put behind
# them does not count. MobileNetV2 is published in six widths.
_DIGESTS = (
    ("DenseNet-121", 120, "03bbaff41b1a3bf8"),
    ("DenseNet-169", 168, "a149d15117540fa6"),
    ("DenseNet-201", 200, "72827d90b2986b92"),
    ("EfficientNet-B0", 81, "36e4a41760d9b322"),
    ("EfficientNet-B1", 115, "500546cded2e004c"),
    ("EfficientNet-B2", 115, "ae03ff98e33749b0"),
    ("EfficientNet-B3", 130, "fbbf5a3a86a4e94e"),
    ("EfficientNet-B4", 160, "f124af7df4d84941"),
    ("EfficientNet-B5", 194, "6f4921f5ce3d02a4"),
    ("EfficientNet-B6", 224, "a6685e5f492c362c"),
    ("EfficientNet-B7", 273, "aa3853078ff52ef0"),
    ("Inception-ResNet-V2", 244, "9eafe79ea026e499"),
    ("Inception-V3", 94, "32bbedb62c56f0c9"),
    ("MobileNetV2", 52, "26ee46eed182a486"),
    ("MobileNetV2", 52, "f5567a6e7707dd45"),
    ("MobileNetV2", 52, "eb1fd49a6eed5aa7"),
    ("MobileNetV2", 52, "c4771ff45a1c9e60"),
    ("MobileNetV2", 52, "064b0036bb6558cd"),
    ("MobileNetV2", 52, "524d1493ac174e77"),
    ("VGG19", 16, "66c29c5f7b542ecf"),
    ("Xception", 40, "bd737deac0161345"),
)

# Filters of MobileNet's stem and its 13 blocks at alpha 1 and the strides of their depthwise
# convolutions; A. Howard et al., MobileNets (arXiv 1704.04861), table 1. Alpha scales the filters.
_MOBILENET_FILTERS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
_MOBILENET_STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)


def recognise(network: KerasNetwork) -> str | None:
    """Name the architecture, such as `DenseNet-121` or `EfficientNet-B7`; None where unsure."""
    found = list(convolutions(network))
    if _is_mobilenet(found):
        return "MobileNet"
    digests = {count: digest(found[:count]) for _, count, _ in _DIGESTS if count <= len(found)}
    return next((name for name, count, known in _DIGESTS if digests.get(count) == known), None)


def convolutions(network: KerasNetwork) -> Iterator[Convolution]:
    """Yield a network's convolutions in their order."""
    for call in network.calls:
        if call.kind in _KINDS:
            yield Convolution(
                call.kind,
                _pair(call.config.get("kernel_size")),
                _pair(call.config.get("strides", 1)),
                _filters(call.config.get("filters")),
            )


def digest(found: Sequence[Convolution]) -> str:
    """Return a short digest of convolutions."""
    return hashlib.sha256(repr([tuple(one) for one in found]).encode()).hexdigest()[:16]


def _is_mobilenet(found: Sequence[Convolution]) -> bool:
    stem_and_blocks = found[: 2 * len(_MOBILENET_STRIDES) + 1]
    depthwise, others = stem_and_blocks[1::2], stem_and_blocks[::2]
    strides = [one.strides for one in depthwise if one[:2] == ("DepthwiseConv2D", (3, 3))]
    if strides != [(stride, stride) for stride in _MOBILENET_STRIDES]:
        return False
    alpha = others[-1].filters / _MOBILENET_FILTERS[-1]
    sizes = [(3, 3)] + [(1, 1)] * len(depthwise)
    return all(
        one.kind == "Conv2D" and one.kernel == size and abs(one.filters - filters * alpha) < 1
        for one, size, filters in zip(others, sizes, _MOBILENET_FILTERS, strict=True)
    )


def _pair(value: object) -> tuple[int, ...]:
    both = value if isinstance(value, list) else [value, value]
    return tuple(side if type(side) is int else 0 for side in both)


def _filters(value: object) -> int:
    return value if type(value) is int else 0
