"""Which columns of somebody's table hold what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import OutputError
from ..photographs.path_spelling import one_spelling
from ..system.suggestion import did_you_mean

USUAL = ("photograph", "sha256", "person", "visit", "eye", "age", "sex")
"""Columns that are taken where they are there, in any case, without being named."""


@dataclass(frozen=True)
class LabelColumns:
    """Where a row has what; None where no column has it.

    Attributes:
        photograph, sha256, person, visit, eye, age, sex: places in a row.
        other: of the labels of other outputs, by the name of the output.
        groups: of all further columns, by their names.
    """

    photograph: int | None
    sha256: int | None
    person: int | None
    visit: int | None
    eye: int | None
    age: int | None
    sex: int | None
    other: Mapping[str, int]
    groups: Mapping[str, int]

    @property
    def by_person(self) -> bool:
        """Whether a row is a person's, as nothing names a photograph."""
        return self.photograph is None and self.sha256 is None


def label_columns(
    columns: Sequence[str],
    name: str,
    named: Mapping[str, str | None],
    labels: Mapping[str, str],
) -> LabelColumns:
    """Find the columns.

    Args:
        columns: of the table.
        name: of its file, for messages.
        named: which column an option names, by the option: photograph, person, visit,
            age, sex.
        labels: which column has the labels of which other output.

    Raises:
        OutputError: a column that was named is not there, several are called as a usual one, or
            there is neither a photograph nor a person; says which columns there are.
    """
    found = {
        role: place_of(chosen, columns, name, f"--{role}")
        if chosen
        else _usual(role, columns, name)
        for role, chosen in {**dict.fromkeys(USUAL), **named}.items()
    }
    other = {
        output: place_of(column, columns, name, f"--label {output}={column}")
        for output, column in labels.items()
    }
    if all(found[each] is None for each in ("photograph", "sha256", "person")):
        raise OutputError(
            f"{name}: needs a column photograph or sha256, or the one that --photograph names, or, "
            "where a row is a person's, a column person or the one that --person names; "
            f"found: {', '.join(columns)}"
        )
    taken = {*found.values(), *other.values()}
    groups = {column: place for place, column in enumerate(columns) if place not in taken}
    return LabelColumns(**found, other=other, groups=groups)


def place_of(column: str, columns: Sequence[str], name: str, option: str) -> int:
    """Find a column by its name, in any case where no other has the same letters.

    Raises:
        OutputError: there is none, or two differ in case alone; says which columns there are.
    """
    places = _places(column, columns)
    if len(places) != 1:
        what = "several columns" if places else "no column"
        meant = "" if places else did_you_mean(column, columns)
        raise OutputError(
            f"{name}: {option}: {what} called {column}; found: {', '.join(columns)}{meant}"
        )
    return places[0]


def _usual(role: str, columns: Sequence[str], name: str) -> int | None:
    places = _places(role, columns)
    if len(places) > 1:
        several = " and ".join(columns[place] for place in places)
        raise OutputError(f"{name}: {several} may both be the {role}; rename one")
    return places[0] if places else None


def _places(column: str, columns: Sequence[str]) -> list[int]:
    wanted = one_spelling(column).strip()
    spelt = [one_spelling(each) for each in columns]
    same = [place for place, each in enumerate(spelt) if each == wanted]
    small = wanted.casefold()
    return same or [place for place, each in enumerate(spelt) if each.casefold() == small]
