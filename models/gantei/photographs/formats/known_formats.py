"""The formats that are read: whoever needs a list of them, or of their suffixes, has it here."""

import re
from collections.abc import Sequence

from ...errors import PhotographError
from ...findings.finding import Finding
from . import avif, bmp, gif, heif, jpeg, jpeg2000, netpbm, png, tiff, webp
from .other_contents import other_content
from .picture_format import PictureFormat

FORMATS: Sequence[PictureFormat] = (
    jpeg.FORMAT,
    png.FORMAT,
    tiff.FORMAT,
    bmp.FORMAT,
    webp.FORMAT,
    jpeg2000.FORMAT,
    avif.FORMAT,
    heif.FORMAT,
    gif.FORMAT,
    netpbm.FORMAT,
)


def format_of(data: bytes) -> PictureFormat:
    """Recognise a file by its first bytes.

    Raises:
        PhotographError: it is empty, or of no format that is read.
    """
    for each in FORMATS:
        if each.magic.match(data):
            return each
    if not data:
        raise PhotographError(Finding("empty-file", formats=names()))
    if other := other_content(data):
        raise PhotographError(other)
    raise PhotographError(Finding("unknown-format", formats=names()))


def names() -> list[str]:
    """The formats' names, as messages list them, such as `JPEG`."""
    return [each.name for each in FORMATS]


def suffixes() -> list[str]:
    """The endings of photographs' file names, in lower case, such as `.jpg`."""
    return [suffix for each in FORMATS for suffix in each.suffixes]


def suffixes_drawn_by_browsers() -> list[str]:
    """The endings of those that browsers draw, in lower case."""
    return [suffix for each in FORMATS if each.is_drawn_by_browsers for suffix in each.suffixes]


def signatures() -> list[str]:
    """What files begin with: expressions that JavaScript reads too, a letter for each byte."""
    sources = (each.magic.pattern.decode("latin-1") for each in FORMATS)
    # JavaScript knows no possessive repetitions.
    return [re.sub(r"([+*}])\+", r"\1", source) for source in sources]


def media_types() -> list[str]:
    """The media types of photographs, such as `image/jpeg`."""
    return [each.media_type for each in FORMATS]
