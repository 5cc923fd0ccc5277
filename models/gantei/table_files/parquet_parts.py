"""A Parquet table as one file, or as a folder of files that other programs read as one table.

That is what pyarrow, pandas, DuckDB, polars and Spark write and read: `results.parquet/` with
`part-00000.parquet` and so on, of one schema, whose rows follow each other in the order of names.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..system.file_in_turn import opened_in_turn
from ..system.files import sha256_of
from .optional_packages import arrow

MOST_PARTS = 100_000
"""As many as five digits number, so that the order of names is that of the rows."""
_ENDING = ".parquet"


def part_name(number: int) -> str:
    """Give the name of a file of such a folder, counted from 0.

    >>> from gantei.table_files.parquet_parts import part_name
    >>> part_name(7)
    'part-00007.parquet'
    """
    return f"part-{number:05}{_ENDING}"


def is_folder_table(path: Path) -> bool:
    """Whether there is a folder whose name is that of a Parquet table."""
    return path.suffix.lower() == _ENDING and path.is_dir()


def files_of_table(path: Path) -> list[Path]:
    """Give the files of a table in the order of their rows: itself, or those of its folder.

    As other programs do, it passes files by whose names begin with `.` or `_`.

    Raises:
        OutputError: the folder has none, more than `MOST_PARTS`, or holds anything else, such as
            the folders of a table that is divided by the values of a column.
    """
    if not is_folder_table(path):
        return [path]
    found: list[Path] = []
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name.startswith((".", "_")):
                continue
            if not entry.name.lower().endswith(_ENDING) or not entry.is_file():
                raise OutputError(
                    f"{path}: holds {entry.name}, which is no {_ENDING} file; a table in a folder "
                    "has its files there and nothing else"
                )
            found.append(Path(entry.path))
            if len(found) > MOST_PARTS:
                raise OutputError(f"{path}: holds more than {MOST_PARTS} files; write larger ones")
    if not found:
        raise OutputError(f"{path}: is a folder without any {_ENDING} file")
    return sorted(found)


def remove_table(path: Path) -> None:
    """Delete a table, if it is there; of a folder, all that is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def opened_files(table: Path) -> Iterator[tuple[Any, Path]]:
    """Open the files of a Parquet table one after the other; each closes when the next opens.

    Returns:
        A `pyarrow.parquet.ParquetFile` each with its path, all with the columns of the first.

    Raises:
        OutputError: one has other columns, or as `files_of_table`.
        OSError, pyarrow.ArrowException: one cannot be read.
        MissingExtraError: pyarrow is not installed.
    """
    _, parquet = arrow()
    files = files_of_table(table)
    schema = None
    for path in files:
        # Read ahead, all that was read of a file would stay in memory until it is closed.
        with parquet.ParquetFile(opened_in_turn(path), pre_buffer=False) as file:
            schema = file.schema_arrow if schema is None else schema
            if not file.schema_arrow.equals(schema):
                raise OutputError(f"{path}: has other columns than {files[0].name}, or other types")
            yield file, path


def table_sha256(path: Path) -> str:
    """Digest of a table: of its file, or of what `sha256sum part-*.parquet` prints in its folder.

    Raises:
        OutputError: as `files_of_table`.
        OSError: it cannot be read.
    """
    if not is_folder_table(path):
        return sha256_of(path)
    digest = hashlib.sha256()
    for file in files_of_table(path):
        digest.update(f"{sha256_of(file)}  {file.name}\n".encode())
    return digest.hexdigest()
