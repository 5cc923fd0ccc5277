"""TIFF files, BigTIFF among them."""

import re
import struct
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image, ImageFile

from ...errors import PhotographError
from ...findings.finding import Finding
from .picture_format import PictureFormat

_SUBFILE_TYPE, _BITS_PER_SAMPLE, _PLANAR = 254, 258, 284
_PIECES = (273, 324)
_MOST_PIECES = 100_000
_RATIONALS, _MOST_RATIONALS = (5, 10), 1000
_STRIPS = ((273, 279), (324, 325))  # offsets and byte counts of strips, and of tiles
_MOST_PREVIEWS = 32
_TILE_SIDES, _LARGEST_TILE = ((322, 256), (323, 257)), 1024


def _opened(data: bytes) -> ImageFile.ImageFile:
    from PIL.TiffImagePlugin import TiffImageFile

    if _pieces(data) > _MOST_PIECES:  # of each, Pillow keeps 300 bytes
        raise PhotographError(Finding("tiff-many-pieces", most=_MOST_PIECES))
    return TiffImageFile(BytesIO(data))


def _pieces(data: bytes) -> int:
    """The most strips or tiles that a page says it has, of the pages that are looked at.

    Raises:
        PhotographError: a tag is a very long list of fractions.
    """
    order, large = "<" if data[:2] == b"II" else ">", 43 in data[2:4]
    kinds = ("Q", "Q", "HHQ8x") if large else ("I", "H", "HHI4x")
    offset, number, entry = (struct.Struct(order + kind) for kind in kinds)
    most, (page,) = 0, offset.unpack_from(data, offset.size)
    for _ in range(_MOST_PREVIEWS):
        if not page:
            break
        (entries,) = number.unpack_from(data, page)
        place = page + number.size
        for _ in range(entries):
            tag, kind, count = entry.unpack_from(data, place)
            place += entry.size
            if kind in _RATIONALS and count > _MOST_RATIONALS:  # an object of Python each
                raise PhotographError(Finding("tiff-many-fractions", most=_MOST_RATIONALS))
            if tag in _PIECES:
                most = max(most, count)
        (page,) = offset.unpack_from(data, place)
    return most


def _is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    tags: Mapping[int, Any] = image.tag_v2  # type: ignore[attr-defined]
    if tags.get(_SUBFILE_TYPE, 0) & 1:
        raise PhotographError(Finding("tiff-only-preview"))
    for tile, side in _TILE_SIDES:
        if tags.get(tile, 0) > max(tags[side] + 15, _LARGEST_TILE):  # all of it would be decoded
            raise PhotographError(Finding("tiff-large-tiles"))
    deep = max(tags.get(_BITS_PER_SAMPLE, (8,))) > 8
    if deep and tags.get(_PLANAR, 1) == 2 and image.tile[0].codec_name == "raw":
        raise PhotographError(Finding("tiff-deep-planes"))  # Pillow would read them as 8 bits
    return all(
        start + count <= len(data)
        for offsets, counts in _STRIPS
        for start, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False)
    )


def _frames(image: ImageFile.ImageFile) -> int:
    """1, or 2 where another page is more than a reduced copy."""
    if not getattr(image, "is_animated", False):
        return 1
    try:
        for page in range(1, _MOST_PREVIEWS):
            image.seek(page)
            if not image.tag_v2.get(_SUBFILE_TYPE, 0) & 1:  # type: ignore[attr-defined]
                return 2
    except EOFError:  # past the last page
        return 1
    finally:
        image.seek(0)
    return 2


def _load(data: bytes, image: ImageFile.ImageFile, orientation: int, scale: int) -> Image.Image:
    # A canvas of our own: where Pillow makes one, it applies its global pixel limit.
    canvas = image.size[::-1] if orientation >= 5 else image.size
    image.im = Image.new(image.mode, canvas).im
    image.load()
    return image


FORMAT = PictureFormat(
    name="TIFF",
    magic=re.compile(rb"II[*+]\0(?!.{4}CR)|MM\0[*+]", re.DOTALL),  # CR: Canon's raw data
    suffixes=(".tif", ".tiff"),
    media_type="image/tiff",
    open=_opened,
    is_whole=_is_whole,
    frames=_frames,
    load=_load,
    is_turned=True,
)
