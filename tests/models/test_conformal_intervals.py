"""Split-conformal intervals: those of crepes and MAPIE, bands, and what one sample covers."""

import numpy as np
import pytest

from gantei.statistics.conformal import (
    covered_at_least,
    least_people,
    ranks_outside,
    residual_ends,
)
from gantei.statistics.estimate_bands import band_edges, bands_of
from gantei.statistics.number_line import cross_fitted_values, fit_line, fold_of, one_each
from gantei.statistics.one_per_person import drawn_photographs, mixed_ranks


def residuals_of(count, seed=3):
    rng = np.random.default_rng(seed)
    return rng.gamma(2.0, 3.0, count) - 5


@pytest.mark.reference
@pytest.mark.parametrize("people", [19, 50, 59, 123])
@pytest.mark.parametrize("level", [0.8, 0.9])
def test_each_end_is_that_of_crepes_at_its_share(people, level):
    crepes = pytest.importorskip("crepes", reason="a judge")
    residuals = residuals_of(people)
    low, high = residual_ends(residuals, level)
    far = 1000.0  # so that the absolute value, which crepes takes, is that of one side
    for sign, outside, end in zip((-1, 1), ranks_outside(people, level), (low, high), strict=True):
        confidence = 1 - (outside + 1e-9) / (people + 1)
        judge = crepes.ConformalRegressor().fit(residuals=sign * residuals + far)
        (_, upper), *_ = judge.predict_int(np.array([0.0]), confidence=confidence)
        assert sign * end == pytest.approx(upper - far, abs=1e-9)


@pytest.mark.reference
def test_the_ends_by_band_are_those_of_crepes_with_bins():
    crepes = pytest.importorskip("crepes", reason="a judge")
    rng = np.random.default_rng(8)
    estimates = rng.uniform(20, 90, 239)
    residuals = np.abs(rng.normal(size=239)) * estimates / 10
    bands = bands_of(estimates, np.array([20.0, 50.0, 90.0]))
    judge = crepes.ConformalRegressor().fit(residuals=residuals, bins=bands)
    for band in (0, 1):
        mine = residuals[bands == band]
        _, above = ranks_outside(len(mine), 0.9)
        confidence = 1 - (above + 1e-9) / (len(mine) + 1)
        ((_, upper),) = judge.predict_int(
            np.array([0.0]), bins=np.array([band]), confidence=confidence
        )
        assert residual_ends(mine, 0.9)[1] == pytest.approx(upper, abs=1e-9)


@pytest.mark.reference
@pytest.mark.parametrize("people", [63, 123])
def test_where_both_sides_have_as_many_ranks_the_interval_is_that_of_mapie(people):
    regression = pytest.importorskip("mapie.regression", reason="a judge")
    scores = pytest.importorskip("mapie.conformity_scores", reason="a judge")
    linear_model = pytest.importorskip("sklearn.linear_model", reason="needs the extra study")
    residuals = residuals_of(people)
    nothing = np.zeros((people, 1))
    zero = linear_model.LinearRegression().fit(nothing, np.zeros(people))
    judge = regression.SplitConformalRegressor(
        zero, confidence_level=0.9, prefit=True,
        conformity_score=scores.AbsoluteConformityScore(sym=False),
    )  # fmt: skip
    _, intervals = judge.conformalize(nothing, residuals).predict_interval(nothing[:1])
    assert residual_ends(residuals, 0.9) == pytest.approx(intervals.ravel(), abs=1e-9)


def test_new_people_lie_within_as_often_as_the_ranks_say():
    for people, level in ((19, 0.9), (50, 0.9), (73, 0.8)):
        rng = np.random.default_rng(people)
        drawn = rng.normal(size=(20_000, people + 1))
        ends = [residual_ends(row[1:], level) for row in drawn]
        held = np.mean(
            [low <= row[0] <= high for row, (low, high) in zip(drawn, ends, strict=True)]
        )
        expected = 1 - sum(ranks_outside(people, level)) / (people + 1)
        assert held == pytest.approx(expected, abs=0.007)
        assert expected >= level


def test_too_few_people_have_no_interval():
    assert residual_ends(residuals_of(least_people(0.95) - 1), 0.95) is None
    assert residual_ends(residuals_of(least_people(0.95)), 0.95) is not None


def test_one_sample_of_people_covers_at_least_what_the_beta_distribution_says():
    scipy_stats = pytest.importorskip("scipy.stats", reason="needs the extra study")
    for people in (50, 200):
        outside = sum(ranks_outside(people, 0.9))
        exact = scipy_stats.beta(people + 1 - outside, outside).ppf(0.05)
        assert covered_at_least([people], 0.9) == pytest.approx(exact, abs=1e-12)
    rng = np.random.default_rng(5)
    bands = (50, 70, 90)
    parts = [
        rng.beta(each + 1 - sum(ranks_outside(each, 0.9)), sum(ranks_outside(each, 0.9)), 100_000)
        for each in bands
    ]
    average = np.average(parts, axis=0, weights=bands)
    assert covered_at_least(bands, 0.9) == pytest.approx(np.quantile(average, 0.05), abs=0.002)
    assert covered_at_least([], 0.9) is None


def test_bands_have_enough_people_and_round_edges_of_any_unit():
    rng = np.random.default_rng(2)
    for people, low, high in ((60, 20, 90), (200, 20, 90), (500, 0.2, 0.9), (900, -3, 2000)):
        estimates = rng.uniform(low, high, people)
        edges = band_edges(estimates, 50)
        counts = np.bincount(bands_of(estimates, edges), minlength=len(edges) - 1)
        assert counts.min() >= 50
        assert edges[0] <= estimates.min() < estimates.max() < edges[-1]
        assert all(len(f"{each:g}") <= 5 for each in edges)
    assert band_edges(np.array([40.0] * 99 + [4e9]), 50).tolist()[0] == 0
    assert bands_of(np.array([-5.0, 40.0, 99.0]), np.array([20.0, 40.0, 60.0])).tolist() == [
        0,
        1,
        1,
    ]


def test_the_line_weighs_persons_and_its_cross_fitted_values_never_saw_them():
    rng = np.random.default_rng(7)
    persons = np.sort(rng.integers(0, 30, 90))
    _, persons = np.unique(persons, return_inverse=True)
    x = rng.uniform(20, 80, 90)
    y = 5 + 0.9 * x + rng.normal(size=90)
    people = persons.max() + 1
    folds = fold_of(rng.permutation(people))
    expected = cross_fitted_values(x, y, persons, folds)
    weights = one_each(persons)
    for row in (0, 40, 89):
        others = folds[persons] != folds[persons[row]]
        slope, intercept = np.polyfit(x[others], y[others], 1, w=np.sqrt(weights[others]))
        assert expected[row] == pytest.approx(intercept + slope * x[row], abs=1e-9)
    slope, intercept = np.polyfit(x, y, 1, w=np.sqrt(weights))
    assert fit_line(x, y, weights) == pytest.approx((intercept, slope), abs=1e-9)


def test_one_photograph_of_each_person_is_drawn_whatever_the_order_of_rows():
    keys = [f"photograph {number}" for number in range(300)]
    persons = np.repeat(np.arange(100), 3)
    drawn = drawn_photographs(keys, persons)
    assert persons[drawn].tolist() == list(range(100))
    order = np.random.default_rng(1).permutation(300)
    other = drawn_photographs([keys[row] for row in order], persons[order])
    assert [keys[order[row]] for row in other] == [keys[row] for row in drawn]
    counts = np.bincount(drawn % 3, minlength=3)
    assert counts.min() > 18  # of 100, 33 each to expect
    ranks = mixed_ranks(keys)
    assert sorted(ranks) == list(range(300))
    assert [mixed_ranks(keys[::-1])[::-1][each] for each in (0, 7, 299)] == [
        ranks[each] for each in (0, 7, 299)
    ]
