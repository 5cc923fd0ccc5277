"""Recorded numbers of which some are wrong: a line they do not drag along, and who is told."""

import numpy as np
import pytest

from gantei.statistics.robust_line import robust_line
from gantei.statistics.unlikely_numbers import unlikely_numbers

pytest.importorskip("scipy", reason="needs the extra study")
from scipy import stats


def drawn(seed, n, wrong_by=()):
    """Draw ages, estimates that regress to the mean, and records off by what is given."""
    rng = np.random.default_rng(seed)
    real = np.floor(rng.uniform(20, 90, n))
    eyes = np.where(rng.random(n) < 0.5, 2, 1)
    estimates = 10 + 0.8 * real + np.where(eyes == 2, 3.9, 4.5) * rng.standard_normal(n)
    recorded = real.copy()
    recorded[: len(wrong_by)] += wrong_by
    return estimates, recorded, eyes


@pytest.mark.reference
def test_the_robust_line_is_that_of_statsmodels():
    models = pytest.importorskip("statsmodels.api")
    estimates, recorded, _ = drawn(1, 800, [100.0] * 20 + [1900.0] * 5)
    line = robust_line(estimates, recorded)
    theirs = models.RLM(
        recorded, models.add_constant(estimates), M=models.robust.norms.TukeyBiweight(4.685)
    ).fit(maxiter=500, tol=1e-13)
    np.testing.assert_allclose([line.intercept, line.slope], theirs.params, rtol=1e-7)
    assert line.scale == pytest.approx(theirs.scale, rel=1e-7)


def test_wrong_numbers_do_not_drag_the_line():
    estimates, recorded, _ = drawn(2, 3000)
    right = robust_line(estimates, recorded)
    recorded[:60] += 1000
    wrong = robust_line(estimates, recorded)
    assert wrong.slope == pytest.approx(right.slope, abs=0.02)
    assert wrong.scale == pytest.approx(right.scale, rel=0.05)


def test_points_on_a_line_and_one_off_it_are_fitted_exactly():
    line = robust_line(np.arange(9.0), [*(2.0 * np.arange(8)), 500.0])
    assert (line.intercept, line.slope) == pytest.approx((0.0, 2.0), abs=1e-6)


def test_ages_off_by_a_hundred_are_told_and_few_others():
    told, false = 0, 0
    for seed in range(10):
        found = unlikely_numbers(*drawn([seed, 3], 1500, [100.0] * 6))
        flagged = found.q <= 0.05
        told += int(flagged[:6].sum())
        false += int(flagged[6:].sum())
    assert told == 60
    assert false <= 6


@pytest.mark.reference
def test_p_and_q_are_those_of_a_t_distribution_and_of_benjamini_and_hochberg():
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    estimates, recorded, eyes = drawn(4, 1000, [40.0] * 9)
    found = unlikely_numbers(estimates, recorded, eyes)
    away = (recorded - found.expected) / found.spread
    np.testing.assert_allclose(found.p, 2 * stats.t(found.freedom).sf(np.abs(away)), rtol=1e-9)
    theirs = multitest.multipletests(found.p, method="fdr_bh")[1]
    np.testing.assert_allclose(found.q, theirs, rtol=1e-9)


def test_heavy_tails_are_told_from_normal_ones():
    estimates, recorded, eyes = drawn(5, 8000)
    light = unlikely_numbers(estimates, recorded, eyes)
    heavy_noise = 4 * np.random.default_rng(6).standard_t(4, 8000)
    heavy = unlikely_numbers(estimates, estimates + heavy_noise, eyes)
    assert light.freedom > 10
    assert 3 <= heavy.freedom < 6


def test_each_number_of_eyes_has_its_own_line_and_spread_where_there_are_enough():
    estimates, recorded, eyes = drawn(7, 6000)
    found = unlikely_numbers(estimates, recorded, eyes)
    assert found.spread[eyes == 1].mean() > 1.05 * found.spread[eyes == 2].mean()
    few = np.where(np.arange(6000) < 20, 0, 2)
    assert found.lines.keys() == {1, 2}
    shared = unlikely_numbers(estimates, recorded, few).lines
    assert shared[0] is shared[2]
