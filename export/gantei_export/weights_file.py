"""The file that a user downloaded: an `.h5`, or a `.zip` that holds one."""

import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from gantei.errors import ConversionError

SUFFIXES = (".h5", ".hdf5")
LARGEST = 4 * 1024**3
"""Bytes of an unpacked weights file: eight times EfficientNet-B7's with optimizer state."""
DENSEST = 100
"""Unpacked bytes for each packed one; weights hardly shrink, and zeros to a thousandth."""
CHUNK = 1024**2

# What zipfile and the decompressors below it raise for a damaged archive.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
)


@contextmanager
def weights_file(path: Path) -> Iterator[Path]:
    """Give the `.h5` that `path` is or holds; what is unpacked is gone when the block ends.

    Raises:
        ConversionError: it is neither, or the archive is damaged, ambiguous, dense as a bomb, or
            has a member that would lie outside it.
    """
    if not path.is_file():
        raise ConversionError(f"{path}: no such file")
    if path.suffix.lower() in SUFFIXES:
        yield path
        return
    if path.suffix.lower() != ".zip":
        raise ConversionError(
            f"{path}: unknown ending {path.suffix!r}; known: {', '.join(SUFFIXES)}, or a .zip "
            "that holds one"
        )
    with tempfile.TemporaryDirectory(prefix="gantei-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                member = _only_weights(archive, path)
                # A name of our own: the archive's never reaches the disk.
                unpacked = Path(folder, "weights.h5")
                with archive.open(member) as packed, unpacked.open("wb") as file:
                    _copy(packed, file, member, path)
        except _DAMAGED as error:
            raise ConversionError(f"{path}: cannot be unpacked: {error}") from error
        yield unpacked


def _only_weights(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    for info in archive.infolist():
        name = PurePosixPath(info.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in info.filename:
            raise ConversionError(f"{path}: member {info.filename!r} would lie outside the archive")
    found = [
        info
        for info in archive.infolist()
        if info.filename.lower().endswith(SUFFIXES) and "__MACOSX" not in info.filename
    ]
    if len(found) != 1:
        names = ", ".join(info.filename for info in found[:10]) or "none"
        raise ConversionError(
            f"{path}: must hold exactly one {' or '.join(SUFFIXES)}; it holds {names}"
        )
    if found[0].file_size > min(LARGEST, DENSEST * max(found[0].compress_size, CHUNK)):
        raise ConversionError(
            f"{path}: {found[0].filename} claims {found[0].file_size} bytes unpacked from "
            f"{found[0].compress_size}; unpack it yourself if you trust it"
        )
    return found[0]


def _copy(packed: IO[bytes], file: IO[bytes], member: zipfile.ZipInfo, path: Path) -> None:
    """Unpack at most the bytes that were claimed."""
    left = member.file_size
    while chunk := packed.read(min(CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            raise ConversionError(f"{path}: {member.filename} is longer than it claims")
        file.write(chunk)
