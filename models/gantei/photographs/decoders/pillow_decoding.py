"""Decoding by Pillow's OpenJPEG and libavif; runs in a helper process."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import AvifImagePlugin, Image, Jpeg2KImagePlugin

# The caller has checked the size.
Image.MAX_IMAGE_PIXELS = None
AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def decode_jpeg2000(facts: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Decode a JPEG 2000 file as stored."""
    return _pixels(Jpeg2KImagePlugin.Jpeg2KImageFile(BytesIO(data)))


def decode_avif(facts: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Decode an AVIF file as stored, not turned."""
    return _pixels(AvifImagePlugin.AvifImageFile(BytesIO(data)))


def _pixels(image: Image.Image) -> tuple[Mapping[str, Any], bytes]:
    image.load()
    if image.palette is not None:  # which does not travel with the bytes
        image = image.convert("RGBA" if image.palette.mode == "RGBA" else "RGB")
    return {"size": image.size, "mode": image.mode}, image.tobytes()
