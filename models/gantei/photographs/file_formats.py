"""The file formats of photographs: recognised, opened, and checked to be whole and of one frame.

Pillow's format classes are called directly. `Image.open` would import every plugin that Pillow has,
and its limit on pixels is a global setting of the process, while ours is fixed.
"""

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Literal

from PIL import ImageFile

from ..errors import PhotographError
from . import jpeg_files

SUPPORTED = "JPEG, PNG, TIFF, BMP or WebP"

Kind = Literal["JPEG", "PNG", "TIFF", "BMP", "WebP"]

_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
)

_SUBFILE_TYPE, _BITS_PER_SAMPLE, _PLANAR = 254, 258, 284
_PIECES = (273, 324)
_MOST_PIECES = 100_000
_RATIONALS, _MOST_RATIONALS = (5, 10), 1000
_STRIPS = ((273, 279), (324, 325))  # offsets and byte counts of strips, and of tiles
_MOST_PREVIEWS = 32
_TILE_SIDES, _LARGEST_TILE = ((322, 256), (323, 257)), 1024


def kind_of(data: bytes, name: str) -> Kind:
    """Recognise a file by its first bytes."""
    if not data:
        raise PhotographError(f"{name}: empty; a photograph is a {SUPPORTED} file")
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[128:132] == b"DICM":
        raise PhotographError(f"{name}: a DICOM file; export its picture as {SUPPORTED}")
    raise PhotographError(f"{name}: not a picture in a known format; known: {SUPPORTED}")


def open_file(kind: Kind, data: bytes) -> ImageFile.ImageFile:
    """Read a file's header with Pillow; what that raises is in `PILLOW_ERRORS`."""
    file = BytesIO(data)
    match kind:
        case "JPEG":
            from PIL.JpegImagePlugin import JpegImageFile

            bounded = jpeg_files.BoundedHead(data)
            image = JpegImageFile(bounded)
            bounded.is_head = False
            return image
        case "PNG":
            from PIL.PngImagePlugin import PngImageFile

            return PngImageFile(file)
        case "TIFF":
            from PIL.TiffImagePlugin import TiffImageFile

            if _tiff_pieces(data) > _MOST_PIECES:  # of each, Pillow keeps 300 bytes
                raise OSError(f"more than {_MOST_PIECES} strips or tiles")
            return TiffImageFile(file)
        case "BMP":
            from PIL.BmpImagePlugin import BmpImageFile

            return BmpImageFile(file)
        case "WebP":
            from PIL.WebPImagePlugin import WebPImageFile

            return WebPImageFile(file)


def check_whole(kind: Kind, data: bytes, image: ImageFile.ImageFile, name: str) -> None:
    """Refuse a file that ends before its picture does, and one of several frames.

    An EXIF chunk behind a PNG's pixels is put into `image.info`.
    """
    frames = getattr(image, "n_frames", 1) if kind in ("PNG", "WebP") else 1
    match kind:
        case "JPEG":
            jpeg_files.check_scans(data, image, name)
            whole, frames = jpeg_files.is_whole(data, image), jpeg_files.frames_of(image)
        case "PNG":
            whole = _png_is_whole(data, image)
        case "TIFF":
            whole, frames = _tiff_is_whole(data, image), _tiff_frames(image)
        case "BMP":
            if image.tile[0].codec_name != "raw":  # decoded in Python, 200 megapixels of 1 kB
                raise PhotographError(f"{name}: a BMP with run lengths; save it as PNG")
            whole = _bmp_is_whole(data, image)
        case "WebP":
            whole = len(data) >= int.from_bytes(data[4:8], "little") + 8
    if not whole:
        raise OSError("the file ends before its picture does")
    if frames > 1:
        raise PhotographError(
            f"{name}: a {kind} of several frames; save the one that is the photograph "
            "as a file of its own"
        )


# Pillow finds most cut-off files while decoding, but not where the process has set
# ImageFile.LOAD_TRUNCATED_IMAGES; these checks hold there too, and cost next to nothing.


def _png_is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    """Walk the chunks, whose checksums Pillow leaves unread where they hold pixels."""
    view = memoryview(data)
    position = 8
    while position + 12 <= len(view):
        length, kind = struct.unpack_from(">I4s", view, position)
        end = position + 12 + length
        if end > len(view):
            return False
        if zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise OSError(f"wrong checksum in chunk {kind!r}")
        if kind == b"eXIf":
            # It may stand behind the pixels, where Pillow sees it only after decoding.
            image.info.setdefault("exif", b"Exif\0\0" + bytes(view[position + 8 : end - 4]))
        if kind == b"IEND":
            return True
        position = end
    return False


def _tiff_pieces(data: bytes) -> int:
    """The most strips or tiles that a page says it has, of the pages that are looked at.

    Raises:
        OSError: a tag is a very long list of fractions.
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
                raise OSError(f"more than {_MOST_RATIONALS} fractions in a tag")
            if tag in _PIECES:
                most = max(most, count)
        (page,) = offset.unpack_from(data, place)
    return most


def _tiff_is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    tags: Mapping[int, Any] = image.tag_v2  # type: ignore[attr-defined]
    if tags.get(_SUBFILE_TYPE, 0) & 1:
        raise OSError("its first page is only a preview")
    for tile, side in _TILE_SIDES:
        if tags.get(tile, 0) > max(tags[side] + 15, _LARGEST_TILE):  # all of it would be decoded
            raise OSError("its tiles are larger than the picture")
    deep = max(tags.get(_BITS_PER_SAMPLE, (8,))) > 8
    if deep and tags.get(_PLANAR, 1) == 2 and image.tile[0].codec_name == "raw":
        raise OSError("uncompressed planes of 16 bits, which Pillow would read as 8 bits")
    return all(
        start + count <= len(data)
        for offsets, counts in _STRIPS
        for start, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False)
    )


def _bmp_is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    tile = image.tile[0]
    if not isinstance(tile.args, tuple):
        raise OSError("no rows of pixels")
    stride = int(tile.args[1])
    return tile.offset + stride * image.height <= len(data)


def _tiff_frames(image: ImageFile.ImageFile) -> int:
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
