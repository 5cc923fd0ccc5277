"""A stranger's zip archive, whoever reads it: what bounds it, and how it may be damaged."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST_MEMBERS = 10_000
DENSEST = 100
"""Unpacked bytes for each packed one, beyond the first `CHUNK`; weights hardly shrink, and zeros
to a thousandth."""
CHUNK = 1024**2
"""Bytes to unpack at a time."""
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
    ValueError, OverflowError,
)  # fmt: skip
"""What zipfile and the decompressors below it raise for a damaged archive, beside `OSError`."""
LARGEST_READ = 4_000_000
"""Bytes that are read at once; the table of 10,000 files with names of 300 letters has 3.5 MB."""


class _Bounded(io.BufferedReader):
    """A file whose reader is refused what it asks for at once, where that is too much."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as any file does.

        Raises:
            zipfile.BadZipFile: it is more than `LARGEST_READ`.
        """
        most = LARGEST_READ + 1 if size is None or size < 0 else min(size, LARGEST_READ + 1)
        content = super().read(most)
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


def is_zip_bomb(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member claims to unpack to more than any honest file does."""
    return member.file_size > DENSEST * max(member.compress_size, CHUNK)
