"""Reading a Parquet table, one file or a folder of them, as a table of texts."""

from collections.abc import Iterator
from pathlib import Path

from ..errors import OutputError
from .optional_packages import arrow
from .parquet_batches import batches
from .parquet_parts import opened_files
from .table_read import ReadRow, ReadTable
from .typed_cells import cell_text

BATCH = 10_000
"""Rows that are decoded at once, where there is memory for them."""


def read_parquet(path: Path) -> ReadTable:
    """Read all columns.

    Raises:
        OutputError: it is no Parquet, a column holds other than texts, numbers and times, or as
            `ReadTable.of`.
        MissingExtraError: pyarrow is not installed.
    """
    return ReadTable.of(parquet_rows(path), str(path))


def parquet_rows(path: Path) -> Iterator[ReadRow]:
    """Read row by row, the names of the columns first.

    Raises:
        OutputError, MissingExtraError: as `read_parquet`, but for `ReadTable.of`.
    """
    pyarrow, _ = arrow()
    names: list[str] = []
    number = 0
    try:
        for file, part in opened_files(path):
            if not names:
                names = file.schema_arrow.names
                yield ReadRow(str(path), names)
            for batch in batches(file, part, BATCH):
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    where = f"{path}, row {number}"
                    cells = [_text(*each, where) for each in zip(values, names, strict=True)]
                    yield ReadRow(where, cells)
    except OutputError:
        raise
    except (OSError, pyarrow.ArrowException) as error:
        raise OutputError(f"{path}: cannot be read as Parquet: {error}") from error


def _text(value: object, column: str, where: str) -> str:
    text = cell_text(value)
    if text is None:
        raise OutputError(
            f"{where}: {column} holds {type(value).__name__}, which no cell of a table is; leave "
            "that column out"
        )
    return text
