"""A photograph below an address goes everywhere that one in a folder goes."""

import hashlib
import pickle

import numpy as np
import pytest

import gantei
from gantei.errors import PhotographError
from gantei.findings.finding import Finding
from gantei.photographs.eyes import eyes_of
from gantei.photographs.listed_text import listed_text, name_of_text
from gantei.photographs.path_spelling import path_key
from gantei.photographs.photograph import eye_of, open_photograph
from gantei.photographs.photograph_source import (
    is_one,
    photograph_digest,
    read_encoded,
    read_versioned,
    source_name,
)
from gantei.photographs.stored_photograph import StoredFile, StoredPhotograph
from gantei.photographs.study_photograph import (
    CompactPhotographs,
    StudyPhotograph,
    selected,
)
from gantei.study.file_stamps import FileStamps, stamp_of
from gantei.system.stored_texts import StoredTexts

from .stored import PlaceInMemory

NAME = "p1/eye_OD.png"


@pytest.fixture
def place(photographs):
    content = (photographs / "right/0.png").read_bytes()
    return PlaceInMemory({NAME: content, "cut_OS.png": content[:-200]})


@pytest.fixture
def stored(place):
    return StoredPhotograph(place, NAME)


def test_it_is_called_by_the_address_and_its_name(stored):
    assert str(stored) == source_name(stored) == path_key(stored) == f"store://test/{NAME}"
    assert repr(stored).count("PlaceInMemory") == 0
    assert is_one(stored)


def test_it_is_read_once_with_its_version(stored, place):
    photograph = open_photograph(stored)
    assert photograph.sha256 == hashlib.sha256(place.contents[NAME]).hexdigest()
    assert photograph.version == place.version_of(NAME)
    assert place.asked == [("read", NAME)]


def test_its_pixels_digest_and_bytes_are_those_of_the_file(stored, place, photographs):
    path = photographs / "right/0.png"
    np.testing.assert_array_equal(gantei.read(stored), gantei.read(path))
    assert photograph_digest(stored).sha256 == photograph_digest(path).sha256
    assert read_encoded(stored) == path.read_bytes()
    assert read_versioned(path).version is None


def test_the_last_part_of_its_name_tells_its_eye(stored, place):
    assert eye_of(stored, None).side == "right"
    left = StoredPhotograph(place, "cut_OS.png")
    assert [eye.side for eye in eyes_of([stored, left], None)] == ["right", "left"]
    assert [eye.side for eye in eyes_of([stored], {str(stored): "left"})] == ["left"]


def test_what_cannot_be_read_says_of_which_it_is(place):
    with pytest.raises(PhotographError, match=r"^store://test/none.png: not there"):
        open_photograph(StoredPhotograph(place, "none.png"))
    assert photograph_digest(StoredPhotograph(place, "none.png")).sha256 is None


def test_an_error_found_in_its_bytes_says_of_which_version(place, make_estimator):
    cut = StoredPhotograph(place, "cut_OS.png")
    with pytest.raises(PhotographError) as raised:
        open_photograph(cut).pixels()
    assert raised.value.code == "damaged-file" or raised.value.sha256
    error = PhotographError(Finding("not-a-file"))
    error.version = "a"
    assert pickle.loads(pickle.dumps(error)).version == "a"


def test_an_estimator_gives_the_values_that_the_file_has(stored, photographs, make_estimator):
    estimator = gantei.load(make_estimator())
    (from_place,) = estimator.predict(stored)
    (from_disk,) = estimator.predict(photographs / "right/0.png")
    assert from_place.values == from_disk.values
    assert from_place.source == str(stored)


def test_its_stamp_is_the_version_that_came_with_the_bytes_and_with_the_list(stored, place):
    listed = StudyPhotograph(stored, NAME)
    stamps = FileStamps()
    (given,) = stamps.noted([listed])
    assert stamps.taken(given, "as-read") == "as-read"
    assert place.asked == []
    assert stamp_of(listed) == place.version_of(NAME)
    assert place.asked == [("version", NAME)]
    known = StudyPhotograph(StoredPhotograph(place, NAME, 5, "as-listed"), NAME)
    assert stamp_of(known) == "as-listed"
    assert len(place.asked) == 1


@pytest.mark.parametrize(
    ("size", "version"), [(None, None), (0, ""), (5, '"a=b"'), (None, "x\ny"), (7, None)]
)
def test_what_a_place_says_of_a_file_comes_back_from_one_line(size, version, place):
    text = listed_text(StoredFile("a\nb.png", size, version))
    assert "\n" not in text
    (made,) = CompactPhotographs(place, StoredTexts([[text]]))
    assert made.source == StoredPhotograph(place, "a\nb.png")
    assert (made.source.size, made.source.listed_version) == (size, version)
    assert made.name == r"a\nb.png"


def test_compact_photographs_know_what_the_place_said_of_each(place):
    files = [
        StoredFile(f"{letter}.png", number, f"v{number}") for number, letter in enumerate("abc")
    ]
    photographs = CompactPhotographs(place, StoredTexts([[listed_text(each) for each in files]]))
    assert [*photographs.names()] == ["a.png", "b.png", "c.png"]
    assert photographs[2].source.listed_version == "v2"
    assert [each.source.size for each in photographs[1:]] == [1, 2]
    (left,) = selected(photographs, lambda names: [name == "b.png" for name in names])
    assert left.source.listed_version == "v1"


def test_lines_of_files_sort_as_their_names_do():
    names = ["a", "a.png", "a/b", "a b", "aa"]
    lines = sorted(listed_text(StoredFile(name, 9, "v")) for name in names)
    assert [name_of_text(line) for line in lines] == sorted(names)
