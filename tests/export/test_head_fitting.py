import itertools
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra study")

from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.preprocessing import StandardScaler

from gantei.errors import SettingError
from gantei_export.learning.head_fitting import STRENGTHS, fit_head
from gantei_export.learning.logistic_rows import LogisticRows
from gantei_export.learning.newton import Evaluated, HessianProduct, NewtonSearch
from gantei_export.learning.people_split import folds_of
from gantei_export.learning.ridge_sums import RidgeSums, ridge_heads
from gantei_export.learning.standardisation import ColumnSums, Standardisation

from .embedding_cohorts import cohort

KINDS = pytest.mark.parametrize(
    ("kind", "classes"), [("regression", 2), ("binary", 2), ("categorical", 4)]
)


def original(data, strength):
    """What scikit-learn fits, on standardised embeddings."""
    scaler = StandardScaler().fit(data.embeddings)
    model = (
        Ridge(alpha=strength)
        if data.target.kind == "regression"
        else LogisticRegression(C=1 / strength, tol=1e-10, max_iter=10_000)
    )
    return scaler, model.fit(scaler.transform(data.embeddings), data.truths)


def estimates_of(scaler, model, embeddings):
    rows = scaler.transform(embeddings)
    if isinstance(model, Ridge):
        return model.predict(rows)
    chances = model.predict_proba(rows)
    return chances[:, 1] if chances.shape[1] == 2 else chances


@pytest.mark.parametrize("width", [12, 200])
@KINDS
def test_a_head_estimates_what_scikit_learn_estimates(kind, classes, width):
    data = cohort(kind, classes=classes, width=width)
    new = cohort(kind, classes=classes, width=width, seed=1).embeddings
    for strength in (3.0, 300.0):
        fitted = fit_head(data, strengths=[strength])
        expected = estimates_of(*original(data, strength), new)
        np.testing.assert_allclose(fitted.head.estimates(new), expected, atol=1e-6, rtol=1e-8)
        assert (fitted.strength, fitted.at_edge, fitted.strengths) == (strength, False, ())


@KINDS
def test_the_strength_is_the_one_that_a_grid_search_over_the_same_folds_finds(kind, classes):
    data = cohort(kind, classes=classes, photographs=150, width=40)
    fitted = fit_head(data, seed=3)
    rows = StandardScaler().fit_transform(data.embeddings)
    number = kind == "regression"
    search = GridSearchCV(
        Ridge() if number else LogisticRegression(tol=1e-9, max_iter=5000),
        {"alpha" if number else "C": [each if number else 1 / each for each in STRENGTHS]},
        scoring="neg_mean_squared_error" if number else "neg_log_loss",
        cv=PredefinedSplit(folds_of(data, 5, 3)),
        refit=False,
    ).fit(rows, data.truths)
    best = search.best_params_
    assert fitted.strength == pytest.approx(best["alpha"] if number else 1 / best["C"])
    sizes = np.bincount(folds_of(data, 5, 3))
    splits = [search.cv_results_[f"split{fold}_test_score"] for fold in range(5)]
    expected = -np.average(splits, axis=0, weights=sizes)
    np.testing.assert_allclose([each.loss for each in fitted.strengths], expected, rtol=1e-4)
    assert [each.strength for each in fitted.strengths] == list(STRENGTHS)


def test_strengths_go_from_ten_to_ten_thousand_in_equal_ratios():
    assert (len(STRENGTHS), STRENGTHS[0], STRENGTHS[-1]) == (7, 10.0, 10_000.0)
    np.testing.assert_allclose(np.diff(np.log10(STRENGTHS)), 0.5, atol=1e-3)


@KINDS
def test_constant_repeated_and_combined_columns_change_no_estimate_by_more_than_the_penalty(
    kind, classes
):
    data = cohort(kind, classes=classes)
    x = data.embeddings
    wide = np.hstack((x, np.full((len(x), 2), 7.3), x[:, :3], x[:, :1] + x[:, 1:2]))
    fitted = fit_head(replace(data, embeddings=wide), strengths=[10.0]).head
    expected = estimates_of(*original(replace(data, embeddings=wide), 10.0), wide)
    np.testing.assert_allclose(fitted.estimates(wide), expected, atol=1e-6, rtol=1e-8)
    np.testing.assert_allclose(fitted.kernel[12:14], 0, atol=1e-12)


@KINDS
def test_a_photograph_with_its_copies_counts_as_one(kind, classes):
    data = cohort(kind, classes=classes)
    same = np.repeat(data.embeddings[:, None], 3, axis=1)
    alone, copied = fit_head(data), fit_head(replace(data, augmented=same))
    np.testing.assert_allclose(copied.head.kernel, alone.head.kernel, atol=1e-7)
    assert copied.strength == alone.strength


@KINDS
def test_changed_copies_are_learnt_from_as_weighted_rows(kind, classes):
    data = cohort(kind, classes=classes, copies=3)
    rows = np.vstack((data.embeddings, *np.swapaxes(data.augmented, 0, 1)))
    weights = np.full(len(rows), 1 / 4)
    stacked = replace(data, embeddings=rows, truths=np.tile(data.truths, 4))
    scaler, model = original(stacked, 20.0)
    model.fit(scaler.transform(rows), stacked.truths, sample_weight=weights)
    found = fit_head(data, strengths=[20.0]).head.estimates(data.embeddings)
    np.testing.assert_allclose(
        found, estimates_of(scaler, model, data.embeddings), atol=1e-6, rtol=1e-8
    )


def test_a_column_that_hardly_varies_here_is_not_blown_up():
    rng = np.random.default_rng(6)
    rows = rng.normal(size=(50, 4)) * [1.0, 2.0, 1.0, 0.0]
    rows[7, 3] = 1e-6
    by = Standardisation.from_sums(ColumnSums.of(rows))
    spread = rows.std(axis=0)
    np.testing.assert_allclose(by.scale[:3], spread[:3], rtol=1e-12)
    assert by.scale[3] == pytest.approx(0.05 * np.sqrt(np.mean(spread**2)))
    same = Standardisation.from_sums(ColumnSums.of(np.full((3, 2), 7.0)))
    np.testing.assert_array_equal(same.apply(np.full((1, 2), 7.0)), 0)


def test_copies_never_judge():
    data = cohort("regression", copies=2)
    folds = folds_of(data)
    fitted = fit_head(data, folds=folds, strengths=[10.0, 1e9])
    lost = 0.0
    mean = data.truths.mean()
    for fold in range(5):
        mean = data.truths[folds != fold].mean()
        lost += np.sum((data.truths[folds == fold] - mean) ** 2)
    assert fitted.strengths[1].loss == pytest.approx(lost / len(data), rel=1e-5)


def test_sums_of_three_sites_give_what_all_rows_give():
    data = cohort("regression")
    sites = np.array_split(np.random.default_rng(5).permutation(len(data)), 3)
    targets = data.truths[:, None]
    first, second, third = (RidgeSums.of(data.embeddings[one], targets[one]) for one in sites)
    total = third + first + second
    by = Standardisation.from_sums(total.columns)
    [(kernel, bias)] = ridge_heads(total.standardised(by), [30.0])
    kernel, bias = by.undo(kernel, bias)
    pooled = fit_head(data, strengths=[30.0]).head
    np.testing.assert_allclose(kernel, pooled.kernel, atol=1e-9)
    np.testing.assert_allclose(bias, pooled.bias, atol=1e-8)


def test_what_a_part_of_the_rows_adds_can_be_taken_away_again_and_judged_from_sums():
    data = cohort("regression")
    part = data.persons < 30
    targets = data.truths[:, None]
    every = RidgeSums.of(data.embeddings, targets)
    own = RidgeSums.of(data.embeddings[part], targets[part])
    [(kernel, bias)] = ridge_heads(every - own, [10.0])
    [(expected, _)] = ridge_heads(RidgeSums.of(data.embeddings[~part], targets[~part]), [10.0])
    np.testing.assert_allclose(kernel, expected, atol=1e-9)
    off = data.embeddings[part] @ kernel + bias - targets[part]
    assert own.squared_error(kernel, bias) == pytest.approx(np.sum(off**2), rel=1e-9)


@pytest.mark.parametrize(("kind", "classes"), [("binary", 2), ("categorical", 3)])
def test_gradient_and_hessian_are_the_derivatives_of_the_loss(kind, classes):
    data = cohort(kind, photographs=30, width=4, classes=classes)
    rng = np.random.default_rng(2)
    weights = rng.uniform(0.2, 1, len(data))
    at = rng.normal(size=(data.target.columns, 5))
    rows = LogisticRows(data.embeddings, data.truths, len(at), weights)
    hessian = rows.evaluated(at, 3.0).hessian
    # Along a common bias of several classes the loss is flat, and the Hessian has more than that.
    directions = np.eye(at.size).reshape(-1, *at.shape)
    if len(at) > 1:
        directions[:, :, -1] -= directions[:, :, -1].mean(axis=1, keepdims=True)
    for direction in directions:
        ahead, behind = (rows.evaluated(at + by * direction, 3.0) for by in (1e-5, -1e-5))
        slope = rows.evaluated(at, 3.0).gradient @ direction.ravel()
        assert slope == pytest.approx((ahead.value - behind.value) / 2e-5, abs=1e-6)
        change = (ahead.gradient - behind.gradient) / 2e-5
        np.testing.assert_allclose(hessian.times(direction.ravel()), change, atol=1e-6)
    np.testing.assert_allclose(
        hessian.diagonal, [row @ hessian.times(row) for row in np.eye(at.size)]
    )


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_newton_arrives_from_far_away_and_with_classes_that_a_line_parts(scale):
    rng = np.random.default_rng(3)
    rows = scale * rng.normal(size=(60, 3))
    truths = (rows[:, 0] > 0).astype(np.intp)
    start = np.append(2 * rng.normal(size=3) / scale, 1.0)[None]
    found = LogisticRows(rows, truths, 1).minimum(1.0, start)
    model = LogisticRegression(C=1.0, tol=1e-12, max_iter=10_000, solver="newton-cholesky")
    model.fit(rows, truths)
    np.testing.assert_allclose(found[0, :3], model.coef_[0], rtol=1e-5)


def curved(by):
    """A Hessian of one number."""
    return HessianProduct(lambda direction: by * direction, np.abs(by), 1e-12)


def test_a_step_that_leads_uphill_is_halved_until_it_does_not():
    search = NewtonSearch(np.array([3.0]))

    def there(at):  # sqrt(1 + x²), of which Newton's full step diverges beyond 1
        root = np.sqrt(1 + at**2)
        return Evaluated(float(root[0]), at / root, curved(1 / root**3))

    values = []
    while not search.converged:
        values.append(search.value)
        search = search.after(there(search.candidate), 1e-10)
    assert abs(search.candidate[0]) < 1e-9
    assert all(later <= sooner for sooner, later in itertools.pairwise(values))
    assert search.evaluations < 40


def test_sums_that_contradict_each_other_are_refused():
    search = NewtonSearch(np.zeros(1))
    wrong = Evaluated(1.0, np.ones(1), curved(np.ones(1)))
    with pytest.raises(SettingError, match="contradict each other"):
        for _ in range(100):
            search = search.after(replace(wrong, value=1.0 + search.evaluations), 1e-9)
    with pytest.raises(SettingError, match="no finite number"):
        NewtonSearch(np.zeros(1)).after(replace(wrong, value=np.nan), 1e-9)
    with pytest.raises(SettingError, match="curvature"):
        NewtonSearch(np.zeros(1)).after(replace(wrong, hessian=curved(-np.ones(1))), 1e-9)


def test_a_strength_at_the_edge_of_those_tried_is_said_to_be():
    rng = np.random.default_rng(4)
    data = replace(cohort("regression"), truths=rng.normal(size=120))
    assert fit_head(data).at_edge
    assert not fit_head(
        cohort("regression", photographs=60, width=40), strengths=[1e-3, 10, 1e6]
    ).at_edge


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"strengths": []}, "strengths"),
        ({"strengths": [0.0, 1.0]}, "strengths"),
        ({"folds": np.arange(120) % 2}, "a person's photographs"),
        ({"folds": np.zeros(120, np.intp)}, "in one fold"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, words):
    with pytest.raises(SettingError, match=words):
        fit_head(cohort("binary"), **change)


def test_embeddings_and_labels_that_are_no_numbers_are_refused():
    data = cohort("regression")
    with pytest.raises(SettingError, match="embedding is no number"):
        fit_head(replace(data, embeddings=np.where(data.embeddings > 2, np.nan, 1.0)))
    with pytest.raises(SettingError, match="label is no number"):
        fit_head(replace(data, truths=np.full(120, np.nan)))
    with pytest.raises(SettingError, match="without photographs"):
        fit_head(replace(cohort("binary"), truths=np.zeros(120, np.intp)))
