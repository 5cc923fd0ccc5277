"""Files that are open only while they are read: any number of them is read in turn."""

import os
from errno import EINVAL
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any

from .files import open_regular

_READ = 1 << 15
"""Bytes that are read at once, and wait in memory."""


class _FileInTurn(RawIOBase):
    """A file that is opened at each reading, where the last one ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if (file := open_regular(self._path)) is None:
            raise OSError(EINVAL, "is no regular file", str(self._path))
        with file:
            file.seek(self._place)
            count = file.raw.readinto(buffer) or 0
        self._place += count
        return count

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        before = {os.SEEK_SET: 0, os.SEEK_CUR: self._place}.get(whence)
        self._place = offset + (self._path.stat().st_size if before is None else before)
        return self._place

    def tell(self) -> int:
        return self._place


def opened_in_turn(path: Path) -> BufferedReader:
    """Open a regular file to read its bytes, which counts as open only while it is read.

    Whoever reads has to see by `file_state` that it is the same file each time.

    Raises:
        OSError: while it is read: it is missing, cannot be read, or is no regular file.
    """
    return BufferedReader(_FileInTurn(path), _READ)
