"""Where a photograph comes from, and what it is called: a path, bytes, a Pillow image, an array."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError
from ..findings.finding import Finding
from ..system.files import open_regular

PhotographSource = str | os.PathLike[str] | bytes | Image.Image | NDArray[Any]

LARGEST_FILE = 1_000_000_000
"""Bytes; 200 megapixels of uncompressed 8-bit RGB are 600 million."""


@contextmanager
def errors_of(source: str, sha256: str | None = None) -> Iterator[None]:
    """Say of which photograph the errors are that are raised within."""
    try:
        yield
    except PhotographError as error:
        error.source = error.source or source
        error.sha256 = error.sha256 or sha256
        raise


def read_encoded(path: str | os.PathLike[str]) -> bytes:
    """Read a photograph's file, of at most `LARGEST_FILE` bytes.

    Raises:
        PhotographError: missing, unreadable, too large, or no regular file.
    """
    with errors_of(os.fspath(path)):
        try:
            data = _read_bounded(path)
        except OSError as error:
            why = error.strerror or str(error)
            raise PhotographError(Finding("unreadable-file", why=why)) from error
        except ValueError as error:  # a null character, or one that no file system can write
            raise PhotographError(Finding("not-a-path", why=str(error))) from error
        if data is None:
            raise PhotographError(Finding("not-a-file"))
        if len(data) > LARGEST_FILE:
            raise PhotographError(Finding("large-file", most=LARGEST_FILE // 10**6))
    return data


def _read_bounded(path: str | os.PathLike[str]) -> bytes | None:
    file = open_regular(path)
    if file is None:
        return None
    with file:
        return file.read(LARGEST_FILE + 1)


def encoded_sha256(path: str | os.PathLike[str]) -> str | None:
    """Digest of what `read_encoded` gives, a piece in memory at a time; None where it refuses."""
    try:
        file = open_regular(path)
        if file is None:
            return None
        with file:
            if os.fstat(file.fileno()).st_size > LARGEST_FILE:
                return None
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def source_name(source: PhotographSource, place: int | None = None) -> str:
    """What messages and results call a source: its path as given, `<bytes>`, `<image>`, `<array>`.

    `place`: its number among several photographs, from 1, which makes it `<bytes 3>`.

    Raises:
        TypeError: a source of another type.
    """
    number = "" if place is None else f" {place}"
    match source:
        case bytes():
            return f"<bytes{number}>"
        case Image.Image():
            return f"<image{number}>"
        case np.ndarray():
            return f"<array{number}>"
        case str() | os.PathLike() if isinstance(path := os.fspath(source), str):
            return path
    raise TypeError(
        f"a photograph is a path, bytes, a Pillow image or an array, not {type(source).__name__}"
    )


def is_one(photographs: object) -> bool:
    """Whether it is one photograph alone, not several."""
    return isinstance(photographs, str | bytes | os.PathLike | Image.Image | np.ndarray)
