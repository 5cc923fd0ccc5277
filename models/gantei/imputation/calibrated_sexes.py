"""Probabilities of a missing sex, calibrated on the people of the same table whose sex is known."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..labels.estimated_people import EstimatedPeople
from ..statistics.logistic_model import LogisticModel, fit_logistic_model, has_full_rank
from ..statistics.missing_classes import ExpectedCount, class_probabilities, expected_counts

LEAST_OF_A_SEX = 20
"""People whose sex is known, of each sex: with fewer, nothing is calibrated."""
LEAST_OF_EYES = 50
"""People whose sex is known, with one eye and with two, for a line of each."""


@dataclass(frozen=True, slots=True)
class MissingSexes:
    """People with missing sex, of a number of eyes or all.

    Attributes:
        eyes: 1 or 2; None: all.
        recorded: how many there are whose sex is recorded.
        missing: how many there are whose sex is missing.
        of_class_1: how many of these are of class 1.
        wrong: how many would be wrong, if each were given the likelier sex.
    """

    eyes: int | None
    recorded: int
    missing: int
    of_class_1: ExpectedCount
    wrong: ExpectedCount


@dataclass(frozen=True)
class CalibratedSexes:
    """What the estimates say of everybody's sex, once they are calibrated.

    Attributes:
        by_eyes: whether people with one eye and with two have a line each.
        model: logit of class 1 by the estimate's logit.
        probability: float64 (n,), of class 1.
        low, high: float64 (n,), its 95 % confidence interval, by the calibration's uncertainty.
    """

    by_eyes: bool
    model: LogisticModel = field(repr=False)
    probability: NDArray[np.float64] = field(repr=False)
    low: NDArray[np.float64] = field(repr=False)
    high: NDArray[np.float64] = field(repr=False)


def calibrated_sexes(people: EstimatedPeople) -> CalibratedSexes:
    """Calibrate the estimates on the people whose sex is recorded.

    Raises:
        SettingError: too few are, or all estimates are the same.
        MissingExtraError: scipy is not installed.
    """
    known = people.is_recorded
    counts = np.bincount(people.recorded[known], minlength=2)
    if counts.min() < LEAST_OF_A_SEX:
        told = " and ".join(
            f"{count} {name}" for count, name in zip(counts, people.output.classes, strict=True)
        )
        raise SettingError(
            f"sex is recorded for {told}: calibrating needs {LEAST_OF_A_SEX} of each. Add "
            "people of the same kind whose sex is known"
        )
    by_eyes = _has_both(people)
    design = estimate_design(people, by_eyes=by_eyes)
    if not has_full_rank(design[known]):
        raise SettingError(
            f"{people.output.key}: the estimates of all people are the same; nothing tells their "
            "sex"
        )
    model = fit_logistic_model(design[known], people.recorded[known].astype(float), firth=True)
    return CalibratedSexes(by_eyes, model, *class_probabilities(model, design))


def estimate_design(people: EstimatedPeople, *, by_eyes: bool) -> NDArray[np.float64]:
    """Give what the estimates say of everybody, as columns of a model: float64 (n, 2 or 4).

    They are 1 and the logit, and, `by_eyes`, the same again for people with two eyes, else 0.
    """
    base = np.column_stack((np.ones(len(people)), people.logits))
    if not by_eyes:
        return base
    two = (people.eyes == 2).astype(np.float64)
    return np.column_stack((base, base * two[:, None]))


def missing_sexes(
    people: EstimatedPeople, calibrated: CalibratedSexes, seed: int
) -> Iterator[MissingSexes]:
    """Count the people with missing sex, all first, then by their number of eyes if they differ."""
    known = people.is_recorded
    design = estimate_design(people, by_eyes=calibrated.by_eyes)
    several = len(np.unique(people.eyes[~known])) > 1
    for eyes in (None, 1, 2) if several else (None,):
        among = np.ones(len(people), np.bool_) if eyes is None else people.eyes == eyes
        missing = among & ~known
        yield MissingSexes(
            eyes,
            int((among & known).sum()),
            int(missing.sum()),
            *expected_counts(calibrated.model, design[missing], seed),
        )


def _has_both(people: EstimatedPeople) -> bool:
    """Whether there are enough people of either number of eyes for a line of each."""
    for eyes in (1, 2):
        recorded = people.recorded[people.is_recorded & (people.eyes == eyes)]
        counts = np.bincount(recorded, minlength=2)
        if counts.sum() < LEAST_OF_EYES or counts.min() < LEAST_OF_A_SEX:
            return False
    return True
