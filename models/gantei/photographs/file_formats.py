"""The file formats of photographs: recognised, opened, and checked to be whole and of one frame.

Pillow's format classes are called directly. `Image.open` would import every plugin that Pillow has,
and its limit on pixels is a global setting of the process, while ours is fixed.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageFile

from ..errors import PhotographError

SUPPORTED = "JPEG, PNG, TIFF, BMP or WebP"

Kind = Literal["JPEG", "PNG", "TIFF", "BMP", "WebP"]

# What Pillow's readers raise on damaged files. MemoryError is not among them: it is no fault of
# the file, whose size has been checked.
PILLOW_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Warning,  # where the process turns warnings into errors
)

_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
)

_MPF_COUNT, _MPF_ENTRIES = 0xB001, 0xB002
_SUBFILE_TYPE, _BITS_PER_SAMPLE, _PLANAR = 254, 258, 284
_PIECES = (273, 324)
_MOST_PIECES = 100_000
_STRIPS = ((273, 279), (324, 325))  # offsets and byte counts of strips, and of tiles
_MOST_PREVIEWS = 32
_MOST_SCANS = 100
_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd7\xff])")  # one that ends the data of a scan


@contextmanager
def pillow_errors(name: str, what: str) -> Iterator[None]:
    """Turn what Pillow raises on a damaged picture into a `PhotographError`."""
    try:
        yield
    except PhotographError:
        raise
    except PILLOW_ERRORS as error:
        raise PhotographError(
            f"{name}: damaged or cut-off {what} ({error}); fetch the file again from its source"
        ) from error


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

            return JpegImageFile(file)
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
            _check_scans(data, image, name)
            whole, frames = _jpeg_is_whole(data, image), _jpeg_frames(image)
        case "PNG":
            whole = _png_is_whole(data, image)
        case "TIFF":
            whole, frames = _tiff_is_whole(data, image), _tiff_frames(image)
        case "BMP":
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


def _jpeg_is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    # The header has been read up to the first scan; an end marker before it is a thumbnail's.
    start = image.fp.tell() if image.fp else 0
    return data.rfind(b"\xff\xd9", start) >= 0


def _check_scans(data: bytes, image: ImageFile.ImageFile, name: str) -> None:
    """Refuse a JPEG of very many scans: each takes the time of the whole picture.

    A scan may have some 100 bytes for 200 megapixels, so that a small file would take hours.
    Progressive JPEGs have about ten; libtiff also takes 100.
    """
    place = image.fp.tell() if image.fp else 0  # behind the header of the first scan
    if _scan_marks(data, place) < _MOST_SCANS:  # at least the scans, and quickly counted
        return
    scans = 1
    while (found := _MARKER.search(data, place)) and found[1] != b"\xd9":
        scans += found[1] == b"\xda"
        if scans > _MOST_SCANS:
            raise PhotographError(
                f"{name}: a JPEG of more than {_MOST_SCANS} scans; no camera writes that, so save "
                "it anew"
            )
        place = found.end() + max(int.from_bytes(data[found.end() : found.end() + 2]), 2)


def _scan_marks(data: bytes, start: int) -> int:
    """Count the bytes FF DA: a seventh of the time of `bytes.count`, and other threads go on."""
    marks = 0
    for first in (start, start + 1):
        if (pairs := (len(data) - first) // 2) > 0:
            found = np.frombuffer(data, "<u2", pairs, first) == 0xDAFF
            marks += int(np.count_nonzero(found))
    return marks


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
    """The most strips or tiles that a page says it has, of the pages that are looked at."""
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
            tag, _, count = entry.unpack_from(data, place)
            place += entry.size
            if tag in _PIECES:
                most = max(most, count)
        (page,) = offset.unpack_from(data, place)
    return most


def _tiff_is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    tags: Mapping[int, Any] = image.tag_v2  # type: ignore[attr-defined]
    if tags.get(_SUBFILE_TYPE, 0) & 1:
        raise OSError("its first page is only a preview")
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
    if tile.codec_name != "raw" or not isinstance(tile.args, tuple):
        return True  # run lengths: the decoder counts the pixels itself
    stride = int(tile.args[1])
    return tile.offset + stride * image.height <= len(data)


def _jpeg_frames(image: ImageFile.ImageFile) -> int:
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
