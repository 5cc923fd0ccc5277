"""Logistic fits: the maximum of statsmodels, and a clear word where there is none."""

import numpy as np
import pytest

from gantei.statistics.logistic import fit_logistic


def drawn(seed, rows=80):
    rng = np.random.default_rng(seed)
    predictor = 100 + 5 * rng.normal(size=rows)
    truths = (rng.random(rows) < 1 / (1 + np.exp(-(predictor - 100) / 2))).astype(float)
    return predictor, truths, rng.integers(0, 4, rows).astype(float), rng.normal(size=rows)


@pytest.mark.reference
@pytest.mark.parametrize("seed", range(8))
def test_the_maximum_is_that_of_statsmodels(seed):
    models = pytest.importorskip("statsmodels.api")
    predictor, truths, weights, offset = drawn(seed)
    binomial = models.families.Binomial()
    for given, design in (
        (predictor, models.add_constant(predictor)),
        (None, np.ones((len(truths), 1))),
    ):
        original = models.GLM(
            truths, design, family=binomial, freq_weights=weights, offset=offset
        ).fit(tol=1e-14, maxiter=200)
        fit = fit_logistic(given, truths, weights=weights, offset=offset)
        ours = (fit.intercept, fit.slope)[: design.shape[1]]
        np.testing.assert_allclose(ours, original.params, rtol=1e-8, atol=1e-8)
        assert float(fit.log_likelihood) == pytest.approx(original.llf, abs=1e-8)


def test_many_fits_at_once_are_the_fits_one_by_one():
    cases = [drawn(seed) for seed in range(5)]
    together = fit_logistic(*(np.stack(each) for each in list(zip(*cases, strict=True))[:2]))
    for row, (predictor, truths, *_) in enumerate(cases):
        alone = fit_logistic(predictor, truths)
        assert float(together.slope[row]) == pytest.approx(float(alone.slope), rel=1e-12)


def test_the_unit_of_the_predictor_does_not_matter():
    predictor, truths, *_ = drawn(3)
    fit, other = fit_logistic(predictor, truths), fit_logistic(1e6 * predictor - 3e8, truths)
    assert float(other.slope) * 1e6 == pytest.approx(float(fit.slope), rel=1e-9)
    assert float(other.log_likelihood) == pytest.approx(float(fit.log_likelihood), abs=1e-10)


@pytest.mark.parametrize("steepness", [3.0, 30.0, 1000.0])
def test_steep_data_where_plain_newton_steps_overshoot_reach_the_maximum(steepness):
    scipy_optimize = pytest.importorskip("scipy.optimize", reason="needs the extra study")
    predictor = np.array([-40.0, -3, -1, -0.5, 0.1, 0.2, 0.3, 2, 5, 60]) * steepness
    truths = np.array([0, 0, 0, 1, 0, 1, 0, 1, 1, 1])

    def lost(line):
        logits = line[0] + line[1] * predictor
        return np.sum(np.logaddexp(0, np.where(truths == 1, -logits, logits)))

    fit = fit_logistic(predictor, truths, offset=0.0 * predictor)
    found = scipy_optimize.minimize(
        lambda line: lost((line[0], line[1] / steepness)), (0.0, 0.0), method="Nelder-Mead",
        options={"xatol": 1e-11, "fatol": 1e-13, "maxiter": 4000},
    )  # fmt: skip
    assert -float(fit.log_likelihood) == pytest.approx(found.fun, abs=1e-9)
    assert -float(fit.log_likelihood) == pytest.approx(
        lost((float(fit.intercept), float(fit.slope))), abs=1e-9
    )


def test_classes_that_a_threshold_parts_are_separable():
    fit = fit_logistic([0.0, 1, 2, 3], [0, 0, 1, 1])
    assert fit.separable
    assert (float(fit.slope), float(fit.log_likelihood)) == (np.inf, 0.0)
    assert np.isnan(fit.intercept)


def test_ties_at_the_threshold_keep_the_likelihood_below_certainty():
    fit = fit_logistic([0.0, 1, 1, 3], [1, 1, 0, 0])
    assert fit.separable
    assert float(fit.slope) == -np.inf
    assert float(fit.log_likelihood) == pytest.approx(2 * np.log(0.5))
    near = fit_logistic([0.0, 1, 1 - 1e-6, 3], [1, 1, 0, 0], least_slope=None)
    assert float(near.log_likelihood) <= 0


def test_a_row_of_weight_0_can_neither_part_nor_join_the_classes():
    apart = fit_logistic([0.0, 1, 2, 3, 9], [0, 0, 1, 1, 0], weights=[1, 1, 1, 1, 0])
    joined = fit_logistic([0.0, 1, 2, 3, 9], [0, 0, 1, 1, 0])
    assert apart.separable
    assert not joined.separable


def test_one_class_has_no_maximum_and_one_value_no_slope():
    single = fit_logistic([0.0, 1, 2], [1, 1, 1])
    assert single.separable
    assert (float(single.intercept), float(single.slope)) == (np.inf, 0.0)
    level = fit_logistic([5.0, 5, 5], [1, 0, 0])
    assert level.constant
    assert not level.separable
    assert float(level.intercept) == pytest.approx(np.log(0.5))


@pytest.mark.parametrize("truths", [[1, 1, 0, 1, 0, 0], [1, 1, 1, 0, 0, 0]])
def test_a_slope_that_would_fall_stands_at_its_bound(truths):
    predictor = [0.0, 1, 2, 3, 4, 5]
    fit = fit_logistic(predictor, truths, least_slope=0.0)
    assert fit.bounded
    assert not fit.separable
    assert (float(fit.slope), float(fit.intercept)) == (0.0, pytest.approx(0.0))
    free = fit_logistic(predictor, truths)
    assert float(free.log_likelihood) > float(fit.log_likelihood)
    rising = fit_logistic(predictor, truths[::-1], least_slope=0.0)
    assert not rising.bounded
