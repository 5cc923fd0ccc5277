"""A table that was read: somebody's list, or what gantei wrote itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import OutputError
from .workbook_writing import LONGEST_CELL

MOST_CELLS = 20_000_000
"""Of a table that is read whole into memory, at some 100 bytes each."""


class ReadRow(NamedTuple):
    """A row: where it stands, such as `list.csv, line 3`, and its cells, as texts."""

    where: str
    cells: Sequence[str]


@dataclass(frozen=True)
class TableStream:
    """A table whose rows are read as they are asked for, once; otherwise as `ReadTable`."""

    columns: Sequence[str]
    rows: Iterator[ReadRow]

    @classmethod
    def of(cls, lines: Iterable[ReadRow], name: str) -> "TableStream":
        """Make a table of lines, the first of which names the columns.

        A column without a name has to be empty, and is left out.

        Args:
            lines: of the file, blank ones too.
            name: of the file, for messages.

        Raises:
            OutputError: there is no line, or two columns have one name; while rows are read: one
                has more or fewer cells than there are columns, or a cell has more than
                `LONGEST_CELL` letters.
        """
        filled = (line for line in lines if any(cell.strip() for cell in line.cells))
        first = next(filled, None)
        if first is None:
            raise OutputError(f"{name}: is empty; its first line names the columns")
        _check_lengths(first)
        head = [cell.strip() for cell in first.cells]
        for column in head:
            if column and head.count(column) > 1:
                raise OutputError(f"{first.where}: two columns are called {column}; rename one")
        named = [place for place, column in enumerate(head) if column]
        return cls(tuple(head[place] for place in named), _checked(filled, head, named))


@dataclass(frozen=True)
class ReadTable:
    """A table: the names of its columns, and rows of as many cells; blank rows are left out."""

    columns: Sequence[str]
    rows: Sequence[ReadRow]

    @classmethod
    def of(cls, lines: Iterable[ReadRow], name: str) -> "ReadTable":
        """Make a table of lines as `TableStream.of` does.

        Raises:
            OutputError: as there, or there are more than `MOST_CELLS` cells.
        """
        table = TableStream.of(lines, name)
        return cls(table.columns, tuple(_bounded(table, name)))


def _bounded(table: TableStream, name: str) -> Iterator[ReadRow]:
    count = 0
    for row in table.rows:
        count += len(table.columns)
        if count > MOST_CELLS:
            raise OutputError(f"{name}: more than {MOST_CELLS} cells; split it, or drop columns")
        yield row


def _checked(
    lines: Iterable[ReadRow], head: Sequence[str], named: Sequence[int]
) -> Iterator[ReadRow]:
    for line in lines:
        where, cells = line
        _check_lengths(line)
        if len(cells) != len(head):
            raise OutputError(f"{where}: {len(cells)} cells under {len(head)} columns")
        if len(named) == len(head):
            yield ReadRow(where, cells)
            continue
        for place, cell in enumerate(cells):
            if not head[place] and cell.strip():
                raise OutputError(f"{where}: column {place + 1} holds something and has no name")
        yield ReadRow(where, [cells[place] for place in named])


def _check_lengths(row: ReadRow) -> None:
    """Refuse what no spreadsheet holds, and what CSV that is written of it would not give back."""
    for place, cell in enumerate(row.cells, start=1):
        if len(cell) > LONGEST_CELL:
            raise OutputError(
                f"{row.where}: the cell in column {place} has more than {LONGEST_CELL} letters; "
                "shorten it, or leave that column out"
            )
