"""JPEG files: none that is cut off, has an endless head, or holds several pictures."""

import re
from io import BytesIO
from typing import Literal

from PIL import Image, ImageFile

from ...errors import PhotographError
from ...findings.finding import Finding
from . import jpeg_scans, tensorflow_jpeg
from .orientation import check_exif
from .picture_format import PictureFormat
from .pillow_errors import PILLOW_ERRORS
from .straight_jpeg import decode_straight

DECODED_AT_ONCE = 8_000_000
"""Bytes of a file that its decoder gets in one piece: nearly every photograph whole."""

_MPF_COUNT, _MPF_ENTRIES = 0xB001, 0xB002
_MOST_READS = 4000  # two per segment; a camera writes some thirty segments
_MOST_BYTES_ALONE = 200_000  # which fill the space between segments
_LARGEST_HEAD = 16_000_000


class _BoundedHead(BytesIO):
    """A JPEG whose head may not go on and on.

    Of each of its segments Pillow makes a copy, and of each piece of EXIF one of all before it.
    """

    is_head = True
    reads = bytes_alone = exif = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read on, while the head is of a size that heads have."""
        if not self.is_head:
            return super().read(size)
        self.bytes_alone += size == 1
        self.reads += size != 1
        if (
            self.reads > _MOST_READS
            or self.bytes_alone > _MOST_BYTES_ALONE
            or self.tell() > _LARGEST_HEAD
        ):
            raise PhotographError(Finding("jpeg-long-head"))
        piece = super().read(size)
        self.exif += len(piece) if piece.startswith(b"Exif\0\0") else 0
        check_exif(self.exif)
        return piece


def _opened(data: bytes) -> ImageFile.ImageFile:
    from PIL.JpegImagePlugin import JpegImageFile

    bounded = _BoundedHead(data)
    image = JpegImageFile(bounded)
    bounded.is_head = False
    return image


def _is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    # The header has been read up to the first scan; an end marker before it is a thumbnail's.
    start = image.fp.tell() if image.fp else 0
    jpeg_scans.check_scans(data, start)
    return data.rfind(b"\xff\xd9", start) >= 0


def _frames(image: ImageFile.ImageFile) -> int:
    """Pictures in a multi-picture file, not counting its previews.

    Many cameras add previews this way, and phones a gain map for bright screens.
    """
    if "mp" not in image.info or b"hdrgm:Version" in image.info.get("xmp", b""):
        return 1
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    index = BytesIO(image.info["mp"])
    try:
        directory = ImageFileDirectory_v2(index.read(8))
        index.seek(directory.next)
        directory.load(index)
        order: Literal["big", "little"] = "big" if directory.prefix == b"MM" else "little"
        entries = directory[_MPF_ENTRIES][: 16 * directory[_MPF_COUNT]]
        kinds = [int.from_bytes(entries[i : i + 4], order) for i in range(0, len(entries), 16)]
    except PILLOW_ERRORS:
        return 1  # a damaged index; the first picture is whole all the same
    return sum(kind >> 16 & 0xFF != 1 for kind in kinds)


def _load(data: bytes, image: ImageFile.ImageFile, orientation: int, scale: int) -> Image.Image:
    if scale == 1 and (straight := decode_straight(data, image)):
        return straight
    if scale > 1:
        width, height = image.size
        image.draft(None, (width // scale, height // scale))
    # Pillow's 64 kB at a time mean to wait for Python in between, which others hold. Of a TIFF it
    # reads that much for each strip, however short.
    image.decodermaxblock = DECODED_AT_ONCE
    image.load()
    return image


def _decoder_memory(data: bytes, image: ImageFile.ImageFile) -> int:
    """Two bytes per value where the colours come in several scans; nothing where they come in one.

    The header has been read up to the data of the first scan; before them stands the scan's head,
    its length and the number of its colours first.
    """
    colours = len(image.getbands())
    length = 6 + 2 * colours
    start = (image.fp.tell() if image.fp else 0) - length
    in_one = data[start : start + 3] == bytes([0, length, colours])
    return 0 if in_one and "progressive" not in image.info else 2 * colours


FORMAT = PictureFormat(
    name="JPEG",
    magic=re.compile(rb"\xff\xd8\xff"),
    suffixes=(".jpg", ".jpeg", ".jpe", ".jfif"),
    media_type="image/jpeg",
    is_drawn_by_browsers=True,
    open=_opened,
    is_whole=_is_whole,
    frames=_frames,
    load=_load,
    scales=(8, 4, 2, 1),
    decode_as_tensorflow=tensorflow_jpeg.decode_jpeg,
    decoder_memory=_decoder_memory,
)
