"""What is odd about how a photograph looks, and what is not."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

import gantei
from gantei import demo
from gantei.photographs.oddities import oddities
from gantei.photographs.photograph import open_photograph

from .jpegs import written

SEED = 5


@pytest.fixture(scope="module")
def fundus():
    """A drawn photograph of 1,215 px with a whole disc."""
    who = demo.person(SEED, 2)
    return demo.draw_photograph(SEED, who, who.eyes[0], scale=0.75).image


def codes(image):
    return [each.code for each in oddities(open_photograph(image).appearance)]


def changed(image, change):
    return Image.fromarray(np.clip(change(np.asarray(image).astype(float)), 0, 255).astype("uint8"))


def shaded(pixels):
    across = np.linspace(0, 1, pixels.shape[1])[None, :, None]
    return pixels * np.clip(4 * (across - 0.3), 0.18, 1)


def tinted(image):
    grey = np.asarray(image.convert("L"))[..., None]
    return changed(image, lambda _: grey * np.array([0.5, 1.0, 0.5]))


def framed(image):
    canvas = Image.new("RGB", (image.width + 60, image.height + 60), (200, 200, 200))
    canvas.paste(0, (10, 10, image.width + 50, image.height + 50))
    canvas.paste(image, (30, 30))
    return canvas


ODD = {
    "squeezed": lambda image: image.resize((image.width, round(1.1 * image.height))),
    "more-than-disc": framed,
    "few-pixels": lambda image: image.resize((150, 150)),
    "dim": lambda image: changed(image, lambda pixels: 0.2 * pixels),
    "overexposed": lambda image: changed(image, lambda pixels: 4 * pixels),
    "one-side-dark": lambda image: changed(image, shaded),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(0.006 * image.width)),
    "red-below-blue": lambda image: changed(image, lambda pixels: pixels[..., ::-1]),
    "one-tint": tinted,
}


def test_nothing_is_odd_about_an_ordinary_photograph(fundus):
    assert codes(fundus) == []


@pytest.mark.parametrize("number", range(3, 9))
def test_nothing_is_odd_about_drawings_of_any_camera(number):
    who = demo.person(SEED, number)
    image = demo.draw_photograph(SEED, who, who.eyes[0], scale=0.5).image
    assert codes(image) == []


@pytest.mark.parametrize("code", ODD)
def test_what_was_done_to_a_photograph_is_said(fundus, code):
    found = codes(ODD[code](fundus))
    assert code in found
    assert found == [code]


def test_noise_in_a_disc_is_unlike_a_retina():
    pixels = np.random.default_rng(1).integers(40, 256, (50, 50, 3), np.uint8)
    image = np.array(Image.fromarray(pixels).resize((500, 500), Image.Resampling.NEAREST))
    y, x = np.ogrid[:500, :500]
    image[np.hypot(x - 250, y - 250) > 240] = 0
    assert "unlike-retina" in codes(image)


def test_the_numbers_are_pythons_own(fundus):
    values = open_photograph(fundus).appearance.as_dict().values()
    assert {type(value) for value in values} <= {int, float, str, type(None)}


def test_a_squeezed_disc_tells_how_far_it_was_squeezed(fundus):
    for wide, high in ((1.15, 1.0), (1.0, 1.25)):
        size = round(wide * fundus.width), round(high * fundus.height)
        look = open_photograph(fundus.resize(size)).appearance
        assert look.roundness == pytest.approx(wide / high, rel=0.02)


def test_the_field_is_where_it_was_drawn():
    image = Image.new("RGB", (800, 600))
    who = demo.person(SEED, 2)
    drawn = demo.draw_photograph(SEED, who, who.eyes[0], scale=0.25).image
    image.paste(drawn, (100, 50))
    look = open_photograph(image).appearance
    box = drawn.convert("L").point(lambda level: 255 * (level > 20)).getbbox()
    expected = [box[0] + 100, box[1] + 50, box[2] + 100, box[3] + 50]
    assert [look.left, look.top, look.right, look.bottom] == pytest.approx(expected, abs=5)
    radius = (box[2] - box[0]) / 2
    assert look.share == pytest.approx(np.pi * radius**2 / (800 * 600), rel=0.04)


def test_means_and_ratios_are_those_of_the_pixels(fundus):
    look = open_photograph(fundus).appearance
    pixels = np.asarray(fundus)
    y, x = np.ogrid[: pixels.shape[0], : pixels.shape[1]]
    middle = ((look.left + look.right) / 2, (look.top + look.bottom) / 2)
    radius = 0.95 * (look.right - look.left) / 2
    inside = pixels[np.hypot(x - middle[0], y - middle[1]) < radius].astype(float)
    assert look.brightness == pytest.approx(inside.max(axis=1).mean(), rel=0.01)
    assert look.red_to_blue == pytest.approx(inside[:, 0].mean() / inside[:, 2].mean(), rel=0.02)


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_photograph_looks_the_same_however_far_it_was_decoded(fundus, scale):
    photograph = open_photograph(written(np.asarray(fundus), quality=95))
    photograph.field(scale)
    whole = open_photograph(fundus).appearance.as_dict()
    for name, value in photograph.appearance.as_dict().items():
        if isinstance(value, float) and name != "sharpness":
            assert value == pytest.approx(whole[name], rel=0.05, abs=0.01), name


def test_estimators_beside_each_other_see_the_same_photograph(make_estimator, fundus):
    from gantei.inference.pipeline import estimate

    made = [gantei.load(make_estimator(f"made-{number}")) for number in (1, 2)]
    alone, both = (next(iter(estimate([fundus], each))) for each in (made[:1], made))
    assert alone.appearance == both.appearance
    assert alone.photograph_findings == both.photograph_findings


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_a_file_of_fewer_bits_in_16_is_read_as_what_it_is_and_says_so(bits, kind, fundus, tmp_path):
    cv2 = pytest.importorskip("cv2")
    small = np.asarray(fundus.resize((300, 300)))
    deep = small.astype(np.uint16) << (bits - 8)
    path = tmp_path / f"deep.{kind.lower()}"
    cv2.imwrite(str(path), deep[..., ::-1])
    for source in (path, deep):
        photograph = open_photograph(source)
        assert np.array_equal(photograph.pixels(), small)
        look = photograph.appearance
        assert (look.depth, look.largest) == (bits, int(deep.max()))
        assert [each.code for each in photograph.findings] == ["bits-in-use"] * (bits < 16)
