"""A folder as archives that fit where 4 GB do, each a whole .zip of its own."""

import shutil
import zipfile
from pathlib import Path

from ..errors import OutputError

LARGEST_PART = 4_000_000_000
"""Bytes of an archive: below what FAT32 and a 32-bit .zip can hold."""
_MOMENT = (2020, 2, 2, 0, 0, 0)


def write_parts(folder: Path, into: Path, largest: int) -> list[Path]:
    """Write the folder's files, in the order of names, into `NAME-1-of-N.zip` and so on.

    Nothing is compressed: wheels are already, and weights barely can be.

    Raises:
        OutputError: a file does not fit into any archive.
    """
    groups = _grouped(folder, largest)
    parts = []
    for number, group in enumerate(groups, 1):
        part = into / f"{folder.name}-{number:0{len(str(len(groups)))}}-of-{len(groups)}.zip"
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
            for path in group:
                entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix(), _MOMENT)
                entry.external_attr = 0o100644 << 16
                entry.file_size = path.stat().st_size
                with path.open("rb") as source, archive.open(entry, "w") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
        parts.append(part)
    return parts


def _grouped(folder: Path, largest: int) -> list[list[Path]]:
    groups: list[list[Path]] = [[]]
    used = _END
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        room = path.stat().st_size + _around(path.relative_to(folder.parent).as_posix())
        if _END + room > largest:
            raise OutputError(f"{path.name} alone is larger than an archive may be ({largest})")
        if used + room > largest:
            groups.append([])
            used = _END
        groups[-1].append(path)
        used += room
    return groups


_END = 22
"""Bytes at the end of an archive."""


def _around(name: str) -> int:
    """Bytes that a .zip adds to a file: a header before it, one in the table, its size after it."""
    return 30 + 46 + 16 + 2 * len(name.encode())
