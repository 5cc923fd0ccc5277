"""Reading a list or table of somebody's, whatever kind of file it is."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterable
from pathlib import Path

from ..errors import OutputError
from ..system.files import read_bounded
from .csv_reading import has_columns, read_csv
from .json_lines_reading import read_json_lines
from .parquet_reading import read_parquet
from .table_read import ReadTable
from .text_encoding import decoded
from .workbook_reading import read_workbook

STANDARD_INPUT = "-"
LARGEST_TEXT = 500_000_000
"""Bytes; ten million names of 50 letters."""
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
            text, marked = _text(name, encoding)
            table = read_csv(text, _called(name), expected=known, is_defused=marked)
    return _checked(table, name, wanted)


def read_list_file(
    name: str, *, encoding: str | None = None, expected: Iterable[str]
) -> list[str] | ReadTable:
    """Read a list: its lines, or a table, where it is a kind of table or its head has `expected`.

    Raises:
        OutputError, MissingExtraError: as `read_table_file`.
    """
    wanted = tuple(expected)
    suffix = Path(name).suffix.lower()
    if suffix in (".xlsx", ".xlsm", ".parquet", ".jsonl"):
        return read_table_file(name, expected=wanted)
    text, marked = _text(name, encoding)
    if suffix in (".csv", ".tsv") or has_columns(text, wanted):
        table = read_csv(text, _called(name), expected=wanted, is_defused=marked)
        return _checked(table, name, wanted)
    return text.split("\n")


def _checked(table: ReadTable, name: str, expected: tuple[str, ...]) -> ReadTable:
    columns = [column.lower() for column in table.columns]
    for each in expected:
        if columns.count(each) != 1:
            raise OutputError(
                f"{_called(name)}: needs one column called {each}; found: "
                f"{', '.join(table.columns)}. A list without columns is a .txt, one name per line"
            )
    return table


def _called(name: str) -> str:
    return "standard input" if name == STANDARD_INPUT else name


def _text(name: str, encoding: str | None) -> tuple[str, bool]:
    """The text of a file, and whether it begins with the byte order mark of UTF-8."""
    if name == STANDARD_INPUT:
        data = sys.stdin.buffer.read(LARGEST_TEXT + 1)
        if len(data) > LARGEST_TEXT:
            raise OutputError(f"standard input: larger than {LARGEST_TEXT} bytes; split the list")
        return decoded(data, "standard input", encoding), data.startswith(BOM_UTF8)
    if (suffix := Path(name).suffix.lower()) in _OTHER_SPREADSHEETS:
        raise OutputError(f"{name}: {suffix} is not read; save it as .xlsx or as CSV UTF-8")
    data = read_bounded(Path(name), LARGEST_TEXT, OutputError)
    return decoded(data, name, encoding), data.startswith(BOM_UTF8)
