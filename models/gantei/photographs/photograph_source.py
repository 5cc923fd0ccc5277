"""Where a photograph comes from, and what it is called.

It is a path, stored below an address, bytes, a Pillow image or an array.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError, drop_tracebacks
from ..findings.finding import Finding
from ..system.files import open_regular
from .stored_photograph import ReadFile, StoredPhotograph

PhotographFile = str | os.PathLike[str] | StoredPhotograph
"""What has a name, and is read when it is needed."""
PhotographSource = PhotographFile | bytes | Image.Image | NDArray[Any]

LARGEST_FILE = 1_000_000_000
"""Bytes; 200 megapixels of uncompressed 8-bit RGB are 600 million."""


@contextmanager
def errors_of(source: str, sha256: str | None = None, version: str | None = None) -> Iterator[None]:
    """Say of which photograph, and of which bytes, the errors are that are raised within."""
    try:
        yield
    except PhotographError as error:
        error.source = error.source or source
        error.sha256 = error.sha256 or sha256
        error.version = error.version or version
        raise


def read_encoded(source: PhotographFile) -> bytes:
    """Read a photograph's file, of at most `LARGEST_FILE` bytes.

    Raises:
        PhotographError: missing, unreadable, too large, or no regular file.
    """
    return read_versioned(source).data


def read_versioned(source: PhotographFile, most: int | None = None) -> ReadFile:
    """Read a photograph's file, with its version where a place has versions.

    Args:
        source: the file.
        most: bytes that there is memory for; None: `LARGEST_FILE`.

    Raises:
        PhotographError: as `read_encoded`, and as `Place.read`.
    """
    bound = LARGEST_FILE if most is None else most
    with errors_of(source_name(source)):
        if isinstance(source, StoredPhotograph):
            try:
                return source.place.read(source.name, bound)
            except PhotographError as error:
                if error.code != "large-file":
                    raise
                raise _too_large(bound) from None
        try:
            data = _read_bounded(source, bound)
        except OSError as error:
            if "://" in os.fspath(source):
                raise PhotographError(Finding("address-as-path")) from error
            why = error.strerror or str(error)
            raise PhotographError(Finding("unreadable-file", why=why)) from error
        except ValueError as error:  # a null character, or one that no file system can write
            raise PhotographError(Finding("not-a-path", why=str(error))) from error
        if data is None:
            raise PhotographError(Finding("not-a-file"))
        if len(data) > bound:
            raise _too_large(bound)
    return ReadFile(data)


def _too_large(most: int) -> PhotographError:
    if most < LARGEST_FILE:
        return PhotographError(Finding("large-for-memory", most=most // 10**6))
    return PhotographError(Finding("large-file", most=most // 10**6))


def _read_bounded(path: str | os.PathLike[str], most: int) -> bytes | None:
    """Read a file, or of one that is larger a byte more than `most`."""
    file = open_regular(path)
    if file is None:
        return None
    with file:
        return file.read(most + 1)


class PhotographDigest(NamedTuple):
    """The sha256 of a photograph's file, and the version of which it is; both None without a file.

    `error` says why a place did not give it; None also of a file on disk that cannot be read.
    """

    sha256: str | None
    version: str | None = None
    error: PhotographError | None = None


def photograph_digest(source: PhotographFile) -> PhotographDigest:
    """Digest of what `read_versioned` gives, or why there is none.

    Of a file on disk, a piece is in memory at a time.
    """
    if isinstance(source, StoredPhotograph):
        try:
            read = read_versioned(source)
        except PhotographError as error:
            drop_tracebacks(error)
            return PhotographDigest(None, error=error)
        return PhotographDigest(hashlib.sha256(read.data).hexdigest(), read.version)
    return PhotographDigest(_sha256_on_disk(source))


def _sha256_on_disk(path: str | os.PathLike[str]) -> str | None:
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
    """What messages and results call a source.

    Its path as given, its address with its name, `<bytes>`, `<image>` or `<array>`.

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
        case StoredPhotograph():
            return str(source)
        case str() | os.PathLike() if isinstance(path := os.fspath(source), str):
            return path
    raise TypeError(
        f"a photograph is a path, bytes, a Pillow image or an array, not {type(source).__name__}"
    )


def file_name(source: object) -> str:
    """The last part of a path, or of a stored photograph's name; empty where there is neither."""
    if isinstance(source, StoredPhotograph):
        return source.name.rpartition("/")[2]
    return Path(source).name if isinstance(source, str | os.PathLike) else ""


def is_one(photographs: object) -> bool:
    """Whether it is one photograph alone, not several."""
    return isinstance(
        photographs, str | bytes | os.PathLike | Image.Image | np.ndarray | StoredPhotograph
    )
