from dataclasses import replace

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei_export.learning.labelled_embeddings import LabelledEmbeddings
from gantei_export.learning.people_split import folds_of, require_people, split_people

from .embedding_cohorts import cohort, learning_target

KINDS = pytest.mark.parametrize(
    ("kind", "classes"), [("regression", 2), ("binary", 2), ("categorical", 4)]
)


def eyes(people, rng):
    """Draw people of whom most have a right and a left eye, and some only one of them."""
    both = rng.random(people) < 0.7
    persons = np.concatenate((np.arange(people), np.flatnonzero(both)))
    one = rng.integers(0, 2, people)
    ages = rng.uniform(20, 90, people)[persons]
    return LabelledEmbeddings(
        learning_target("binary"), np.zeros((len(persons), 1)),
        np.concatenate((one, 1 - one[both])), persons, people, ages,
    )  # fmt: skip


@KINDS
def test_nobody_is_on_both_sides_and_everybody_on_one(kind, classes):
    data = cohort(kind, classes=classes)
    for draw in range(20):
        train, test = split_people(data, seed=4, draw=draw)
        assert not set(data.persons[train]) & set(data.persons[test])
        assert (train != test).all()
        assert len(set(data.persons[test])) == round(0.2 * data.people)


@KINDS
def test_each_person_is_in_one_fold_and_folds_are_of_equal_size(kind, classes):
    data = cohort(kind, photographs=117, classes=classes)
    for folds in (2, 5, 7):
        fold = folds_of(data, folds, seed=folds)
        assert len(np.unique(np.stack((data.persons, fold)), axis=1).T) == data.people
        sizes = [len(set(data.persons[fold == each])) for each in range(folds)]
        assert max(sizes) - min(sizes) <= 1


@KINDS
def test_the_order_of_rows_changes_nothing(kind, classes):
    data = cohort(kind, classes=classes)
    order = np.random.default_rng(1).permutation(len(data))
    turned = replace(
        data, embeddings=data.embeddings[order], truths=data.truths[order],
        persons=data.persons[order], ages=data.ages[order],
    )  # fmt: skip
    np.testing.assert_array_equal(split_people(turned)[1], split_people(data)[1][order])
    np.testing.assert_array_equal(folds_of(turned), folds_of(data)[order])


def test_seed_and_draw_give_the_same_people_again_and_others_give_others():
    data = cohort("binary")
    chosen = {
        (seed, draw): tuple(split_people(data, seed=seed, draw=draw)[1])
        for seed in (0, 1)
        for draw in (0, 1)
    }
    assert len(set(chosen.values())) == 4
    assert chosen[1, 1] == tuple(split_people(data, seed=1, draw=1)[1])
    assert tuple(folds_of(data)) != tuple(folds_of(data, draw=1))


def test_draws_are_the_same_on_every_machine_and_with_every_version():
    numbers = np.arange(20)
    data = LabelledEmbeddings(
        learning_target("regression"), np.zeros((20, 1)), 20.0 + numbers, numbers, 20,
        np.full(20, np.nan),
    )  # fmt: skip
    assert np.flatnonzero(split_people(data, seed=7)[1]).tolist() == [4, 8, 12, 17]
    assert "".join(map(str, folds_of(data, 3, seed=7))) == "12011022101020012021"


@pytest.mark.parametrize("people", [50, 61, 200])
def test_sides_and_folds_have_their_share_of_each_class_and_age(people):
    rng = np.random.default_rng(people)
    data = eyes(people, rng)
    means = []
    for draw in range(30):
        _, test = split_people(data, draw=draw)
        share = data.truths[test].mean()
        assert abs(share - data.truths.mean()) < 2.5 / test.sum() + 0.02
        means.append(data.ages[test].mean())
        fold = folds_of(data, draw=draw)
        ones = np.array([data.truths[fold == each].sum() for each in range(5)])
        assert np.ptp(ones) <= 4
    unstratified = data.ages.std() / np.sqrt(0.2 * people)
    assert np.std(means) < 0.6 * unstratified


def test_everybody_is_held_out_equally_often():
    data = eyes(60, np.random.default_rng(3))
    held_out = np.zeros(60)
    for draw in range(300):
        held_out[np.unique(data.persons[split_people(data, draw=draw)[1]])] += 1
    assert np.abs(held_out / 300 - 0.2).max() < 0.1  # blocks of a stratum differ by one person


def test_a_rare_class_has_its_turn_to_judge():
    truths = np.repeat([0, 1], [490, 10])
    data = LabelledEmbeddings(
        learning_target("binary"), np.zeros((500, 1)), truths, np.arange(500), 500,
        np.full(500, np.nan),
    )  # fmt: skip
    counts = [truths[split_people(data, draw=draw)[1]].sum() for draw in range(50)]
    assert set(counts) == {2}
    ten = replace(data, truths=np.repeat([0, 1], [488, 12]))
    counts = [ten.truths[split_people(ten, draw=draw)[1]].sum() for draw in range(200)]
    assert set(counts) == {2, 3}
    assert np.mean(counts) == pytest.approx(2.4, abs=0.15)


def test_people_of_unknown_age_are_split_too():
    data = cohort("binary")
    unknown = replace(data, ages=np.where(data.persons % 3 == 0, np.nan, data.ages))
    train, test = split_people(unknown)
    assert (train != test).all()
    assert len(np.unique(folds_of(unknown))) == 5


def test_people_without_a_photograph_here_are_nobody():
    data = cohort("regression")
    kept = data.persons % 2 == 0
    half = replace(
        data, embeddings=data.embeddings[kept], truths=data.truths[kept],
        persons=data.persons[kept], ages=data.ages[kept],
    )  # fmt: skip
    sizes = [len(set(half.persons[folds_of(half) == each])) for each in range(5)]
    assert sum(sizes) == len(set(half.persons))
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(
    ("ones", "words"), [(9, "9 people have photographs of 'b'"), (0, "0 people")]
)
def test_too_few_people_of_a_class_are_refused(ones, words):
    persons = np.arange(60)
    truths = (persons < ones).astype(np.intp)
    with pytest.raises(SettingError, match=words):
        require_people(learning_target("binary"), truths, persons)
    require_people(learning_target("binary"), (persons < 10).astype(np.intp), persons)


def test_too_few_people_with_a_number_are_refused_however_many_photographs_they_have():
    with pytest.raises(SettingError, match="9 people; 10 at least"):
        require_people(learning_target("regression"), np.zeros(90), np.arange(90) % 9)


def test_one_number_for_all_is_nothing_to_learn():
    with pytest.raises(SettingError, match="all are 120; there is nothing to learn"):
        require_people(learning_target("regression"), np.full(90, 120.0), np.arange(90))


def test_shares_and_folds_that_make_no_sense_are_refused():
    data = cohort("binary", photographs=48)
    for share in (0.0, 1.0, -0.2, 0.001, float("nan")):
        with pytest.raises(SettingError, match="leaves a side empty"):
            split_people(data, share)
    with pytest.raises(SettingError, match="2 or more"):
        folds_of(data, 1)
    with pytest.raises(SettingError, match="cannot be divided"):
        folds_of(data, 31, least=0)
    few = replace(data, truths=(data.persons < 4).astype(np.intp))
    with pytest.raises(SettingError, match="4 people have photographs of 'b'; 5 at least"):
        folds_of(few)
    assert len(np.unique(folds_of(few, least=0))) == 5
