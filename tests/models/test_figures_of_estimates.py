"""Figures of estimates: those of scikit-learn, unweighted and weighted, ties and all."""

import numpy as np
import pytest

from gantei.statistics.draws import PersonDraws
from gantei.statistics.measures import replicates
from gantei.statistics.units import Units

pytest.importorskip("sklearn", reason="needs the extra study")
from sklearn import linear_model, metrics

PEOPLE = 70


def cohort(kind, seed, classes=4, *, ties=True):
    """Draw a cohort of 1 to 3 units a person, with estimates in tenths so that many are equal."""
    rng = np.random.default_rng(seed)
    persons = np.repeat(np.arange(PEOPLE), rng.integers(1, 4, PEOPLE))
    count = len(persons)
    if kind == "regression":
        truths = np.round(rng.uniform(20, 90, PEOPLE))[persons]
        estimates = truths * 0.8 + 9 + rng.normal(0, 5, count)
    elif kind == "binary":
        truths = rng.integers(0, 2, count)
        estimates = 1 / (1 + np.exp(-(2 * truths - 1 + rng.normal(0, 1.5, count))))
        estimates = np.round(estimates, 1) if ties else estimates
    else:
        truths = rng.integers(0, classes, count)
        estimates = (
            rng.dirichlet(np.ones(classes), count) + (truths[:, None] == np.arange(classes)) * 0.4
        )
        estimates /= estimates.sum(axis=1, keepdims=True)
    return Units(kind, estimates, truths, persons, PEOPLE)


def number_figures(units, weights):
    truths, estimates = units.truths, units.estimates
    given = {"sample_weight": weights}
    mean = np.full(len(truths), np.average(truths, weights=weights))
    mae = metrics.mean_absolute_error(truths, estimates, **given)
    of_mean = metrics.mean_absolute_error(truths, mean, **given)
    covariance = np.cov(truths, estimates, aweights=weights)

    def slope(x, y):
        return linear_model.LinearRegression().fit(x[:, None], y, sample_weight=weights).coef_[0]

    return {
        "mae": mae,
        "rmse": metrics.root_mean_squared_error(truths, estimates, **given),
        "bias": np.average(estimates - truths, weights=weights),
        "r2": metrics.r2_score(truths, estimates, **given),
        "correlation": covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]),
        "slope_of_estimate": slope(truths, estimates),
        "slope_of_truth": slope(estimates, truths),
        "mae_of_mean": of_mean,
        "skill": 1 - mae / of_mean,
    }


def class_figures(ones, answers, probability, weights):
    given = {"sample_weight": weights}
    return {
        "auc": metrics.roc_auc_score(ones, probability, **given),
        "average_precision": metrics.average_precision_score(ones, probability, **given),
        "accuracy": metrics.accuracy_score(ones, answers, **given),
        "sensitivity": metrics.recall_score(ones, answers, **given),
        "specificity": metrics.recall_score(ones, answers, pos_label=0, **given),
        "ppv": metrics.precision_score(ones, answers, **given),
        "npv": metrics.precision_score(ones, answers, pos_label=0, **given),
        "prevalence": np.average(ones, weights=weights),
        "f1": metrics.f1_score(ones, answers, **given),
        "balanced_accuracy": metrics.balanced_accuracy_score(ones, answers, **given),
        "brier": metrics.brier_score_loss(ones, probability, **given),
        "log_loss": metrics.log_loss(ones, probability, **given),
    }


def several_figures(units, weights):
    truths, estimates = units.truths, units.estimates
    answers = estimates.argmax(axis=1)
    given = {"sample_weight": weights}
    each = [
        class_figures(
            (truths == k).astype(int), (answers == k).astype(int), estimates[:, k], weights
        )
        for k in range(estimates.shape[1])
    ]
    off = np.sum((estimates - np.eye(estimates.shape[1])[truths]) ** 2, axis=1)
    macro = {f"macro_{code}": np.mean([one[code] for one in each]) for code in each[0]}
    macro["macro_auc"] = metrics.roc_auc_score(truths, estimates, multi_class="ovr", **given)
    macro["macro_f1"] = metrics.f1_score(truths, answers, average="macro", **given)
    return each, macro | {
        "accuracy": metrics.accuracy_score(truths, answers, **given),
        "balanced_accuracy": metrics.balanced_accuracy_score(truths, answers, **given),
        "brier": np.average(off, weights=weights),
        "log_loss": metrics.log_loss(truths, estimates, **given),
    }


def expected_of(units, weights=None, threshold=0.5):
    if units.kind == "regression":
        return {(code, None): value for code, value in number_figures(units, weights).items()}
    if units.kind == "binary":
        answers = (units.estimates >= threshold).astype(int)
        found = class_figures(units.truths, answers, units.estimates, weights)
        return {(code, None): value for code, value in found.items()}
    each, overall = several_figures(units, weights)
    found = {(code, k): value for k, one in enumerate(each) for code, value in one.items()}
    return found | {(code, None): value for code, value in overall.items()}


def compared(figures, expected, of=lambda figure: figure.value):
    fitted = {key for key in figures if key[0].startswith("calibration")}
    assert figures.keys() - fitted <= expected.keys()
    for key in figures.keys() - fitted:
        assert of(figures[key]) == pytest.approx(expected[key], rel=1e-12, abs=1e-12), key


@pytest.mark.parametrize("kind", ["regression", "binary", "categorical"])
def test_figures_are_those_of_scikit_learn(kind):
    units = cohort(kind, 1)
    compared(replicates(units, None).figures, expected_of(units))


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.7])
def test_a_probability_at_the_threshold_is_a_positive_answer(threshold):
    units = cohort("binary", 5)
    assert (units.estimates == threshold).any()
    compared(
        replicates(units, None, threshold=threshold).figures, expected_of(units, None, threshold)
    )


@pytest.mark.parametrize("kind", ["regression", "binary", "categorical"])
def test_a_draw_of_persons_is_the_figure_of_units_with_these_weights(kind):
    units, draws = cohort(kind, 2), PersonDraws(PEOPLE, draws=6, seed=9)
    figures = replicates(units, draws).figures
    for row, weights in enumerate(draws.weights(0, 6)):
        expected = expected_of(units, weights[units.persons].astype(float))
        compared(figures, expected, lambda figure, row=row: figure.draws[row])


def test_estimates_that_are_certain_and_wrong_are_clipped_as_scikit_learn_does():
    units = Units("binary", np.array([0.0, 1.0, 0.3]), np.array([1, 0, 1]), None, 0)
    found = replicates(units, None).measure(("log_loss", None)).value
    assert found == pytest.approx(metrics.log_loss(units.truths, units.estimates), rel=1e-12)


def test_figures_of_large_numbers_lose_no_digits():
    units = cohort("regression", 4)
    moved = Units("regression", units.estimates + 1e7, units.truths + 1e7, units.persons, PEOPLE)
    for key, figure in replicates(units, None).figures.items():
        assert replicates(moved, None).figures[key].value == pytest.approx(figure.value, rel=1e-7)


def test_the_size_of_chunks_does_not_matter(monkeypatch):
    units, draws = cohort("binary", 3), PersonDraws(PEOPLE, draws=50)
    whole = replicates(units, draws).figures
    monkeypatch.setattr("gantei.statistics.measures._CHUNK", 500)
    for key, figure in replicates(units, draws).figures.items():
        np.testing.assert_allclose(figure.draws, whole[key].draws, rtol=0, atol=1e-13)


def test_units_that_were_left_out_leave_the_draws_of_the_others_alone():
    units, draws = cohort("binary", 6), PersonDraws(PEOPLE, draws=20)
    chosen = units.persons % 3 > 0
    figures = replicates(units.only(chosen), draws).figures
    for row, weights in enumerate(draws.weights(0, 20)):
        kept = weights[units.persons[chosen]].astype(float)
        expected = metrics.roc_auc_score(
            units.truths[chosen], units.estimates[chosen], sample_weight=kept
        )
        assert figures["auc", None].draws[row] == pytest.approx(expected, abs=1e-12)
