"""Reading a list or table of somebody's, whatever kind of file it is."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from ..errors import OutputError
from .csv_reading import has_columns, read_csv
from .json_lines_reading import read_json_lines
from .parquet_reading import read_parquet
from .table_read import ReadTable
from .text_lines import called, lines_of, opened, whole_text
from .workbook_reading import read_workbook

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
) -> Iterator[str] | ReadTable:
    """Read a list: its lines, or a table, where it is a kind of table or its head has `expected`.

    Lines are read as they are asked for, so that memory does not grow with their number. Of those
    before the first that is not blank none is given.

    Raises:
        OutputError, MissingExtraError: as `read_table_file`; of lines also while they are read.
    """
    wanted = tuple(expected)
    suffix = Path(name).suffix.lower()
    if suffix in (".xlsx", ".xlsm", ".parquet", ".jsonl"):
        return read_table_file(name, expected=wanted)
    file = _opened_text(name)
    if suffix not in (".csv", ".tsv"):
        lines = lines_of(file, name, encoding)
        first = next((line for line in lines if line.strip()), "")
        if not has_columns(first, wanted):
            return chain([first], lines)
    text, marked = whole_text(file, name, encoding)
    table = read_csv(text, called(name), expected=wanted, is_defused=marked)
    return _checked(table, name, wanted)


def _checked(table: ReadTable, name: str, expected: tuple[str, ...]) -> ReadTable:
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
