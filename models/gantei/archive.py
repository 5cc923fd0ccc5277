"""What bounds a stranger's zip archive, whoever reads it: number, density, kinds of damage."""

import lzma
import zipfile
import zlib

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


def swells(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member claims to unpack to more than any honest file does."""
    return member.file_size > DENSEST * max(member.compress_size, CHUNK)
