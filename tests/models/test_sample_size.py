"""How many people an interval of a wanted width needs, from the people here as a pilot."""

import pytest

from gantei.errors import SettingError
from gantei.evaluation.evaluation_row import EvaluationRow
from gantei.evaluation.sample_size import checked_widths, sample_sizes
from gantei.labels.estimated_output import EstimatedOutput
from gantei.statistics.measure import Measure

SEX = EstimatedOutput("net", "sex", "binary", "probability", ("f", "m"), ("net.m",), "")


def row(measure):
    return EvaluationRow(SEX, "person", measure)


def test_the_width_of_now_needs_the_people_of_now():
    pytest.importorskip("scipy", reason="needs the extra study")
    (found,) = sample_sizes([row(Measure("mae", 3.0, 2.5, 3.6, 150, 80))], {"mae": 1.1})
    assert found.people == pytest.approx(80, abs=1)


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
