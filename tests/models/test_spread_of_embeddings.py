"""How far an embedding lies: directions that nobody's embedding is, and a limit for new people."""

import numpy as np
import pytest

from gantei.calibrations.embedding_distance import gaussian_distances
from gantei.statistics.embedding_spread import PEOPLE_BEHIND, distance_limit, embedding_spread
from gantei.statistics.number_line import fold_of

WIDTH = 40


def embeddings(count, seed, *, heavy=False):
    """Embeddings with three directions of larger spread."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).normal(size=(3, WIDTH))
    found = 5 + rng.normal(size=(count, 3)) @ mixing + 0.3 * rng.normal(size=(count, WIDTH))
    return found * rng.gamma(20, 1 / 20, (count, 1)) if heavy else found


def distances(of, spread):
    return gaussian_distances(of, spread.mean, spread.directions, spread.spreads, spread.rest)


@pytest.mark.parametrize("heavy", [False, True])
@pytest.mark.parametrize("people", [60, 200])
def test_about_one_in_a_hundred_new_people_lies_beyond_the_limit(people, heavy):
    shares = []
    for seed in range(12):
        here = embeddings(people, seed, heavy=heavy)
        limit = distance_limit(here, fold_of(np.arange(people)))
        new = embeddings(500, 1000 + seed, heavy=heavy)
        shares.append(np.mean(distances(new, embedding_spread(here)) > limit))
    assert 0.001 < np.mean(shares) < 0.025


def test_what_is_shifted_where_people_do_not_differ_lies_beyond():
    here = embeddings(200, 1)
    limit = distance_limit(here, fold_of(np.arange(200)))
    shifted = embeddings(100, 2) + 1.0
    assert np.mean(distances(shifted, embedding_spread(here)) > limit) > 0.95


def test_the_directions_are_those_of_scikit_learn_on_deviations_of_length_one():
    decomposition = pytest.importorskip("sklearn.decomposition", reason="needs the extra study")
    stats = pytest.importorskip("scipy.stats", reason="needs the extra study")
    here = embeddings(200, 3)
    away = here - stats.trim_mean(here, 0.25, axis=0)
    signs = away / np.linalg.norm(away, axis=1, keepdims=True)
    found = embedding_spread(here).directions
    judge = decomposition.TruncatedSVD(len(found), algorithm="arpack", random_state=0).fit(signs)
    np.testing.assert_allclose(
        np.abs(np.sum(found * judge.components_, axis=1)), np.ones(len(found)), atol=1e-9
    )
    assert len(found) == 3


def test_no_direction_is_the_embedding_of_one_odd_person():
    here = embeddings(60, 4)
    here[0] = 1e4 * np.eye(WIDTH)[7]
    spread = embedding_spread(here)
    assert np.abs(spread.directions[:, 7]).max() < 0.5
    plain = np.linalg.svd(here - here.mean(axis=0), full_matrices=False)[2][0]
    assert abs(plain[7]) > 0.99  # as the directions of greatest variance would have it


@pytest.mark.parametrize("people", [50, 51, 200, 201])
def test_no_number_of_the_middle_is_that_of_one_person_or_of_two(people):
    here = embeddings(people, 5)
    ordered, middle = np.sort(here, axis=0), embedding_spread(here).mean
    assert not np.isclose(ordered, middle, rtol=1e-9).any()
    pairs = (ordered[1:] + ordered[:-1]) / 2
    assert not np.isclose(pairs, middle, rtol=1e-9).any()


def test_embeddings_without_a_common_direction_have_none():
    noise = np.random.default_rng(6).normal(size=(60, 500))
    assert len(embedding_spread(noise).directions) == 0
    assert PEOPLE_BEHIND > 1


def test_embeddings_that_do_not_vary_have_no_distance():
    same = np.ones((60, WIDTH))
    assert embedding_spread(same) is None
    assert distance_limit(same, fold_of(np.arange(60))) is None
