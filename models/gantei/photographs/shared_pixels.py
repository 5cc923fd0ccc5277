"""Images of Pillow's over arrays of NumPy's: both see the same memory, and nothing is copied."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def image_over(pixels: NDArray[np.uint8]) -> Image.Image:
    """Give the RGB image, read-only, whose pixels are the array's, (height, width, 4), RGBX.

    `Image.fromarray` copies every pixel of an RGB array: Pillow keeps four bytes for each. What it
    shares without copying it calls RGBX, which it resamples in four channels; taken over as RGB by
    Arrow's interface, it is resampled in three.
    """
    height, width, _ = pixels.shape
    four = Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)
    return Image.fromarrow(four, "RGB", (width, height))
