"""Lines that calibrate probabilities: those of scikit-learn and statsmodels, errors by person."""

import itertools

import numpy as np
import pytest

from gantei.statistics.class_line import class_chances, fit_class_line, scores_of
from gantei.statistics.logistic import fit_logistic
from gantei.statistics.number_line import one_each


def two_classes(seed, people=80):
    """Probabilities of people with one or two photographs, the classes, and whose they are."""
    rng = np.random.default_rng(seed)
    persons = np.concatenate([np.arange(people), np.flatnonzero(rng.random(people) < 0.75)])
    classes = rng.integers(0, 2, people)[persons]
    seen = 1.5 * (classes - 0.5) + rng.normal(size=people)[persons] + rng.normal(size=len(persons))
    return 1 / (1 + np.exp(-2 * seen - 0.5)), classes, persons


def three_classes(seed, people=120):
    rng = np.random.default_rng(seed)
    persons = np.concatenate([np.arange(people), np.flatnonzero(rng.random(people) < 0.5)])
    classes = rng.choice(3, people, p=(0.5, 0.3, 0.2))[persons]
    logits = 1.5 * np.eye(3)[classes] + rng.normal(size=(len(persons), 3))
    powers = np.exp(1.7 * logits)
    return powers / powers.sum(axis=1, keepdims=True), classes, persons


def line_of(estimates, classes, persons, weights=None):
    weights = one_each(persons) if weights is None else weights
    return fit_class_line(scores_of(estimates), classes, weights, persons)


@pytest.mark.reference
@pytest.mark.parametrize("seed", range(5))
def test_two_classes_have_the_parameters_of_scikit_learn(seed):
    linear_model = pytest.importorskip("sklearn.linear_model", reason="needs the extra study")
    estimates, classes, persons = two_classes(seed)
    logits = scores_of(estimates)[:, 1:]
    original = linear_model.LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-13)
    original.fit(logits, classes, sample_weight=one_each(persons))
    line = line_of(estimates, classes, persons)
    assert line.slope == pytest.approx(float(original.coef_[0, 0]), abs=1e-9)
    assert line.intercepts[0] == pytest.approx(float(original.intercept_[0]), abs=1e-9)
    chances = class_chances(scores_of(estimates), line.intercepts, line.slope)
    np.testing.assert_allclose(chances, original.predict_proba(logits), atol=1e-9)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore:cov_type not fully supported with var_weights")
@pytest.mark.parametrize("seed", range(5))
def test_the_covariance_is_that_of_statsmodels_by_person(seed):
    models = pytest.importorskip("statsmodels.api", reason="a judge")
    estimates, classes, persons = two_classes(seed)
    design = models.add_constant(scores_of(estimates)[:, 1])
    line = line_of(estimates, classes, persons, np.ones(len(classes)))
    original = models.Logit(classes, design).fit(
        disp=0, method="newton", tol=1e-13, cov_type="cluster", cov_kwds={"groups": persons}
    )
    np.testing.assert_allclose([line.intercepts[0], line.slope], original.params, atol=1e-9)
    np.testing.assert_allclose(line.covariance, original.cov_params(), rtol=1e-9, atol=1e-9)
    weighted = models.GLM(
        classes, design, models.families.Binomial(), var_weights=one_each(persons)
    ).fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds={"groups": persons})
    line = line_of(estimates, classes, persons)
    np.testing.assert_allclose(line.covariance, weighted.cov_params(), rtol=1e-8, atol=1e-9)


@pytest.mark.reference
@pytest.mark.parametrize("seed", range(3))
def test_three_classes_are_the_conditional_logit_of_statsmodels(seed):
    conditional = pytest.importorskip("statsmodels.discrete.conditional_models", reason="a judge")
    estimates, classes, persons = three_classes(seed)
    scores, count = scores_of(estimates), len(classes)
    constants = np.tile(np.eye(3)[:, 1:], (count, 1))
    design = np.hstack((constants, scores.reshape(-1, 1)))
    chosen = (np.arange(3) == classes[:, None]).astype(int).ravel()
    original = conditional.ConditionalLogit(chosen, design, groups=np.repeat(range(count), 3))
    fitted = original.fit(disp=0, method="newton", tol=1e-13)
    line = line_of(estimates, classes, persons, np.ones(count))
    np.testing.assert_allclose([*line.intercepts, line.slope], fitted.params, atol=1e-9)
    # Each photograph its own person: a sandwich whose middle is near its bread.
    alone = line_of(estimates, classes, np.arange(count), np.ones(count))
    assert np.diagonal(alone.covariance) == pytest.approx(fitted.bse**2, rel=0.35)


def test_two_classes_are_the_logistic_line_of_evaluate():
    estimates, classes, persons = two_classes(9)
    weights = one_each(persons)
    fit = fit_logistic(scores_of(estimates)[:, 1], classes, weights=weights)
    line = line_of(estimates, classes, persons)
    assert (line.intercepts[0], line.slope) == pytest.approx(
        (float(fit.intercept), float(fit.slope))
    )


def test_a_person_with_three_copies_of_each_photograph_counts_as_one():
    estimates, classes, persons = two_classes(4)
    again = np.concatenate([np.arange(len(classes)), *[np.flatnonzero(persons < 20)] * 2])
    line = line_of(estimates, classes, persons)
    other = line_of(estimates[again], classes[again], persons[again])
    assert other.slope == pytest.approx(line.slope, rel=1e-12)
    assert np.sqrt(other.covariance[1, 1]) == pytest.approx(
        np.sqrt(line.covariance[1, 1]), rel=0.01
    )


def test_classes_that_a_line_parts_are_told_in_any_number_and_direction():
    linear = pytest.importorskip("scipy.optimize", reason="needs the extra study").linprog
    rng = np.random.default_rng(1)
    found = set()
    for _ in range(300):
        count, classes = 6, np.array([0, 1, 2, 0, 1, 2])
        scores = np.hstack((np.zeros((count, 1)), rng.integers(-2, 3, (count, 2)).astype(float)))
        if np.ptp(scores, axis=0).max() == 0:
            continue
        # Is there a direction in which the likelihood grows for ever? Every own class at least
        # ties, and the sum of all leads is positive.
        rows = [
            [int(y == 1) - int(j == 1), int(y == 2) - int(j == 2), scores[i, y] - scores[i, j]]
            for i, y in enumerate(classes)
            for j in range(3)
            if j != y
        ]
        lead = np.array(rows, float)
        best = linear(-lead.sum(axis=0), A_ub=-lead, b_ub=np.zeros(len(lead)), bounds=[(-1, 1)] * 3)
        expected = best.fun < -1e-9
        line = fit_class_line(scores, classes, np.ones(count), np.arange(count))
        assert (line.why == "separable") == expected
        found.add(expected)
    assert found == {True, False}


@pytest.mark.parametrize(("classes", "estimates", "why"), [
    ([0, 0, 0], [0.1, 0.5, 0.9], "class-absent"),
    ([0, 0, 1], [0.1, 0.5, 0.9], "separable"),
    ([1, 1, 0], [0.1, 0.5, 0.9], "separable"),
    ([0, 1, 1], [0.5, 0.5, 0.9], "separable"),
    ([0, 1, 1], [0.5, 0.5, 0.5], "no-spread"),
    ([0, 1, 0], [0.1, 0.5, 0.9], ""),
])  # fmt: skip
def test_where_there_is_no_line_the_reason_is_said(classes, estimates, why):
    line = line_of(np.array(estimates), np.array(classes), np.arange(3))
    assert line.why == why
    assert np.isnan(line.slope) == bool(why)


def test_certain_answers_and_the_order_of_rows_leave_the_line_finite_and_the_same():
    estimates, classes, persons = two_classes(2)
    estimates[:3] = (0.0, 1.0, 1.0)
    line = line_of(estimates, classes, persons)
    for order in itertools.islice(itertools.permutations(range(4)), 5):
        rows = np.concatenate([np.arange(len(classes))[place::4] for place in order])
        other = line_of(estimates[rows], classes[rows], persons[rows])
        assert other.slope == pytest.approx(line.slope, rel=1e-12)
    assert np.isfinite(line.covariance).all()
