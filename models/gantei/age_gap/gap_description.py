"""What describes a gap beside the model: means, slopes, ages, repeats, eyes, and change."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..statistics.age_overlap import age_overlap, central_range
from ..statistics.clustered_regression import (
    Coefficient,
    clustered_fit,
    dependent_columns,
)
from ..statistics.draws import PersonDraws
from ..statistics.measure import Measure
from ..statistics.reference_line import DrawnLine, adjusted_mean, drawn_line
from ..statistics.student_intervals import figure_of, missing
from .gap_row import GapFigure
from .gap_rows import GapPeople, GapRows


def raw_gaps(people: GapPeople) -> Iterator[GapFigure]:
    """Give the mean raw gap at every level, of everybody and of each group."""
    for rows in (people.photographs, people.eyes, people.visits, people.of_persons()):
        for group in ("", *people.groups):
            own = rows if not group else rows.only(rows.groups == group)
            yield _mean(own, "raw_gap", group)


def _mean(rows: GapRows, metric: str, group: str) -> GapFigure:
    if not len(rows):
        return GapFigure(missing(metric, "no-units"), rows.level, group)
    if len(rows) == 1:
        measure = Measure(metric, float(rows.gaps[0]), None, None, 1, 1, why="too-few-people")
        return GapFigure(measure, rows.level, group)
    found = clustered_fit(np.ones((len(rows), 1)), rows.gaps, rows.persons).of(0)
    return _figure(rows, metric, found, group)


def _figure(rows: GapRows, metric: str, found: Coefficient, group: str) -> GapFigure:
    measure = figure_of(metric, found, units=len(rows), people=rows.people)
    freedom = None if measure.low is None else found.freedom
    return GapFigure(measure, rows.level, group, freedom=freedom)


def slopes(people: GapPeople) -> Iterator[GapFigure]:
    """Give the slope of estimated on real age, of everybody and of each group."""
    for group in ("", *people.groups):
        rows = _of_group(people, group)
        ages = rows.ages - (rows.ages.mean() if len(rows) else 0)
        design = np.column_stack((np.ones_like(ages), ages))
        if len(rows) <= 2 or dependent_columns(design):
            why = "no-spread" if len(rows) > 2 else "too-few-people"
            measure = missing("slope_of_estimate", why, len(rows), rows.people)
            yield GapFigure(measure, rows.level, group)
            continue
        found = clustered_fit(design, rows.estimates, rows.persons).of(1)
        yield _figure(rows, "slope_of_estimate", found, group)


def _of_group(people: GapPeople, group: str) -> GapRows:
    """Give the rows by which a group is described; empty: of everybody."""
    rows = people.compared_rows
    return rows if not group else rows.only(rows.groups == group)


def ages(people: GapPeople) -> Iterator[GapFigure]:
    """Give the range of real ages, and what groups share of it with the reference."""
    for group in ("", *people.groups):
        rows = _of_group(people, group)
        if not len(rows):
            continue
        low, high = central_range(rows.ages)
        for metric, value in (
            ("youngest", float(rows.ages.min())), ("oldest", float(rows.ages.max())),
            ("central_age_low", low), ("central_age_high", high),
        ):  # fmt: skip
            yield _plain(rows, metric, value, group)
    if not people.reference:
        return
    reference = _of_group(people, people.reference)
    for group in people.compared:
        rows = _of_group(people, group)
        found = age_overlap(rows.ages, reference.ages)
        for metric, value in (
            ("ages_within_reference", found.of_group), ("reference_within_ages", found.of_reference)
        ):  # fmt: skip
            yield replace(_plain(rows, metric, value, group), compared_with=people.reference)


def _plain(rows: GapRows, metric: str, value: float, group: str) -> GapFigure:
    """Give a figure that only describes these people, and has no interval."""
    measure = Measure(metric, value, None, None, len(rows), rows.people, why="describes")
    return GapFigure(measure, rows.level, group)


def line_of_reference(people: GapPeople, draws: PersonDraws) -> DrawnLine | None:
    """Fit the line of the reference; None where there is none, or all its people are of one age."""
    rows = people.compared_rows
    if not people.reference or np.ptp(rows.ages[people.is_reference]) == 0:
        return None
    return drawn_line(rows.estimates, rows.ages, rows.persons, people.is_reference, draws)


def adjusted_gaps(
    people: GapPeople, line: DrawnLine | None, draws: PersonDraws
) -> Iterator[GapFigure]:
    """Give the line of the reference, and the mean gap that is left beside it in each group."""
    if line is None:
        for group in people.compared:
            measure = missing("adjusted_gap", "no-spread")
            yield GapFigure(measure, people.level, group, people.reference)
        return
    reference = _of_group(people, people.reference)
    for metric, found in zip(("line_intercept", "line_slope"), line.of_line(), strict=True):
        yield _figure(reference, metric, found, people.reference)
    for group in people.compared:
        rows = _of_group(people, group)
        found = adjusted_mean(line, rows.estimates, rows.ages, rows.persons, draws)
        measure = figure_of(
            "adjusted_gap", found, units=len(rows), people=rows.people,
            fewest=min(rows.people, line.people),
        )  # fmt: skip
        freedom = None if measure.low is None else found.freedom
        yield GapFigure(measure, rows.level, group, people.reference, freedom=freedom)
