"""Reading CSV: what gantei wrote, and what spreadsheets and programs write."""

import csv
import io
from collections.abc import Iterable, Iterator

from ..errors import OutputError
from .spreadsheet_cells import undefused
from .table_read import ReadRow, ReadTable

DELIMITERS = (",", ";", "\t")
"""What may stand between cells; Excel writes semicolons where a comma is the decimal mark."""


def read_csv(
    text: str, name: str, *, expected: Iterable[str] = (), is_defused: bool = False
) -> ReadTable:
    r"""Read a table with one line of column names.

    The delimiter is the one of `DELIMITERS` by which the first line holds most of the `expected`
    columns, then most columns.

    Args:
        text: of the file, decoded; a byte order mark is no part of it.
        name: of the file, for messages.
        expected: columns that tell the delimiter.
        is_defused: take the apostrophes away that `write_csv` writes where it is not `plain`.

    Raises:
        OutputError: it is no CSV, or as `ReadTable.of`.

    >>> from gantei.table_files.csv_reading import read_csv
    >>> read_csv("photograph;age\n'=1+1.jpg;57\n", "list.csv", is_defused=True).rows[0].cells
    ['=1+1.jpg', '57']
    """
    text = text.removeprefix("\ufeff")
    lines = io.StringIO(text, newline="")
    return ReadTable.of(csv_rows(lines, name, delimiter_of(text, expected), is_defused), name)


def cells_of(lines: Iterable[str], *, plain: bool) -> Iterator[list[str]]:
    r"""Read the rows that `write_csv` wrote, the names of the columns first.

    Args:
        lines: of the file, without a byte order mark.
        plain: as it was written.

    Raises:
        csv.Error: it is no such CSV.

    >>> from gantei.table_files.csv_reading import cells_of
    >>> list(cells_of(["photograph,age\n", "'=1+1.jpg,57\n"], plain=False))
    [['photograph', 'age'], ['=1+1.jpg', '57']]
    """
    for row in csv.reader(lines, strict=True):
        yield row if plain else [undefused(cell) if cell[:1] == "'" else cell for cell in row]


def has_columns(text: str, expected: Iterable[str]) -> bool:
    """Whether the first line that is not blank names all these columns, whatever the delimiter."""
    wanted = {*expected}
    return any(wanted <= _first_cells(text, delimiter) for delimiter in DELIMITERS)


def csv_rows(text: Iterable[str], name: str, delimiter: str, is_defused: bool) -> Iterator[ReadRow]:
    """Read row by row, the names of the columns first.

    Args:
        text: the lines of the file, each with its end, without a byte order mark.
        name: of the file, for messages.
        delimiter: between cells.
        is_defused: as `read_csv` has it.

    Raises:
        OutputError: it is no CSV.
    """
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for line in lines:
            cells = [undefused(cell) for cell in line] if is_defused else line
            yield ReadRow(f"{name}, line {lines.line_num}", cells)
    except csv.Error as error:
        raise OutputError(f"{name}, line {lines.line_num}: no CSV: {error}") from error


def _first_cells(text: str, delimiter: str) -> set[str]:
    """The cells of the first line; none where no CSV has such a line."""
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    first = next((line for line in lines if line.strip()), "")
    try:
        cells = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:  # such as a cell of more than 131,072 characters
        return set()
    return {cell.strip().lower() for cell in cells}


def delimiter_of(text: str, expected: Iterable[str]) -> str:
    """Tell what stands between cells by the first line, and by the columns that it should have."""
    wanted = {*expected}

    def fits(delimiter: str) -> tuple[int, int]:
        cells = _first_cells(text, delimiter)
        return len(wanted & cells), len(cells)

    return max(DELIMITERS, key=fits)
