"""Files that were passed by, in any number: where each is, why, and how little memory it takes."""

import os
import tracemalloc

import pytest

from gantei.errors import OutputError
from gantei.findings.finding import Finding
from gantei.photographs.listing import list_photographs
from gantei.photographs.passed_by import PassedBy
from gantei.photographs.stored_photograph import StoredFile
from gantei.storage.place_listing import list_place
from gantei.system import stored_texts

from .stored import PlaceInMemory

TEXT = Finding("text-file")


@pytest.fixture(autouse=True)
def in_small_runs(monkeypatch):
    """Names go into unnamed files, a few at a time."""
    monkeypatch.setattr(stored_texts, "_TAKEN", 1)
    monkeypatch.setattr(stored_texts, "RUN_TEXTS", 1_000)
    monkeypatch.setattr(stored_texts, "IN_MEMORY", 1_000)
    monkeypatch.setattr(stored_texts, "_READ", 500)


def test_each_is_told_with_its_path_its_name_and_its_reason(tmp_path):
    for name in ("a/1.jpg", "a/notes.txt", "a/scan.e2e", "b/right\n.txt", "b/右.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = list_photographs([tmp_path]).passed_by
    assert [*found] == [
        PassedBy(str(tmp_path / "a/notes.txt"), "a/notes.txt", TEXT),
        PassedBy(
            str(tmp_path / "a/scan.e2e"),
            "a/scan.e2e",
            Finding("vendor-file", format="Heidelberg E2E"),
        ),
        PassedBy(str(tmp_path / "b/right\n.txt"), "b/right\\n.txt", TEXT),
        PassedBy(str(tmp_path / "b/右.txt"), "b/右.txt", TEXT),
    ]
    assert (found[-1], found[1:3]) == ([*found][-1], tuple(found)[1:3])


def test_those_outside_of_a_stated_root_are_named_from_it(tmp_path):
    for name in ("in/1.jpg", "in/2.txt", "beside/3.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = list_photographs([tmp_path / "beside", tmp_path / "in"], root=tmp_path / "in")
    assert [*found.passed_by] == [
        PassedBy(str(tmp_path / "beside/3.txt"), "../beside/3.txt", TEXT),
        PassedBy(str(tmp_path / "in/2.txt"), "2.txt", TEXT),
    ]


def test_ones_own_are_left_out(tmp_path):
    for number in range(2_500):
        (tmp_path / f"{number}.txt").touch()
    (tmp_path / "1.jpg").touch()
    found = list_photographs([tmp_path]).without(tmp_path / f"{each}.txt" for each in range(2_498))
    assert [each.name for each in found.passed_by] == ["2498.txt", "2499.txt"]


def test_of_many_names_those_that_are_named_are_photographs():
    place = PlaceInMemory(dict.fromkeys([f"{number:04}.txt" for number in range(2_000)], b""))
    named = [f"{number:04}.txt" for number in range(0, 2_000, 7)]
    found = list_place(place, named)
    assert [*found.names()] == named
    others = [each.name for each in found.passed_by]
    assert others == sorted(place.contents.keys() - {*named})
    assert found.passed_by[0].path == "store://test/0001.txt"


class Samples(PlaceInMemory):
    """Photographs of WebDataset, each with a class and a caption."""

    def __init__(self, count):
        super().__init__({}, reads_at_once=1)
        self.count = count

    def files(self):
        for number in range(self.count):
            for kind in ("cls.txt", "json", "jpg"):
                yield StoredFile(f"{number * 7919 % self.count:06}.{kind}", 1, None)


def test_memory_does_not_grow_with_their_number(monkeypatch):
    monkeypatch.setattr(stored_texts, "RUN_TEXTS", 2_000)

    def peak(count):
        tracemalloc.start()
        found = list_place(Samples(count))
        assert sum(each.why == TEXT for each in found.passed_by) == 2 * count
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak(10_000) < 2 * peak(2_000)


@pytest.mark.parametrize("name", ["x" * 8_000 + ".jpg", "\n" * 4_500 + ".txt"])
def test_a_name_longer_than_a_list_can_hold_is_refused(name):
    place = PlaceInMemory({"1.jpg": b"", name: b""})
    with pytest.raises(
        OutputError, match=r"^store://test/ holds a name of more than 8,000 letters"
    ):
        list_place(place)


@pytest.mark.skipif(os.name == "nt", reason="there a name has no backslash")
def test_a_folder_that_cannot_be_looked_into_ends_as_one(tmp_path, monkeypatch):
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "1.jpg").touch()
    opened = os.scandir

    def scan(path):
        if path.endswith("lost+found"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path)

    monkeypatch.setattr(os, "scandir", scan)
    (found,) = list_photographs([tmp_path]).passed_by
    assert found[:2] == (f"{tmp_path}/lost+found/", "lost+found/")
