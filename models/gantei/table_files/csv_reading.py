"""Reading CSV: what gantei wrote, and what spreadsheets and programs write."""

import csv
import io
from collections.abc import Iterable, Sequence

from ..errors import OutputError
from .spreadsheet_cells import undefused
from .table_read import ReadRow, ReadTable, checked_head, checked_row

DELIMITERS = (",", ";", "\t")
"""What may stand between cells; Excel writes semicolons where a comma is the decimal mark."""


def read_csv(text: str, name: str, *, expected: Iterable[str] = ()) -> ReadTable:
    r"""Read a table with one line of column names, undoing what `write_csv` does.

    The delimiter is the one of `DELIMITERS` by which the first line holds most of the `expected`
    columns, then most columns.

    Args:
        text: of the file, decoded; a byte order mark is no part of it.
        name: of the file, for messages.
        expected: columns that tell the delimiter.

    Raises:
        OutputError: it is empty or no CSV, two columns have one name, or a row has more or fewer
            cells than there are columns.

    >>> from gantei.table_files.csv_reading import read_csv
    >>> read_csv("photograph;age\n'=1+1.jpg;57\n", "list.csv").rows[0].cells
    ['=1+1.jpg', '57']
    """
    text = text.removeprefix("\ufeff")
    delimiter = _delimiter(text, {each.lower() for each in expected})
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    head: list[str] = []
    rows: list[ReadRow] = []
    try:
        for line in lines:
            if not any(cell.strip() for cell in line):
                continue
            cells = [undefused(cell) for cell in line]
            where = f"{name}, line {lines.line_num}"
            if not head:
                head = checked_head(cells, where)
            else:
                rows.append(checked_row(where, cells, head))
    except csv.Error as error:
        raise OutputError(f"{name}, line {lines.line_num}: no CSV: {error}") from error
    if not head:
        raise OutputError(f"{name}: is empty; its first line names the columns")
    return ReadTable(tuple(head), tuple(rows))


def first_cells(text: str, delimiter: str = ",") -> list[str]:
    """The cells of the first line that is not blank; none where no CSV has such a line."""
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    first = next((line for line in lines if line.strip()), "")
    try:
        return [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])]
    except csv.Error:  # such as a cell of more than 131,072 characters
        return []


def _delimiter(text: str, expected: set[str]) -> str:
    def fits(delimiter: str) -> tuple[int, int]:
        cells: Sequence[str] = first_cells(text, delimiter)
        return len(expected & {cell.lower() for cell in cells}), len(cells)

    return max(DELIMITERS, key=fits)
