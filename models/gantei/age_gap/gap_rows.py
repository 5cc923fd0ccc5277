"""The rows behind a gap: photographs, eyes and visits of persons, with estimate and real age."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..labels.cohort import Cohort

GapLevel = Literal["photograph", "eye", "visit", "person"]
"""A row per photograph, per eye at a visit, per visit of a person, or per person."""
PersonVisit = tuple[str, str]


@dataclass(frozen=True)
class GapRows:
    """Rows of one level.

    Attributes:
        level: what a row is.
        persons: intp (n,), places in `GapPeople.persons`.
        visits: of each row the person and the visit; of a person, the visit is empty.
        eyes: `right`, `left`, or empty.
        ages: float64 (n,), real ages in years.
        estimates: float64 (n,), estimated ages in years.
        groups: object (n,), texts; empty where the group is unknown.
        tables: object (n,), the name of each row's table of results.
    """

    level: GapLevel
    persons: NDArray[np.intp]
    visits: tuple[PersonVisit, ...] = field(repr=False)
    eyes: tuple[str, ...] = field(repr=False)
    ages: NDArray[np.float64]
    estimates: NDArray[np.float64]
    groups: NDArray[np.object_]
    tables: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.ages)

    @property
    def gaps(self) -> NDArray[np.float64]:
        """Estimate less real age, years, float64 (n,)."""
        return self.estimates - self.ages

    @property
    def people(self) -> int:
        """Number of persons."""
        return len(np.unique(self.persons))

    def only(self, chosen: NDArray[np.bool_]) -> "GapRows":
        """Keep the chosen rows, bool (n,); persons keep their numbers."""
        places = np.flatnonzero(chosen)
        return replace(
            self,
            persons=self.persons[chosen],
            visits=tuple(self.visits[each] for each in places),
            eyes=tuple(self.eyes[each] for each in places),
            ages=self.ages[chosen],
            estimates=self.estimates[chosen],
            groups=self.groups[chosen],
            tables=self.tables[chosen],
        )


@dataclass(frozen=True)
class GapPeople:
    """Everybody with an estimate and a real age.

    Attributes:
        photographs, eyes, visits: rows of each level.
        persons: their names, by the numbers in the rows.
        groups: names of the groups with a row, the reference first; empty: there are none.
        reference: name of the reference; empty: there is none.
        counts: of each row of `visits`, how many eyes and how many photographs it is made of.
        level: whose rows are described and compared by groups: of visits, unless the photographs of
            more than one in twenty are of several groups.
        several: by level, which of its rows have photographs of several groups, bool (n,).
    """

    photographs: GapRows = field(repr=False)
    eyes: GapRows = field(repr=False)
    visits: GapRows = field(repr=False)
    persons: tuple[str, ...] = field(repr=False)
    groups: tuple[str, ...]
    reference: str
    counts: tuple[tuple[int, int], ...] = field(repr=False)
    level: GapLevel
    several: Mapping[GapLevel, NDArray[np.bool_]] = field(repr=False)

    def rows(self, level: GapLevel) -> GapRows:
        """Give the rows of a level."""
        if level == "person":
            return self.of_persons()
        every = {"photograph": self.photographs, "eye": self.eyes, "visit": self.visits}
        return every[level]

    @property
    def visits_of_several(self) -> int:
        """How many visits have photographs of several groups."""
        return int(self.several["visit"].sum())

    @property
    def compared_rows(self) -> GapRows:
        """The rows by which groups are described and compared."""
        return self.rows(self.level)

    @property
    def compared(self) -> tuple[str, ...]:
        """The groups that are compared with the reference."""
        return tuple(each for each in self.groups if each != self.reference)

    @property
    def is_reference(self) -> NDArray[np.bool_]:
        """Which of the compared rows are of the reference, bool (n,)."""
        groups = self.compared_rows.groups
        found: NDArray[np.bool_] = np.asarray(groups == self.reference, bool)
        return found & bool(self.reference)

    def of_persons(self) -> GapRows:
        """Average the visits of each person whose group is the same at all of them."""
        rows = self.visits
        kept, first, numbers = np.unique(rows.persons, return_index=True, return_inverse=True)
        counts = np.bincount(numbers)
        groups = rows.groups[first].copy()
        groups[numbers[rows.groups != groups[numbers]]] = ""
        return GapRows(
            "person",
            kept,
            tuple((rows.visits[each][0], "") for each in first),
            ("",) * len(kept),
            np.bincount(numbers, rows.ages) / counts,
            np.bincount(numbers, rows.estimates) / counts,
            groups,
            rows.tables[first],
        )


def rows_of_cohort(
    cohort: Cohort,
    level: GapLevel,
    visits: tuple[PersonVisit, ...],
    eyes: tuple[str, ...],
    table: str,
) -> GapRows:
    """Make the rows of a cohort of ages, whose groups are not known yet."""
    units = cohort.units
    nothing = np.full(len(units), "", object)
    persons = np.zeros(0, np.intp) if units.persons is None else units.persons
    return GapRows(
        level, persons, visits, eyes, units.truths, units.estimates, nothing,
        np.full(len(units), table, object),
    )  # fmt: skip


def joined_rows(one: GapRows, other: GapRows, offset: int) -> GapRows:
    """Put rows of two tables behind each other; persons of the second begin at `offset`."""
    return GapRows(
        one.level,
        np.concatenate((one.persons, other.persons + offset)),
        one.visits + other.visits,
        one.eyes + other.eyes,
        np.concatenate((one.ages, other.ages)),
        np.concatenate((one.estimates, other.estimates)),
        np.concatenate((one.groups, other.groups)),
        np.concatenate((one.tables, other.tables)),
    )
