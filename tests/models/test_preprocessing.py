"""The network sees what the training code's own libraries would have shown it."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gantei.errors import PhotographError, UnsettledError
from gantei.findings.finding import Finding
from gantei.manifests.manifest import InputSpec
from gantei.photographs import network_view
from gantei.photographs.field_of_view import find_disc
from gantei.photographs.interpolation import bilinear_no_antialias
from gantei.photographs.network_view import look, view_spec
from gantei.photographs.oddities import findings_on_photograph
from gantei.photographs.photograph import open_photograph
from gantei.photographs.preprocessing import findings_on, prepare, prepare_photograph
from gantei.photographs.resampling import ANTIALIASED

PILLOW = ["nearest", "bilinear", "bicubic", "lanczos"]
SETTLED = {
    "size": (64, 48),
    "colour": "rgb",
    "crop": "none",
    "mirror": "none",
    "decoder": "pillow",
    "resampling": "bilinear",
    "scale": "in-graph",
}


def findings_of(photograph, spec):
    return findings_on(look(photograph, view_spec(spec)), spec)


def said_of(photograph, spec):
    return [finding.text() for finding in findings_of(photograph, spec)]


def spec(**facts):
    return InputSpec(**{**SETTLED, **facts})


def pixels_of(image):
    return np.asarray(image)


def shown(values):
    """A prepared picture without scaling, as the uint8 that Pillow gave."""
    assert values.dtype == np.float32 and values.flags["C_CONTIGUOUS"]
    assert np.array_equal(values, np.round(values))
    return values.astype(np.uint8)


# Resampling


@pytest.mark.parametrize("method", PILLOW)
@pytest.mark.parametrize("size", [(64, 48), (200, 300)])
def test_pillows_methods_are_pillows(fundus, method, size):
    prepared = prepare(pixels_of(fundus), spec(resampling=method, size=size))
    expected = fundus.resize(size[::-1], Image.Resampling[method.upper()])
    assert np.array_equal(shown(prepared), expected)


@pytest.mark.reference
@pytest.mark.parametrize("method", PILLOW)
def test_pillows_methods_are_those_of_keras_load_img(fundus, encoded, tmp_path, method):
    keras = pytest.importorskip("tf_keras")
    path = tmp_path / "eye.png"
    path.write_bytes(encoded(fundus, "PNG"))
    expected = keras.utils.load_img(path, target_size=(64, 48), interpolation=method)
    prepared = prepare_photograph(open_photograph(path), spec(resampling=method))
    assert np.array_equal(prepared, keras.utils.img_to_array(expected))


SIZES = [(64, 48), (180, 240), (224, 224), (300, 211), (1, 1)]


@pytest.mark.reference
@pytest.mark.parametrize("size", SIZES)
def test_bilinear_without_antialiasing_is_that_of_tensorflow(fundus, size):
    tf = pytest.importorskip("tensorflow")
    expected = tf.image.resize(pixels_of(fundus), size, method="bilinear", antialias=False)
    prepared = prepare(pixels_of(fundus), spec(resampling="bilinear-no-antialias", size=size))
    assert np.abs(prepared - expected.numpy()).max() <= 1e-4


@pytest.mark.reference
@pytest.mark.parametrize("size", SIZES)
def test_bilinear_without_antialiasing_is_that_of_opencv(fundus, size):
    cv2 = pytest.importorskip("cv2")
    prepared = prepare(pixels_of(fundus), spec(resampling="bilinear-no-antialias", size=size))
    shape = size[::-1]
    floats = cv2.resize(pixels_of(fundus).astype(np.float32), shape, interpolation=cv2.INTER_LINEAR)
    assert np.abs(prepared - floats).max() <= 0.01  # OpenCV's centres are float64
    rounded = cv2.resize(pixels_of(fundus), shape, interpolation=cv2.INTER_LINEAR)
    assert np.abs(prepared - rounded).max() <= 1


@settings(max_examples=50, deadline=None)
@given(*[st.integers(1, 30)] * 4)
def test_bilinear_without_antialiasing_is_exact_on_a_plane(height, width, rows, columns):
    def plane(y, x):
        return np.repeat((3 * y[:, None] + 4 * x)[..., None], 3, axis=2)

    def centres(wanted, length):
        return np.clip((np.arange(wanted) + 0.5) * length / wanted - 0.5, 0, length - 1)

    pixels = plane(np.arange(height), np.arange(width)).astype(np.uint8)
    resized = bilinear_no_antialias(pixels, (rows, columns))
    assert np.abs(resized - plane(centres(rows, height), centres(columns, width))).max() < 1e-3


# Colour order and scale


def test_bgr_is_rgb_backwards(fundus):
    rgb = prepare(pixels_of(fundus), spec())
    assert np.array_equal(prepare(pixels_of(fundus), spec(colour="bgr")), rgb[..., ::-1])


@pytest.mark.parametrize("colour", ["rgb", "bgr"])
def test_mean_and_std_are_those_of_the_networks_channels(fundus, colour):
    scale = {"mean": (100.0, 50.0, 25.0), "std": (60.0, 40.0, 20.0)}
    plain = prepare(pixels_of(fundus), spec(colour=colour)).astype(np.float64)
    expected = (plain - scale["mean"]) / scale["std"]
    scaled = prepare(pixels_of(fundus), spec(colour=colour, scale=scale))
    assert scaled.dtype == np.float32
    assert np.abs(scaled - expected).max() < 1e-5


@pytest.mark.reference
@pytest.mark.parametrize(
    ("mode", "colour", "mean", "std"),
    [
        ("tf", "rgb", (127.5,) * 3, (127.5,) * 3),
        ("caffe", "bgr", (103.939, 116.779, 123.68), (1.0,) * 3),
        ("torch", "rgb", (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
    ],
)
def test_mean_and_std_can_say_what_keras_preprocess_input_does(fundus, mode, colour, mean, std):
    pytest.importorskip("tf_keras")
    from tf_keras.src.applications.imagenet_utils import preprocess_input

    resized = fundus.resize((48, 64), Image.Resampling.BILINEAR)
    expected = preprocess_input(pixels_of(resized).astype(np.float32), mode=mode)
    scaled = prepare(pixels_of(fundus), spec(colour=colour, scale={"mean": mean, "std": std}))
    assert np.abs(scaled - expected).max() < 1e-4


@pytest.mark.parametrize("fact", ["size", "colour", "crop", "resampling", "scale"])
def test_an_unknown_fact_is_named_and_never_guessed(fundus, fact):
    unknown = spec(**{fact: "unknown"})
    for attempt in (
        lambda: prepare(pixels_of(fundus), unknown),
        lambda: prepare_photograph(open_photograph(fundus), unknown),
    ):
        with pytest.raises(UnsettledError, match=rf"input\.{fact} is unknown"):
            attempt()


# The crop


@pytest.mark.parametrize("method", ["nearest", "bilinear-no-antialias"])
def test_where_pixels_are_picked_out_the_disc_is_cut_at_whole_ones(draw, method):
    image = draw(400, 300, (220, 140), 120, noise=0)
    left, top, side = (round(value) for value in find_disc(image)[:3])
    cut = image.crop((left, top, left + side, top + side))
    facts = {"resampling": method, "size": (64, 64)}
    prepared = prepare(pixels_of(image), spec(crop="disc", **facts))
    assert np.array_equal(prepared, prepare(pixels_of(cut), spec(**facts)))
    assert abs(left - 100) <= 1 and abs(top - 20) <= 1 and abs(side - 240) <= 1


@pytest.mark.parametrize("method", sorted(ANTIALIASED))
def test_where_pixels_are_averaged_the_disc_is_resampled_as_pillow_does_it(draw, method):
    image = draw(400, 300, (220, 140), 120, noise=0)
    left, top, side = find_disc(image)[:3]
    box = (left, top, left + side, top + side)
    expected = image.resize((64, 64), Image.Resampling[method.upper()], box=box)
    prepared = prepare(pixels_of(image), spec(crop="disc", resampling=method, size=(64, 64)))
    assert np.array_equal(prepared, pixels_of(expected))


def test_the_crop_keeps_the_aspect_and_fills_up_with_black(draw):
    image = draw(400, 260, (200, 130), 180, noise=0)  # 50 pixels of the disc are missing above
    prepared = prepare(pixels_of(image), spec(crop="disc", size=(36, 36), resampling="nearest"))
    assert not prepared[:5].any() and not prepared[-5:].any()
    assert prepared[6:30, 18, 0].min() > 50


def test_a_black_photograph_has_no_disc_and_the_error_names_it():
    with pytest.raises(PhotographError, match=r"^<array>: a black picture"):
        prepare(np.zeros((60, 60, 3), np.uint8), spec(crop="disc"))
    black = open_photograph(np.zeros((60, 60, 3), np.uint8))
    with pytest.raises(PhotographError, match=r"^<array>: a black"):
        prepare_photograph(black, spec(crop="disc"))
    dim = open_photograph(np.full((60, 60, 3), (11, 0, 0), np.uint8), allow_grey=True)
    with pytest.raises(PhotographError, match=r"<array>: .*black"):
        prepare_photograph(dim, spec(crop="disc"))


# Decoding at reduced size


@pytest.fixture(scope="module")
def large(draw, encoded):
    return encoded(draw(1203, 1001, (600, 500), 460), "JPEG", quality=90)


def reduced_of(photograph, facts):
    return prepare_photograph(photograph, facts, reduced=True)


def scales_decoded(photograph, monkeypatch):
    asked = []
    original = photograph.picture

    def picture(self, scale=1, *decoder):
        if scale not in asked:  # what is decoded already is kept
            asked.append(scale)
        return original(scale, *decoder)

    monkeypatch.setattr(type(photograph), "picture", picture)
    return asked


@pytest.fixture(autouse=True)
def factor_of_two(monkeypatch):
    """The factor in use is measured on the demo estimators; these tests are about its use."""
    monkeypatch.setattr(network_view, "DRAFT_FACTOR", 2)
    monkeypatch.setattr(network_view, "DRAFT_LEAST", 0)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"size": (62, 62)}, [8]),
        ({"size": (63, 63)}, [4]),
        ({"size": (62, 76)}, [4]),  # 1203 / 8 < 2 * 76
        ({"size": (250, 250)}, [2]),
        ({"size": (251, 251)}, [1]),
        ({"size": (57, 57), "crop": "disc"}, [8]),
        ({"size": (60, 60), "crop": "disc"}, [8, 4]),  # the disc's 920 / 8 < 2 * 60
        ({"size": (62, 62), "resampling": "nearest"}, [1]),
        ({"size": (62, 62), "resampling": "bilinear-no-antialias"}, [1]),
        ({"size": (62, 62), "decoder": "tensorflow"}, [1]),
        ({"size": (62, 62), "decoder": "tensorflow", "crop": "disc"}, [1]),
        ({"size": (62, 62), "crop": "box"}, [1]),
    ],
)
def test_a_jpeg_is_decoded_no_smaller_than_twice_the_input(large, monkeypatch, facts, expected):
    photograph = open_photograph(large)
    asked = scales_decoded(photograph, monkeypatch)
    reduced_of(photograph, spec(**facts))
    assert asked == expected


def test_so_many_pixels_stay_that_rounding_averages_out(large, monkeypatch):
    monkeypatch.setattr(network_view, "DRAFT_LEAST", 400)
    photograph = open_photograph(large)
    asked = scales_decoded(photograph, monkeypatch)
    reduced_of(photograph, spec(size=(62, 62)))
    assert asked == [2]


def test_a_small_disc_is_decoded_at_the_scale_it_needs_at_once(draw, encoded, monkeypatch):
    photograph = open_photograph(encoded(draw(1203, 1001, (600, 500), 200), "JPEG"))
    asked = scales_decoded(photograph, monkeypatch)
    reduced_of(photograph, spec(crop="disc", size=(60, 60)))
    assert asked == [8, 2]  # its 400 pixels: 400 / 4 < 2 * 60 <= 400 / 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("crop", ["none", "disc"])
@pytest.mark.parametrize("method", ["bilinear", "bicubic", "lanczos"])
def test_reduced_decoding_shows_nearly_what_full_decoding_shows(
    draw, encoded, orientation, crop, method
):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = draw(1203, 1001, (600, 500), 460, noise=0)
    photograph = open_photograph(encoded(image, "JPEG", quality=90, exif=exif))
    facts = spec(crop=crop, resampling=method, size=(56, 56))
    assert photograph.scale(112, 112) == 8
    reduced = reduced_of(photograph, facts)
    difference = np.abs(reduced - prepare(photograph.pixels(), facts))
    assert 0 < difference.mean() < (0.25 if crop == "none" else 0.6)


def test_the_result_does_not_depend_on_what_was_decoded_before(large):
    facts = spec(crop="disc", size=(60, 60))
    alone = reduced_of(open_photograph(large), facts)
    photograph = open_photograph(large)
    for size in ((224, 224), (30, 30), (500, 500)):
        reduced_of(photograph, spec(size=size))
    assert np.array_equal(reduced_of(photograph, facts), alone)


@pytest.mark.parametrize("crop", ["none", "disc"])
def test_what_is_not_permitted_is_decoded_in_full_also_beside_what_is(large, crop, monkeypatch):
    facts = spec(crop=crop, size=(56, 56))
    full = prepare(np.asarray(Image.open(BytesIO(large))), facts)
    photograph = open_photograph(large)
    asked = scales_decoded(photograph, monkeypatch)
    reduced = reduced_of(photograph, facts)
    assert asked[0] == 8
    assert np.array_equal(prepare_photograph(photograph, facts), full)
    assert not np.array_equal(reduced, full)
    assert np.array_equal(reduced_of(photograph, facts), reduced)


def test_without_reduced_decoding_a_photograph_and_its_pixels_give_the_same(fundus, encoded):
    data = encoded(fundus, "PNG")
    for crop in ("none", "disc"):
        for method in (*PILLOW, "bilinear-no-antialias"):
            facts = spec(crop=crop, resampling=method)
            from_pixels = prepare(pixels_of(Image.open(BytesIO(data))), facts)
            assert np.array_equal(prepare_photograph(open_photograph(data), facts), from_pixels)


# What is odd


@pytest.mark.parametrize("crop", ["none", "disc"])
def test_a_photograph_smaller_than_the_input_is_remarked(draw, crop):
    photograph = open_photograph(draw(60, 60, (30, 30), 25))
    (remark,) = said_of(photograph, spec(crop=crop, size=(64, 64)))
    assert remark.startswith("enlarged from ") and remark.endswith("the network's 64 x 64")


def test_a_photograph_without_a_disc_is_remarked():
    even = open_photograph(np.full((90, 90, 3), (150, 80, 40), np.uint8))
    assert Finding("no-disc", around="picture") in findings_on_photograph(even, None)


def test_an_ordinary_photograph_is_not_remarked(fundus):
    for crop in ("none", "disc"):
        assert findings_of(open_photograph(fundus), spec(crop=crop, size=(64, 64))) == ()
