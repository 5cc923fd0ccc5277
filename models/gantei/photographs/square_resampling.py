"""Resampling a square that reaches beyond its picture, or whose surround is to be black.

No copy of the picture is made for it: a square is resampled first across and then down, and each
row across by itself, so that a few rows at a time give the same as all of them at once.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..manifests.fields import Resampling
from .field_of_view import Square
from .resampling import OWN, resample


def resample_square(
    image: Image.Image, square: Square, size: tuple[int, int], method: Resampling
) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Resample a square of an RGB image to `size` (height, width), as `resample` does a part.

    Beyond the image it is black, and so is a disc's surround, where that is bright. The square
    has whole pixels but for `ANTIALIASED`.

    Raises:
        PhotographError: the square is much larger than the picture.
    """
    left, top, _, bottom = square.region(image)
    x, y = square.left - left, square.top - top
    if square.is_as_it_stands(image):
        return resample(image, size, method, (x, y, x + square.side, y + square.side))
    if method in OWN:
        return OWN[method](_pixels(square, image), size)
    height, width = size
    across = Image.new("RGB", (width, bottom - top))
    row = 0
    for strip in square.strips(image):
        box = (x, 0, x + square.side, strip.height)
        part = strip.resize((width, strip.height), Image.Resampling[method.upper()], box=box)
        across.paste(part, (0, row))
        row += strip.height
    down = (0, y, width, y + square.side)
    return np.asarray(across.resize((width, height), Image.Resampling[method.upper()], box=down))


def _pixels(square: Square, image: Image.Image) -> NDArray[np.uint8]:
    """The square's own pixels, (side, side, 3)."""
    left, top, _, bottom = square.region(image)
    x, y, side = round(square.left) - left, round(square.top) - top, round(square.side)
    pixels = np.empty((bottom - top, side, 3), np.uint8)
    row = 0
    for strip in square.strips(image):
        pixels[row : row + strip.height] = np.asarray(strip)[:, x : x + side]
        row += strip.height
    return pixels[y : y + side]
