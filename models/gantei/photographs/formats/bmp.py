"""BMP files."""

import re
from io import BytesIO

from PIL import ImageFile

from ...errors import PhotographError
from ...findings.finding import Finding
from .picture_format import PictureFormat


def _opened(data: bytes) -> ImageFile.ImageFile:
    from PIL.BmpImagePlugin import BmpImageFile

    return BmpImageFile(BytesIO(data))


def _is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    tile = image.tile[0]
    if tile.codec_name != "raw":  # decoded in Python, 200 megapixels of 1 kB
        raise PhotographError(Finding("bmp-run-lengths"))
    if not isinstance(tile.args, tuple):  # no rows of pixels
        return False
    stride = int(tile.args[1])
    return tile.offset + stride * image.height <= len(data)


FORMAT = PictureFormat(
    name="BMP",
    magic=re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL),  # or any text
    suffixes=(".bmp",),
    media_type="image/bmp",
    is_drawn_by_browsers=True,
    open=_opened,
    is_whole=_is_whole,
)
