"""Frequencies by an estimated sex: the maximum of the likelihood, and how uncertain it is."""

import numpy as np
import pytest

from gantei.statistics.misclassified_frequencies import (
    AccuracyCounts,
    OutcomeCounts,
    corrected_frequencies,
    naive_frequencies,
)

PREVALENCE = np.array([[0.9, 0.1], [0.8, 0.2]])
SENSITIVITY, SPECIFICITY = np.array([0.9, 0.75]), np.array([0.85, 0.8])


def drawn(random, people=1500, recorded=0.4):
    """Draw people whose estimated sex is worse where the outcome is there."""
    sex = (random.random(people) < 0.5).astype(int)
    outcome = (random.random(people) < PREVALENCE[sex, 1]).astype(int)
    right = random.random(people) < np.where(sex == 1, SENSITIVITY[outcome], SPECIFICITY[outcome])
    told = np.where(right, sex, 1 - sex)
    known = random.random(people) < recorded
    validated, estimated = np.zeros((2, 2, 2)), np.zeros((2, 2))
    np.add.at(validated, (outcome[known], sex[known], told[known]), 1)
    np.add.at(estimated, (outcome[~known], told[~known]), 1)
    return OutcomeCounts(validated.sum(axis=2), estimated, validated)


def likelihood(at, counts):
    """Of the shares of men by category, sensitivities and specificities, as logits."""
    share, sensitivity, specificity = (1 / (1 + np.exp(-each)) for each in at.reshape(3, 2))
    told = share * sensitivity + (1 - share) * (1 - specificity)
    right, wrong = counts.validated[:, 1, 1], counts.validated[:, 1, 0]
    free, false = counts.validated[:, 0, 0], counts.validated[:, 0, 1]
    parts = (
        (counts.estimated[:, 1], told), (counts.estimated[:, 0], 1 - told),
        (right, sensitivity), (wrong, 1 - sensitivity),
        (free, specificity), (false, 1 - specificity),
    )  # fmt: skip
    return sum(float(np.sum(count * np.log(chance))) for count, chance in parts)


def test_the_share_of_each_sex_in_a_category_is_the_maximum_of_the_likelihood():
    optimize = pytest.importorskip("scipy.optimize", reason="needs the extra study")
    counts = drawn(np.random.default_rng(1))
    found = corrected_frequencies(counts, everybody=True)
    best = optimize.minimize(lambda at: -likelihood(at, counts), np.zeros(6), tol=1e-12)
    share = 1 / (1 + np.exp(-best.x[:2]))
    assert found.of_class_1 == pytest.approx(share, abs=1e-5)


def test_standard_errors_are_those_of_a_bootstrap_of_the_people():
    random = np.random.default_rng(2)
    counts = drawn(random, 4000)
    found = corrected_frequencies(counts, everybody=True)
    cells = np.concatenate((counts.estimated.ravel(), counts.validated.ravel()))
    shares, differences = [], []
    for each in random.multinomial(4000, cells / 4000, 2000):
        validated = each[4:].reshape(2, 2, 2).astype(float)
        again = OutcomeCounts(validated.sum(axis=2), each[:4].reshape(2, 2) * 1.0, validated)
        new = corrected_frequencies(again, everybody=True)
        shares.append(new.shares)
        differences.append(new.differences)
    assert found.share_errors == pytest.approx(np.std(shares, axis=0), rel=0.08)
    assert found.difference_errors == pytest.approx(np.std(differences, axis=0), rel=0.08)


def test_intervals_hold_the_planted_frequency_where_the_naive_one_is_far_off():
    random, held, naive = np.random.default_rng(3), [], []
    for _ in range(300):
        counts = drawn(random, 3000)
        found, wrong = (
            figure(counts, everybody=True) for figure in (corrected_frequencies, naive_frequencies)
        )
        held.append(abs(found.differences[1] - 0.1) < 1.96 * found.difference_errors[1])
        naive.append(abs(wrong.differences[1] - 0.1) < 1.96 * wrong.difference_errors[1])
    assert 0.92 <= np.mean(held) <= 0.985
    assert np.mean(naive) < 0.6


def test_one_accuracy_for_all_is_that_of_all_validated_people_together():
    counts = drawn(np.random.default_rng(4))
    together = OutcomeCounts(counts.recorded, counts.estimated, counts.validated, by_category=False)
    validated = counts.validated.sum(axis=0)
    told = together.used_accuracy()
    assert told.sensitivity.tolist() == [[validated[1, 1], validated[1, 0]]]
    assert told.specificity.tolist() == [[validated[0, 0], validated[0, 1]]]
    assert told.youden()[0] == pytest.approx(
        validated[1, 1] / validated[1].sum() + validated[0, 0] / validated[0].sum() - 1
    )


def test_a_sample_of_elsewhere_adds_its_uncertainty_and_an_exact_accuracy_none():
    counts = drawn(np.random.default_rng(5))

    def with_people(number):
        right = np.array([[0.9, 0.1]]) * number
        accuracy = AccuracyCounts(right, right, is_exact=number == 1)
        given = OutcomeCounts(counts.recorded, counts.estimated, counts.validated, accuracy)
        return corrected_frequencies(given, everybody=False)

    exact, many, few = (with_people(each) for each in (1, 1000, 50))
    assert exact.shares == pytest.approx(many.shares)
    assert (exact.share_errors < many.share_errors).all()
    assert (many.share_errors < few.share_errors).all()


def test_without_errors_corrected_and_naive_frequencies_are_the_same():
    estimated = np.array([[30.0, 70.0], [20.0, 10.0]])
    nobody = np.zeros((2, 2))
    right = AccuracyCounts(np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]]), is_exact=True)
    counts = OutcomeCounts(nobody, estimated, np.zeros((2, 2, 2)), right)
    found, naive = (
        figure(counts, everybody=False) for figure in (corrected_frequencies, naive_frequencies)
    )
    for each in (found, naive):
        assert each.shares == pytest.approx(np.array([[0.6, 0.4], [0.875, 0.125]]))
    assert found.share_errors[0, 0] == pytest.approx(np.sqrt(0.6 * 0.4 / 50))
