"""Resampling to the network's size, exactly as the code that trained it may have done it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..manifests.fields import Resampling

Box = tuple[float, float, float, float]

ANTIALIASED = frozenset({"bilinear", "bicubic", "lanczos"})
"""Those that average over all pixels they reduce; the others pick pixels out."""


def resample(
    image: Image.Image, size: tuple[int, int], method: Resampling, box: Box | None = None
) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Resample an RGB image to `size` (height, width): (height, width, 3), values 0 to 255.

    Pillow's methods give uint8; `bilinear-no-antialias` gives float32, not rounded. `box` (left,
    top, right, bottom) is the part of the image that fills the result: in whole pixels for the
    methods that pick pixels out, which see nothing beyond it.
    """
    height, width = size
    if method == "bilinear-no-antialias":
        if box is not None:
            image = image.crop(box)
        return bilinear_no_antialias(np.asarray(image), size)
    resized = image.resize((width, height), Image.Resampling[method.upper()], box=box)
    return np.asarray(resized)


def bilinear_no_antialias(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.float32]:
    """Interpolate between the 4 nearest pixels, centres at half-pixels, nothing averaged.

    As `tf.image.resize(method="bilinear", antialias=False)`, in float32 throughout and in its
    order of operations; OpenCV's INTER_LINEAR is the same on float32. (h, w, 3) to float32
    (height, width, 3).
    """
    top, bottom, down = _neighbours(pixels.shape[0], size[0])
    left, right, across = _neighbours(pixels.shape[1], size[1])
    across, down = across[:, None], down[:, None, None]
    upper, lower = pixels[top], pixels[bottom]

    def between(rows: NDArray[np.uint8]) -> NDArray[np.float32]:
        first = rows[:, left].astype(np.float32)
        return first + (rows[:, right].astype(np.float32) - first) * across

    first = between(upper)
    return first + (between(lower) - first) * down


def _neighbours(
    length: int, wanted: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Indices of the pixels before and after each wanted centre; the way between, 0 to 1."""
    step = np.float32(length) / np.float32(wanted)
    centre = (np.arange(wanted, dtype=np.float32) + np.float32(0.5)) * step - np.float32(0.5)
    floor = np.floor(centre)
    before = np.maximum(floor, 0).astype(np.intp)
    after = np.minimum(np.ceil(centre), length - 1).astype(np.intp)
    return before, after, centre - floor
