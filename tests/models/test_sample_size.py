"""How many people an interval of a wanted width needs, from the people here as a pilot."""

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei.evaluation.evaluation_row import EvaluationRow
from gantei.evaluation.sample_size import checked_widths, people_for, sample_sizes
from gantei.labels.estimated_output import EstimatedOutput
from gantei.statistics.draws import PersonDraws
from gantei.statistics.measure import Measure
from gantei.statistics.measures import measures
from gantei.statistics.units import Units

SEX = EstimatedOutput("net", "sex", "binary", "probability", ("f", "m"), ("net.m",), "")


def row(measure):
    return EvaluationRow(SEX, "person", measure)


def drawn(people, seed):
    random = np.random.default_rng(seed)
    truths = random.integers(0, 2, people)
    estimates = 1 / (1 + np.exp(-random.normal(3.0 * truths - 1.5, 1.5)))
    return Units("binary", estimates, truths, np.arange(people), people)


def auc_of(people, seed):
    pytest.importorskip("scipy", reason="needs the extra study")
    found = measures(drawn(people, seed), PersonDraws(people, 500, seed))
    return next(measure for measure in found if measure.metric == "auc")


def test_half_the_width_needs_four_times_the_people_where_the_scale_is_plain():
    assert people_for(Measure("bias", 0.3, -0.7, 1.3, 100, 100), 1.0) == 400


def test_the_width_of_now_needs_the_people_of_now():
    assert people_for(Measure("mae", 3.0, 2.5, 3.6, 150, 80), 1.1) == pytest.approx(80, abs=1)


def test_as_many_people_as_said_give_about_the_wanted_width():
    needed = people_for(auc_of(150, 7), 0.03)
    reached = [auc_of(needed, seed) for seed in range(11, 17)]
    widths = [measure.high - measure.low for measure in reached]
    # A pilot of 150 knows its own spread to about a fifth.
    assert np.mean(widths) == pytest.approx(0.03, rel=0.25)


def test_where_all_are_right_nothing_can_be_said_from_the_pilot():
    (found,) = sample_sizes([row(Measure("auc", 1.0, 0.95, 1.0, 60, 60))], {"auc": 0.02})
    assert (found.people, found.why) == (None, "at-the-end")


def test_a_figure_without_an_interval_says_why():
    measure = Measure("auc", 0.9, None, None, 60, None, why="no-persons")
    (found,) = sample_sizes([row(measure)], {"auc": 0.02})
    assert (found.people, found.why) == (None, "no-persons")


def test_a_figure_that_no_output_has_is_refused():
    with pytest.raises(SettingError, match="--sample-size mae: no output here"):
        sample_sizes([row(Measure("auc", 0.9, 0.8, 0.95, 60, 60))], {"mae": 0.5})


@pytest.mark.parametrize("given", [{"auk": 0.1}, {"auc": "wide"}, {"auc": 0}, {"auc": "inf"}])
def test_what_is_no_width_is_refused(given):
    with pytest.raises(SettingError, match="--sample-size au"):
        checked_widths(given)
