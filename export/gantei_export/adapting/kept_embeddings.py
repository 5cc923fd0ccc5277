"""Embeddings kept in a file while they are made, so that a run that was killed goes on.

The file has a head (what made the embeddings) and records of one length: the key of a photograph or
copy, its embedding, a checksum. A record that a kill has cut off, or that does not match its
checksum, counts as not there.
"""

import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from gantei.errors import OutputError
from gantei.manifests.manifest import Manifest
from gantei.photographs.eyes import Eye, EyeOption
from gantei.system.files import exclusive_lock
from gantei.system.version import __version__

MAGIC = b"gantei embeddings 1\n"
LARGEST = 16 << 30
"""Bytes of a file: 1.5 million embeddings of 2,560 numbers."""
_DIGEST = 32
_RECIPE = b"copies 1"
"""Of changed copies: another recipe, other keys."""


class KeptEmbeddings:
    """Embeddings by the photograph's digest, its eye and the number of the copy.

    Attributes:
        width: how long each is.
    """

    def __init__(self, file: IO[bytes], width: int) -> None:
        self.width = width
        self._file = file
        self._rows: dict[bytes, NDArray[np.float32]] = {}
        self._length = _DIGEST + 4 * width + 4
        self._read()

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: bytes) -> NDArray[np.float32] | None:
        """Give the embedding under a key, float32 (width,); None where there is none."""
        return self._rows.get(key)

    def add(self, key: bytes, row: NDArray[np.float32]) -> None:
        """Keep an embedding, float32 (width,)."""
        body = key + np.asarray(row, "<f4").tobytes()
        self._file.write(body + zlib.crc32(body).to_bytes(4, "little"))
        self._rows[key] = np.array(row, np.float32)

    def _read(self) -> None:
        """Read whole records, and go on behind the last of them."""
        end = self._file.tell()
        while len(record := self._file.read(self._length)) == self._length:
            body, check = record[:-4], int.from_bytes(record[-4:], "little")
            if zlib.crc32(body) != check:
                break
            row = np.frombuffer(body, "<f4", offset=_DIGEST).astype(np.float32)
            self._rows[body[:_DIGEST]] = row
            end += self._length
        self._file.seek(end)
        self._file.truncate()


@contextmanager
def kept_embeddings(
    path: Path | None, manifest: Manifest, width: int
) -> Iterator[KeptEmbeddings | None]:
    """Open a file of embeddings, or begin one that only its owner reads; None without a path.

    Args:
        path: of the file, in a folder that exists.
        manifest: of the estimator that makes the embeddings.
        width: how long an embedding is.

    Raises:
        OutputError: it is something else, of another estimator, too large, in use, or cannot be
            written.
    """
    if path is None:
        yield None
        return
    head = MAGIC + _identity(manifest, width)
    busy = f"another process is writing {path.name}; wait for it"
    try:
        with exclusive_lock(path.with_name(f".{path.name}.lock"), 0, busy):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                _check_head(path, file, head)
                yield KeptEmbeddings(file, width)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{path}: {error.strerror or error}") from error


def key_of(sha256: str, eye: EyeOption, copy: int, *, allow_grey: bool) -> bytes:
    """Give the key of a photograph, or of a changed copy of it, 32 bytes.

    Args:
        sha256: of the photograph's file.
        eye: what is told of its eye.
        copy: 0 is the photograph itself; copies are numbered from 1.
        allow_grey: whether pictures without colour pass.
    """
    side = eye.side if isinstance(eye, Eye) else str(eye)
    told = f"{sha256}\n{side}\n{copy}\n{allow_grey}\n".encode() + _RECIPE
    return hashlib.sha256(told).digest()


def _identity(manifest: Manifest, width: int) -> bytes:
    weights = manifest.weights.sha256 if manifest.weights else ""
    told = f"{weights}\n{manifest.input.model_dump_json(warnings=False)}\n{width}\n{__version__}\n"
    return hashlib.sha256(told.encode()).digest()


def _check_head(path: Path, file: IO[bytes], head: bytes) -> None:
    size = os.fstat(file.fileno()).st_size
    if size > LARGEST:
        raise OutputError(f"{path}: more than {LARGEST >> 30} GB; begin another file")
    found = file.read(len(head))
    if found == head:
        return
    if head.startswith(found):  # new, or cut off within the head
        file.seek(0)
        file.truncate()
        file.write(head)
        file.flush()
        return
    if found.startswith(MAGIC):
        raise OutputError(
            f"{path}: holds embeddings of another estimator, of other facts of its input, or "
            "of another version of gantei; name another file"
        )
    raise OutputError(f"{path}: is no file of embeddings; name another")
