"""GIF files of one picture."""

import re
from io import BytesIO
from typing import NamedTuple

from PIL import ImageFile

from .picture_format import PictureFormat

_MOST_BLOCKS = 2_000_000
"""In all; a picture of 200 megapixels has a million."""
_MOST_BLOCKS_ASIDE = 10_000
"""Of comments and of what programs add."""
_EXTENSION, _PICTURE, _END = 0x21, 0x2C, 0x3B


class _Blocks(NamedTuple):
    pictures: int
    is_whole: bool


def _walk(data: bytes) -> _Blocks:
    """Count the pictures, and see whether the file ends where it says.

    Raises:
        ValueError: there are more blocks than a picture has.
    """
    place = 13 + _table(data, 10)
    pictures = blocks = aside = 0
    while place < len(data):
        kind = data[place]
        if kind == _PICTURE:
            pictures += 1
            place += 10 + _table(data, place + 9) + 1
        elif kind == _EXTENSION:
            place += 2
        else:
            # Without an end mark, a file of several pictures may have been cut behind the first.
            return _Blocks(pictures, pictures > 0 and kind == _END)
        while size := data[place] if place < len(data) else 0:
            place += 1 + size
            blocks += 1
            aside += kind == _EXTENSION
            if blocks > _MOST_BLOCKS or aside > _MOST_BLOCKS_ASIDE:
                raise ValueError("it has more blocks than a picture has")
        place += 1
    return _Blocks(pictures, is_whole=False)


def _table(data: bytes, place: int) -> int:
    """Bytes of the table of colours that the flags at `place` speak of."""
    flags = data[place] if place < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _opened(data: bytes) -> ImageFile.ImageFile:
    from PIL.GifImagePlugin import GifImageFile

    blocks = _walk(data)  # before Pillow puts comments together, piece by piece
    image = GifImageFile(BytesIO(data))
    image.info["pictures"] = blocks.pictures
    return image


def _frames(image: ImageFile.ImageFile) -> int:
    return int(image.info["pictures"])


FORMAT = PictureFormat(
    name="GIF",
    magic=re.compile(rb"GIF8[79]a"),
    suffixes=(".gif",),
    media_type="image/gif",
    is_drawn_by_browsers=True,
    open=_opened,
    is_whole=lambda data, image: _walk(data).is_whole,
    frames=_frames,
)
