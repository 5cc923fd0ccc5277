"""Logistic models of several predictors: the maximum of statsmodels, and Firth's where none is."""

import numpy as np
import pytest

from gantei.statistics.logistic_model import expit, fit_logistic_model, has_full_rank


def drawn(seed, count=200):
    random = np.random.default_rng(seed)
    scales = np.array([1.0, 40.0, 0.01])
    design = np.column_stack((np.ones(count), random.normal(size=(count, 3)) * scales + scales))
    chance = expit(design @ np.array([-1.0, 0.8, 0.02, 50.0]))
    return design, (random.random(count) < chance) * 1.0


@pytest.mark.reference
@pytest.mark.parametrize("seed", range(5))
def test_the_maximum_and_its_covariance_are_those_of_statsmodels(seed):
    models = pytest.importorskip("statsmodels.api")
    design, truths = drawn(seed)
    expected = models.Logit(truths, design).fit(method="newton", tol=1e-14, maxiter=100, disp=0)
    found = fit_logistic_model(design, truths, firth=False)
    assert not found.separable
    assert found.coefficients == pytest.approx(expected.params, rel=1e-9)
    assert found.covariance == pytest.approx(expected.cov_params(), rel=1e-7)


def penalised(design, truths, at):
    chance = expit(design @ at)
    information = design.T @ (design * (chance * (1 - chance))[:, None])
    likelihood = np.sum(truths * np.log(chance) + (1 - truths) * np.log1p(-chance))
    return likelihood + np.log(np.linalg.det(information)) / 2


@pytest.mark.parametrize("seed", range(5))
def test_with_firths_penalty_no_other_coefficients_have_a_higher_penalised_likelihood(seed):
    optimize = pytest.importorskip("scipy.optimize", reason="needs the extra study")
    design, truths = drawn(seed, 40)
    found = fit_logistic_model(design, truths, firth=True).coefficients
    unit = np.diag([1.0, 1.0, 1 / 40, 100.0])
    sought = optimize.minimize(
        lambda at: -penalised(design, truths, unit @ at),
        np.linalg.solve(unit, found) + 0.3,
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 8000, "maxfev": 8000},
    )
    assert found == pytest.approx(unit @ sought.x, rel=1e-5)


def test_classes_that_predictors_part_are_told_and_firth_has_an_answer_of_finite_size():
    design = np.column_stack((np.ones(20), np.arange(20.0), np.arange(20.0) % 3))
    truths = (np.arange(20) > 8) * 1.0
    assert fit_logistic_model(design, truths, firth=False).separable
    found = fit_logistic_model(design, truths, firth=True)
    assert not found.separable
    assert np.abs(found.coefficients).max() < 20
    assert found.coefficients[1] > 0


def test_of_one_predictor_of_two_values_firth_adds_half_a_person_to_each_cell():
    """The estimate is then the log odds ratio with 1/2 added (Haldane, Anscombe)."""
    group = np.repeat([0.0, 1.0], 10)
    truths = np.concatenate((np.arange(10) < 3, np.arange(10) < 10)) * 1.0
    design = np.column_stack((np.ones(20), group))
    found = fit_logistic_model(design, truths, firth=True).coefficients
    assert found[0] == pytest.approx(np.log(3.5 / 7.5), rel=1e-9)
    assert found[1] == pytest.approx(np.log(10.5 / 0.5) - np.log(3.5 / 7.5), rel=1e-9)


def test_a_column_that_others_tell_is_known():
    design, _ = drawn(1)
    assert has_full_rank(design)
    assert not has_full_rank(np.column_stack((design, design[:, 1] - 2 * design[:, 2])))
    assert not has_full_rank(np.column_stack((design, np.full(len(design), 3.0))))
