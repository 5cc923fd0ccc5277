"""When averages of networks may leave, and which of them is kept: on arrays alone."""

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei_export.federating.federated_fit import FederatedHead
from gantei_export.federating.message_records import FederationPlan, HeadSettings, PlannedTarget
from gantei_export.federating.network_may_leave import (
    check_network_may_leave,
    rounds_that_may_leave,
)
from gantei_export.federating.network_rounds import (
    begun_training,
    network_sums,
    network_sums_size,
    next_network_state,
)
from gantei_export.federating.network_settings import NetworkSettings
from gantei_export.fine_tuning.number_scale import NumberScale
from gantei_export.learning.linear_head import LinearHead

from .federated import AGE

WEIGHTS = 5
SETTINGS = NetworkSettings(
    file_sha256="ab" * 32, weights=WEIGHTS, size=(4, 4), rounds=3, epochs=1, rate=0.1, batch=8,
    augment=False,
)  # fmt: skip


def begun():
    head = FederatedHead(
        LinearHead(AGE, np.ones((2, 1)), np.zeros(1)), 10.0, False, (), 90, 100, 2
    )  # fmt: skip
    return begun_training(head, NumberScale(50.0, 10.0))


def followed(losses, aside=20):
    """Go through rounds in which all weights are the round's number, with these mean losses."""
    state = begun()
    for number, loss in enumerate(losses, start=1):
        weights = np.full(WEIGHTS, number, np.float32) if state.step == "train" else None
        sums = network_sums(weights, 100, loss, aside)
        assert len(sums) == network_sums_size(SETTINGS, state)
        state = next_network_state(SETTINGS, state, sums)
    return state


@pytest.mark.parametrize(
    ("losses", "best"),
    [
        ([4.0, 3.0, 2.0, 1.0], 3),
        ([4.0, 1.0, 2.0, 3.0], 1),
        ([4.0, 3.0, 1.0, 2.0], 2),
        ([4.0, 2.0, 3.0, 1.0], 3),
        ([1.0, 2.0, 3.0, 4.0], 0),
        ([1.0, 1.0, 1.0, 1.0], 0),
    ],
)
def test_the_network_with_the_lowest_loss_is_the_result(losses, best):
    state = followed(losses)
    assert (state.step, state.best) == ("finished", best)
    assert state.losses == tuple(losses)
    assert "best_weights" not in state.arrays
    if best:
        assert state.weights.tolist() == [best] * WEIGHTS
    else:
        assert state.weights is None, "the head alone, on the publisher's weights"


def test_the_best_weights_so_far_are_carried_until_others_beat_them():
    assert followed([4.0, 2.0]).arrays["best_weights"].tolist() == [1] * WEIGHTS
    assert followed([4.0, 2.0, 3.0]).arrays["best_weights"].tolist() == [1] * WEIGHTS
    assert followed([4.0, 3.0, 2.0]).arrays["best_weights"].tolist() == [2] * WEIGHTS
    assert "best_weights" not in followed([4.0, 5.0]).arrays


@pytest.mark.parametrize(
    ("sums", "said"),
    [
        ([1.0] * WEIGHTS + [100.0, 40.0, 20.0, 1.0], "not those that were asked for"),
        ([1.0] * WEIGHTS + [101.0, 40.0, 20.0], "of 101 photographs"),
        ([1.0] * WEIGHTS + [99.5, 40.0, 20.0], "of 99.5 photographs"),
        ([1.0] * WEIGHTS + [100.0, -1.0, 20.0], "loss of -1"),
        ([1.0] * WEIGHTS + [100.0, 40.0, 20.5], "over 20.5 photographs"),
        ([1.0] * WEIGHTS + [100.0, 40.0, 0.0], "over 0 photographs"),
        ([np.nan] * WEIGHTS + [100.0, 40.0, 20.0], "not those that were asked for"),
    ],
)
def test_totals_that_cannot_be_are_refused(sums, said):
    with pytest.raises(SettingError, match=said):
        next_network_state(SETTINGS, begun(), np.array(sums))


def test_losses_of_other_people_than_before_are_refused():
    sums = network_sums(np.ones(WEIGHTS, np.float32), 100, 1.0, 21)
    with pytest.raises(SettingError, match="in the round before they were of 20"):
        next_network_state(SETTINGS, followed([1.0]), sums)


@pytest.mark.parametrize(("loss", "aside"), [(np.nan, 5), (np.inf, 5), (1e9, 5), (1.0, 0)])
def test_a_loss_that_no_sum_holds_is_refused_at_the_site(loss, aside):
    with pytest.raises(SettingError, match="diverged"):
        network_sums(None, 100, loss, aside)


def changed(**more):
    return SETTINGS.model_copy(update=more)


@pytest.mark.parametrize(
    ("settings", "people", "photographs", "said"),
    [
        (SETTINGS, [60, 60], [60, 60], "2 sites"),
        (SETTINGS, [60, 60, 19], [60, 60, 40], "learns from 19 people"),
        (SETTINGS, [500, 50, 49], [500, 50, 49], "all sites but the largest learn from 99"),
        (changed(weights=1921), [60] * 3, [60] * 3, "at most 2 are averaged: start anew with --r"),
        (changed(weights=9000), [60] * 3, [60] * 3, "a smaller network"),
        (changed(batch=20), [60] * 3, [60] * 3, "trains 3 step"),
    ],
)
def test_averages_of_too_few_do_not_leave(settings, people, photographs, said):
    check_network_may_leave(SETTINGS, [60] * 3, [60] * 3)
    with pytest.raises(SettingError, match=said):
        check_network_may_leave(settings, people, photographs)


def test_as_many_rounds_leave_as_pixels_allow():
    """120 photographs of 48 numbers are 5,760: three rounds of 1,920 weights."""
    check_network_may_leave(changed(weights=1920), [60] * 3, [60] * 3)


def test_more_local_epochs_are_more_steps():
    check_network_may_leave(changed(batch=20, epochs=2), [60] * 3, [60] * 3)


def test_rounds_count_photographs_of_all_sites_but_the_largest():
    assert rounds_that_may_leave(changed(weights=48), [1000, 7, 4]) == 11


def plan(**more):
    return FederationPlan(
        federation="0f" * 16, estimator="base", weights_sha256="cd" * 32, width=2,
        target=PlannedTarget.of(AGE), coordinator="ef" * 32, gantei="0.1.0",
        date="2026-11-30", settings=HeadSettings(strengths=(10.0,), folds=5, seed=0),
        **{"purpose": "network", "facts_sha256": "ab" * 32, "network": SETTINGS, "sites": 3} | more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"network": None}, "settings are of a head"),
        ({"purpose": "head", "facts_sha256": None}, "settings are of a head"),
        ({"facts_sha256": None}, "facts are of an evaluation"),
        ({"network": changed(weights=60_000_000), "sites": 20}, "fewer sites"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(more, said):
    assert plan().training.batch == 8
    with pytest.raises(ValueError, match=said):
        plan(**more)
