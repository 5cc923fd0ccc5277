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


@cache
def names() -> tuple[str, ...]:
    """Return the names of all bodies."""
    found = sorted(path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}"))
    rescaled = [name + RESCALED for name in found if name.startswith("EfficientNet-")]
    return (*found, *rescaled)


def body(name: str) -> Body:
    """Return a body, padded as Keras builds it for any size; see `odd_on_the_way`.

    Raises:
        LookupError: the name is none of `names()`.
    """
    if name not in names():
        raise LookupError(name)
    stored = _read(name.removesuffix(RESCALED))
    layers = [{**layer, "config": dict(layer["config"])} for layer in stored["layers"]]
    if name.endswith(RESCALED):
        _rescale(layers)
    shapes = {layer: [tuple(one) for one in many] for layer, many in stored["shapes"].items()}
    return Body(name, layers, shapes, stored["channels"])


@cache
def _read(name: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(gzip.decompress((FOLDER / f"{name}{SUFFIX}").read_bytes()))
    return stored


def odd_on_the_way(body: Body, size: tuple[int, int]) -> tuple[int, int] | None:
    """Return the first (height, width) with an odd side that Keras pads by the size built with.

    EfficientNet and MobileNetV2 differ there between a body built for this size and one for any.
    """
    if not body.name.startswith(("EfficientNet-", "MobileNetV2")):
        return None
    for layer in body.layers:
        if layer["class_name"] == "ZeroPadding2D" and (size[0] % 2 or size[1] % 2):
            return size
        if layer["config"].get("strides") == [2, 2]:
            size = (math.ceil(size[0] / 2), math.ceil(size[1] / 2))
    return None


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
