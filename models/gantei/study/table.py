"""Writing a study's table: CSV, Excel, JSON Lines or Parquet, by the ending of its name."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO

from ..errors import OutputError
from ..table_files.csv_writing import write_csv
from ..table_files.optional_packages import arrow, openpyxl
from ..table_files.workbook_writing import check_sheet, write_workbook
from .columns import Row
from .leading_columns import Column

Writer = Callable[[Iterable[Row], Sequence[Column], IO[bytes]], None]

ROWS_AT_ONCE = 10_000
"""Rows of one Parquet row group: what is held in memory while writing."""


def write_comma_separated(
    rows: Iterable[Row], columns: Sequence[Column], file: IO[bytes], *, plain: bool = False
) -> None:
    """Write CSV, for spreadsheets or `plain`; see `write_csv`."""
    write_csv([column.name for column in columns], rows, file, plain=plain)


def write_excel(rows: Iterable[Row], columns: Sequence[Column], file: IO[bytes]) -> None:
    """Write an .xlsx workbook; see `write_workbook`."""
    write_workbook([column.name for column in columns], rows, file)


def write_json_lines(rows: Iterable[Row], columns: Sequence[Column], file: IO[bytes]) -> None:
    """Write one JSON object a line, UTF-8, null for None."""
    names = [column.name for column in columns]
    for row in rows:
        file.write(json_line(names, row))


def json_line(names: Sequence[str], row: Row) -> bytes:
    """Lay out one row as a line of JSON."""
    line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
    return line.encode() + b"\n"


def write_parquet(rows: Iterable[Row], columns: Sequence[Column], file: IO[bytes]) -> None:
    """Write Parquet: text as string, numbers as float32, each column's meaning as metadata.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    pyarrow, parquet = arrow()
    kinds = {"text": pyarrow.string(), "number": pyarrow.float32()}
    schema = pyarrow.schema(
        pyarrow.field(
            column.name,
            kinds[column.kind],
            metadata={"meaning": column.meaning, "unit": column.unit, "range": column.range},
        )
        for column in columns
    )
    remaining = iter(rows)
    with parquet.ParquetWriter(file, schema) as writer:
        while chunk := list(islice(remaining, ROWS_AT_ONCE)):
            cells = zip(*chunk, strict=True)
            arrays = [
                pyarrow.array(each, field.type) for each, field in zip(cells, schema, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


WRITERS: dict[str, Writer] = {
    ".csv": write_comma_separated,
    ".xlsx": write_excel,
    ".jsonl": write_json_lines,
    ".parquet": write_parquet,
}


def writer_for(path: Path, *, plain: bool = False) -> Writer:
    """Choose how to write by the ending of `path`, and see that it can be done.

    `plain` is how a CSV is written; see `write_csv`.

    Raises:
        OutputError: the ending is not known.
        MissingExtraError: what the format needs is not installed.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise OutputError(f"{path}: unknown ending {path.suffix!r}; known: {', '.join(WRITERS)}")
    if writer is write_parquet:
        arrow()
    if writer is write_excel:
        openpyxl()
    if writer is write_comma_separated:
        return partial(write_comma_separated, plain=plain)
    return writer


def check_size(path: Path, photographs: int, columns: int) -> None:
    """Refuse a table that its format cannot hold.

    Raises:
        OutputError: an .xlsx would have too many rows or columns.
    """
    if WRITERS.get(path.suffix.lower()) is write_excel:
        check_sheet(photographs + 1, columns)
