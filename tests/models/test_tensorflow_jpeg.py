"""`decoder = "tensorflow"`: a JPEG gets the pixels that `tf.io.decode_jpeg` gives."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gantei.demo
from gantei.errors import PhotographError
from gantei.photographs.photograph import open_photograph, read

from .jpegs import every_kind, picture, with_damaged_scans, written
from .pictures import exif_of, multi_picture

DATA = Path(__file__).parent / "data" / "tensorflow_jpegs.npz"
"""Files and what TensorFlow 2.21 made of them; some were written by libjpeg-turbo's own cjpeg and
jpegtran, with arithmetic coding and sampling factors that no Python package writes."""


def shipped():
    with np.load(DATA) as arrays:
        names = sorted(key.removesuffix(".jpg") for key in arrays if key.endswith(".jpg"))
        return {name: (arrays[f"{name}.jpg"].tobytes(), arrays[name]) for name in names}


SHIPPED = shipped()


def tensorflow(data):
    # Black and grey pictures are pictures here as well: `light` is another test's.
    return open_photograph(data, allow_grey=True)._picture.decode(1, "tensorflow")


def pixels_of(data):
    return np.asarray(tensorflow(data).convert("RGB"))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_pixels_are_those_that_tensorflow_gave(name):
    data, expected = SHIPPED[name]
    assert np.array_equal(pixels_of(data), expected)


@pytest.mark.reference
@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_is_tensorflows_own_answer(name):
    tf = pytest.importorskip("tensorflow")
    data, expected = SHIPPED[name]
    assert np.array_equal(tf.io.decode_jpeg(data, channels=3).numpy(), expected)


@pytest.mark.reference
def test_every_kind_of_jpeg_has_the_pixels_of_tensorflow_bit_for_bit():
    tf = pytest.importorskip("tensorflow")
    differing, files = [], 0
    for name, data in every_kind():
        files += 1
        expected = tf.io.decode_jpeg(data, channels=3).numpy()
        by_keras = tf.io.decode_image(data, channels=3, expand_animations=False).numpy()
        if not (np.array_equal(expected, by_keras) and np.array_equal(pixels_of(data), expected)):
            differing.append(name)
    assert files >= 150
    assert not differing


@pytest.mark.reference
def test_drawn_photographs_have_the_pixels_of_tensorflow_bit_for_bit(tmp_path):
    tf = pytest.importorskip("tensorflow")
    gantei.demo.draw_people(tmp_path, people=4, seed=11)
    paths = sorted(tmp_path.rglob("*.jpg"))
    assert len(paths) >= 6
    for path in paths:
        expected = tf.io.decode_jpeg(path.read_bytes(), channels=3).numpy()
        assert np.array_equal(read(path, decoder="tensorflow"), expected)


@pytest.mark.reference
@pytest.mark.parametrize("kind", ["PNG", "BMP", "WEBP"])
def test_other_files_have_the_same_pixels_in_tensorflow_and_here(kind, fundus, encoded):
    tf = pytest.importorskip("tensorflow")
    data = encoded(fundus, kind)
    expected = tf.io.decode_image(data, channels=3, expand_animations=False).numpy()
    for decoder in ("pillow", "tensorflow"):
        assert np.array_equal(read(data, decoder=decoder), expected)


def test_the_pixels_are_not_those_of_pillow(fundus, encoded):
    data = encoded(fundus, "JPEG", quality=90)
    assert not np.array_equal(read(data), read(data, decoder="tensorflow"))


def test_one_photograph_gives_both(fundus, encoded):
    data = encoded(fundus, "JPEG", quality=90)
    photograph = open_photograph(data)
    assert np.array_equal(photograph.pixels(decoder="tensorflow"), read(data, decoder="tensorflow"))
    assert np.array_equal(photograph.pixels(), read(data))
    assert photograph.picture(1, "tensorflow") is photograph.picture(1, "tensorflow")


def test_a_file_of_another_format_is_decoded_once_for_both(fundus, encoded):
    photograph = open_photograph(encoded(fundus, "PNG"))
    assert photograph.picture(1, "tensorflow") is photograph.picture()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_upright_by_its_exif_although_tensorflow_does_not(
    orientation, fundus, encoded
):
    plain = read(encoded(fundus, "JPEG"), decoder="tensorflow")
    data = encoded(fundus, "JPEG", exif=exif_of(orientation))
    expected = Image.fromarray(plain)
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }  # fmt: skip
    if orientation > 1:
        expected = expected.transpose(turned[orientation])
    assert np.array_equal(read(data, decoder="tensorflow"), np.asarray(expected))


def refused(data, *words):
    with pytest.raises(PhotographError) as caught:
        read(data, allow_grey=True, decoder="tensorflow")
    for word in words:
        assert word in str(caught.value)
    return caught.value.code


def test_what_is_refused_is_refused_for_this_decoder_too(fundus, encoded):
    data = encoded(fundus, "JPEG")
    refused(data[: len(data) // 2], "damaged or cut-off JPEG")
    refused(multi_picture(data, [0x30000, 0]), "several frames")
    black = encoded(Image.new("RGB", (64, 64)), "JPEG")
    refused(black, "a black picture")
    with pytest.raises(PhotographError, match="grey"):
        read(encoded(fundus.convert("L"), "JPEG"), decoder="tensorflow")


def test_a_progressive_file_whose_last_scans_are_missing_is_refused():
    data = written(picture(97, 131), quality=90, progressive=True)
    scans = [place for place in range(len(data)) if data[place : place + 2] == b"\xff\xda"]
    assert len(scans) > 3
    for place in scans[1:]:
        cut = data[: data.rfind(b"\xff\xc4", 0, place)] + b"\xff\xd9"
        assert read(cut).shape == (97, 131, 3)  # Pillow's own decoder smooths over it
        assert refused(cut, "last scans are missing", "input.decoder") == "jpeg-missing-scans"


def test_a_file_that_the_decoder_cannot_read_is_told_of():
    data = written(picture(97, 131), quality=90)
    start = data.index(b"\xff\xda")
    stray = data[:start] + b"abc" + data[start:]
    code = refused(stray, "damaged or unusual JPEG", "extraneous")
    assert code == "jpeg-unlike-tensorflow"


def decoded(data, decoder):
    """Its pixels as RGB; None where it is refused."""
    try:
        picture = open_photograph(data, allow_grey=True)._picture.decode(1, decoder)
    except PhotographError:
        return None
    return np.asarray(picture.convert("RGB"))


def test_damage_that_pillow_refuses_is_never_answered_with_grey():
    refusals, answers, differing = 0, 0, []
    for name, data in with_damaged_scans():
        pillow, ours = decoded(data, "pillow"), decoded(data, "tensorflow")
        refusals, answers = refusals + (pillow is None), answers + (ours is not None)
        if (pillow is None) != (ours is None):
            differing.append(name)
    assert refusals > 1000 and answers > 500
    assert not differing


@pytest.mark.reference
def test_damage_that_both_decode_has_the_pixels_of_tensorflow():
    tf = pytest.importorskip("tensorflow")
    both, differing = 0, []
    for name, data in with_damaged_scans():
        try:
            expected = tf.io.decode_jpeg(data, channels=3).numpy()
        except tf.errors.InvalidArgumentError:
            continue
        ours = decoded(data, "tensorflow")
        both += 1
        if ours is None or not np.array_equal(ours, expected):
            differing.append(name)
    assert both > 500
    assert not differing
