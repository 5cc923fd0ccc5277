"""Repeated photographs of an eye, and both eyes of a person: how far they lie apart."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..statistics.clustered_regression import FloatArray, clustered_fit, dependent_columns
from ..statistics.draws import PersonDraws
from ..statistics.eye_agreement import eye_differences, intraclass_correlation
from ..statistics.measure import Measure
from ..statistics.metric_replicates import FEWEST_PEOPLE
from ..statistics.repeated_measurements import COEFFICIENT, Repeats, repeats
from ..statistics.student_intervals import figure_of, missing
from .gap_row import GapFigure
from .gap_rows import GapPeople


@dataclass(frozen=True)
class EyePairs:
    """Visits with both eyes.

    Attributes:
        right, left: float64 (n,), estimated ages in years.
        ages: float64 (n,), real ages.
        persons: intp (n,).
        is_first: bool (n,), whether it is the person's first such row.
    """

    right: FloatArray = field(repr=False)
    left: FloatArray = field(repr=False)
    ages: FloatArray = field(repr=False)
    persons: NDArray[np.intp] = field(repr=False)
    is_first: NDArray[np.bool_] = field(repr=False)


def eye_pairs(people: GapPeople) -> EyePairs:
    """Find the visits with both eyes; a person's first is the first by the name of the visit."""
    rows = people.eyes
    places: dict[tuple[int, str], dict[str, int]] = {}
    for place, (person, (_, visit), eye) in enumerate(
        zip(rows.persons, rows.visits, rows.eyes, strict=True)
    ):
        places.setdefault((int(person), visit), {})[eye] = place
    both = sorted((key, eyes) for key, eyes in places.items() if {"right", "left"} <= {*eyes})
    right = np.array([eyes["right"] for _, eyes in both], np.intp)
    left = np.array([eyes["left"] for _, eyes in both], np.intp)
    persons = rows.persons[right]
    first = np.ones(len(right), bool)
    first[1:] = persons[1:] != persons[:-1]
    return EyePairs(rows.estimates[right], rows.estimates[left], rows.ages[right], persons, first)


def photograph_repeats(people: GapPeople, draws: PersonDraws) -> Repeats:
    """Find the photographs that show one eye at one visit; those of an unknown eye are left out."""
    rows = people.photographs
    known = np.array([bool(eye) for eye in rows.eyes], bool)
    keys = [
        (int(person), visit, eye)
        for person, (_, visit), eye in zip(rows.persons, rows.visits, rows.eyes, strict=True)
    ]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    groups = np.array([numbers[key] for key in keys], np.intp)
    return repeats(rows.estimates[known], groups[known], rows.persons[known], draws)


def repeat_figures(found: Repeats) -> Iterator[GapFigure]:
    """Give the standard deviation within an eye, and the coefficient of repeatability."""
    for metric, times in (("within_eye_sd", 1.0), ("repeatability", COEFFICIENT)):
        units, people = len(found.values), found.people
        if not found.groups:
            yield GapFigure(missing(metric, "no-repeats"), "photograph")
            continue
        spread = found.spread
        scaled = type(spread)(times * spread.value, times * spread.error, spread.freedom)
        measure = figure_of(metric, scaled, units=units, people=people, is_log=True)
        freedom = None if measure.low is None else spread.freedom
        yield GapFigure(measure, "photograph", freedom=freedom)


def eye_figures(pairs: EyePairs, people: GapPeople, draws: PersonDraws) -> Iterator[GapFigure]:
    """Give right less left, and how alike both eyes of a person are."""
    metrics = ("eye_difference", "eye_difference_sd", "eye_limit_low", "eye_limit_high")
    count = len(np.unique(pairs.persons))
    if count < 3:
        for metric in (*metrics, "eye_icc"):
            yield GapFigure(missing(metric, "no-pairs", len(pairs.persons), count), "eye")
        return
    found = eye_differences(pairs.right - pairs.left, pairs.persons, draws)
    every = (found.mean, found.spread, found.low, found.high)
    for metric, each in zip(metrics, every, strict=True):
        measure = figure_of(
            metric, each, units=len(pairs.persons), people=count,
            tested=metric == "eye_difference", is_log=metric == "eye_difference_sd",
        )  # fmt: skip
        freedom = None if measure.low is None else each.freedom
        yield GapFigure(measure, "eye", freedom=freedom)
    yield GapFigure(_correlation(pairs, people), "eye")


def _correlation(pairs: EyePairs, people: GapPeople) -> Measure:
    """Give ICC(1) of the gaps less what age and its square explain of them in everybody."""
    rows = people.visits
    centre = rows.ages.mean()

    def design(ages: FloatArray) -> FloatArray:
        decades = (ages - centre) / 10
        return np.column_stack((np.ones_like(ages), decades, decades**2))

    expected, fitted = np.zeros(len(pairs.ages)), 0
    if len(rows) > 3 and not dependent_columns(design(rows.ages)):
        fit = clustered_fit(design(rows.ages), rows.gaps, rows.persons)
        expected, fitted = design(pairs.ages) @ fit.coefficients, 2
    first = pairs.is_first
    levelled = np.stack((pairs.right, pairs.left), axis=1) - (pairs.ages + expected)[:, None]
    value, low, high = intraclass_correlation(levelled[first], fitted=fitted)
    count = int(first.sum())
    if not np.isfinite(value):
        return missing("eye_icc", "no-variation", count, count)
    if count < FEWEST_PEOPLE or not np.isfinite(low):
        why = "too-few-people" if count < FEWEST_PEOPLE else "no-variation"
        return Measure("eye_icc", value, None, None, count, count, why=why)
    return Measure("eye_icc", value, low, high, count, count)
