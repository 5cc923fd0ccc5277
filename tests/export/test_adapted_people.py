"""What an adapted estimator keeps of the people it learnt from tells of none of them."""

import os
import stat

import numpy as np
import pytest

from gantei.catalogue.store import home
from gantei.errors import OutputError
from gantei_export.adapting.people_digest import KEY_FILE, people_digest
from gantei_export.adapting.training_range import training_range


def test_the_same_people_give_the_same_digest_in_any_order():
    assert people_digest(["a", "b", "b"]) == people_digest(iter(["b", "a"]))
    assert people_digest(["a", "b"]) != people_digest(["a", "c"])
    assert people_digest(["ab"]) != people_digest(["a", "b"])


def test_another_machine_gives_the_same_people_another_digest(monkeypatch, tmp_path):
    here = people_digest(["a", "b"])
    monkeypatch.setenv("GANTEI_HOME", str(tmp_path / "elsewhere"))
    assert people_digest(["a", "b"]) != here


@pytest.mark.skipif(os.name != "posix", reason="there are no such rights")
def test_the_secret_is_kept_from_others():
    people_digest(["a"])
    assert stat.S_IMODE((home() / KEY_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "00" * 31, "no secret", "zz" * 32])
def test_a_damaged_secret_is_refused_and_stays(content):
    people_digest(["a"])
    (home() / KEY_FILE).write_text(content)
    with pytest.raises(OutputError, match=KEY_FILE):
        people_digest(["a"])
    assert (home() / KEY_FILE).read_text() == content


def test_no_end_of_a_range_is_the_number_of_one_person():
    ages = np.sort(np.random.default_rng(1).normal(60, 12, 200))
    low, high = training_range(ages, np.arange(200))
    assert (low, high) == (30.0, 85.0)
    assert low <= ages[4] < low + 5
    assert high - 5 < ages[-5] <= high
    ages[:4], ages[-4:] = 1.0, 120.0
    assert training_range(ages, np.arange(200)) == (low, high)


def test_a_person_counts_once_however_often_photographed():
    ages = np.array([20.0, *np.linspace(40, 60, 12)])
    alone = training_range(ages, np.arange(13))
    many = np.concatenate([np.full(50, 20.0), ages[1:]])
    persons = np.concatenate([np.zeros(50, np.intp), np.arange(1, 13)])
    assert training_range(many, persons) == alone


def test_few_people_or_one_number_give_no_range():
    assert training_range(np.arange(9.0), np.arange(9)) is None
    assert training_range(np.full(20, 3.0), np.arange(20)) is None
    assert training_range(np.arange(30.0), np.repeat(np.arange(9), [22, *[1] * 8])) is None


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_the_step_of_a_range_goes_with_its_numbers(scale):
    numbers = np.linspace(0, 100, 101) * scale
    low, high = training_range(numbers, np.arange(101))
    assert (low, high) == pytest.approx((0.0, 100 * scale))
