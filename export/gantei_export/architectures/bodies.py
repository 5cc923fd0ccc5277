"""Bodies of the architectures that the project knows, as Keras configures them.

For files that hold weights and no network. One compressed JSON an architecture, written from Keras
itself by `python -m gantei_export.architectures`: its layers, and the shapes of their weights.
"""

import gzip
import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SUFFIX = ".json.gz"
RESCALED = "-imagenet"
"""Ends the name of an EfficientNet built with weights="imagenet": it has constant factors more."""

_DEVIATIONS = (0.229, 0.224, 0.225)
"""Of ImageNet's red, green and blue, as keras.applications has them."""

Layers = list[dict[str, Any]]


@dataclass(frozen=True)
class Body:
    """A network up to its last feature map; the layers are in Keras's order."""

    name: str
    layers: Layers
    shapes: dict[str, list[tuple[int, ...]]]
    """Of the weights, by layer, in Keras's order."""
    channels: int
    sized: bool = False
    """Built for any size, it would be padded otherwise, and no weight tells which it was."""


@cache
def names() -> tuple[str, ...]:
    """Return the names of all bodies."""
    found = sorted(path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}"))
    rescaled = [name + RESCALED for name in found if name.startswith("EfficientNet-")]
    return (*found, *rescaled)


def body(name: str, size: tuple[int, int] | None = None) -> Body:
    """Return a body, for photographs of a size (height, width) or of any.

    Keras pads EfficientNet and MobileNetV2 by the size that they are built with; built for any,
    as if all sizes were even.

    Raises:
        LookupError: the name is none of `names()`.
    """
    if name not in names():
        raise LookupError(name)
    stored = _read(name.removesuffix(RESCALED))
    layers = [{**layer, "config": dict(layer["config"])} for layer in stored["layers"]]
    sized = False
    if size is not None and name.startswith(("EfficientNet-", "MobileNetV2")):
        sized = _pad(layers, size)
    if name.endswith(RESCALED):
        _rescale(layers)
    shapes = {layer: [tuple(one) for one in many] for layer, many in stored["shapes"].items()}
    return Body(name, layers, shapes, stored["channels"], sized)


@cache
def _read(name: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(gzip.decompress((FOLDER / f"{name}{SUFFIX}").read_bytes()))
    return stored


def _pad(layers: Layers, size: tuple[int, int]) -> bool:
    """Pad before convolutions of stride 2 as `correct_pad` does for a size; tell of a change."""
    before = [layer["config"].get("padding") for layer in layers]
    kernels = {
        layer["inbound_nodes"][0][0][0]: layer["config"]["kernel_size"]
        for layer in layers
        if "kernel_size" in layer["config"]
    }
    for layer in layers:
        config = layer["config"]
        if layer["class_name"] == "ZeroPadding2D":
            sides = zip(size, kernels[config["name"]], strict=True)
            config["padding"] = [[side // 2 - 1 + px % 2, side // 2] for px, side in sides]
        elif config.get("strides") == [2, 2]:
            size = (math.ceil(size[0] / 2), math.ceil(size[1] / 2))
    return before != [layer["config"].get("padding") for layer in layers]


def _rescale(layers: Layers) -> None:
    """Put the factors of weights="imagenet" behind the Normalization."""
    at = next(n for n, layer in enumerate(layers) if layer["class_name"] == "Normalization") + 1
    scale = [1 / math.sqrt(deviation) for deviation in _DEVIATIONS]
    before, name = layers[at - 1]["config"]["name"], "rescaling_1"
    layers[at] = {**layers[at], "inbound_nodes": [[[name, 0, 0, {}]]]}
    layers.insert(
        at,
        {
            "class_name": "Rescaling",
            "name": name,
            "config": {"name": name, "scale": scale, "offset": 0.0},
            "inbound_nodes": [[[before, 0, 0, {}]]],
        },
    )
