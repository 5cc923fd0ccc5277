"""JPEG 2000 files, and bare codestreams; OpenJPEG decodes them in a helper process."""

import re
import struct
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from typing import Any, NamedTuple

from PIL import Image, ImageFile

from ...errors import PhotographError
from ...findings.finding import Finding
from ..decoder_process import decode_apart
from ..deep_values import Depth
from ..helper_memory import helper_bytes
from .apart import DECODERS, image_of
from .boxes import boxes
from .picture_format import PictureFormat
from .undecoded_image import UndecodedImage, put_pixels

NAME = "JPEG 2000"

_SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
_START, _SIZES, _TILE_PART, _END = b"\xff\x4f", b"\xff\x51", b"\xff\x90", b"\xff\xd9"
_SRGB = b"\x10"
_LARGEST_HEAD = 1_000_000
_MOST_TILE_PARTS = 100_000


class _Sizes(NamedTuple):
    """What a codestream says of its picture."""

    width: int
    height: int
    tiles: int
    components: int
    bits: int
    is_subsampled: bool


def _opened(data: bytes) -> ImageFile.ImageFile:
    from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

    pictures = list(_codestreams(data))
    sizes = _sizes(data, pictures[0][0])
    head = Jpeg2KImageFile(BytesIO(data))
    size = sizes.width, sizes.height
    if head.size != size:
        raise ValueError("its two headers say different sizes")
    job, facts = f"{DECODERS}.pillow_decoding:decode_jpeg2000", dict[str, Any]()
    if sizes.bits > 8 and sizes.components > 2:
        # Pillow rounds such values, and of the brightest it makes 0.
        _check_deep(data[: pictures[0][0]], sizes)
        job, facts = f"{DECODERS}.openjpeg_decoding:decode", {"bits": sizes.bits}

    def decode() -> tuple[Image.Image, Depth]:
        answer = decode_apart(job, facts, data, size=size[::-1], format=NAME)
        return image_of(answer, size, NAME)

    helper = helper_bytes(job, sizes.width * sizes.height, len(data))
    return UndecodedImage(size, head.mode, decode, frames=len(pictures), helper=helper)


def _check_deep(head: bytes, sizes: _Sizes) -> None:
    colours = re.search(rb"colr\x01..\0\0\0(.)", head, re.DOTALL)
    if sizes.is_subsampled or (colours and colours[1] != _SRGB):
        raise PhotographError(Finding("jpeg2000-deep-colours"))
    if find_spec("openjpeg") is None:
        raise PhotographError(Finding("jpeg2000-needs-extra"))


def _codestreams(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the pictures of a file begin and end, the end perhaps beyond the file's."""
    if not data.startswith(_SIGNATURE):
        yield 0, len(data)
        return
    found = False
    for box in boxes(data):
        if box.kind == b"jp2h" and box.end - box.start > _LARGEST_HEAD:
            raise ValueError("its header is larger than a header is")
        if box.kind == b"jp2c":
            found = True
            yield box.start, box.end
    if not found:
        raise ValueError("it holds no picture")


def _sizes(data: bytes, start: int) -> _Sizes:
    if data[start : start + 4] != _START + _SIZES:
        raise ValueError("its picture does not begin as one")
    right, lower, left, upper, across, down, tiles_left, tiles_upper = struct.unpack_from(
        ">8I", data, start + 8
    )
    width, height = right - left, lower - upper
    if min(width, height, across, down) < 1 or tiles_left > left or tiles_upper > upper:
        raise ValueError("its sizes are impossible")
    columns, rows = -(-(right - tiles_left) // across), -(-(lower - tiles_upper) // down)
    (components,) = struct.unpack_from(">H", data, start + 40)
    each = [data[place : place + 3] for place in range(start + 42, start + 42 + 3 * components, 3)]
    bits = max((one[0] & 0x7F) + 1 for one in each)
    return _Sizes(
        width, height, columns * rows, components, bits, any(one[1:] != b"\1\1" for one in each)
    )


def _is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    """Walk the parts of all tiles: OpenJPEG leaves black what is missing."""
    start, end = next(_codestreams(data))
    if end > len(data):
        return False
    tiles = _sizes(data, start).tiles
    place = start + 2
    while data[place : place + 2] != _TILE_PART:
        if place + 4 > end:
            return False
        place += 2 + max(int.from_bytes(data[place + 2 : place + 4]), 2)
    seen: set[int] = set()
    for _ in range(_MOST_TILE_PARTS):
        mark = data[place : place + 2]
        if mark == _END:
            return len(seen) == tiles
        if mark != _TILE_PART or place + 12 > end:
            return False
        tile, length = struct.unpack_from(">HI", data, place + 4)
        seen.add(tile)
        if length == 0:  # the last one, to the end
            return len(seen) == tiles and data.rfind(_END, place, end) >= 0
        place += max(length, 12)
    raise ValueError(f"more than {_MOST_TILE_PARTS} parts of tiles")


FORMAT = PictureFormat(
    name=NAME,
    magic=re.compile(re.escape(_SIGNATURE) + b"|" + _START + _SIZES, re.DOTALL),
    suffixes=(".jp2", ".j2k", ".jpx", ".jpf", ".j2c"),
    media_type="image/jp2",
    open=_opened,
    is_whole=_is_whole,
    load=put_pixels,
)
