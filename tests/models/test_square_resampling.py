"""A square beyond its picture is resampled a few rows at a time, without a copy of the picture."""

from typing import get_args

import numpy as np
import pytest
from PIL import Image

from gantei.manifests.fields import UNKNOWN, Resampling
from gantei.photographs import colour, field_of_view
from gantei.photographs.colour import as_rgb
from gantei.photographs.field_of_view import Square
from gantei.photographs.resampling import ANTIALIASED, resample
from gantei.photographs.square_resampling import resample_square

METHODS = [each for each in get_args(Resampling) if each != UNKNOWN]
WHITE = (250, 250, 250)


@pytest.fixture
def image():
    rng = np.random.default_rng(3)
    return Image.fromarray(rng.integers(0, 256, (90, 130, 3), np.uint8))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "square",
    [
        Square(-7.3, -20.6, 121.5),
        Square(20.2, 5.4, 70.1),
        Square(20.2, 5.4, 70.1, surround=WHITE),
        Square(-30.5, 12.25, 95.5, surround=WHITE),
    ],
    ids=["beyond", "within", "within, on white", "beyond, on white"],
)
def test_it_is_resampled_as_a_copy_that_holds_it(image, square, method, monkeypatch):
    monkeypatch.setattr(field_of_view, "_STRIP", 1000)  # several strips
    square = square if method in ANTIALIASED else square.rounded()
    whole, box = square.cut(image)
    assert np.array_equal(
        resample_square(image, square, (40, 33), method), resample(whole, (40, 33), method, box)
    )


def test_what_lies_beyond_or_around_a_disc_on_white_is_black(image):
    pixels = resample_square(image, Square(-30, 0, 90, surround=WHITE), (90, 90), "nearest")
    assert not pixels[:, :30].any()
    assert not pixels[0, 31:36].any()
    assert np.array_equal(pixels[20:70, 40:80], np.asarray(image)[20:70, 10:50])


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "YCbCr"])
def test_colours_are_converted_strip_by_strip_as_all_at_once(image, mode, monkeypatch):
    stored = image.quantize(30) if mode == "P" else image.convert(mode)
    if mode == "RGBA":
        stored.putalpha(Image.linear_gradient("L").resize(stored.size))
    if mode == "P":
        stored.info["transparency"] = bytes(range(0, 240, 8))
    at_once = as_rgb(stored)
    monkeypatch.setattr(colour, "_STRIP", 1000)
    assert as_rgb(stored).tobytes() == at_once.tobytes()
