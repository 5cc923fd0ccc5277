"""Slips that explain a recorded age: each is named for what it makes, and weighed by Bayes."""

import numpy as np
import pytest

from gantei.records.age_slips import SLIPS, slip_of


def density(expected, spread=5.0):
    """The real age beside an estimate: normal."""
    scale = spread * np.sqrt(2 * np.pi)
    return lambda ages: np.exp(-((np.asarray(ages) - expected) ** 2) / (2 * spread**2)) / scale


@pytest.mark.parametrize(
    ("recorded", "year", "expected", "slip", "age"),
    [
        (168, None, 67, "hundred-more", 68),
        (-32, None, 67, "hundred-less", 68),
        (86, None, 67, "digits-swapped", 68),
        (1954, 2022, 67, "year-of-birth", 67),
        (54, 2022, 67, "year-of-birth", 67),
        (5, 2022, 16, "year-of-birth", 16),
        (6, None, 67, "digit-lost", 66),
        (677, None, 67, "digit-added", 67),
        (46, None, 35, "ten-more", 36),
        (46, None, 57, "ten-less", 56),
    ],
)
def test_each_slip_is_named_with_the_real_age(recorded, year, expected, slip, age):
    found = slip_of(float(recorded), year, density(expected), 0.01)
    assert (found.slip, found.age) == (slip, age)


def test_a_year_of_birth_without_the_day_of_the_visit_is_named_without_an_age():
    found = slip_of(1954.0, None, density(67), 0.01)
    assert (found.slip, found.age, found.odds) == ("year-of-birth", None, np.inf)


@pytest.mark.parametrize("recorded", [66, 71, 15, 999999])
def test_what_is_likely_as_it_stands_or_by_no_slip_has_none(recorded):
    assert slip_of(float(recorded), None, density(67), 0.01) is None


def test_the_odds_are_those_of_bayes_by_hand():
    found = slip_of(86.0, None, density(67), 0.02)
    by_slip = 0.02 * 0.5 / len(SLIPS) * density(67)(68.0)
    assert found.odds == pytest.approx(by_slip / (0.98 * density(67)(86.0)), rel=1e-9)


def test_without_a_stated_rate_there_are_no_odds():
    assert slip_of(86.0, None, density(67), None).odds is None
