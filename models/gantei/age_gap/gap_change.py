"""How a gap changes per year within persons who have dated visits."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..labels.ages import YEAR, day_of
from ..statistics.clustered_regression import Coefficient, FloatArray, clustered_fit
from ..statistics.drawn_sums import drawn_coefficient, drawn_sums
from ..statistics.draws import PersonDraws
from ..statistics.person_weights import person_sums, ratio
from ..statistics.reference_line import DrawnLine
from ..statistics.student_intervals import figure_of, missing
from ..statistics.within_persons import within_persons
from .gap_row import GapFigure, adjusted_for_groups
from .gap_rows import GapPeople


@dataclass(frozen=True)
class GapChange:
    """Visits of persons with two dates and more, less each person's own mean.

    Attributes:
        times: float64 (n,), years from the person's mean time.
        gaps, estimates, ages: float64 (n,), from the person's means.
        persons: intp (n,).
        groups: object (n,), the group of the person's first visit; empty where it is unknown.
    """

    times: FloatArray = field(repr=False)
    gaps: FloatArray = field(repr=False)
    estimates: FloatArray = field(repr=False)
    ages: FloatArray = field(repr=False)
    persons: NDArray[np.intp] = field(repr=False)
    groups: NDArray[np.object_] = field(repr=False)

    def __len__(self) -> int:
        return len(self.times)

    def people(self, rows: NDArray[np.bool_]) -> int:
        """Number of persons in some rows."""
        return len(np.unique(self.persons[rows]))


def gap_change(people: GapPeople) -> GapChange:
    """Find the persons with two dates and more; a visit that is no date has no time."""
    rows = people.visits
    days = [day_of(visit) for _, visit in rows.visits]
    times = np.array([np.nan if day is None else day.toordinal() / YEAR for day in days])
    values = np.stack((rows.gaps, rows.estimates, rows.ages), axis=1)
    found = within_persons(times, values, rows.persons)
    persons = rows.persons[found.rows]
    first: dict[int, tuple[float, str]] = {}
    for person, time, group in zip(rows.persons, times, rows.groups, strict=True):
        if np.isfinite(time) and (person not in first or time < first[person][0]):
            first[int(person)] = (float(time), str(group))
    groups = np.empty(len(persons), object)
    groups[:] = [first[int(person)][1] for person in persons]
    gaps, estimates, ages = found.values.T
    return GapChange(found.times, gaps, estimates, ages, persons, groups)


def change_figures(
    change: GapChange, people: GapPeople, line: DrawnLine | None, draws: PersonDraws
) -> Iterator[GapFigure]:
    """Give the change per year of everybody and of each group, and how groups differ in it."""
    everybody = np.ones(len(change), bool)
    if not len(change):
        yield GapFigure(missing("change_per_year", "no-dated-visits"), "visit")
        return
    yield _change(change, everybody, "")
    for group in people.groups:
        rows = change.groups == group
        if rows.any():
            yield _change(change, rows, group)
            if line is not None:
                yield _adjusted(change, rows, group, line, draws)
    yield from adjusted_for_groups([*_differences(change, people)])


def _change(change: GapChange, rows: NDArray[np.bool_], group: str) -> GapFigure:
    count = change.people(rows)
    if count < 2:
        return GapFigure(missing("change_per_year", "too-few-people", int(rows.sum()), count),
                         "visit", group)  # fmt: skip
    fit = clustered_fit(change.times[rows, None], change.gaps[rows], change.persons[rows])
    found = fit.of(0)
    measure = figure_of("change_per_year", found, units=int(rows.sum()), people=count, tested=True)
    return GapFigure(measure, "visit", group, freedom=_freedom(found, measure.low))


def _differences(change: GapChange, people: GapPeople) -> Iterator[GapFigure]:
    base = change.groups == people.reference
    for group in people.compared:
        rows = change.groups == group
        both = rows | base
        fewest = min(change.people(rows), change.people(base))
        if fewest < 2:
            continue
        times = change.times[both]
        design = np.column_stack((times, times * rows[both]))
        found = clustered_fit(design, change.gaps[both], change.persons[both]).of(1)
        measure = figure_of(
            "change_difference", found, units=int(both.sum()), people=change.people(both),
            fewest=fewest, tested=True,
        )  # fmt: skip
        freedom = _freedom(found, measure.low)
        yield GapFigure(measure, "visit", group, people.reference, freedom=freedom)


def _adjusted(
    change: GapChange,
    rows: NDArray[np.bool_],
    group: str,
    line: DrawnLine,
    draws: PersonDraws,
) -> GapFigure:
    """Give the change of estimate − line, whose slope is fitted again in each draw."""
    times = change.times[rows]
    columns = np.stack(
        (times**2, times * change.estimates[rows], times * change.ages[rows]), axis=1
    )
    sums = person_sums(columns, change.persons[rows], draws.people)
    square, estimate, age = sums.sum(axis=0)
    value = float((estimate - line.line.slope * age) / square)
    squares, estimates, ages = drawn_sums(draws, sums).T
    drawn = ratio(estimates, squares) - line.slopes * ratio(ages, squares)
    count = change.people(rows)
    fewest = min(count, line.people)
    found = drawn_coefficient(value, drawn, fewest)
    measure = figure_of(
        "adjusted_change_per_year", found, units=int(rows.sum()), people=count, fewest=fewest,
        tested=True,
    )  # fmt: skip
    return GapFigure(measure, "visit", group, freedom=_freedom(found, measure.low))


def _freedom(found: Coefficient, low: float | None) -> float | None:
    return None if low is None else found.freedom
