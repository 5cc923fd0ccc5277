"""Draws that are kept for all groups are those that are made anew; groups stand in order."""

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei.evaluation import kept_draws
from gantei.evaluation.kept_draws import KeptDraws
from gantei.evaluation.subgroups import ordered_groups
from gantei.statistics.draws import PersonDraws


@pytest.mark.parametrize("most", [0, 10_000])
def test_kept_draws_are_those_that_are_made_anew(most, monkeypatch):
    monkeypatch.setattr(kept_draws, "MOST_KEPT", most)
    kept, fresh = (of(40, draws=50) for of in (KeptDraws, PersonDraws))
    for start, stop in ((0, 50), (10, 20), (7, 7)):
        assert np.array_equal(kept.weights(start, stop), fresh.weights(start, stop))


@pytest.mark.parametrize("places", [(-1, 3), (0, 51), (5, 4)])
def test_kept_draws_that_there_are_none_of_are_refused(places):
    draws = KeptDraws(40, draws=50)
    draws.weights(0, 50)
    with pytest.raises(SettingError, match="within 0 to 50"):
        draws.weights(*places)


@pytest.mark.parametrize(
    ("groups", "ordered"),
    [
        (["100–109", "", "20–29", "30–39"], ["20–29", "30–39", "100–109", ""]),
        (["0.5 to below 1", "0 to below 0.5"], ["0 to below 0.5", "0.5 to below 1"]),
        (["B", "A", "10", "9"], ["9", "10", "A", "B"]),
    ],
)
def test_groups_of_numbers_stand_by_their_value_and_the_unknown_last(groups, ordered):
    assert ordered_groups(groups) == ordered
