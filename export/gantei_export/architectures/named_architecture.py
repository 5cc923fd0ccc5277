"""An architecture as people write its name, and the pixels that keras.applications gives it."""

import re
from collections.abc import Mapping
from typing import Any

from gantei.errors import SettingError
from gantei.system.suggestion import did_you_mean

from . import bodies
from .bodies import RESCALED

KERAS_APPLICATIONS = "keras-applications"
"""The word for what `preprocess_input` of an architecture's module in keras.applications does."""

_BLUE_GREEN_RED = (103.939, 116.779, 123.68)
_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_CAFFE = ({"mean": [*_BLUE_GREEN_RED], "std": [1.0] * 3}, "bgr")
_TORCH = (
    {
        "mean": [255 * one for one in _IMAGENET_MEAN],
        "std": [255 * one for one in _IMAGENET_STD],
    },
    "rgb",
)
_TF = ({"mean": [127.5] * 3, "std": [127.5] * 3}, "rgb")
_NOTHING = ("in-graph", "rgb")
_PIXELS: Mapping[str, tuple[Any, str]] = {
    "VGG": _CAFFE,
    "DenseNet": _TORCH,
    "Inception": _TF,
    "MobileNet": _TF,
    "Xception": _TF,
    "EfficientNet": _NOTHING,
}
"""By how a name begins: the scale as a manifest's table holds it, and the order of the channels."""


def architecture_named(text: str) -> str:
    """Give the name of an architecture, whatever its spelling: vgg19, VGG-19, efficientnetb0.

    Raises:
        SettingError: gantei carries none of this name; says which is meant, if one is close.

    >>> from gantei_export.architectures.named_architecture import architecture_named
    >>> architecture_named("vgg19"), architecture_named("efficientnetb0")
    ('VGG19', 'EfficientNet-B0')
    """
    known = {_plain(name): name for name in bodies.names()}
    if found := known.get(_plain(text)):
        return found
    names = [name for name in bodies.names() if RESCALED not in name]
    meant = did_you_mean(text.lower(), map(str.lower, names))
    raise SettingError(f"--architecture {text}: unknown; known: {', '.join(names)}{meant}")


def keras_pixels(architecture: str) -> tuple[Any, str]:
    """Give the scale and the order of channels of `preprocess_input`, as a manifest has them.

    Raises:
        SettingError: they are not known of this architecture.

    >>> from gantei_export.architectures.named_architecture import keras_pixels
    >>> keras_pixels("VGG19")
    ({'mean': [103.939, 116.779, 123.68], 'std': [1.0, 1.0, 1.0]}, 'bgr')
    """
    for start, pixels in _PIXELS.items():
        if architecture.startswith(start):
            return pixels
    raise SettingError(
        f"input.scale={KERAS_APPLICATIONS}: what preprocess_input of {architecture} does is not "
        "known here; state input.scale in numbers, and input.colour"
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
