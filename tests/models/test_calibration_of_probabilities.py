"""Calibration intercept and slope, with errors clustered by person: those of statsmodels."""

import numpy as np
import pytest

from gantei.statistics.calibration_lines import FURTHEST, calibration_lines, logits_of
from gantei.statistics.draws import PersonDraws
from gantei.statistics.measures import replicates
from gantei.statistics.units import Units


def drawn(seed, people=200):
    rng = np.random.default_rng(seed)
    persons = np.repeat(np.arange(people), rng.integers(1, 4, people))
    positive = rng.integers(0, 2, people)[persons] == 1
    logits = 1.4 * (2 * positive - 1 + rng.normal(0, 1, people)[persons])
    logits += rng.normal(0, 1, len(persons)) + 0.3
    return positive, 1 / (1 + np.exp(-logits)), persons, people


@pytest.mark.reference
@pytest.mark.parametrize("seed", range(4))
def test_lines_and_their_errors_are_those_of_statsmodels(seed):
    models = pytest.importorskip("statsmodels.api")
    positive, probability, persons, people = drawn(seed)
    intercept, slope = calibration_lines(positive, probability, persons, people)
    logits, binomial = logits_of(probability), models.families.Binomial()
    clustered = {"cov_type": "cluster", "cov_kwds": {"groups": persons}, "tol": 1e-14}
    ones = np.ones((len(logits), 1))
    level = models.GLM(positive, ones, family=binomial, offset=logits).fit(**clustered)
    line = models.GLM(positive, models.add_constant(logits), family=binomial).fit(**clustered)
    found = (intercept.value, intercept.standard_error, slope.value, slope.standard_error)
    expected = (level.params[0], level.bse[0], line.params[1], line.bse[1])
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)


def test_the_draws_of_calibrations_spread_as_the_sandwich_says():
    positive, probability, persons, people = drawn(7)
    units = Units("binary", probability, positive.astype(np.intp), persons, people)
    figures = replicates(units, PersonDraws(people)).figures
    for code in ("calibration_intercept", "calibration_slope"):
        figure = figures[code, None]
        assert figure.draws.mean() == pytest.approx(figure.value, abs=figure.error / 10)
        assert figure.draws.std() == pytest.approx(figure.error, rel=0.06)


def test_probabilities_of_exactly_0_and_1_have_the_logits_of_the_last_that_float32_knows():
    assert logits_of(np.array([0.0, 1.0])) == pytest.approx([-16.6355, 16.6355], abs=1e-4)
    assert np.float32(1 - FURTHEST) < 1
    assert np.float32(1 - FURTHEST / 4) == 1


def test_calibration_of_fewer_than_150_people_is_not_estimable():
    pytest.importorskip("scipy", reason="needs the extra study")
    for people, why in ((149, "too-few-for-calibration"), (150, "")):
        positive, probability, persons, _ = drawn(1, people)
        units = Units("binary", probability, positive.astype(np.intp), persons, people)
        measure = replicates(units, PersonDraws(people, 50)).measure(("calibration_slope", None))
        assert measure.why == why
        assert (measure.value is None) == (measure.low is None) == bool(why)


def test_of_separable_classes_there_is_an_intercept_but_no_slope():
    pytest.importorskip("scipy", reason="needs the extra study")
    positive, _, persons, people = drawn(2)
    probability = np.where(positive, 0.8, 0.1)
    units = Units("binary", probability, positive.astype(np.intp), persons, people)
    found = replicates(units, PersonDraws(people, 50))
    assert found.measure(("calibration_slope", None)).why == "separable"
    assert found.measure(("calibration_intercept", None)).low is not None


def test_one_probability_for_all_has_no_slope():
    positive, probability, persons, people = drawn(3)
    _, slope = calibration_lines(positive, np.full(len(probability), 0.4), persons, people)
    assert slope.why == "no-spread"
