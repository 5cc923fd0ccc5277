"""Intervals computed again, draw by draw, from scikit-learn's figures and scipy's quantiles."""

import numpy as np
import pytest

from gantei.statistics.draws import PersonDraws
from gantei.statistics.measures import difference, replicates
from gantei.statistics.units import Units

pytest.importorskip("sklearn", reason="needs the extra study")
from scipy import special, stats
from sklearn import metrics

PEOPLE, DRAWS = 40, 150
PERSONS = np.repeat(np.arange(PEOPLE), 2)
WEIGHTS = PersonDraws(PEOPLE, DRAWS).weights(0, DRAWS)[:, PERSONS].astype(float)
CORRECTION = np.sqrt(PEOPLE / (PEOPLE - 1))


def binary(seed=1):
    rng = np.random.default_rng(seed)
    truths = (np.arange(PEOPLE) < 15).astype(int)[PERSONS]
    return Units("binary", special.expit(truths * 2 - 1 + rng.normal(size=80)), truths, PERSONS, 40)


def drawn(score, units):
    given = (units.truths, units.estimates)
    return np.array([score(*given, sample_weight=each) for each in WEIGHTS])


def interval_of(units, code):
    measure = replicates(units, PersonDraws(PEOPLE, DRAWS)).measure((code, None))
    return measure.low, measure.high


def test_the_interval_of_an_auc_is_on_the_logit_scale_with_the_smaller_class():
    units = binary()
    auc = metrics.roc_auc_score(units.truths, units.estimates)
    error = drawn(metrics.roc_auc_score, units).std(ddof=1) * CORRECTION / (auc * (1 - auc))
    margin = stats.t.ppf(0.975, 15 - 1) * error
    expected = special.expit(special.logit(auc) + np.array([-margin, margin]))
    assert interval_of(units, "auc") == pytest.approx(tuple(expected), abs=1e-9)


def test_the_interval_of_a_share_is_on_the_logit_scale_with_everybody():
    units = binary()

    def sensitivity(truths, estimates, sample_weight=None):
        return metrics.recall_score(truths, estimates >= 0.5, sample_weight=sample_weight)

    found = sensitivity(units.truths, units.estimates)
    error = drawn(sensitivity, units).std(ddof=1) * CORRECTION / (found * (1 - found))
    margin = stats.t.ppf(0.975, PEOPLE - 1) * error
    expected = special.expit(special.logit(found) + np.array([-margin, margin]))
    assert interval_of(units, "sensitivity") == pytest.approx(tuple(expected), abs=1e-9)


def clustered_error(off, weights, mean):
    """The sandwich over persons of a mean of units, each person as often as drawn."""
    added = np.bincount(PERSONS, off - mean, PEOPLE)
    often = weights[::2]
    return np.sqrt(np.sum(often * added**2)) / weights.sum() * CORRECTION


def test_the_interval_of_a_mean_loss_is_a_bootstrap_t_on_the_logarithmic_scale():
    units = binary()
    lost = -np.log(np.where(units.truths == 1, units.estimates, 1 - units.estimates))
    means = drawn(metrics.log_loss, units)
    errors = np.array([clustered_error(lost, *each) for each in zip(WEIGHTS, means, strict=True)])
    mean = metrics.log_loss(units.truths, units.estimates)
    error = clustered_error(lost, np.ones(80), mean) / mean
    low, high = np.quantile(np.log(means / mean) / (errors / means), (0.025, 0.975))
    expected = (mean * np.exp(-high * error), mean * np.exp(-low * error))
    assert interval_of(units, "log_loss") == pytest.approx(expected, abs=1e-9)


def test_the_interval_of_a_bias_is_plain():
    rng = np.random.default_rng(2)
    truths = rng.uniform(30, 80, PEOPLE)[PERSONS]
    units = Units("regression", truths + rng.normal(2, 5, 80), truths, PERSONS, PEOPLE)
    off = units.estimates - truths
    spread = (WEIGHTS @ off / WEIGHTS.sum(axis=1)).std(ddof=1) * CORRECTION
    margin = stats.t.ppf(0.975, PEOPLE - 1) * spread
    expected = (off.mean() - margin, off.mean() + margin)
    assert interval_of(units, "bias") == pytest.approx(expected, abs=1e-9)


def test_a_difference_is_tested_by_the_differences_of_the_same_draws():
    one, other, draws = binary(), binary(3), PersonDraws(PEOPLE, DRAWS)
    found = difference(replicates(one, draws), replicates(other, draws), ("brier", None))
    apart = drawn(metrics.brier_score_loss, one) - drawn(metrics.brier_score_loss, other)
    value = np.subtract(
        *(metrics.brier_score_loss(each.truths, each.estimates) for each in (one, other))
    )
    error = apart.std(ddof=1) * CORRECTION
    margin = stats.t.ppf(0.975, PEOPLE - 1) * error
    assert (found.value, found.low, found.high) == pytest.approx(
        (value, value - margin, value + margin), abs=1e-9
    )
    assert found.p == pytest.approx(2 * stats.t.sf(abs(value / error), PEOPLE - 1), abs=1e-9)
