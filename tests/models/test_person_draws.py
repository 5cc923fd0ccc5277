"""Draws of persons: the same numbers on every machine, whatever NumPy does with its own."""

from collections import Counter

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei.statistics.draws import PersonDraws

LOW = 2**64 - 1
STORED = [2, 3, 0, 0, 0, 1, 1, 0, 3, 1, 0, 1]
"""Draw 8 of seed 1, of 12 people."""


def philox_block(counter, key):
    """Philox-4x64-10 in Python's integers, by its paper (doi 10.1145/2063384.2063405)."""
    a, b, c, d = counter
    first, second = key
    for _ in range(10):
        left, right = 0xD2E7470EE14C6C93 * a, 0xCA5A826395121157 * c
        a, b, c, d = (right >> 64) ^ b ^ first, right & LOW, (left >> 64) ^ d ^ second, left & LOW
        first, second = (first + 0x9E3779B97F4A7C15) & LOW, (second + 0xBB67AE8584CAA73B) & LOW
    return a, b, c, d


def weights_in_integers(people, draw, seed):
    words = []
    while 2 * len(words) < people:
        words += philox_block((len(words) // 4 + 1, draw, 0, 0), (seed, 0))
    words = words[: (people + 1) // 2]
    halves = [word % 2**32 for word in words] + [word >> 32 for word in words]
    drawn = Counter(half * people >> 32 for half in halves[:people])
    return [drawn[person] for person in range(people)]


def test_the_known_answers_of_philox_hold_for_the_integers_of_this_test():
    # From the known-answer file of Random123, the authors' library.
    assert philox_block((0, 0, 0, 0), (0, 0))[0] == 0x16554D9ECA36314C
    assert philox_block((LOW,) * 4, (LOW,) * 2)[0] == 0x87B092C3013FE90B


@pytest.mark.parametrize(("people", "seed"), [(1, 0), (7, 1), (60, 1954), (1001, 2**64 - 1)])
def test_weights_are_those_of_the_definition_in_integers(people, seed):
    draws = PersonDraws(people, draws=5, seed=seed)
    expected = [weights_in_integers(people, draw, seed) for draw in range(5)]
    assert draws.weights(0, 5).tolist() == expected


def test_weights_stored_from_the_integers_are_given_still():
    assert PersonDraws(12, draws=9, seed=1).weights(8, 9).tolist() == [STORED]


def test_chunks_of_any_size_hold_the_same_draws():
    draws = PersonDraws(33, draws=10, seed=4)
    whole = draws.weights(0, 10)
    for size in (1, 3, 7):
        parts = [draws.weights(at, min(at + size, 10)) for at in range(0, 10, size)]
        assert np.array_equal(np.concatenate(parts), whole)


def test_each_draw_takes_as_many_persons_as_there_are_and_each_equally_often():
    weights = PersonDraws(50, draws=4000, seed=2).weights(0, 4000).astype(float)
    assert set(weights.sum(1)) == {50.0}
    # A multinomial weight has the variance 1 - 1/people; the mean of 4,000 is off by 1/63.
    assert np.abs(weights.mean(0) - 1).max() < 5 / 63
    assert weights.var() == pytest.approx(1 - 1 / 50, abs=0.02)
    assert np.cov(weights.T)[0, 1] == pytest.approx(-1 / 50, abs=0.06)


@pytest.mark.parametrize(
    ("people", "draws", "seed"), [(0, 10, 1), (10, 0, 1), (10, 10, -1), (10, 10, 2**64)]
)
def test_numbers_that_make_no_sense_are_refused(people, draws, seed):
    with pytest.raises(SettingError):
        PersonDraws(people, draws, seed)


def test_draws_that_do_not_exist_are_refused():
    with pytest.raises(SettingError):
        PersonDraws(10, draws=5).weights(0, 6)
