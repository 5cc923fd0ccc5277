"""Recorded classes that photographs contradict, ranked, with the expected number of true errors.

What is listed is a disagreement; whether the record or the estimate is wrong, the source document
says. Of 5,000 people with 0.5 % wrong records, most of those who are estimated otherwise than they
are recorded have right records.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..statistics.mixture_fit import MixtureFit, fit_mixture
from ..statistics.mixture_likelihood import RecordedClasses
from ..statistics.ranking import Ranking
from ..statistics.true_among import TrueAmong, true_among
from ..study.averaging import averaging_scale
from .error_rates import LARGEST_RATE, ErrorRate, rate_and_fit
from .recorded_people import RecordedPeople

FEWEST_PEOPLE, FEWEST_OF_CLASS = 100, 20
LEAST_AUC = 0.6
"""Of the estimates against the records, without which nothing is told of these."""
LISTED = 500
"""Of the list: for so many first ones it is told how many true errors to expect among them."""
FIRST = (10, 20, 50, 100, 200, 500)
TIMES = (0.5, 2.0)
"""By which the share of wrong records is changed, to show what depends on it."""


@dataclass(frozen=True)
class OtherRate:
    """What would be expected with another share of wrong records.

    Attributes:
        times: the share that was used, multiplied by this.
        rate: so the other share.
        expected: wrong records among all people.
        likely: people whose record is more probably wrong than right.
        among: true errors among the first of this share's own list.
    """

    times: float
    rate: float
    expected: float
    likely: int
    among: TrueAmong


@dataclass(frozen=True)
class ClassRecords:
    """Recorded classes beside their estimates.

    Attributes:
        people: who they are.
        rate: the share of wrong records.
        lines: intercept and slope of the logit by the number of eyes.
        calibrated: probability of the second class by the lines, float64 (n,).
        wrong: probability that the record is wrong, float64 (n,).
        order: intp (n,), the people by falling `wrong`.
        among: true errors to expect among the first 1, 2, ... of the list, at most 500.
        rates: the same with the share of wrong records halved, as it is, and doubled.
        auc: area under the ROC curve of the estimates against the records.
    """

    people: RecordedPeople
    rate: ErrorRate
    lines: dict[int, tuple[float, float]]
    calibrated: NDArray[np.float64] = field(repr=False)
    wrong: NDArray[np.float64] = field(repr=False)
    order: NDArray[np.intp] = field(repr=False)
    among: TrueAmong = field(repr=False)
    rates: tuple[OtherRate, ...] = field(repr=False)
    auc: float

    @property
    def disagreeing(self) -> int:
        """How many people are recorded otherwise than the lines find more probable."""
        return int(((self.calibrated >= 0.5) != (self.people.recorded == 1)).sum())

    @property
    def expected(self) -> float:
        """Wrong records to expect among all."""
        return float(self.wrong.sum())

    def firsts(self) -> tuple[int, ...]:
        """Give the lengths of a list for which it is told what to expect."""
        return tuple(each for each in FIRST if each <= len(self.people))


def class_records(people: RecordedPeople, stated: float | None) -> ClassRecords:
    """Compare recorded classes with their estimates.

    Args:
        people: with estimates and records of two classes.
        stated: the share of wrong records; None to estimate it.

    Raises:
        OutputError: there are too few people, or the estimates do not go with the records.
        SettingError: as `rate_and_fit`.
    """
    auc = _checked(people)
    scale = averaging_scale("binary")
    logits = np.array([scale.there([each])[0] for each in people.estimates.tolist()], np.float64)
    cohort = RecordedClasses(logits, people.recorded == 1, people.eyes)
    rate, fit = rate_and_fit(cohort, stated, people.output.key)
    wrong = fit.wrong()
    order = np.argsort(-wrong, kind="stable")
    among = _among(fit, order)
    return ClassRecords(
        people,
        rate,
        fit.lines(),
        fit.calibrated(),
        wrong,
        order,
        among,
        tuple(_other_rates(cohort, rate, fit, among)),
        auc,
    )


def _among(fit: MixtureFit, order: NDArray[np.intp]) -> TrueAmong:
    first = fit.people.rows(order[:LISTED])
    return true_among(np.concatenate([part for _, part in fit.blocks(first)]), fit.weights)


def _other_rates(
    cohort: RecordedClasses, rate: ErrorRate, fit: MixtureFit, among: TrueAmong
) -> Iterator[OtherRate]:
    for times in (TIMES[0], 1.0, TIMES[1]):
        here, other = (fit, among) if times == 1.0 else (None, among)
        if here is None:
            here = fit_mixture(cohort, min(times * rate.value, 2 * LARGEST_RATE))
            other = _among(here, np.argsort(-here.wrong(), kind="stable"))
        wrong = here.wrong()
        yield OtherRate(
            times, times * rate.value, float(wrong.sum()), int((wrong > 0.5).sum()), other
        )


def _checked(people: RecordedPeople) -> float:
    """Give the area under the ROC curve.

    Raises:
        OutputError: there are too few people, or the estimates do not go with the records.
    """
    output = people.output
    ones = int(people.recorded.sum())
    counts = {output.classes[1]: ones, output.classes[0]: len(people) - ones}
    if len(people) < FEWEST_PEOPLE or min(counts.values()) < FEWEST_OF_CLASS:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        raise OutputError(
            f"{output.key}: {len(people)} people with a record and an estimate ({told}); it takes "
            f"{FEWEST_PEOPLE} people, {FEWEST_OF_CLASS} of each class, to know how far estimates "
            "can be trusted"
        )
    ranking = Ranking.of(people.recorded == 1, people.estimates)
    areas, _ = ranking.figures(np.ones((1, ones)), np.ones((1, len(people) - ones)))
    auc = float(areas[0])
    if auc < 1 - LEAST_AUC:
        raise OutputError(
            f"{output.key}: nearly all records disagree with the estimates (AUC {auc:.2f}), as "
            "where the codes of the labels, or the labels of the estimator, are the other way "
            "round; see --sex-coding, and gantei settle"
        )
    if auc < LEAST_AUC:
        raise OutputError(
            f"{output.key}: the estimates hardly go with the records (AUC {auc:.2f}), so they tell "
            "nothing of which are wrong; look at gantei evaluate, and whether rows were mixed up"
        )
    return auc
