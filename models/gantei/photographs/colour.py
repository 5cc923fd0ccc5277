"""Colours: every mode that Pillow decodes becomes 8-bit RGB, or is refused.

Colour profiles are not applied: the code that trained the estimators applied none.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError
from ..findings.finding import Finding

GREY_MODES = frozenset({"1", "L", "LA", "La", "I;16", "I;16L", "I;16B", "I;16N"})
_COLOUR_MODES = frozenset({"RGB", "RGBX", "RGBA", "RGBa", "P", "PA", "CMYK", "YCbCr", "HSV"})

_GRID = 64
"""Pixels a side of the sample on which colour is judged."""

# JPEG makes the channels of a grey picture differ, and lights dark ones: by more than 10 levels in
# at most 2 % of the pixels of test pictures down to quality 30. Colour photographs at a seventh of
# their light still differ by more in most of the disc.
_LEAST_DIFFERENCE = 10
_LEAST_SHARE = 0.05
_LEAST_LIGHT = 10


def check_mode(mode: str, *, allow_grey: bool) -> None:
    """Refuse a mode that has no colour, or whose range of values nobody knows."""
    if mode in GREY_MODES:
        if not allow_grey:
            raise PhotographError(Finding("grey-picture", mode=mode))
    elif mode not in _COLOUR_MODES:
        raise PhotographError(Finding("unknown-range", mode=mode))


_STRIP = 2**18
"""Pixels that are converted at a time: of a large picture at once, a step would take a second in
which nothing else runs in Python, and the steps together four times its memory."""


def as_rgb(image: Image.Image) -> Image.Image:
    """Convert a decoded image of a checked mode to RGB; one that is RGB comes back itself."""
    if image.mode == "RGB":
        return image
    result = Image.new("RGB", image.size)
    rows = max(_STRIP // image.width, 1)
    for top in range(0, image.height, rows):
        # As Pillow's crop, which is subject to a global limit.
        box = (0, top, image.width, min(top + rows, image.height))
        result.paste(_strip_as_rgb(image._new(image.im.crop(box))), (0, top))
    return result


def _strip_as_rgb(image: Image.Image) -> Image.Image:
    """Convert a part of an image, which is not RGB.

    Transparent pixels have no colour of their own: they are laid over black, the colour of the
    surround. CMYK goes by Pillow's formula, JPEG's inverted as Adobe writes it.
    """
    mode = image.mode
    if mode == "PA" or (mode == "P" and "transparency" in image.info):
        image = image.convert("RGBA")
    elif mode == "LA":
        image = image.convert("La")
    if image.mode == "RGBA":
        image = image.convert("RGBa")  # premultiplied: the colour over black
    if image.mode == "RGBa":
        return Image.merge("RGB", image.split()[:3])
    if image.mode == "La":
        image = image.getchannel(0)
    return image.convert("RGB")


def check_light(image: Image.Image, *, allow_grey: bool) -> None:
    """Refuse an RGB image that is black, or, unless `allow_grey`, one without colour.

    Without colour is one whose channels are equal nearly everywhere, or of which a single
    channel is lit: red-free photographs and angiograms are saved either way.
    """
    size = min(_GRID, image.width), min(_GRID, image.height)
    sample = np.asarray(image.resize(size, Image.Resampling.NEAREST))
    red, green, blue = (sample[..., channel] for channel in range(3))
    more, less = np.maximum(red, green), np.minimum(red, green)
    low, high = np.minimum(less, blue), np.maximum(more, blue)
    _check_sample(low, np.maximum(less, np.minimum(more, blue)), high, allow_grey=allow_grey)


def _check_sample(
    low: NDArray[np.uint8], middle: NDArray[np.uint8], high: NDArray[np.uint8], *, allow_grey: bool
) -> None:
    if high.max() < _LEAST_LIGHT:
        raise PhotographError(Finding("black-picture"))
    if allow_grey:
        return
    if np.mean(high - low > _LEAST_DIFFERENCE) < _LEAST_SHARE:
        raise PhotographError(Finding("equal-channels"))
    dim = (high > 2 * _LEAST_DIFFERENCE) & (middle > high // 4)
    if np.mean((middle > _LEAST_DIFFERENCE) | dim) < _LEAST_SHARE:
        raise PhotographError(Finding("single-channel"))
