"""Reading a Parquet file as a table of texts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import OutputError
from .optional_packages import arrow
from .table_read import ReadRow, ReadTable
from .typed_cells import cell_text

BATCH = 10_000
"""Rows that are decoded at once."""


def read_parquet(path: Path) -> ReadTable:
    """Read all columns.

    Raises:
        OutputError: it is no Parquet, a column holds other than texts, numbers and times, or as
            `ReadTable.of`.
        MissingExtraError: pyarrow is not installed.
    """
    pyarrow, parquet = arrow()
    try:
        with parquet.ParquetFile(path, memory_map=True) as file:
            names = file.schema_arrow.names
            return ReadTable.of(_rows(file, names, path), str(path))
    except OutputError:
        raise
    except (OSError, pyarrow.ArrowException) as error:
        raise OutputError(f"{path}: cannot be read as Parquet: {error}") from error


def _rows(file: Any, names: list[str], path: Path) -> Iterator[ReadRow]:
    yield ReadRow(str(path), names)
    number = 0
    for batch in file.iter_batches(BATCH):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            where = f"{path}, row {number}"
            yield ReadRow(where, [_text(*each, where) for each in zip(values, names, strict=True)])


def _text(value: object, column: str, where: str) -> str:
    text = cell_text(value)
    if text is None:
        raise OutputError(
            f"{where}: {column} holds {type(value).__name__}, which no cell of a table is; leave "
            "that column out"
        )
    return text
