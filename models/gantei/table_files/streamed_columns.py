"""Reading some columns of a table of results row by row, however many rows it has."""

import csv
import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import OutputError
from .csv_reading import delimiter_of
from .optional_packages import arrow
from .parquet_batches import batches
from .parquet_parts import opened_files
from .parquet_reading import BATCH
from .spreadsheet_cells import undefused
from .typed_cells import cell_text
from .workbook_reading import workbook_rows

LONGEST_LINE = 10_000_000
"""Characters of a line, so that a file without line ends is not taken into memory."""


def streamed_columns(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    r"""Read the cells of these columns, as texts, with one row of a text file in memory.

    Args:
        path: of a table as `gantei predict` writes it: .xlsx, .parquet, .jsonl, else CSV in
            UTF-8.
        columns: their names.

    Raises:
        OutputError: it cannot be read, or lacks a column.
        MissingExtraError: what its format needs is not installed.

    >>> from pathlib import Path
    >>> from gantei.table_files.streamed_columns import streamed_columns
    >>> next(streamed_columns(Path("results.csv"), ["photograph", "eye"]))
    ('person-00001-left.jpg', 'left')
    """
    try:
        match path.suffix.lower():
            case ".parquet":
                yield from _parquet(path, columns)
            case ".jsonl":
                yield from _json_lines(path, columns)
            case ".xlsx" | ".xlsm":
                rows = workbook_rows(path, expected=columns)
                yield from _picked((row.cells for row in rows), columns, path)
            case _:
                yield from _csv(path, columns)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise OutputError(f"{path}: not UTF-8; save it so") from error


def _picked(
    rows: Iterator[Sequence[str]], columns: Sequence[str], path: Path
) -> Iterator[tuple[str, ...]]:
    head = [cell.strip().lower() for cell in next(rows, ())]
    for column in columns:
        if head.count(column) != 1:
            raise _lacks(path, column)
    places = [head.index(column) for column in columns]
    for number, cells in enumerate(rows, start=1):
        if len(cells) == len(head):
            yield tuple(cells[place] for place in places)
        elif any(cells):
            raise OutputError(f"{path}, row {number}: {len(cells)} cells under {len(head)} columns")


def _csv(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    with path.open("rb") as file:
        is_defused = file.read(len(BOM_UTF8)) == BOM_UTF8
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = delimiter_of(file.readline(LONGEST_LINE), columns)
        file.seek(0)
        lines = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            for cells in _picked(lines, columns, path):
                yield tuple(map(undefused, cells)) if is_defused else cells
        except csv.Error as error:
            raise OutputError(f"{path}, line {lines.line_num}: no CSV: {error}") from error


def _json_lines(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    with path.open(encoding="utf-8-sig") as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if line.isspace():
                continue
            try:
                values = json.loads(line)
                yield tuple(_text(values[column], path) for column in columns)
            except KeyError as error:
                raise _lacks(path, error.args[0]) from error
            except (ValueError, TypeError, RecursionError) as error:
                raise OutputError(f"{path}, line {number}: no JSON object: {error}") from error


def _parquet(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    pyarrow, _ = arrow()
    try:
        for file, part in opened_files(path):
            for column in columns:
                if column not in file.schema_arrow.names:
                    raise _lacks(path, column)
            for batch in batches(file, part, BATCH, [*columns]):
                cells: list[list[Any]] = [batch.column(each).to_pylist() for each in columns]
                for values in zip(*cells, strict=True):
                    yield tuple(_text(value, path) for value in values)
    except pyarrow.ArrowException as error:
        raise OutputError(f"{path}: cannot be read as Parquet: {error}") from error


def _text(value: object, path: Path) -> str:
    text = cell_text(value)
    if text is None:
        raise OutputError(f"{path}: holds {type(value).__name__} where a text belongs")
    return text


def _lacks(path: Path, column: str) -> OutputError:
    return OutputError(f"{path}: needs one column called {column}, as `gantei predict` writes it")
