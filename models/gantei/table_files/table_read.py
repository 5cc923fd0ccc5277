"""A table that was read: somebody's list, or what gantei wrote itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import OutputError


class ReadRow(NamedTuple):
    """A row: where it stands, such as `list.csv, line 3`, and its cells, as texts."""

    where: str
    cells: Sequence[str]


@dataclass(frozen=True)
class ReadTable:
    """A table: the names of its columns, and rows of as many cells; blank rows are left out."""

    columns: Sequence[str]
    rows: Sequence[ReadRow]

    def values(self, column: str) -> list[str]:
        """The cells of one column.

        Raises:
            ValueError: there is none of that name.
        """
        place = self.columns.index(column)
        return [row.cells[place] for row in self.rows]


def checked_head(cells: Sequence[str], where: str) -> list[str]:
    """Give the names of columns, without spaces around them.

    Raises:
        OutputError: two columns have one name.
    """
    head = [cell.strip() for cell in cells]
    for name in head:
        if name and head.count(name) > 1:
            raise OutputError(f"{where}: two columns are called {name}; rename one")
    return head


def checked_row(where: str, cells: Sequence[str], head: Sequence[str]) -> ReadRow:
    """Give a row, whose cells have to be as many as there are columns.

    Raises:
        OutputError: they are more or fewer.
    """
    if len(cells) != len(head):
        raise OutputError(f"{where}: {len(cells)} cells under {len(head)} columns")
    return ReadRow(where, cells)
