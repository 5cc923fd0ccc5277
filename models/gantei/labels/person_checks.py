"""What the labels of one person may not be: two sexes, or ages that no dates explain."""

from collections.abc import Iterable, Mapping

from .ages import day_of, days_explain
from .label_rows import LabelRow

PersonLabels = Iterable[tuple[str, LabelRow]]
"""Each photograph's person, and what is said of it."""


def two_sexes(labels: PersonLabels) -> dict[str, str]:
    """Give the persons with two sexes, and say of each where they stand."""
    first: dict[str, LabelRow] = {}
    found: dict[str, str] = {}
    for person, row in labels:
        if row.sex is None:
            continue
        other = first.setdefault(person, row)
        if other.sex != row.sex:
            found.setdefault(
                person,
                f"the person is {other.sex} by {other.where}, and {row.sex} by {row.where}; the "
                "photographs may be of two people",
            )
    return found


def ages_unexplained(labels: PersonLabels, *, with_visits: bool) -> dict[str, str]:
    """Give the persons whose ages nothing explains, and say of each which.

    Without visits a person has one age. With visits by days, ages differ by the years between
    these, give or take one. Visits that are no days explain any ages.
    """
    by_person: dict[str, dict[tuple[str, float], LabelRow]] = {}
    for person, row in labels:
        if row.age is not None:
            by_person.setdefault(person, {}).setdefault((row.visit, row.age), row)
    found = {}
    for person, rows in by_person.items():
        if len(rows) == 1 or (with_visits and _explained(rows)):
            continue
        youngest, oldest = (pick(rows.values(), key=_age) for pick in (min, max))
        if with_visits:
            found[person] = (
                f"the person is {youngest.age:g} on {youngest.visit} ({youngest.where}) and "
                f"{oldest.age:g} on {oldest.visit} ({oldest.where})"
            )
        elif youngest.age != oldest.age:
            found[person] = (
                f"the person is {youngest.age:g} by {youngest.where} and {oldest.age:g} by "
                f"{oldest.where}; where these are two visits, name their column by --visit"
            )
    return found


def _age(row: LabelRow) -> float:
    return row.age or 0.0


def _explained(rows: Mapping[tuple[str, float], LabelRow]) -> bool:
    dated = [(day_of(visit), age) for visit, age in rows]
    return days_explain([(day, age) for day, age in dated if day is not None])
