"""Reading an .xlsx workbook as a table: the sheet that has the columns, as texts."""

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..system.archive import DAMAGE, MOST_MEMBERS, open_zip
from .optional_packages import openpyxl
from .table_read import ReadRow, ReadTable
from .typed_cells import cell_text
from .unsaved_values import check_values_saved
from .workbook_writing import MOST_COLUMNS, MOST_ROWS

LARGEST_UNPACKED = 1_000_000_000
"""Bytes of all members together; a sheet of a million rows and five columns has 300 million."""

NO_WORKBOOK = (*DAMAGE, LookupError, TypeError, AttributeError, SyntaxError)
"""What openpyxl raises for XML that is none, or other than a workbook's."""


def read_workbook(path: Path, *, expected: Iterable[str] = ()) -> ReadTable:
    """Read the sheet that has most of the `expected` columns, the first of several.

    Of a formula the value is read that the program found which saved the file.

    Raises:
        OutputError: it is no workbook, or too large, or a formula's value was not saved, or as
            `ReadTable.of`.
        MissingExtraError: openpyxl is not installed.
    """
    return ReadTable.of(workbook_rows(path, expected=expected), str(path))


def workbook_rows(path: Path, *, expected: Iterable[str] = ()) -> Iterator[ReadRow]:
    """Read that sheet row by row, with the row that names the columns and those that are blank.

    Raises:
        OutputError, MissingExtraError: as `read_workbook`, but for `ReadTable.of`.
    """
    package = openpyxl()
    try:
        check_unpacked(path)
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it leaves out: colours, drop-down lists
            book = package.load_workbook(file, read_only=True, data_only=True)
            sheet = _sheet(book, {*expected}, path)
            check_values_saved(path, sheet._worksheet_path, package)
            yield from _rows(sheet, path)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except NO_WORKBOOK as error:
        raise OutputError(
            f"{path}: no .xlsx workbook, damaged, or with a password: save it anew, or as CSV UTF-8"
        ) from error


def check_unpacked(path: Path) -> None:
    """Refuse a workbook before it is read that would unpack to more than fits into memory.

    Raises:
        OutputError: it would.
        OSError: it cannot be read.
        one of `NO_WORKBOOK`: it is none.
    """
    with open_zip(path) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise zipfile.BadZipFile("too many members")
        if sum(member.file_size for member in members) > LARGEST_UNPACKED:
            raise OutputError(
                f"{path}: more than {LARGEST_UNPACKED} bytes unpacked; save it as CSV UTF-8"
            )


def _sheet(book: Any, expected: set[str], path: Path) -> Any:
    def has(sheet: Any) -> int:
        lines = (row.cells for row in _rows(sheet, path))
        first = next((cells for cells in lines if any(cell.strip() for cell in cells)), ())
        return len(expected & {cell.strip().lower() for cell in first})

    return max(book.worksheets, key=has)


def _rows(sheet: Any, path: Path) -> Iterator[ReadRow]:
    sheet.reset_dimensions()  # what a file claims may be wrong
    width = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MOST_ROWS or len(values) > MOST_COLUMNS:
            raise OutputError(f"{path}: has more rows or columns than a sheet can; save it anew")
        # Of an error, such as #N/A, its text is read.
        cells = [cell_text(value) or "" for value in values]
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if not width:  # of the line that names the columns
            width = len(cells)
        cells += [""] * (width - len(cells))
        yield ReadRow(f"{path}, row {number}", cells)
