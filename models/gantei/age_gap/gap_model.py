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
        units: rows, likewise.
        together: persons of each compared group or of the reference; some may be in both, where
            groups are of eyes.
    """

    design: GapDesign
    fit: ClusteredFit | None = field(repr=False)
    people: dict[str, int]
    units: dict[str, int]
    together: dict[str, int]

    def fewest(self, *groups: str) -> int:
        """Number of persons of the smallest of some groups."""
        return min(self.people[each] for each in groups)


def gap_model(people: GapPeople, covariates: Sequence[Covariate]) -> GapModel:
    """Fit the model.

    Raises:
        SettingError: as `gap_design`.
    """
    design = gap_design(people, covariates)
    rows = people.compared_rows.only(design.rows)
    inside = {each: rows.groups == each for each in people.groups}
    fit = None
    if len(rows) > design.matrix.shape[1] and not dependent_columns(design.matrix):
        fit = clustered_fit(design.matrix, rows.gaps, rows.persons)
    return GapModel(
        design,
        fit,
        {"": rows.people} | {each: rows.only(among).people for each, among in inside.items()},
        {"": len(rows)} | {each: int(among.sum()) for each, among in inside.items()},
        {
            each: rows.only(inside[each] | inside[people.reference]).people
            for each in people.compared
        },
    )


def model_figures(people: GapPeople, model: GapModel) -> Iterator[GapFigure]:
    """Give the differences of the groups, then every other term of the model."""
    yield from adjusted_for_groups([*_differences(people, model, "group_difference")])
    yield from _differences(people, model, "group_difference_cr1")
    for name, of in zip(model.design.names, model.design.of, strict=True):
        if name in (AGE, AGE_SQUARED) or of:
            yield _term(people, model, name)
    yield from adjusted_for_groups([*_slope_differences(people, model)])


def _differences(people: GapPeople, model: GapModel, metric: str) -> Iterator[GapFigure]:
    for group in people.compared:
        both = (group, people.reference)
        units = sum(model.units[each] for each in both)
        count = model.together[group]
        if model.fit is None:
            measure = missing(metric, "too-few-people", units, count)
            yield GapFigure(measure, people.level, group, people.reference)
            continue
        place = model.design.place(group)
        found = model.fit.of(place) if metric == "group_difference" else model.fit.usual(place)
        measure = figure_of(
            metric, found, units=units, people=count, fewest=model.fewest(*both), tested=True
        )
        yield GapFigure(
            measure, people.level, group, people.reference, freedom=_freedom(found, measure.low)
        )


def _term(people: GapPeople, model: GapModel, name: str) -> GapFigure:
    units, count = model.units[""], model.people[""]
    if model.fit is None:
        measure = missing("model_term", "too-few-people", units, count)
        return GapFigure(measure, people.level, term=name)
    found = model.fit.of(model.design.place(name))
    measure = figure_of("model_term", found, units=units, people=count, tested=True)
    return GapFigure(measure, people.level, term=name, freedom=_freedom(found, measure.low))


def _slope_differences(people: GapPeople, model: GapModel) -> Iterator[GapFigure]:
    """Give how the slope on age differs in a group: the same model with group times age."""
    design = model.design
    rows = people.compared_rows.only(design.rows)
    names = people.compared
    if not names:
        return
    crossed = [design.decades * (rows.groups == each) for each in names]
    matrix = np.column_stack([design.matrix, *crossed]).astype(float)
    enough = len(rows) > matrix.shape[1] and not dependent_columns(matrix)
    fit = clustered_fit(matrix, rows.gaps, rows.persons) if enough else None
    for place, group in enumerate(names, design.matrix.shape[1]):
        both = (group, people.reference)
        units = sum(model.units[each] for each in both)
        count = model.together[group]
        if fit is None:
            measure = missing("slope_difference", "too-few-people", units, count)
            yield GapFigure(measure, people.level, group, people.reference)
            continue
        found = fit.of(place)
        per_year = Coefficient(found.value / DECADE, found.error / DECADE, found.freedom)
        measure = figure_of(
            "slope_difference", per_year, units=units, people=count,
            fewest=model.fewest(*both), tested=True,
        )  # fmt: skip
        yield GapFigure(
            measure, people.level, group, people.reference, freedom=_freedom(found, measure.low)
        )


def _freedom(found: Coefficient, low: float | None) -> float | None:
    return None if low is None else found.freedom
