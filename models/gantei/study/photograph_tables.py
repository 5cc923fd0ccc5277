"""Tables of somebody's that name photographs: what each row says of which photograph."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError, SettingError
from ..manifests.fields import Side
from ..photographs.eye_names import side_of
from ..table_files.table_read import ReadRow, ReadTable, TableStream

PHOTOGRAPH, PERSON, EYE = "photograph", "person", "eye"
"""Columns with a meaning, in any case."""


@dataclass(frozen=True, slots=True)
class PhotographRow:
    """What a row says: the photograph, as it names it, and of it the person, the eye, and more.

    `where` it stands, such as `list.csv, line 3`; `folder` is that of the table; `cells` are those
    of the further columns; `is_read_back`: a key has its names, in the place of identifiers.
    """

    photograph: str
    where: str
    folder: Path
    person: str | None = None
    eye: Side | None = None
    cells: tuple[str | None, ...] = ()
    is_read_back: bool = False


@dataclass(frozen=True)
class PhotographTable:
    """The rows of a table, which are read once, and the names of its further columns."""

    columns: tuple[str, ...]
    rows: Iterable[PhotographRow]


def photograph_table(table: ReadTable | TableStream, name: str) -> PhotographTable:
    """Say what the rows of a table with the column `photograph` mean.

    Args:
        table: as it was read, or is read while the rows are.
        name: of its file, from whose folder its names may start.

    Raises:
        OutputError: while rows are read: one has no photograph, or an eye that is none.
    """
    small = [column.lower() for column in table.columns]
    known = [small.index(each) if each in small else None for each in (PHOTOGRAPH, PERSON, EYE)]
    further = [place for place in range(len(small)) if place not in known]
    folder = Path(name).parent
    rows = (_row(row, known, further, folder) for row in table.rows)
    return PhotographTable(tuple(table.columns[place] for place in further), rows)


def _row(
    row: ReadRow, known: Sequence[int | None], further: Sequence[int], folder: Path
) -> PhotographRow:
    photograph, person, eye = ("" if place is None else row.cells[place] for place in known)
    if not photograph.strip():
        raise OutputError(f"{row.where}: names no photograph")
    try:
        side = side_of(eye) if eye.strip() else None
    except SettingError as error:
        raise OutputError(f"{row.where}: {error}") from error
    cells = tuple(row.cells[place] or None for place in further)
    return PhotographRow(photograph, row.where, folder, person.strip() or None, side, cells)
