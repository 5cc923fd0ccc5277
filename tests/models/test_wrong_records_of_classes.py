"""Recorded classes of which some are wrong: the likelihood, its maximum, and what it expects."""

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei.records.error_rates import rate_and_fit
from gantei.statistics.mixture_fit import fit_mixture, profile
from gantei.statistics.mixture_likelihood import LineScale, MixtureLikelihood, RecordedClasses
from gantei.statistics.true_among import true_among

pytest.importorskip("scipy", reason="needs the extra study")
from scipy import optimize, stats
from scipy.special import expit

AUC = 0.97


def drawn(seed, n, rate, *, two_eyes=0.5, steep=1.6):
    """Draw persons whose eyes err together, and records of which a share is wrong."""
    rng = np.random.default_rng(seed)
    apart = np.sqrt(2) * stats.norm.ppf(AUC)
    real = rng.random(n) < 0.5
    eyes = np.where(rng.random(n) < two_eyes, 2, 1)
    noise = np.sqrt(0.5) * (rng.standard_normal((n, 1)) + rng.standard_normal((n, 2)))
    seen = np.where(real, apart / 2, -apart / 2)[:, None] + noise
    mean = np.where(eyes == 2, seen.mean(axis=1), seen[:, 0])
    wrong = rng.random(n) < rate
    return RecordedClasses(steep * apart * mean + 0.5, real ^ wrong, eyes), wrong


@pytest.mark.parametrize("rate", [0.03, None])
def test_the_derivatives_are_those_of_the_likelihood(rate):
    people, _ = drawn(1, 300, 0.03)
    likelihood = MixtureLikelihood(people, LineScale.of(people, rate))
    at = np.random.default_rng(2).normal(size=likelihood.scale.width) / 2
    value, gradient, hessian = likelihood.derivatives(at)
    assert value == pytest.approx(float(likelihood.logarithms(at[None])[0]), rel=1e-12)
    numeric = optimize.approx_fprime(at, lambda each: likelihood.derivatives(each)[0], 1e-6)
    curves = optimize.approx_fprime(at, lambda each: likelihood.derivatives(each)[1], 1e-6)
    np.testing.assert_allclose(gradient, numeric, atol=1e-3)
    np.testing.assert_allclose(hessian, curves, atol=1e-3)


@pytest.mark.reference
def test_the_maximum_is_that_of_a_general_maximiser_without_derivatives():
    people, _ = drawn(3, 2000, 0.02)
    fit = fit_mixture(people, 0.02)
    likelihood = MixtureLikelihood(people, fit.scale)
    found = optimize.minimize(
        lambda each: -float(likelihood.logarithms(each[None])[0]),
        fit.parameters + 0.3,
        method="Nelder-Mead",
        options={"maxiter": 20000, "xatol": 1e-9, "fatol": 1e-11, "adaptive": True},
    )
    assert -found.fun <= fit.log_posterior + 1e-7
    np.testing.assert_allclose(found.x, fit.parameters, atol=1e-4)


@pytest.mark.reference
def test_without_wrong_records_the_lines_are_those_of_a_logistic_regression():
    models = pytest.importorskip("statsmodels.api")
    people, _ = drawn(4, 6000, 0.0, two_eyes=0.0)
    intercept, slope = fit_mixture(people, 1e-12).lines()[1]
    logit = models.Logit(people.recorded.astype(float), models.add_constant(people.logits))
    theirs = logit.fit(disp=0)
    spread = np.abs([intercept, slope] - theirs.params) / theirs.bse
    assert spread.max() < 0.05  # what the weak prior moves, in standard errors


def test_draws_of_the_parameters_have_their_spread_and_weigh_about_the_same():
    people, _ = drawn(5, 5000, 0.01)
    fit = fit_mixture(people, 0.01)
    _, _, hessian = MixtureLikelihood(people, fit.scale).derivatives(fit.parameters)
    theirs = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    mean = fit.weights @ fit.draws
    spread = np.sqrt(fit.weights @ (fit.draws - mean) ** 2)
    np.testing.assert_allclose(spread, theirs, rtol=0.15)
    assert 1 / (fit.weights**2).sum() > 0.7 * len(fit.weights)


def test_the_posterior_is_that_of_bayes_by_hand():
    people, _ = drawn(6, 1000, 0.02, two_eyes=0.0)
    fit = fit_mixture(people, 0.02, draws=2)
    intercept, slope = fit.lines()[1]
    chance = expit(intercept + slope * people.logits)
    np.testing.assert_allclose(fit.calibrated(), chance, rtol=1e-9)
    (_, wrong), *_ = fit.blocks(people)
    part = fit.scale.probabilities(people, fit.draws[:1])[0]
    recorded = np.where(people.recorded, part, 1 - part)
    by_hand = 0.02 * (1 - recorded) / (0.02 * (1 - recorded) + 0.98 * recorded)
    np.testing.assert_allclose(wrong[0], by_hand, rtol=1e-9)


def test_two_eyes_have_a_steeper_line_and_two_equal_eyes_are_not_twice_as_sure():
    people, _ = drawn(7, 20000, 0.01)
    lines = fit_mixture(people, 0.01).lines()
    assert 1.1 < lines[2][1] / lines[1][1] < 1.7  # 1.33 by their correlation of 0.5
    few = RecordedClasses(people.logits, people.recorded, np.where(people.eyes == 2, 2, 0))
    assert fit_mixture(few, 0.01).lines()[2][1] == pytest.approx(lines[2][1], rel=0.02)


def test_a_handful_with_one_eye_borrow_the_line_of_those_with_two():
    people, _ = drawn(8, 3000, 0.01, two_eyes=1.0)
    eyes = people.eyes.copy()
    eyes[:5] = 1
    lines = fit_mixture(RecordedClasses(people.logits, people.recorded, eyes), 0.01).lines()
    assert 0.4 < lines[1][1] / lines[2][1] < 1.0


@pytest.mark.parametrize("rate", [0.005, 0.03])
def test_the_true_errors_among_the_first_are_as_many_as_the_interval_says(rate):
    inside, found, expected = [], 0, 0.0
    for seed in range(24):
        people, wrong = drawn([seed, 9], 2000, rate)
        fit = fit_mixture(people, rate, draws=200)
        first = np.argsort(-fit.wrong(), kind="stable")[:50]
        chances = np.concatenate([each for _, each in fit.blocks(people.rows(first))])
        among = true_among(chances, fit.weights)
        true = int(wrong[first].sum())
        inside.append(among.low[-1] <= true <= among.high[-1])
        found, expected = found + true, expected + float(among.expected[-1])
    assert sum(inside) >= 21
    assert expected / found == pytest.approx(1, abs=0.15)


def test_records_calibrate_themselves_away_where_all_are_held_for_right():
    people, wrong = drawn(10, 5000, 0.03)
    fit = fit_mixture(people, 0.03)
    first = np.argsort(-fit.wrong(), kind="stable")[:100]
    true = int(wrong[first].sum())
    assert abs(fit.wrong()[first].sum() - true) < 10
    naive = fit_mixture(people, 1e-12).calibrated()
    of_record = np.where(people.recorded, naive, 1 - naive)
    as_if = 0.03 * (1 - of_record) / (0.03 * (1 - of_record) + 0.97 * of_record)
    assert np.sort(as_if)[-100:].sum() < true - 15


def test_a_rate_is_estimated_from_many_wrong_records_and_the_likelihood_tells_it():
    people, wrong = drawn(11, 5000, 0.03)
    fit = fit_mixture(people, None)
    assert fit.rate == pytest.approx(wrong.mean(), abs=0.008)
    rates = np.geomspace(1e-5, 0.4, 12)
    reached = profile(people, rates)
    assert 0.01 < rates[np.argmax(reached)] < 0.1
    alone = [fit_mixture(people, rate, draws=2).log_posterior for rate in rates.tolist()]
    np.testing.assert_allclose(reached, alone, atol=1e-6)


@pytest.mark.reference
def test_numbers_among_the_first_are_poisson_binomial():
    stats = pytest.importorskip("scipy.stats")
    if not hasattr(stats, "poisson_binom"):
        pytest.skip("SciPy before 1.15 has no Poisson-binomial distribution")
    poisson_binom = stats.poisson_binom
    chances = np.random.default_rng(12).random(40) ** 3
    among = true_among(chances)
    for k in (1, 7, 40):
        theirs = poisson_binom(chances[:k])
        assert among.expected[k - 1] == pytest.approx(theirs.mean(), rel=1e-12)
        assert among.low[k - 1] == theirs.ppf(0.025)
        assert among.high[k - 1] == theirs.ppf(0.975)


def test_a_rate_that_a_weak_estimator_cannot_tell_is_refused():
    rng = np.random.default_rng(13)
    real = rng.random(1000) < 0.5
    weak = RecordedClasses(rng.standard_normal(1000) + 0.5 * real, real, np.ones(1000, int))
    with pytest.raises(SettingError, match=r"a range of no more than a factor of 4.*--error-rate"):
        rate_and_fit(weak, None, "s.sex")
