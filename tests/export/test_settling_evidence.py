import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the extra study")

from gantei.statistics.logistic_columns import fit_logistic_columns
from gantei_export.settling.elimination import ScoredOutput, Tournament


def cohort(rng, people, separations):
    """Draw labels, and logits of a truth and of rivals that are copies of it with more noise."""
    labels = rng.integers(0, 2, people)
    truth = 2.66 * (labels - 0.5) + rng.normal(size=people)
    copies = [truth + noise * rng.normal(size=people) for noise in separations]
    return np.stack([2.66 * truth, *copies], axis=1), labels


def both_orders(columns):
    numbers = np.arange(columns)
    flipped = np.repeat([False, True], columns)
    return ScoredOutput("sex", "binary", np.tile(numbers, 2), flipped)


def raced(outputs, people, look=5, **scores):
    race = Tournament(outputs)
    for start in range(0, people, look):
        part = slice(start, start + look)
        race.add({name: (values[part], labels[part]) for name, (values, labels) in scores.items()})
    return race


def test_flipped_labels_and_poor_copies_are_dropped_and_the_truth_stays():
    scores, labels = cohort(np.random.default_rng(1), 150, [3.0, 3.0])
    race = raced([both_orders(3)], 150, sex=(scores, labels))
    assert race.alive.tolist() == [True] + [False] * 5
    assert race.signal() == "signal"
    assert race.settled([False] * 3 + [True] * 3) is False


@pytest.mark.parametrize(("factor", "shift"), [(100.0, 0.0), (0.01, 0.0), (3.0, 40.0)])
def test_the_scale_of_an_output_changes_no_evidence(factor, shift):
    scores, labels = cohort(np.random.default_rng(2), 60, [0.5, 1.0])
    plain = raced([both_orders(3)], 60, sex=(scores, labels))
    scores = scores * [1, factor, 1] + [0, shift, 0]
    scaled = raced([both_orders(3)], 60, sex=(scores, labels))
    np.testing.assert_allclose(scaled.log_e(), plain.log_e(), rtol=1e-9)
    np.testing.assert_allclose(
        scaled.evidence["sex"].lead, plain.evidence["sex"].lead, rtol=1e-6, atol=1e-9
    )


def test_evidence_is_the_same_however_often_one_looks():
    scores, labels = cohort(np.random.default_rng(3), 60, [0.5, 1.0])
    often, once = (raced([both_orders(3)], 60, look, sex=(scores, labels)) for look in (1, 60))
    alive = often.alive
    np.testing.assert_allclose(often.evidence["sex"].logs[:, 0], once.evidence["sex"].logs[:, 0])
    assert alive[0]


def test_separable_labels_have_a_likelihood_of_one_and_stop_nothing():
    labels = np.tile([0, 1], 30)
    scores = np.stack([labels * 4.0 - 2, np.random.default_rng(4).normal(size=60)], axis=1)
    race = raced([both_orders(2)], 60, sex=(scores, labels))
    assert race.alive.tolist() == [True, False, False, False]
    fits = fit_logistic_columns(scores, labels == 1)
    assert fits.separable.tolist() == [True, False]
    assert fits.log_likelihood[0] == 0


def test_shuffled_labels_work_with_none():
    rng = np.random.default_rng(5)
    scores, labels = cohort(rng, 100, [0.5, 1.0])
    race = raced([both_orders(3)], 100, sex=(scores, rng.permutation(labels)))
    assert race.signal() == "none of these works"
    assert raced([both_orders(3)], 50, sex=(scores, labels[::-1])).signal() == "too early"
