"""PNG files."""

import re
import struct
import zlib
from io import BytesIO

from PIL import ImageFile

from ...errors import PhotographError
from ...findings.finding import Finding
from .picture_format import PictureFormat


def _opened(data: bytes) -> ImageFile.ImageFile:
    from PIL.PngImagePlugin import PngImageFile

    return PngImageFile(BytesIO(data))


def _is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    """Walk the chunks, whose checksums Pillow leaves unread where they hold pixels.

    An EXIF chunk behind the pixels is put into `image.info`.
    """
    view = memoryview(data)
    position = 8
    while position + 12 <= len(view):
        length, kind = struct.unpack_from(">I4s", view, position)
        end = position + 12 + length
        if end > len(view):
            return False
        if zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise PhotographError(Finding("png-wrong-checksum", chunk=f"{kind!r}"[2:-1]))
        if kind == b"eXIf":
            # It may stand behind the pixels, where Pillow sees it only after decoding.
            image.info.setdefault("exif", b"Exif\0\0" + bytes(view[position + 8 : end - 4]))
        if kind == b"IEND":
            return True
        position = end
    return False


FORMAT = PictureFormat(
    name="PNG",
    magic=re.compile(rb"\x89PNG\r\n\x1a\n"),
    suffixes=(".png",),
    media_type="image/png",
    is_drawn_by_browsers=True,
    open=_opened,
    is_whole=_is_whole,
)
