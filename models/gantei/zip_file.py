"""Opening a stranger's zip archive without reading a table of files that fills the memory."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LARGEST_READ = 4_000_000
"""Bytes that are read at once; the table of 10,000 files with names of 300 letters has 3.5 MB."""


class _Bounded(io.BufferedReader):
    """A file whose reader is refused what it asks for at once, where that is too much."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as any file does.

        Raises:
            zipfile.BadZipFile: it is more than `LARGEST_READ`.
        """
        asked = LARGEST_READ + 1 if size is None or size < 0 else min(size, LARGEST_READ + 1)
        content = super().read(asked)
        if len(content) > LARGEST_READ:
            raise zipfile.BadZipFile(f"its table of files has more than {LARGEST_READ} bytes")
        return content


@contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive, whose table of files `zipfile` reads whole, whatever size it claims.

    Raises:
        zipfile.BadZipFile: it is none, or its table of files is too large.
        OSError: it cannot be read.
    """
    with _Bounded(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
        yield archive
