"""Resampling to the network's size, exactly as the code that trained it may have done it."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..manifests.fields import Resampling
from . import interpolation
from .shared_pixels import pixels_of_image

Box = tuple[float, float, float, float]

ANTIALIASED = frozenset({"bilinear", "bicubic", "lanczos"})
"""Pillow's that average over all pixels they reduce: of a part that begins and ends within a pixel,
or of a picture decoded at reduced size. The others take whole pixels at full size."""

UNROUNDED = frozenset({"bilinear-no-antialias", "bicubic-no-antialias"})
"""TensorFlow's, which give float32; all others give whole levels, uint8."""

OWN: Mapping[Resampling, Callable[..., NDArray[np.uint8] | NDArray[np.float32]]] = {
    "bilinear-no-antialias": interpolation.bilinear_no_antialias,
    "bicubic-no-antialias": interpolation.bicubic_no_antialias,
    "area": interpolation.area,
    "opencv-bicubic": interpolation.bicubic_of_opencv,
    "opencv-nearest": interpolation.nearest_of_opencv,
    "tensorflow-nearest": interpolation.nearest_of_tensorflow,
}
"""Those that Pillow does not have. docs/preprocessing.md names the original of each."""

_PICKING = frozenset({"opencv-nearest", "tensorflow-nearest"})
"""Those that look at few pixels. The others go over rows, which are faster without gaps: a copy."""


def resample(
    image: Image.Image, size: tuple[int, int], method: Resampling, box: Box | None = None
) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Resample an RGB image to `size` (height, width): (height, width, 3), values 0 to 255.

    uint8; those of `UNROUNDED` give float32, of which the bicubic one may lie beyond 0 and 255.
    `box` (left, top, right, bottom) is the part of the image that fills the result: in whole pixels
    but for `ANTIALIASED`, and nothing beyond it is seen.
    """
    if method in OWN:
        left, top, right, bottom = (round(side) for side in box or (0, 0, *image.size))
        pixels = pixels_of_image(image) if method in _PICKING else np.asarray(image)
        return OWN[method](pixels[top:bottom, left:right], size)
    height, width = size
    resized = image.resize((width, height), Image.Resampling[method.upper()], box=box)
    return np.asarray(resized)
