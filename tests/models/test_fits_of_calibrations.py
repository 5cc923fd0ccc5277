"""What is fitted, applied to new people: classes as fitted, intervals that hold their level."""

import numpy as np
import pytest

from gantei.calibrating.before_and_after import before_and_after, covered, covered_bands
from gantei.calibrating.class_fitting import fit_classes
from gantei.calibrating.number_fitting import fit_number
from gantei.calibrations.applying import calibrated_numbers, calibrated_probabilities
from gantei.labels.cohort import Cohort
from gantei.labels.estimated_output import EstimatedOutput
from gantei.statistics.class_line import class_chances, scores_of
from gantei.statistics.units import Units

pytest.importorskip("scipy", reason="needs the extra study")
AGE = EstimatedOutput("net", "age", "regression", "years", (), ("net.age",), "")
SEX = EstimatedOutput("net", "sex", "binary", "probability", ("f", "m"), ("net.m",), "")
STAGE = EstimatedOutput(
    "net", "stage", "categorical", "probability", ("a", "b", "c"), ("net.a", "net.b", "net.c"), ""
)


def cohort(output, estimates, truths, persons, seed=0):
    names = np.random.default_rng(seed).integers(0, 2**62, len(persons))
    units = Units(output.kind, estimates, truths, persons, int(persons.max()) + 1)
    return Cohort(
        output, "photograph", units, (), {}, keys=tuple(("", f"{each}") for each in names)
    )


def ages(rng, people):
    persons = np.concatenate([np.arange(people), np.flatnonzero(rng.random(people) < 0.75)])
    real = rng.uniform(20, 90, people)[persons]
    off = rng.normal(size=people)[persons] + rng.normal(size=len(persons))
    return 11 + 0.8 * real + 3.3 * off, real, persons


def classes(rng, people):
    persons = np.repeat(np.arange(people), 2)
    truths = rng.integers(0, 3, people)[persons]
    powers = np.exp(2 * (np.eye(3)[truths] + rng.normal(size=(len(persons), 3))))
    return powers / powers.sum(axis=1, keepdims=True), truths, persons


def test_three_classes_are_applied_as_they_are_fitted():
    estimates, truths, persons = classes(np.random.default_rng(1), 150)
    record = fit_classes(cohort(STAGE, estimates, truths, persons)).record
    assert record.classes == ("a", "b", "c")
    found = calibrated_probabilities(estimates, record, 0.9)
    expected = class_chances(scores_of(estimates), np.array(record.intercepts), record.slope)
    np.testing.assert_allclose(found.value, expected, atol=1e-12)
    assert (found.low < found.value).all()
    assert (found.value < found.high).all()
    shares = np.bincount(truths) / len(truths)
    np.testing.assert_allclose(found.value.mean(axis=0), shares, atol=1e-6)  # maximum likelihood


def test_two_classes_are_applied_as_they_are_fitted():
    estimates, truths, persons = classes(np.random.default_rng(2), 150)
    two = truths < 2
    chances = estimates[two, 1] / estimates[two, :2].sum(axis=1)
    _, people = np.unique(persons[two], return_inverse=True)
    record = fit_classes(cohort(SEX, chances, truths[two], people)).record
    found = calibrated_probabilities(np.stack((1 - chances, chances), axis=1), record, 0.9)
    assert found.value[:, 1].mean() == pytest.approx(truths[two].mean(), abs=1e-6)


def test_too_steep_probabilities_lose_less_on_people_whom_the_line_has_not_seen():
    estimates, truths, persons = classes(np.random.default_rng(3), 200)
    found = before_and_after(fit_classes(cohort(STAGE, estimates, truths, persons)))
    assert found.metric == "log_loss"
    assert found.after < found.before < found.without


def test_intervals_hold_real_ages_of_new_people_at_every_age():
    by_age, every, printed, beyond = [], [], [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        record = fit_number(cohort(AGE, *ages(rng, 200), seed), 0.9).record
        estimates, real, persons = ages(rng, 2000)
        chosen = np.random.default_rng(seed).permutation(len(persons))
        chosen = chosen[np.unique(persons[chosen], return_index=True)[1]]
        _, low, high = calibrated_numbers(estimates[chosen], record)
        there = ~np.isnan(low)
        held, real = ((low <= real[chosen]) & (real[chosen] <= high))[there], real[chosen][there]
        every.append(held.mean())
        beyond.append(1 - there.mean())
        printed.append(record.covered_at_least)
        by_age.append([
            held[(real >= least) & (real < most)].mean()
            for least, most in ((20, 40), (40, 50), (50, 60), (60, 70), (70, 90))
        ])  # fmt: skip
    assert 0.89 < np.mean(every) < 0.92
    assert ((np.mean(by_age, axis=0) > 0.87) & (np.mean(by_age, axis=0) < 0.94)).all()
    assert np.quantile(every, 0.05) == pytest.approx(np.mean(printed), abs=0.02)
    assert np.mean(beyond) < 0.01


def test_what_the_report_says_of_coverage_is_of_people_who_made_no_interval():
    found = [
        fit_number(cohort(AGE, *ages(np.random.default_rng(seed), 150), seed), 0.9)
        for seed in range(60)
    ]
    shares = [held / people for people, held in map(covered, found)]
    assert np.mean(shares) == pytest.approx(0.905, abs=0.015)
    bands = covered_bands(found[0])
    assert sum(each.people for each in bands) == 150
    assert sum(each.covered for each in bands) == covered(found[0])[1]
    assert min(each.people for each in bands) >= 20


def test_the_error_after_is_below_that_before_and_that_of_the_mean():
    found = before_and_after(fit_number(cohort(AGE, *ages(np.random.default_rng(1), 200)), 0.9))
    assert found.metric == "mae"
    assert found.after < found.without
