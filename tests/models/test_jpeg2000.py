"""JPEG 2000: whole or refused, decoded apart, and never through Pillow where Pillow is wrong."""

import numpy as np
import pytest

from gantei.photographs.formats import jpeg2000
from gantei.photographs.photograph import open_photograph, read

from .pictures import refusal


@pytest.fixture
def tiles(files):
    """A codestream of 4 x 3 tiles."""
    return files["JPEG 2000 codestream"]


def tile_parts(data):
    """Where the parts of tiles begin, and where the last ends."""
    place, found = data.index(b"\xff\x90"), []
    while data[place : place + 2] == b"\xff\x90":
        found.append(place)
        place += int.from_bytes(data[place + 6 : place + 10])
    return [*found, place]


def test_a_picture_without_some_of_its_tiles_is_cut_off(tiles):
    parts = tile_parts(tiles)
    assert len(parts) == 13
    for left_out in (0, 5, 11):
        cut = tiles[: parts[left_out]] + tiles[parts[left_out + 1] :]
        assert cut.endswith(b"\xff\xd9")
        assert refusal(cut).code == "cut-off-file"
    assert refusal(tiles[: parts[5]] + b"\xff\xd9").code == "cut-off-file"


def test_a_last_tile_that_goes_to_the_end_is_whole(tiles):
    last = tile_parts(tiles)[-2]
    endless = tiles[: last + 6] + bytes(4) + tiles[last + 10 :]
    assert np.array_equal(read(endless), read(tiles))
    assert refusal(endless[:-2]).code == "cut-off-file"


def test_headers_that_say_different_sizes_are_refused(files):
    data = bytearray(files["JPEG 2000"])
    place = data.index(b"ihdr") + 4
    data[place + 3] += 1
    assert "different sizes" in refusal(bytes(data)).values["why"]


def test_a_file_of_several_pictures_is_refused(files):
    data = files["JPEG 2000"]
    box = data[data.index(b"jp2c") - 4 :]
    again = len(box).to_bytes(4) + box[4:]
    assert refusal(data[: -len(box)] + again + again).code == "several-frames"


@pytest.mark.parametrize("place", [8, 12, 24, 28])  # right, lower, and the sides of tiles
def test_impossible_sizes_are_refused(tiles, place):
    data = bytearray(tiles)
    data[place : place + 4] = bytes(4)
    assert refusal(bytes(data)).code == "damaged-picture"


def test_boxes_without_end_are_refused_at_once(files):
    data = files["JPEG 2000"]
    many = data[:12] + 20_000 * (8).to_bytes(4).ljust(8, b"x") + data[12:]
    assert "boxes" in refusal(many).values["why"]


@pytest.fixture
def deep(files):
    """A file that says its values have 16 bits, of which Pillow would make the brightest black."""
    data = bytearray(files["JPEG 2000"])
    first = data.index(b"\xff\x4f\xff\x51") + 42
    for colour in range(3):
        data[first + 3 * colour] = 15
    return data


def test_deep_colours_need_an_extra(deep, monkeypatch):
    monkeypatch.setattr(jpeg2000, "find_spec", lambda name: None)
    found = refusal(bytes(deep))
    assert found.code == "jpeg2000-needs-extra"
    assert found.advice() == 'pip install "gantei[dicom]" reads it'


def test_deep_colours_that_are_no_rgb_are_refused(deep):
    place = deep.index(b"colr") + 4
    deep[place + 6] = 18
    assert refusal(bytes(deep)).code == "jpeg2000-deep-colours"


@pytest.mark.parametrize("name", ["JPEG 2000", "AVIF"])
def test_what_a_strangers_file_meets_in_c_runs_in_another_process(files, name, monkeypatch):
    from gantei.photographs.formats import avif

    asked = []
    for module in (jpeg2000, avif):
        apart = module.decode_apart
        monkeypatch.setattr(
            module,
            "decode_apart",
            lambda job, *more, apart=apart, **options: (
                asked.append(job) or apart(job, *more, **options)
            ),
        )
    photograph = open_photograph(files[name])
    assert asked == []
    assert photograph.pixels().shape == (180, 240, 3)
    assert len(asked) == 1
