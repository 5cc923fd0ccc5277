"""Imputed classes: drawn by the model, the same for a seed, and as uncertain as the model is."""

import numpy as np
import pytest

from gantei.statistics.imputed_sets import ImputationModel
from gantei.statistics.logistic_model import LogisticModel, expit, fit_logistic_model
from gantei.statistics.missing_classes import class_probabilities, expected_counts
from gantei.statistics.numbered_draws import NumberedDraws
from gantei.statistics.outcome_effects import outcome_effect
from gantei.statistics.rubins_rules import combined

stats = pytest.importorskip("scipy.stats", reason="needs the extra study")
MODEL = LogisticModel(np.array([-0.5, 1.2]), np.array([[0.02, -0.01], [-0.01, 0.04]]))


def test_uniform_and_normal_numbers_are_what_they_are_called():
    draws = NumberedDraws(3, purpose=9)
    assert stats.kstest(draws.uniform(0, 20_000), "uniform").pvalue > 0.001
    assert stats.kstest(draws.normal(1, 20_000), "norm").pvalue > 0.001
    assert abs(np.corrcoef(draws.uniform(0, 5000), draws.uniform(1, 5000))[0, 1]) < 0.05


def test_a_seed_draws_the_same_and_another_seed_or_purpose_does_not():
    one, same = (NumberedDraws(3, purpose=9).uniform(4, 5) for _ in range(2))
    assert one.tolist() == same.tolist()
    assert one.tolist() != NumberedDraws(4, purpose=9).uniform(4, 5).tolist()
    assert one.tolist() != NumberedDraws(3, purpose=8).uniform(4, 5).tolist()


def test_coefficients_are_drawn_around_those_that_were_fitted():
    drawn = ImputationModel(MODEL, 1).coefficients(4000)
    assert drawn.mean(axis=0) == pytest.approx(MODEL.coefficients, abs=0.02)
    assert np.cov(drawn.T) == pytest.approx(MODEL.covariance, abs=0.003)


def test_classes_are_drawn_with_the_probability_that_the_model_gives():
    exact = LogisticModel(MODEL.coefficients, np.eye(2) * 1e-18)
    design = np.column_stack((np.ones(5), np.linspace(-2, 2, 5)))
    drawn = ImputationModel(exact, 1).sets(design, 4000)
    assert drawn.mean(axis=0) == pytest.approx(expit(design @ MODEL.coefficients), abs=0.025)


def test_a_shift_up_never_turns_anybody_into_class_0():
    design = np.column_stack((np.ones(300), np.linspace(-2, 2, 300)))
    model = ImputationModel(MODEL, 1)
    down, level, up = (model.sets(design, 5, shift=each) for each in (-1.0, 0.0, 1.0))
    assert (down <= level).all()
    assert (level <= up).all()
    assert down.mean() < level.mean() < up.mean()


def test_the_interval_of_a_probability_is_that_of_its_logit():
    design = np.array([[1.0, 0.7]])
    value, low, high = class_probabilities(MODEL, design)
    logit, error = design @ MODEL.coefficients, np.sqrt(design @ MODEL.covariance @ design.T)[0]
    assert value == pytest.approx(expit(logit))
    assert low == pytest.approx(expit(logit - 1.959963984540054 * error))
    assert high == pytest.approx(expit(logit + 1.959963984540054 * error))


def people(random, count):
    sex = random.random(count) < 0.5
    logits = 3.0 * (sex - 0.5) + 1.3 * random.normal(size=count)
    outcome = 0.8 * sex + random.normal(size=count)
    return sex, logits, outcome, random.random(count) < 0.3


def test_the_number_that_would_be_wrong_lies_where_it_is_said_to_lie():
    random, held = np.random.default_rng(1), []
    for seed in range(120):
        sex, logits, _, missing = people(random, 300)
        design = np.column_stack((np.ones(300), logits))
        model = fit_logistic_model(design[~missing], sex[~missing] * 1.0, firth=True)
        _, wrong = expected_counts(model, design[missing], seed)
        likelier = design[missing] @ model.coefficients >= 0
        held.append(wrong.low <= (likelier != sex[missing]).sum() <= wrong.high)
    assert 0.9 <= np.mean(held) <= 1


def test_with_the_outcome_intervals_hold_the_truth_and_without_it_the_effect_shrinks():
    random = np.random.default_rng(2)
    held, estimates = [], {"with": [], "without": []}
    for seed in range(100):
        sex, logits, outcome, missing = people(random, 400)
        for kind, values in estimates.items():
            columns = (np.ones(400), logits, *([outcome] if kind == "with" else []))
            design = np.column_stack(columns)
            model = fit_logistic_model(design[~missing], sex[~missing] * 1.0, firth=True)
            effects = []
            for drawn in ImputationModel(model, seed).sets(design[missing], 10):
                whole = sex.copy()
                whole[missing] = drawn
                effects.append(outcome_effect(outcome, whole, np.empty((400, 0)), binary=False))
            found = combined([e.value for e in effects], [e.variance for e in effects], 398)
            values.append(found.value)
            if kind == "with":
                held.append(found.low <= 0.8 <= found.high)
    assert 0.9 <= np.mean(held) <= 1
    assert np.mean(estimates["with"]) == pytest.approx(0.8, abs=0.03)
    assert np.mean(estimates["without"]) < np.mean(estimates["with"]) - 0.03
