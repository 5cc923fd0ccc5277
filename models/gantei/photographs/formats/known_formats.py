"""The formats that are read: whoever needs a list of them, or of their suffixes, has it here."""

import os
from collections.abc import Sequence
from pathlib import Path

from ...errors import PhotographError
from ...findings.finding import Finding
from . import bmp, jpeg, png, tiff, webp
from .picture_format import PictureFormat

FORMATS: Sequence[PictureFormat] = (
    jpeg.FORMAT,
    png.FORMAT,
    tiff.FORMAT,
    bmp.FORMAT,
    webp.FORMAT,
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
    raise PhotographError(Finding("unknown-format", formats=names()))


def names() -> list[str]:
    """The formats' names, as messages list them, such as `JPEG`."""
    return [each.name for each in FORMATS]


def suffixes() -> list[str]:
    """The endings of photographs' file names, in lower case, such as `.jpg`."""
    return [suffix for each in FORMATS for suffix in each.suffixes]


def media_types() -> list[str]:
    """The media types of photographs, such as `image/jpeg`."""
    return [each.media_type for each in FORMATS]


def has_suffix(path: str | os.PathLike[str]) -> bool:
    """Whether a file's name ends as a photograph's does."""
    return Path(path).suffix.lower() in suffixes()
