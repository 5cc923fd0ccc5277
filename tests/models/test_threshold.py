"""The threshold of a binary output: given, or chosen on the people that it is judged on."""

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei.evaluation.threshold import Threshold, ThresholdRule
from gantei.statistics.units import Units


def units(estimates, truths):
    return Units("binary", np.array(estimates), np.array(truths), None, 0)


@pytest.fixture
def drawn():
    random = np.random.default_rng(7)
    truths = random.integers(0, 2, 300)
    return units(1 / (1 + np.exp(-random.normal(truths * 2.0 - 1, 1))), truths)


@pytest.mark.parametrize("text", ["1.5", "-0.1", "half", "nan", "youden:0.5", "sensitivity", "a:1"])
def test_what_is_no_threshold_is_refused_with_what_is(text):
    with pytest.raises(SettingError, match=r"sensitivity:0\.95"):
        ThresholdRule.of(text)


def test_a_number_is_taken_as_it_is(drawn):
    threshold = ThresholdRule.of("0.25").threshold(drawn)
    assert threshold == Threshold(0.25)
    assert not threshold.is_chosen_here


@pytest.mark.parametrize("truths", [[0, 0, 0], [1, 1, 1]])
def test_where_one_class_is_missing_nothing_is_chosen(truths):
    assert ThresholdRule.of("youden").threshold(units([0.1, 0.2, 0.9], truths)) == Threshold(0.5)


def test_youden_is_the_best_of_all_thresholds_that_there_are(drawn):
    pytest.importorskip("sklearn", reason="needs the extra study")
    from sklearn.metrics import balanced_accuracy_score

    chosen = ThresholdRule.of("youden").threshold(drawn)
    every = [
        balanced_accuracy_score(drawn.truths, drawn.estimates >= value) for value in drawn.estimates
    ]
    here = balanced_accuracy_score(drawn.truths, drawn.estimates >= chosen.value)
    assert here == max(every)
    assert chosen.is_chosen_here


@pytest.mark.parametrize("wanted", [0.5, 0.9, 0.95, 1.0])
def test_a_wanted_sensitivity_is_reached_by_the_highest_threshold_that_does(drawn, wanted):
    pytest.importorskip("sklearn", reason="needs the extra study")
    from sklearn.metrics import recall_score

    chosen = ThresholdRule.of(f"sensitivity:{wanted}").threshold(drawn)
    assert recall_score(drawn.truths, drawn.estimates >= chosen.value) >= wanted
    higher = min(drawn.estimates[drawn.estimates > chosen.value], default=2.0)
    assert recall_score(drawn.truths, drawn.estimates >= higher) < wanted
