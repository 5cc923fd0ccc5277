"""What holds for all photographs with their labels, and is easily overlooked."""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePath

from .ages import day_of
from .flow import VISITS_OF_DAYS
from .joined_photograph import JoinedPhotograph
from .result_rows import ResultRow

_WRITTEN_DAY = re.compile(r"(?<!\d)(19|20)\d\d([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
"""A day in a name, such as 20210511 and 2021-05-11."""


def joined_notes(rows: Sequence[ResultRow], kept: Sequence[JoinedPhotograph]) -> dict[str, str]:
    """Give the codes of `FLOW_NOTES`, each with where the first of it stands, else an empty text.

    Args:
        rows: of the results, or of a list of photographs.
        kept: of them, those with labels.
    """
    notes = {}
    if any(_contradicts(rows[each.index], each) for each in kept):
        notes["eyes-contradict"] = ""
    no_days = (each for each in kept if each.visit and day_of(each.visit) is None)
    if first := next(no_days, None):
        notes["visits-no-days"] = PurePath(first.label.where).name
    if first := next(_of_other_days(kept), None):
        notes[VISITS_OF_DAYS] = PurePath(first.label.where).name
    persons = {each.person for each in kept if each.person}
    if len({almost(person) for person in persons}) < len(persons):
        notes["persons-alike"] = ""
    if _differ_in_days({row.person for row in _named(rows, kept) if row.person}):
        notes["persons-dated"] = ""
    return notes


def _of_other_days(kept: Sequence[JoinedPhotograph]) -> Iterator[JoinedPhotograph]:
    """Find photographs of one visit whose names have another day than the first that has any."""
    days: dict[tuple[str, str], str] = {}
    for each in kept:
        day = _WRITTEN_DAY.search(PurePath(each.name).name)
        if each.person is None or each.label.age is None or day is None:
            continue
        digits = re.sub(r"\D", "", day.group())
        if days.setdefault((each.person, each.visit), digits) != digits:
            yield each


def almost(name: str) -> str:
    """Spell a name without what a spreadsheet, or another hand, may have changed."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"\s", "", name.casefold()))


def _contradicts(row: ResultRow, joined: JoinedPhotograph) -> bool:
    return None not in (row.eye, joined.label.eye) and row.eye != joined.label.eye


def _named(rows: Sequence[ResultRow], kept: Sequence[JoinedPhotograph]) -> list[ResultRow]:
    """Give the rows whose persons count, and are known by the names of photographs alone."""
    found = [rows[each.index] for each in kept if rows[each.index].person == each.person]
    return [row for row in found if row.person_by_name]


def _differ_in_days(persons: Collection[str]) -> bool:
    without = [_WRITTEN_DAY.sub("", person) for person in persons]
    told = [name for name in without if any(map(str.isalnum, name))]
    return len(set(told)) < len(told)
