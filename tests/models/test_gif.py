"""GIF files of one picture are read; of several, without an end, or of endless comments not."""

import time
from io import BytesIO

import numpy as np
from PIL import Image

from gantei.photographs.photograph import read

from .pictures import pillow, refusal


def test_an_interlaced_picture_has_pillows_pixels(fundus, encoded):
    for interlace in (0, 1):
        data = encoded(fundus.quantize(64), "GIF", interlace=interlace)
        assert np.array_equal(read(data), pillow(data))


def test_transparent_pixels_are_black(fundus, encoded):
    data = encoded(fundus.quantize(64), "GIF", transparency=5)
    decoded = np.asarray(Image.open(BytesIO(data)).convert("RGBA"))
    assert (decoded[..., 3] == 0).any()
    assert np.array_equal(read(data), decoded[..., :3] * (decoded[..., 3:] > 0))


def test_several_pictures_are_refused_and_so_are_those_cut_behind_the_first(draw, encoded):
    frames = [draw(64, 64), draw(64, 64, noise=40), draw(64, 64, noise=80)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert refusal(data).code == "several-frames"
    alone = encoded(frames[0], "GIF")
    assert refusal(alone[:-1]).code == "cut-off-file"


def test_comments_without_end_are_refused_at_once(files):
    comment = b"\x21\xfe" + 2_000_000 * b"\1x" + b"\0"
    data = files["GIF"][:-1] + comment + b"\x3b"
    began = time.process_time()
    assert "blocks" in refusal(data).values["why"]
    assert time.process_time() - began < 2


def test_a_picture_larger_than_the_bound_is_refused_by_its_header(files):
    data = bytearray(files["GIF"])
    data[6:10] = b"\xff\xff\xff\xff"
    assert refusal(bytes(data)).code == "many-pixels"
