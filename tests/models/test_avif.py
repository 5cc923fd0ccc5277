"""AVIF files have the pixels that Pillow gives, turned as their container says."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from gantei.photographs import decoding
from gantei.photographs.formats import avif
from gantei.photographs.photograph import open_photograph, read

from .pictures import exif_of, refusal


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turn_and_mirror_of_the_container_are_applied(fundus, encoded, orientation):
    data = encoded(fundus, "AVIF", exif=exif_of(orientation))  # Pillow writes irot and imir
    assert (b"irot" in data or b"imir" in data) == (orientation > 1)
    photograph = open_photograph(data)
    assert photograph.orientation == orientation
    upright = ImageOps.exif_transpose(Image.open(BytesIO(data)))
    assert photograph.size == upright.size[::-1]
    assert np.array_equal(photograph.pixels(), upright)


def test_exif_that_says_otherwise_does_not_count(fundus, encoded):
    data = bytearray(encoded(fundus, "AVIF", exif=exif_of(6)))
    data[data.index(b"irot") + 4] = 1  # 8, as EXIF counts
    upright = ImageOps.exif_transpose(Image.open(BytesIO(bytes(data))))
    assert np.array_equal(read(bytes(data)), upright)
    assert open_photograph(bytes(data)).orientation == 8


def test_a_sequence_is_refused(draw, encoded):
    frames = [draw(64, 64), draw(64, 64, noise=9)]
    data = encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:])
    assert refusal(data).code == "several-frames"


def test_transparent_pixels_lie_over_black(fundus, encoded):
    image = fundus.convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    data = encoded(image, "AVIF")
    decoded = Image.open(BytesIO(data)).convert("RGBa")
    assert np.array_equal(read(data), np.asarray(decoded)[..., :3])


def test_the_size_is_bounded_before_anything_is_decoded(files, monkeypatch):
    monkeypatch.setattr(decoding, "LARGEST_PICTURE", 240 * 180 - 1)
    monkeypatch.setattr(avif, "decode_apart", lambda *_, **__: pytest.fail("decoded"))
    assert refusal(files["AVIF"]).code == "many-pixels"


@pytest.mark.parametrize("box", [b"meta", b"pitm", b"iprp", b"ipco", b"ispe"])
def test_a_header_without_one_of_its_boxes_is_refused(files, box):
    assert refusal(files["AVIF"].replace(box, b"free", 1)).code in (
        "damaged-picture",
        "cut-off-file",
    )


def test_an_enormous_header_is_refused(files):
    data = files["AVIF"]
    place = data.index(b"meta") - 4
    huge = data[:place] + (20_000_000).to_bytes(4) + data[place + 4 :] + bytes(20_000_000)
    assert "header" in refusal(huge).values["why"]
