"""JPEGs as TensorFlow decodes them: its fast inverse DCT gives other pixels than Pillow's.

simplejpeg wraps the same libjpeg-turbo and reaches the same settings. With them its pixels equal
`tf.io.decode_jpeg(channels=3)`, whose default `dct_method` every `tf.data` pipeline has, bit for
bit: tests/models/test_tensorflow_jpeg.py compares them.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import PhotographError
from ...findings.finding import Finding
from ..shared_pixels import image_over
from .jpeg_scans import is_refined


def decode_jpeg(data: bytes, head: Image.Image) -> Image.Image:
    """Decode a JPEG at full size, as stored (not turned by EXIF): L or RGB.

    `head` is the file as Pillow opened it, not decoded yet; it is where the file is damaged. Colour
    is converted as TensorFlow does it: CMYK too, by a formula that differs from Pillow's.

    Raises:
        PhotographError: the file is damaged, or of a kind that simplejpeg does not read.
        OSError: it is damaged so that Pillow refuses it too.
    """
    import simplejpeg

    grey, progressive = head.mode == "L", "progressive" in head.info
    if progressive and not is_refined(data):
        raise PhotographError(Finding("jpeg-missing-scans"))
    colourspace = {"L": "GRAY", "CMYK": "CMYK"}.get(head.mode, "RGBX")

    def decoded(*, strict: bool) -> NDArray[np.uint8]:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, colourspace, fastdct=True, fastupsample=False, strict=strict
        )
        return pixels

    try:
        try:
            pixels = decoded(strict=True)
        except ValueError:
            if progressive:  # over damage the libraries smooth differently
                raise
            # libjpeg warned, or failed. With `strict=False` simplejpeg passes over a failure that
            # follows on a warning, and leaves the rest grey; so Pillow, which refuses failures,
            # decodes first. Of what is left, as of stray bytes before the end, both libraries make
            # the same.
            head.load()
            pixels = decoded(strict=False)
    except ValueError as error:
        raise PhotographError(Finding("jpeg-unlike-tensorflow", why=str(error))) from error
    if grey:
        return Image.fromarray(pixels[..., 0])
    if head.mode == "CMYK":
        return Image.fromarray(_rgb_of_cmyk(pixels, inverted="adobe" in head.info))
    return image_over(pixels)


def _rgb_of_cmyk(pixels: NDArray[np.uint8], *, inverted: bool) -> NDArray[np.uint8]:
    """Multiply ink by black, rounded down; files with Adobe's marker store both inverted."""
    stored = pixels if inverted else 255 - pixels
    rgb = np.empty((*pixels.shape[:2], 3), np.uint8)
    for channel in range(3):  # a third of the memory
        rgb[..., channel] = stored[..., channel].astype(np.uint16) * stored[..., 3] // 255
    return rgb
