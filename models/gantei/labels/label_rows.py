"""What the rows of somebody's table say, cell by cell, and which of them cannot be understood."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..errors import OutputError, SettingError
from ..manifests.fields import Side
from ..photographs.eye_names import side_of
from ..photographs.path_spelling import one_spelling
from ..storage.address import without_query
from ..table_files.table_read import ReadRow
from .ages import age_of, day_of
from .label_columns import LabelColumns
from .sexes import Sex, plain_word, proposed_coding, sex_of

_Read = TypeVar("_Read")
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class LabelRow:
    """What one row says; None, or an empty text, where it says nothing.

    Attributes:
        where: it stands, such as `labels.csv, line 3`.
        photograph: as the table names it, by its sha256 where it has no name; None in a table of
            persons.
        sha256: of the photograph's file, 64 hexadecimal digits.
        person: whose eye it is, as `person_name` spells it.
        visit: of the person: a day as 2026-11-29 where it is one, else the text.
        eye: which eye.
        age: in years, 0 to 130; any number where impossible ages were asked for.
        sex: male or female.
        other: texts of the labels of other outputs, by the name that `LabelOptions.labels` gives.
        groups: all other cells, by the names of their columns.
    """

    where: str
    photograph: str | None
    sha256: str | None
    person: str | None
    visit: str
    eye: Side | None
    age: float | None
    sex: Sex | None
    other: Mapping[str, str]
    groups: Mapping[str, str]

    def says_the_same(self, other: "LabelRow") -> bool:
        """Whether the labels of two rows of one photograph or person agree.

        The eye is one where rows are photographs; where they are persons, each may have its own.
        """
        mine, its = (
            (each.person, each.visit, each.age, each.sex, each.other) for each in (self, other)
        )
        return mine == its and (self.photograph is None or self.eye == other.eye)


def person_name(text: str) -> str | None:
    """Spell a person in one way, full width as half width; None where nothing is told.

    >>> from gantei.labels.label_rows import person_name
    >>> person_name(" Ｐ１２ "), person_name("")
    ('P12', None)
    """
    return unicodedata.normalize("NFKC", text).strip() or None


def visit_of(text: str) -> str:
    """Spell a visit: a day as 2026-11-29 whatever its time, else the text.

    >>> from gantei.labels.label_rows import visit_of
    >>> visit_of("2026/3/4 10:30"), visit_of(" second ")
    ('2026-03-04', 'second')
    """
    day = day_of(text)
    return one_spelling(text.strip()) if day is None else day.isoformat()


def label_rows(
    rows: Sequence[ReadRow],
    columns: LabelColumns,
    head: Sequence[str],
    coding: Mapping[str, Sex],
    *,
    impossible_ages: bool = False,
) -> tuple[LabelRow, ...]:
    """Read all rows.

    Args:
        rows: of the table.
        columns: where they have what.
        head: the names of the columns, by which a second table in the file is found.
        coding: as `sex_coding` gives it.
        impossible_ages: read ages beyond 0 to 130 as the numbers that they are.

    Raises:
        OutputError: a cell cannot be understood; says in which line, and in how many more a cell
            of that column cannot either.
    """
    for row in rows:
        if [cell.strip() for cell in row.cells] == [*head]:
            raise OutputError(
                f"{row.where}: the names of the columns stand here again, as where one table was "
                "put behind another; leave that line out"
            )
    digests = _column(rows, columns.sha256, _digest_of)
    named = _names(rows, columns, digests)
    persons = _column(rows, columns.person, person_name)
    visits = _column(rows, columns.visit, visit_of)
    eyes = _column(rows, columns.eye, lambda text: side_of(text) if text.strip() else None)
    ages = _column(rows, columns.age, lambda text: age_of(text, impossible=impossible_ages))
    place = columns.sex
    proposed = "" if place is None else proposed_coding(row.cells[place] for row in rows)
    sexes = _column(rows, place, lambda text: sex_of(text, coding, proposed))
    return tuple(
        LabelRow(
            row.where,
            None if columns.by_person else name,
            digest,
            person,
            visit or "",
            eye,
            age,
            sex,
            {output: row.cells[place].strip() for output, place in columns.other.items()},
            {column: row.cells[place].strip() for column, place in columns.groups.items()},
        )
        for row, name, digest, person, visit, eye, age, sex in zip(
            rows, named, digests, persons, visits, eyes, ages, sexes, strict=True
        )
    )


def read_cells(cells: Sequence[tuple[str, str]], read: Callable[[str], _Read]) -> list[_Read]:
    """Read the cells of a column, each with where it stands.

    A text that stands in many rows is read once.

    Raises:
        OutputError: one cannot be understood; says in which line, and how many more there are.
    """
    known: dict[str, _Read | SettingError] = {}
    wrong: list[str] = []
    found: list[_Read] = []
    for where, text in cells:
        if text not in known:
            try:
                known[text] = read(text)
            except SettingError as error:
                known[text] = error
        value = known[text]
        if isinstance(value, SettingError):
            wrong.append(f"{where}: {value}")
        else:
            found.append(value)
    if wrong:
        more = len(wrong) - 1
        lines = "1 more line" if more == 1 else f"{more} more lines"
        raise OutputError(wrong[0] + (f" ({lines} like it in that column)" if more else ""))
    return found


def _column(
    rows: Sequence[ReadRow], place: int | None, read: Callable[[str], _Read]
) -> Sequence[_Read | None]:
    if place is None:
        return [None] * len(rows)
    return read_cells([(row.where, row.cells[place]) for row in rows], read)


def _names(
    rows: Sequence[ReadRow], columns: LabelColumns, digests: Sequence[str | None]
) -> Sequence[str]:
    """What each row is of: a person, or a photograph by its name, else by its digest."""
    place, what = columns.photograph, "photograph"
    if columns.by_person:
        place, what = columns.person, "person"
    cells = ["" if place is None else row.cells[place] for row in rows]
    named = [
        (row.where, cell if cell.strip() else digest or "")
        for row, cell, digest in zip(rows, cells, digests, strict=True)
    ]
    return read_cells(named, lambda text: _name_of(text, what))


def _name_of(text: str, what: str) -> str:
    if not text.strip():
        raise SettingError(f"names no {what}")
    return without_query(text)  # a signed address, of which messages may speak


def _digest_of(text: str) -> str | None:
    digest = plain_word(text)
    if digest and not _DIGEST.fullmatch(digest):
        raise SettingError(f"{text.strip()[:40]!r} is no SHA-256, which has 64 hexadecimal digits")
    return digest or None
