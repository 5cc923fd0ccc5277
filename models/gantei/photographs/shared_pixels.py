"""Images of Pillow's over arrays of NumPy's: both see the same memory, and nothing is copied."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


class SharedImage(Image.Image):
    """An RGB image, read-only, over an array.

    Attributes:
        pixels: (height, width, 4), RGBX.
    """

    pixels: NDArray[np.uint8]


def image_over(pixels: NDArray[np.uint8]) -> SharedImage:
    """Give the RGB image whose pixels are the array's, (height, width, 4), RGBX.

    `Image.fromarray` copies every pixel of an RGB array: Pillow keeps four bytes for each. What it
    shares without copying it calls RGBX, which it resamples in four channels; taken over as RGB by
    Arrow's interface, it is resampled in three.
    """
    height, width, _ = pixels.shape
    four = Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)
    image = SharedImage()
    vars(image).update(vars(Image.fromarrow(four, "RGB", (width, height))))
    image.pixels = pixels
    return image


def pixels_of_image(image: Image.Image) -> NDArray[np.uint8]:
    """Give an RGB image's pixels, (height, width, 3), read-only; of a shared one without a copy."""
    if not isinstance(image, SharedImage):
        return np.asarray(image)
    pixels = image.pixels[..., :3]
    pixels.flags.writeable = False
    return pixels
