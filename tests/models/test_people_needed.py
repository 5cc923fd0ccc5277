"""People needed for a width: what simulated cohorts of as many people then have."""

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei.statistics.draws import PersonDraws
from gantei.statistics.measure import Measure
from gantei.statistics.measures import replicates
from gantei.statistics.people_needed import people_for_width
from gantei.statistics.units import Units

pytest.importorskip("scipy", reason="needs the extra study")


def cohort(rng, people):
    persons = np.repeat(np.arange(people), 2)
    truths = (np.arange(people) % 2)[persons]
    off = 0.77 * rng.normal(size=people)[persons] + 0.63 * rng.normal(size=2 * people)
    logits = 2 * (2 * (truths - 0.5) + off)
    return Units("binary", 1 / (1 + np.exp(-logits)), truths, persons, people)


def mean_width(key, people, cohorts=25):
    rng, draws = np.random.default_rng(people), PersonDraws(people, 200)
    weights = draws.weights(0, 200)
    draws.weights = lambda start, stop: weights[start:stop]
    found = [replicates(cohort(rng, people), draws).measure(key) for _ in range(cohorts)]
    return np.mean([each.high - each.low for each in found]), found


@pytest.mark.parametrize("code", ["auc", "brier"])
def test_cohorts_of_the_number_needed_have_the_width_that_was_wanted(code):
    width, pilots = mean_width((code, None), 120)
    needed = int(np.median([people_for_width(each, width / 2) for each in pilots]))
    assert 400 < needed < 560
    assert mean_width((code, None), needed, 10)[0] == pytest.approx(width / 2, rel=0.1)


def test_half_the_width_takes_four_times_the_people_on_the_figures_scale():
    bias = Measure("bias", 0.0, -1.0, 1.0, 2000, 1000)
    assert people_for_width(bias, 1.0) == pytest.approx(4000, rel=0.002)
    assert people_for_width(bias, 2.0) == 1000


def test_where_the_width_says_nothing_no_number_is_given():
    assert people_for_width(Measure("auc", 1.0, 0.9, 1.0, 60, 60), 0.01) is None
    assert people_for_width(Measure("auc", 0.9, None, None, 60, None, why="no-persons"), 1) is None
    with pytest.raises(SettingError):
        people_for_width(Measure("bias", 0.0, -1.0, 1.0, 60, 60), 0.0)
