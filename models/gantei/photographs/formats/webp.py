"""WebP files."""

import re
from io import BytesIO

from PIL import ImageFile

from .picture_format import PictureFormat


def _opened(data: bytes) -> ImageFile.ImageFile:
    from PIL.WebPImagePlugin import WebPImageFile

    return WebPImageFile(BytesIO(data))


def _is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    return len(data) >= int.from_bytes(data[4:8], "little") + 8


def _decoder_memory(data: bytes, image: ImageFile.ImageFile) -> int:
    """Two canvases, and the bytes of the picture."""
    return 13


FORMAT = PictureFormat(
    name="WebP",
    magic=re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    suffixes=(".webp",),
    media_type="image/webp",
    is_drawn_by_browsers=True,
    open=_opened,
    is_whole=_is_whole,
    decoder_memory=_decoder_memory,
    decoder_stays=True,
)
