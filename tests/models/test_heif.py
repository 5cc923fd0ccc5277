"""HEIF files have the pixels of libheif, upright once; `data/make_heic.py` wrote these."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gantei.errors import PhotographError
from gantei.photographs import decoding
from gantei.photographs.formats import heif
from gantei.photographs.photograph import open_photograph, read

from .pictures import refusal

DATA = Path(__file__).parent / "data"
PLAIN = (DATA / "plain.heic").read_bytes()


def test_without_the_extra_the_error_names_it(monkeypatch):
    monkeypatch.setattr(heif, "is_installed", lambda: False)
    found = refusal(DATA / "plain.heic")
    assert found.code == "heif-needs-extra"
    assert found.advice() == 'pip install "gantei[heif]" reads it'


@pytest.fixture
def libheif():
    return pytest.importorskip("pi_heif", reason="the extra heif is not installed")


@pytest.mark.parametrize("name", ["plain", "10-bits", "turned", "alpha", "thumbnail"])
def test_a_file_has_the_pixels_of_libheif(libheif, name):
    image = libheif.open_heif(DATA / f"{name}.heic").to_pillow()
    over_black = np.asarray(image.convert("RGBa" if image.mode == "RGBA" else "RGB"))[..., :3]
    assert np.array_equal(read(DATA / f"{name}.heic"), over_black)


def test_a_turn_that_container_and_exif_both_say_is_made_once(libheif):
    data = (DATA / "turned.heic").read_bytes()
    assert b"irot" in data and b"Exif" in data
    photograph = open_photograph(data)
    assert (photograph.size, photograph.orientation) == ((240, 180), 1)
    assert photograph.pixels().shape == (240, 180, 3)


def test_a_turn_may_stand_before_the_size_that_it_turns(libheif):
    """As in files of Sony's cameras."""
    data = bytearray((DATA / "turned.heic").read_bytes())
    place = data.index(b"ipma") + 14  # version, number of items, the first one
    properties = slice(place + 1, place + 1 + data[place])
    data[properties] = data[properties][::-1]
    image = libheif.open_heif(bytes(data)).to_pillow()
    assert image.size == (180, 240)
    assert np.array_equal(read(bytes(data)), image)


def test_another_picture_in_the_file_is_a_frame_and_a_thumbnail_is_none(libheif):
    assert b"thmb" in (DATA / "thumbnail.heic").read_bytes()
    assert read(DATA / "thumbnail.heic").shape == (180, 240, 3)
    assert refusal(DATA / "two.heic").code == "several-frames"


def test_a_grey_file_is_grey(libheif):
    assert refusal(DATA / "grey.heic").code == "grey-picture"
    assert read(DATA / "grey.heic", allow_grey=True).shape == (180, 240, 3)


def test_the_size_is_bounded_before_anything_is_decoded(libheif, monkeypatch):
    monkeypatch.setattr(decoding, "LARGEST_PICTURE", 240 * 180 - 1)
    monkeypatch.setattr(heif, "decode_apart", lambda *_, **__: pytest.fail("decoded"))
    assert refusal(PLAIN).code == "many-pixels"


def test_a_header_that_says_a_smaller_picture_is_refused(libheif):
    data = bytearray(PLAIN)
    place = data.index(b"ispe") + 8
    data[place : place + 8] = (32).to_bytes(4) * 2
    assert refusal(bytes(data)).code == "damaged-picture"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(length=st.integers(0, len(PLAIN) - 1))
def test_a_file_cut_anywhere_is_refused(libheif, length):
    assert refusal(PLAIN[:length])


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(libheif, data):
    content = bytearray(PLAIN)
    places = st.one_of(st.integers(0, 600), st.integers(0, len(content) - 1))
    for place in data.draw(st.lists(places, min_size=1, max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    try:
        assert read(bytes(content)).dtype == np.uint8
    except PhotographError as error:
        assert str(error).startswith("<bytes>: ")
