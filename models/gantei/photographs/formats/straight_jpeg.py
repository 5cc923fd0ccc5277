"""JPEGs of three colours, decoded by libjpeg-turbo straight to where their pixels stay.

Pillow decodes with the same library and the same settings, but a row at a time, which it then
copies: a fifth more of the processor.
"""

from PIL import Image

from ..shared_pixels import image_over


def decode_straight(data: bytes, head: Image.Image) -> Image.Image | None:
    """Decode a JPEG at full size, as stored (not turned by EXIF), to the pixels that Pillow gives.

    `head` is the file as Pillow opened it, which is not touched.

    Returns:
        None where Pillow has to decode it: it is grey or CMYK; libjpeg warns, after which the two
        go on in different ways; or it is progressive, whose missing scans each version of the
        library smooths over in its own way.
    """
    if head.mode != "RGB" or "progressive" in head.info:
        return None
    import simplejpeg

    try:
        pixels = simplejpeg.decode_jpeg(data, "RGBX", strict=True)
    except ValueError:
        return None
    return image_over(pixels)
