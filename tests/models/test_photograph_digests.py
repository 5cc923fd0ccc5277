"""Digests of photographs, several at once: in their order, and only of those that are asked for."""

import hashlib
from threading import Barrier

import pytest

from gantei.photographs.stored_photograph import StoredPhotograph
from gantei.photographs.study_photograph import StudyPhotograph
from gantei.study import photograph_digests
from gantei.study.photograph_digests import digests_of, with_digests

from .stored import PlaceInMemory


@pytest.fixture
def files(tmp_path):
    """Twenty files, of which the bytes are their names."""
    found = []
    for number in range(20):
        path = tmp_path / f"{number}.png"
        path.write_bytes(path.name.encode())
        found.append(StudyPhotograph(path, path.name))
    return found


def sha256_of(name):
    return hashlib.sha256(name.encode()).hexdigest()


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_digests_come_in_the_order_of_the_photographs(workers, files):
    assert [each.sha256 for each in digests_of(files, workers)] == [
        sha256_of(listed.name) for listed in files
    ]


@pytest.mark.parametrize("together", [1, 3, 1000])
def test_items_without_a_photograph_stay_between_those_with_one(together, files, monkeypatch):
    monkeypatch.setattr(photograph_digests, "_AT_ONCE", together)
    items = [(number, None if number % 3 else listed) for number, listed in enumerate(files)]
    found = [*with_digests(items)]
    assert [item for item, _ in found] == [*range(20)]
    assert [digest and digest.sha256 for _, digest in found] == [
        None if listed is None else sha256_of(listed.name) for _, listed in items
    ]


def test_over_a_network_several_are_read_at_the_same_time_by_one_worker():
    names = [f"{number}.png" for number in range(8)]
    place = PlaceInMemory({name: name.encode() for name in names}, reads_at_once=4)
    read, four = place.read, Barrier(4, timeout=30)

    def read_beside_others(name, most):
        four.wait()
        return read(name, most)

    place.read = read_beside_others
    photographs = [StudyPhotograph(StoredPhotograph(place, name, 5), name) for name in names]
    found = [*digests_of(photographs, 1)]
    assert [each.sha256 for each in found] == [*map(sha256_of, names)]
    assert [each.version for each in found] == [*map(place.version_of, names)]


def test_a_photograph_that_is_not_given_says_why_and_those_behind_it_come(files):
    place = PlaceInMemory({})
    gone = StudyPhotograph(StoredPhotograph(place, "none.png"), "none.png")
    lost = StudyPhotograph(files[0].source.with_name("lost.png"), "lost.png")
    stored, lacking, last = digests_of([gone, lost, files[1]])
    assert (stored.sha256, stored.error.code) == (None, "stored-missing")
    assert lacking == (None, None, None)
    assert last.sha256 == sha256_of("1.png")
