"""What a calibration makes of estimates: lines, bands, logits, and how far away is too far."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gantei.calibrations.applying import (
    calibrated_numbers,
    calibrated_probabilities,
)
from gantei.calibrations.calibration import EmbeddingReference, IntervalBand, LogisticCalibration
from gantei.calibrations.embedding_distance import gaussian_distances, relative_distances

from .. import calibrated

THREE = LogisticCalibration(
    classes=("a", "b", "c"),
    people=300,
    intercepts=(0.3, -0.4),
    slope=0.7,
    covariance=((0.05, 0.01, 0.0), (0.01, 0.06, -0.01), (0.0, -0.01, 0.03)),
)


def probabilities(count, classes, seed=3):
    draws = np.random.default_rng(seed).normal(0, 3, (count, classes))
    return np.exp(draws) / np.exp(draws).sum(axis=1, keepdims=True)


def test_a_number_is_put_on_the_line_with_the_half_widths_of_its_band():
    line = calibrated.line(intercept=10, slope=0.5, edges=(20, 50, 80), half=8)
    value, low, high = calibrated_numbers(np.array([20.0, 50.0, 80.0]), line)
    assert value.tolist() == [20, 35, 50]
    assert (value - low).tolist() == (high - value).tolist() == [8, 8, 8]


def test_an_estimate_belongs_to_the_band_that_begins_at_it_and_the_last_band_holds_its_end():
    bands = tuple(
        IntervalBand(least=least, greatest=least + 10, people=60, down=half, up=2 * half)
        for least, half in ((0, 1.0), (10, 2.0))
    )
    line = calibrated.line(intercept=0, slope=1).model_copy(update={"bands": bands})
    value, low, high = calibrated_numbers(np.array([0, 9.9, 10, 20]), line)
    assert np.allclose(value - low, [1, 1, 2, 2])
    assert np.allclose(high - value, [2, 2, 4, 4])


@pytest.mark.parametrize("estimate", [19.999, 80.001, -1e9, 1e9])
def test_an_estimate_beyond_those_calibrated_has_a_value_but_no_interval(estimate):
    value, low, high = calibrated_numbers(np.array([estimate]), calibrated.line(edges=(20, 50, 80)))
    assert np.isfinite(value).all()
    assert np.isnan([low, high]).all()


def test_a_band_of_too_few_people_has_no_interval():
    band = IntervalBand(least=0, greatest=100, people=3, down=None, up=None)
    line = calibrated.line().model_copy(update={"bands": (band,)})
    assert np.isnan(calibrated_numbers(np.array([50.0]), line).low).all()


def test_a_probability_is_put_on_the_line_of_its_logit():
    male = np.array([0.001, 0.2, 0.5, 0.97])
    both = np.stack((1 - male, male), axis=1)
    calibration = calibrated.logistic(intercepts=(0.4,), slope=0.6)
    logits = 0.4 + 0.6 * np.log(male / (1 - male))
    value, low, high = calibrated_probabilities(both, calibration, 0.9)
    assert np.allclose(value[:, 1], 1 / (1 + np.exp(-logits)), rtol=1e-12)
    assert (low <= value).all() and (value <= high).all()


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_calibrated_probabilities_add_up_to_one(classes):
    calibration = calibrated.logistic(
        tuple("abcdefg"[:classes]), tuple(np.linspace(-1, 1, classes - 1).tolist()), 1.7
    )
    estimates = np.concatenate((probabilities(50, classes), np.eye(classes)))
    value, low, high = calibrated_probabilities(estimates, calibration, 0.9)
    assert np.allclose(value.sum(axis=1), 1, rtol=1e-12)
    assert ((low >= 0) & (low <= value) & (value <= high) & (high <= 1)).all()


def test_the_slope_of_one_and_intercepts_of_zero_change_nothing():
    estimates = probabilities(50, 3)
    same = calibrated.logistic(("a", "b", "c"), (0.0, 0.0), 1.0)
    assert np.allclose(calibrated_probabilities(estimates, same, 0.9).value, estimates, rtol=1e-9)


@pytest.mark.reference
def test_the_interval_of_a_probability_is_that_of_statsmodels():
    smf = pytest.importorskip("statsmodels.api", reason="a reference of statistics")
    random = np.random.default_rng(5)
    logits = random.normal(0, 2, 300)
    male = random.random(300) < 1 / (1 + np.exp(-(0.3 + 0.7 * logits)))
    fit = smf.GLM(male.astype(float), smf.add_constant(logits), smf.families.Binomial()).fit()
    intercept, slope = fit.params
    calibration = LogisticCalibration(
        classes=("female", "male"),
        people=300,
        intercepts=(intercept,),
        slope=slope,
        covariance=tuple(tuple(row) for row in fit.cov_params().tolist()),
    )
    new = np.linspace(-5, 5, 11)
    frame = fit.get_prediction(smf.add_constant(new)).summary_frame(alpha=0.1)
    both = np.stack((1 / (1 + np.exp(new)), 1 / (1 + np.exp(-new))), axis=1)
    found = calibrated_probabilities(both, calibration, 0.9)
    for ours, theirs in zip(found, ("mean", "mean_ci_lower", "mean_ci_upper"), strict=True):
        assert np.allclose(ours[:, 1], frame[theirs], rtol=1e-9)


def test_the_interval_of_several_classes_is_that_of_a_gradient_by_differences():
    estimates = probabilities(20, 3)
    _, low, high = calibrated_probabilities(estimates, THREE, 0.9)
    parameters = np.array([*THREE.intercepts, THREE.slope])

    def logits(at):
        ratios = np.log(estimates / estimates[:, :1])
        scores = np.array([0, *at[:2]]) + at[2] * ratios
        chance = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        return np.log(chance / (1 - chance))

    steps = 1e-5 * np.eye(3)
    gradient = np.array(
        [(logits(parameters + step) - logits(parameters - step)) / 2e-5 for step in steps]
    )
    errors = np.sqrt(np.einsum("inc,ij,jnc->nc", gradient, THREE.covariance, gradient))
    reach = NormalDist().inv_cdf(0.95) * errors
    for ours, end in ((low, -reach), (high, reach)):
        assert np.allclose(ours, 1 / (1 + np.exp(-(logits(parameters) + end))), rtol=1e-6)


def test_without_a_covariance_a_probability_has_no_interval():
    unknown = THREE.model_copy(update={"covariance": None})
    value, low, high = calibrated_probabilities(probabilities(4, 3), unknown, 0.9)
    assert np.isfinite(value).all()
    assert np.isnan([low, high]).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-500, 500), min_size=1, max_size=40), st.integers(0, 2**32))
def test_a_batch_is_calibrated_as_one_by_one_bit_for_bit(estimates, seed):
    estimates = np.array(estimates)
    together = calibrated_numbers(estimates, calibrated.line())
    alone = [
        calibrated_numbers(estimates[i : i + 1], calibrated.line()) for i in range(len(estimates))
    ]
    assert np.array_equal(together, np.concatenate(alone, axis=1), equal_nan=True)
    chances = probabilities(len(estimates), 3, seed)
    together = calibrated_probabilities(chances, THREE, 0.9)
    alone = [calibrated_probabilities(row[None], THREE, 0.9) for row in chances]
    assert np.array_equal(np.array(together), np.concatenate(alone, axis=1))
    vectors = np.random.default_rng(seed).normal(size=(len(estimates), 32)).astype(np.float32)
    reference = calibrated.reference(width=32)
    alone = [relative_distances(row[None], reference)[0] for row in vectors]
    assert relative_distances(vectors, reference).tolist() == alone


def test_the_distance_is_that_of_the_whole_covariance_matrix():
    spatial = pytest.importorskip("scipy.spatial", reason="needs the extra study")
    random = np.random.default_rng(8)
    directions = np.linalg.qr(random.normal(size=(20, 4)))[0].T
    mean, spreads, rest = random.normal(size=20), np.array([5.0, 3.0, 2.0, 1.5]), 0.4
    matrix = (directions.T * (spreads**2 - rest)) @ directions + rest * np.eye(20)
    embeddings = random.normal(size=(9, 20))
    ours = gaussian_distances(embeddings, mean, directions, spreads, rest)
    inverse = np.linalg.inv(matrix)
    theirs = [spatial.distance.mahalanobis(each, mean, inverse) for each in embeddings]
    assert np.allclose(ours, theirs, rtol=1e-9)


def test_the_relative_distance_is_one_at_the_limit():
    reference = calibrated.reference(width=16, directions=2, limit=3.0)
    embeddings = np.zeros((3, 16), np.float32)
    embeddings[1, 0], embeddings[2, 5] = 6.0, 4.5  # three spreads of 2 along; 4.5 of 1 elsewhere
    assert relative_distances(embeddings, reference).tolist() == [0.0, 1.0, 1.5]


def test_a_reference_without_directions_counts_all_alike():
    reference = EmbeddingReference.of(np.zeros(4), np.empty((0, 4)), np.empty(0), 4.0, 1.0)
    assert relative_distances(np.array([[2.0, 0, 0, 0]]), reference).tolist() == [1.0]


def test_embeddings_of_another_width_are_refused():
    with pytest.raises(ValueError, match="embeddings"):
        relative_distances(np.zeros((2, 3)), calibrated.reference(width=4))
