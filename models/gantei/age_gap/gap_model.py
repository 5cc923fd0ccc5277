"""The model gap ~ group + age + age² + covariates, by which groups are compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..statistics.clustered_regression import (
    ClusteredFit,
    Coefficient,
    clustered_fit,
    dependent_columns,
)
from ..statistics.student_intervals import figure_of, missing
from .covariates import Covariate
from .gap_design import AGE, AGE_SQUARED, DECADE, GapDesign, gap_design
from .gap_row import GapFigure, adjusted_for_groups
from .gap_rows import GapPeople


@dataclass(frozen=True)
class GapModel:
    """The fitted model.

    Attributes:
        design: its columns.
        fit: by least squares, with errors over persons; None where there are too few rows.
        people: persons of each group in the model, by its name; of everybody by an empty one.
        units: visits, likewise.
    """

    design: GapDesign
    fit: ClusteredFit | None = field(repr=False)
    people: dict[str, int]
    units: dict[str, int]

    def fewest(self, *groups: str) -> int:
        """Number of persons of the smallest of some groups."""
        return min(self.people[each] for each in groups)


def gap_model(people: GapPeople, covariates: Sequence[Covariate]) -> GapModel:
    """Fit the model.

    Raises:
        SettingError: as `gap_design`.
    """
    design = gap_design(people, covariates)
    visits = people.visits.only(design.rows)
    inside = {each: visits.groups == each for each in people.groups}
    fit = None
    if len(visits) > design.matrix.shape[1] and not dependent_columns(design.matrix):
        fit = clustered_fit(design.matrix, visits.gaps, visits.persons)
    return GapModel(
        design,
        fit,
        {"": visits.people}
        | {each: len(np.unique(visits.persons[rows])) for each, rows in inside.items()},
        {"": len(visits)} | {each: int(rows.sum()) for each, rows in inside.items()},
    )


def model_figures(people: GapPeople, model: GapModel) -> Iterator[GapFigure]:
    """Give the differences of the groups, then every other term of the model."""
    yield from adjusted_for_groups([*_differences(people, model, "group_difference")])
    yield from _differences(people, model, "group_difference_cr1")
    for name, of in zip(model.design.names, model.design.of, strict=True):
        if name in (AGE, AGE_SQUARED) or of:
            yield _term(model, name)
    yield from adjusted_for_groups([*_slope_differences(people, model)])


def _differences(people: GapPeople, model: GapModel, metric: str) -> Iterator[GapFigure]:
    for group in people.compared:
        both = (group, people.reference)
        units = sum(model.units[each] for each in both)
        count = sum(model.people[each] for each in both)
        if model.fit is None:
            measure = missing(metric, "too-few-people", units, count)
            yield GapFigure(measure, "visit", group, people.reference)
            continue
        place = model.design.place(group)
        found = model.fit.of(place) if metric == "group_difference" else model.fit.usual(place)
        measure = figure_of(
            metric, found, units=units, people=count, fewest=model.fewest(*both), tested=True
        )
        yield GapFigure(
            measure, "visit", group, people.reference, freedom=_freedom(found, measure.low)
        )


def _term(model: GapModel, name: str) -> GapFigure:
    units, count = model.units[""], model.people[""]
    if model.fit is None:
        measure = missing("model_term", "too-few-people", units, count)
        return GapFigure(measure, "visit", term=name)
    found = model.fit.of(model.design.place(name))
    measure = figure_of("model_term", found, units=units, people=count, tested=True)
    return GapFigure(measure, "visit", term=name, freedom=_freedom(found, measure.low))


def _slope_differences(people: GapPeople, model: GapModel) -> Iterator[GapFigure]:
    """Give how the slope on age differs in a group: the same model with group times age."""
    design = model.design
    visits = people.visits.only(design.rows)
    names = people.compared
    if not names:
        return
    crossed = [design.decades * (visits.groups == each) for each in names]
    matrix = np.column_stack([design.matrix, *crossed]).astype(float)
    enough = len(visits) > matrix.shape[1] and not dependent_columns(matrix)
    fit = clustered_fit(matrix, visits.gaps, visits.persons) if enough else None
    for place, group in enumerate(names, design.matrix.shape[1]):
        both = (group, people.reference)
        units = sum(model.units[each] for each in both)
        count = sum(model.people[each] for each in both)
        if fit is None:
            measure = missing("slope_difference", "too-few-people", units, count)
            yield GapFigure(measure, "visit", group, people.reference)
            continue
        found = fit.of(place)
        per_year = Coefficient(found.value / DECADE, found.error / DECADE, found.freedom)
        measure = figure_of(
            "slope_difference", per_year, units=units, people=count,
            fewest=model.fewest(*both), tested=True,
        )  # fmt: skip
        yield GapFigure(
            measure, "visit", group, people.reference, freedom=_freedom(found, measure.low)
        )


def _freedom(found: Coefficient, low: float | None) -> float | None:
    return None if low is None else found.freedom
