"""Reading a study's table some rows at a time, as they were written, in any of its formats."""

import csv
import json
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..inference.postprocessing import shortest
from ..system.file_in_turn import opened_in_turn
from ..table_files.optional_packages import arrow, openpyxl
from ..table_files.parquet_batches import batches
from ..table_files.parquet_parts import opened_files
from ..table_files.spreadsheet_cells import undefused
from ..table_files.workbook_reading import NO_WORKBOOK, check_unpacked
from .columns import Row
from .leading_columns import Column

CellColumns = Sequence[Sequence[Any]]
"""Cells of some rows, by columns."""


def table_columns(
    path: Path, columns: Sequence[Column], *, plain: bool = False, at_once: int = 10_000
) -> Iterator[CellColumns]:
    """Read the cells of a table that `writer_for` wrote, as they were given to it.

    Of an Excel workbook, texts that no cell holds are read as they were changed. The file is open
    only while it is read, so that any number of tables can be read beside each other.

    Args:
        path: of the table; its ending tells what it is.
        columns: of the table.
        plain: how a CSV was written; see `write_csv`.
        at_once: rows that are held in memory.

    Raises:
        OutputError: it cannot be read, or has other columns.
        MissingExtraError: what the format needs is not installed.
    """
    match path.suffix.lower():
        case ".csv":
            found = _csv(path, columns, at_once, plain=plain)
        case ".jsonl":
            found = _by_columns(_json_lines(path, columns), at_once)
        case ".parquet":
            found = _parquet(path, columns, at_once)
        case ".xlsx":
            found = _by_columns(_workbook(path, columns), at_once)
        case ending:
            raise OutputError(f"{path}: {ending!r} is no ending of a table of gantei predict")
    try:
        yield from found
    except OutputError:
        raise
    except (OSError, csv.Error, *NO_WORKBOOK) as error:  # ValueErrors of pyarrow and JSON too
        raise OutputError(f"{path}: cannot be read: {error}") from error


def rows_of(cells: CellColumns) -> Iterator[Row]:
    """Give rows of their cells by columns."""
    return map(list, zip(*cells, strict=True))


def _by_columns(rows: Iterator[Row], at_once: int) -> Iterator[CellColumns]:
    while some := [*islice(rows, at_once)]:
        yield [*zip(*some, strict=True)]


def _check(path: Path, found: Sequence[Any], columns: Sequence[Column]) -> None:
    if [*found] != [column.name for column in columns]:
        raise OutputError(f"{path}: has other columns than its run manifest tells of")


def _csv(
    path: Path, columns: Sequence[Column], at_once: int, *, plain: bool
) -> Iterator[CellColumns]:
    encoding = "utf-8" if plain else "utf-8-sig"
    with TextIOWrapper(opened_in_turn(path), encoding, newline="") as file:
        lines = csv.reader(file, strict=True)
        _check(path, next(lines, []), columns)
        while some := [*islice(lines, at_once)]:
            pairs = zip(zip(*some, strict=True), columns, strict=True)
            yield [_typed(cells, column.kind == "number", plain=plain) for cells, column in pairs]


def csv_line_cells(line: str, columns: Sequence[Column], *, plain: bool) -> Row:
    """Read a row of CSV, which may have line breaks in its cells.

    Raises:
        ValueError, csv.Error: it has not as many cells as columns, or is no CSV.
    """
    (cells,) = csv.reader([line], strict=True)
    pairs = zip(cells, columns, strict=True)
    return [_typed([cell], column.kind == "number", plain=plain)[0] for cell, column in pairs]


def _typed(cells: Sequence[str], is_number: bool, *, plain: bool) -> list[Any]:
    """Read cells of a column."""
    if is_number:
        return [float(cell) if cell else None for cell in cells]
    if not plain and "\n'" in "\n".join(("", *cells)):
        return [undefused(cell) or None for cell in cells]
    return [cell or None for cell in cells]


def _json_lines(path: Path, columns: Sequence[Column]) -> Iterator[Row]:
    names = [column.name for column in columns]
    kinds = _kinds(columns)
    with opened_in_turn(path) as file:
        for line in file:
            yield _checked(json_line_cells(line, names), kinds)


def json_line_cells(line: bytes, names: Sequence[str]) -> Row:
    """Read a line of JSON Lines whose keys have to be these names, in their order.

    Raises:
        ValueError: it has others, or is no JSON.
    """
    values = json.loads(line)
    if b"\\ud" in line:  # a half of a character is none
        json.dumps(values, ensure_ascii=False).encode()
    if not isinstance(values, dict) or [*values] != [*names]:
        raise ValueError("a line has other columns than the run manifest tells of")
    return [*values.values()]


def _kinds(columns: Sequence[Column]) -> list[type]:
    return [float if column.kind == "number" else str for column in columns]


def _checked(row: Row, kinds: Sequence[type]) -> Row:
    """See that each cell is what its column holds; its text is not told, it may be a name."""
    for cell, kind in zip(row, kinds, strict=True):
        if cell is not None and type(cell) is not kind:
            raise ValueError(f"a row has {type(cell).__name__} where {kind.__name__} belongs")
    return row


def _parquet(path: Path, columns: Sequence[Column], at_once: int) -> Iterator[CellColumns]:
    for file, part in opened_files(path):
        _check(path, file.schema_arrow.names, columns)
        _check_types(path, file.schema_arrow, columns)
        for batch in batches(file, part, at_once):
            yield [_cells(each, column) for each, column in zip(batch, columns, strict=True)]


def _check_types(path: Path, schema: Any, columns: Sequence[Column]) -> None:
    pyarrow, _ = arrow()
    kinds = {"text": pyarrow.string(), "number": pyarrow.float32()}
    for found, column in zip(schema.types, columns, strict=True):
        if found != kinds[column.kind]:
            raise OutputError(f"{path}: column {column.name} holds {found}, which none of it does")


def _cells(array: Any, column: Column) -> list[Any]:
    if column.kind == "text":
        return list(array.to_pylist())
    # float32: the number of a row is the shortest decimal that names it.
    values = array.to_numpy(zero_copy_only=False)
    missing = array.is_null().to_pylist()
    return [None if no else shortest(value) for value, no in zip(values, missing, strict=True)]


def _workbook(path: Path, columns: Sequence[Column]) -> Iterator[Row]:
    check_unpacked(path)
    book = openpyxl().load_workbook(opened_in_turn(path), read_only=True)
    try:
        rows = book.active.iter_rows(values_only=True, max_col=len(columns))
        _check(path, next(rows, ()), columns)
        kinds = _kinds(columns)
        numbers = [kind is float for kind in kinds]
        for row in rows:
            cells = [
                float(cell) if number and cell is not None else cell
                for cell, number in zip(row, numbers, strict=True)
            ]
            yield _checked(cells, kinds)
    finally:
        book.close()
