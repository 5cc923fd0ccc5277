"""Writing a study's table so that it appears whole: one file, or a folder of Parquet files."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

from ..errors import OutputError
from ..system.atomic_folder import atomic_folder
from ..system.files import atomic_write, sha256_of
from ..table_files.parquet_parts import MOST_PARTS, part_name, table_sha256
from .columns import Row
from .leading_columns import Column
from .table import check_size, write_parquet, writer_for


@contextmanager
def atomic_table(
    table: Path,
    rows: Iterable[Row],
    columns: Sequence[Column],
    *,
    plain: bool = False,
    rows_per_file: int | None = None,
) -> Iterator[str]:
    """Write a table that appears under its name when the block ends, or not at all.

    Args:
        table: whose ending tells what is written.
        rows: in the order of the table.
        columns: of the rows.
        plain: how a CSV is written; see `write_csv`.
        rows_per_file: of a Parquet table that is a folder of files; None: it is one file.

    Returns:
        Its digest; see `table_sha256`.

    Raises:
        OutputError: it cannot be written.
        MissingExtraError: what the format needs is not installed.
    """
    if rows_per_file is None:
        with atomic_write(table) as file:
            writer_for(table, plain=plain)(rows, columns, file)
            file.flush()
            yield sha256_of(Path(file.name))
        return
    with atomic_folder(table) as folder:
        _write_parts(rows, columns, folder, rows_per_file)
        yield table_sha256(folder)


def _write_parts(
    rows: Iterable[Row], columns: Sequence[Column], folder: Path, rows_per_file: int
) -> None:
    remaining, number = iter(rows), 0
    # Without any row, too, one file tells the columns.
    while (some := [*islice(remaining, 1)]) or not number:
        with (folder / part_name(number)).open("xb") as file:
            write_parquet(chain(some, islice(remaining, rows_per_file - 1)), columns, file)
            file.flush()
            os.fsync(file.fileno())
        number += 1


def check_form(table: Path, rows_per_file: int | None, beside: Iterable[Path | None] = ()) -> None:
    """Refuse, before any work, a table that cannot be written, or not there.

    Args:
        table: where it goes.
        rows_per_file: as `atomic_table` has it.
        beside: what else is written, which would be lost in a folder that is replaced.

    Raises:
        OutputError: its ending is not known, or does not go with `rows_per_file`; a folder is there
            that is no table, or a pipe or a device; or something else would be written into its
            folder.
        MissingExtraError: what the format needs is not installed.
    """
    writer_for(table)
    if table.exists() and not (table.is_file() or table.is_dir()):
        raise OutputError(f"{table}: is a pipe or a device; name a file")
    if rows_per_file is None:
        if table.is_dir():
            raise OutputError(
                f"{table}: is a folder; name a file in it, or, of a .parquet table of several "
                "files, say how many rows each has by --rows-per-file"
            )
        return
    if writer_for(table) is not write_parquet:
        raise OutputError(f"{table}: --rows-per-file is for .parquet tables; others are one file")
    if table.is_dir() and not _is_replaceable(table):
        raise OutputError(
            f"{table}: is a folder that holds other files than a table's {part_name(0)} and so on; "
            "choose another --out"
        )
    if within := [path for path in beside if path and _is_in(path, table)]:
        raise OutputError(f"{within[0]}: lies in the folder of the table; choose another place")


def _is_replaceable(folder: Path) -> bool:
    """Whether a folder holds nothing but files of a table that was written here."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    return all(
        entry.name == part_name(number) and entry.is_file(follow_symlinks=False)
        for number, entry in enumerate(found)
    )


def _is_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def check_extent(table: Path, rows: int, columns: int, rows_per_file: int | None) -> None:
    """Refuse a table of more rows than its format, or so many files, can hold.

    Raises:
        OutputError: it has.
    """
    check_size(table, rows, columns)
    if rows_per_file is not None and rows > rows_per_file * MOST_PARTS:
        raise OutputError(
            f"{table}: {rows} rows are more than {MOST_PARTS} files of {rows_per_file}: give "
            "--rows-per-file a larger number"
        )
