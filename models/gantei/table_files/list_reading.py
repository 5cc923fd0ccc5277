"""Reading a list or table of somebody's, whatever kind of file it is."""

import io
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import BinaryIO, TypeVar

from ..errors import OutputError
from .csv_reading import csv_rows, delimiter_of, has_columns, read_csv
from .json_lines_reading import json_rows, read_json_lines
from .parquet_reading import parquet_rows, read_parquet
from .table_read import ReadTable, TableStream
from .text_lines import called, lines_of, opened, whole_text
from .workbook_reading import read_workbook, workbook_rows

AnyTable = TypeVar("AnyTable", ReadTable, TableStream)
_HEAD = 1 << 16
_OTHER_SPREADSHEETS = (".xls", ".xlsb", ".ods", ".numbers")


def read_table_file(
    name: str,
    *,
    encoding: str | None = None,
    expected: Iterable[str] = (),
    telling: Iterable[str] = (),
) -> ReadTable:
    """Read a table: .xlsx, .parquet, .jsonl, else CSV, with its column names in the first line.

    Apostrophes that defuse a text are undone in CSV that begins with the byte order mark of UTF-8,
    with which `write_csv` writes both; what else a cell holds is taken as it stands.

    Args:
        name: of the file; `-` for standard input.
        encoding: of a CSV without a byte order mark; None is UTF-8.
        expected: columns, in small letters, that tell delimiter and sheet.
        telling: more such columns, in any case; they may be missing.

    Raises:
        OutputError: it cannot be read, decoded or understood, or lacks an expected column.
        MissingExtraError: what its format needs is not installed.
    """
    wanted = tuple(expected)
    known = (*wanted, *(each.strip().lower() for each in telling))
    path = Path(name)
    match path.suffix.lower():
        case ".xlsx" | ".xlsm":
            table = read_workbook(path, expected=known)
        case ".parquet":
            table = read_parquet(path)
        case ".jsonl":
            table = read_json_lines(path)
        case _:
            text, marked = whole_text(_opened_text(name), name, encoding)
            table = read_csv(text, called(name), expected=known, is_defused=marked)
    return _checked(table, name, wanted)


def read_list_file(
    name: str, *, encoding: str | None = None, expected: Iterable[str]
) -> Iterator[str] | TableStream:
    """Read a list: its lines, or a table, where it is a kind of table or its head has `expected`.

    Lines and rows are read as they are asked for, so that memory does not grow with their number.
    Of the lines before the first that is not blank none is given.

    Raises:
        OutputError, MissingExtraError: as `read_table_file`; also while lines or rows are read.
    """
    wanted, path = tuple(expected), Path(name)
    match path.suffix.lower():
        case ".xlsx" | ".xlsm":
            rows = workbook_rows(path, expected=wanted)
        case ".parquet":
            rows = parquet_rows(path)
        case ".jsonl":
            rows = json_rows(lines_of(opened(name), name, None), path)
        case suffix:
            file = _opened_text(name)
            marked = file.read(len(BOM_UTF8)) == BOM_UTF8
            blank, lines = 0, _lines(file, name, encoding)
            while (first := next(lines, None)) is not None and not first.strip():
                blank += 1
            first = first or ""
            if suffix not in (".csv", ".tsv") and not has_columns(first, wanted):
                return chain([first], lines)
            # With those that are blank, so that the others keep their numbers.
            text = _with_ends(chain(repeat("", blank), [first], lines))
            rows = csv_rows(text, called(name), delimiter_of(first, wanted), marked)
    return _checked(TableStream.of(rows, called(name)), name, wanted)


def _lines(file: BinaryIO, name: str, encoding: str | None) -> Iterator[str]:
    r"""Give the lines of a text; all of one that has no `\n`, as programs of old Macs write."""
    head = file.read(_HEAD)
    if b"\r" in head and b"\n" not in head:
        return iter((whole_text(file, name, encoding)[0],))
    return lines_of(file, name, encoding)


def _with_ends(lines: Iterable[str]) -> Iterator[str]:
    r"""Give lines their `\n`, and take those apart that end in `\r` alone."""
    for line in lines:
        if "\r" in line[:-1]:
            yield from io.StringIO(f"{line}\n", newline="")
        else:
            yield f"{line}\n"


def _checked(table: AnyTable, name: str, expected: tuple[str, ...]) -> AnyTable:
    columns = [column.lower() for column in table.columns]
    for each in expected:
        if columns.count(each) != 1:
            raise OutputError(
                f"{called(name)}: needs one column called {each}; found: "
                f"{', '.join(table.columns)}. A list without columns is a .txt, one name per line"
            )
    return table


def _opened_text(name: str) -> BinaryIO:
    if (suffix := Path(name).suffix.lower()) in _OTHER_SPREADSHEETS:
        raise OutputError(f"{name}: {suffix} is not read; save it as .xlsx or as CSV UTF-8")
    return opened(name)
