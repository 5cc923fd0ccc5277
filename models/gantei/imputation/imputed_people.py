"""Imputed sets of sexes: by the estimate, the analysis's outcome and its covariates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..evaluation.people_read import without_value
from ..labels.estimated_people import EstimatedPeople
from ..labels.exclusions import Exclusion, counted_reasons
from ..labels.person_columns import PersonColumn
from ..statistics.imputed_sets import ImputationModel
from ..statistics.logistic_model import fit_logistic_model, has_full_rank
from .calibrated_sexes import LEAST_OF_A_SEX, estimate_design

NOBODY_MISSING = "every person's sex is recorded; nothing is to impute"


@dataclass(frozen=True)
class ImputedPeople:
    """People with a sex each in every set.

    Attributes:
        columns: the outcome, then the covariates.
        used: bool (n,), who has all of their values, of the people of the table.
        missing: bool (n,), who of these has no recorded sex.
        model: of class 1.
        design: float64 (n, k), of everybody; rows of people who are not used say nothing.
        sets: bool (m, number missing), whether a person is of class 1.
        exclusions: who is not used, and why.
    """

    columns: tuple[PersonColumn, ...]
    used: NDArray[np.bool_] = field(repr=False)
    missing: NDArray[np.bool_] = field(repr=False)
    model: ImputationModel = field(repr=False)
    design: NDArray[np.float64] = field(repr=False)
    sets: NDArray[np.bool_] = field(repr=False)
    exclusions: tuple[Exclusion, ...] = field(repr=False)

    def shifted(self, shift: float) -> NDArray[np.bool_]:
        """Draw the sets again, with the logits of the people with missing sex shifted."""
        return self.model.sets(self.design[self.missing], len(self.sets), shift=shift)


def checked_missing(people: EstimatedPeople) -> None:
    """Refuse people whose sex is recorded throughout.

    Raises:
        SettingError: nobody's sex is missing.
    """
    if people.is_recorded.all():
        raise SettingError(NOBODY_MISSING)


def imputed_people(
    people: EstimatedPeople,
    columns: Sequence[PersonColumn],
    *,
    by_eyes: bool,
    sets: int,
    seed: int,
) -> ImputedPeople:
    """Fit the model on the people whose sex is recorded, and draw the sex of the others.

    Args:
        people: of the table.
        columns: the outcome, then the covariates.
        by_eyes: whether people with one eye and with two have a line of the estimate each.
        sets: how many sets, 2 or more.
        seed: of the draws.

    Raises:
        SettingError: too few are recorded, nobody can be imputed, or a column says nothing that
            the others do not.
    """
    exclusions = _first_of_each(
        exclusion for column in columns for exclusion in without_value(people, column)
    )
    complete = np.all([column.known for column in columns], axis=0)
    known = complete & people.is_recorded
    _check_counts(people, known, exclusions)
    unseen = [column for column in columns if column.kind == "category"]
    used = complete.copy()
    for column in unseen:
        seen = np.isin(column.codes, np.unique(column.codes[known]))
        exclusions += [
            _unseen(people, column, int(place)) for place in np.flatnonzero(used & ~seen)
        ]
        used &= seen
    missing = used & ~people.is_recorded
    if not missing.any():
        raise SettingError(
            "nobody whose sex is missing has all values that --with names; nobody can be imputed"
        )
    design = _design(people, columns, known, by_eyes=by_eyes)
    fitted = fit_logistic_model(design[known], people.recorded[known].astype(float), firth=True)
    model = ImputationModel(fitted, seed)
    drawn = model.sets(design[missing], sets)
    return ImputedPeople(tuple(columns), used, missing, model, design, drawn, tuple(exclusions))


def _check_counts(
    people: EstimatedPeople, known: NDArray[np.bool_], exclusions: Sequence[Exclusion]
) -> None:
    counts = np.bincount(people.recorded[known], minlength=2)
    if counts.min() < LEAST_OF_A_SEX:
        told = " and ".join(
            f"{count} {name}" for count, name in zip(counts, people.output.classes, strict=True)
        )
        raise SettingError(
            f"sex and all values that --with names are known of {told} people: imputing needs "
            f"{LEAST_OF_A_SEX} of each. Left out are {counted_reasons(exclusions) or 'none'}. "
            "Where a person has several visits, give a table with one"
        )


def _design(
    people: EstimatedPeople,
    columns: Sequence[PersonColumn],
    known: NDArray[np.bool_],
    *,
    by_eyes: bool,
) -> NDArray[np.float64]:
    """Put the columns of the model together, and refuse one that adds nothing."""
    design = estimate_design(people, by_eyes=by_eyes)
    for column in columns:
        wider = np.column_stack((design, values_of(column, known)))
        if wider.shape[1] == design.shape[1] or not has_full_rank(wider[known]):
            raise SettingError(
                f"--with {column.given}: has one value only where sex is known, or says the same "
                "as the columns before it; leave it out"
            )
        design = wider
    return design


def values_of(column: PersonColumn, among: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give a column as numbers of a model: 0 and 1 for each category but the first; or a number.

    Numbers have a mean of 0 and a variance of 1, so that years or milligrams make no difference.

    Args:
        column: of people.
        among: bool (n,), whose values and categories count.

    Returns:
        float64 (n, j); 0 where a number is unknown.
    """
    if column.kind == "number":
        counted = column.numbers[among]
        spread = float(counted.std()) or 1.0
        scaled = np.nan_to_num((column.numbers - counted.mean()) / spread)
        return np.asarray(scaled[:, None], np.float64)
    codes = np.unique(column.codes[among])
    return np.column_stack(
        [np.empty((len(among), 0)), *((column.codes == each) * 1.0 for each in codes[1:])]
    )


def _first_of_each(exclusions: Iterator[Exclusion]) -> list[Exclusion]:
    """Keep the first reason of each person."""
    found: dict[str, Exclusion] = {}
    for each in exclusions:
        found.setdefault(each.name, each)
    return [*found.values()]


def _unseen(people: EstimatedPeople, column: PersonColumn, place: int) -> Exclusion:
    return Exclusion(
        people.names[place],
        people.names[place],
        people.photographs[place][0].label.where,
        "category-unseen",
        f"nobody whose sex is recorded has {column.given} {column.categories[column.codes[place]]}",
    )
