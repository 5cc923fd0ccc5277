"""Discs that do not lie on black: on a camera's grey, on white, in frames, windows and figures."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

import gantei
from gantei import demo
from gantei.photographs.bright_part import find_box
from gantei.photographs.field_of_view import find_disc
from gantei.photographs.surrounds import pieces

SEED = 5


@pytest.fixture(scope="module")
def fundus():
    """A drawn photograph, and left, top and side of the square around its disc."""
    who = demo.person(SEED, 2)  # whose camera draws a whole disc
    image = demo.draw_photograph(SEED, who, who.eyes[0], scale=0.3).image
    square = find_disc(image)
    assert square.around == "disc"
    return image, square[:3]


def on(fundus, colour):
    """The same disc on another colour."""
    image, (left, top, side) = fundus
    pixels, radius = np.array(image), side / 2
    y, x = np.ogrid[: image.height, : image.width]
    pixels[np.hypot(x + 0.5 - left - radius, y + 0.5 - top - radius) > radius] = colour
    return Image.fromarray(pixels)


def padded(image, left, top, right, bottom, colour):
    canvas = Image.new("RGB", (image.width + left + right, image.height + top + bottom), colour)
    canvas.paste(image, (left, top))
    return canvas


def assert_found(image, fundus, left, top):
    """The disc is where it was put, up to 1 % of its side."""
    x, y, side = fundus[1]
    found = find_disc(image)
    assert found.around == "disc"
    assert found[:3] == pytest.approx((x + left, y + top, side), abs=0.01 * side)
    box = find_box(image).box
    before = find_box(fundus[0]).box
    assert box[:2] == pytest.approx((before[0] + left, before[1] + top), abs=0.02 * side)


@pytest.mark.parametrize("grey", [8, 14, 25, 40])
@pytest.mark.parametrize("share", [0.005, 0.01, 0.05, 0.2])
def test_black_bars_beside_a_cameras_grey_surround_hide_no_disc(fundus, grey, share):
    image = padded(on(fundus, grey), 40, 40, 40, 40, (grey, grey, grey))
    noise = np.random.default_rng(1).normal(0, 2, (image.height, image.width, 3))
    noisy = Image.fromarray(np.clip(np.array(image) + noise, 0, 255).astype(np.uint8))
    bar = max(1, round(share * image.height / 2))
    assert_found(padded(noisy, 0, bar, 0, bar, (0, 0, 0)), fundus, 40, 40 + bar)


@pytest.mark.parametrize("width", [1, 2, 5, 12])
@pytest.mark.parametrize("grey", [90, 128, 200, 255])
def test_a_frame_around_a_photograph_hides_no_disc(fundus, width, grey):
    image = padded(fundus[0], 20, 20, 20, 20, (0, 0, 0))
    framed = padded(image, width, width, width, width, (grey, grey, grey))
    assert_found(framed, fundus, 20 + width, 20 + width)


@pytest.mark.parametrize("colour", [(255, 255, 255), (240, 240, 240), (128,) * 3, (20, 30, 90)])
def test_a_disc_is_found_on_another_colour_above_a_caption(fundus, colour):
    page = padded(on(fundus, colour), 40, 20, 40, 60, colour)
    ImageDraw.Draw(page).text((10, page.height - 30), "Figure 1. A retina", fill=(0, 0, 0))
    assert_found(page, fundus, 40, 20)


@pytest.mark.parametrize("grey", [60, 200, 235])
def test_a_disc_is_found_in_the_window_of_a_viewer(fundus, grey):
    inner = padded(fundus[0], 20, 20, 20, 20, (0, 0, 0))
    window = padded(inner, 220, 80, 30, 40, (grey, grey, grey))
    draw = ImageDraw.Draw(window)
    draw.rectangle((0, 0, window.width, 30), fill=(30, 90, 160))
    for top in range(100, 300, 50):
        draw.rectangle((20, top, 180, top + 30), fill=(240, 240, 240))
    assert_found(window, fundus, 240, 100)


def test_a_network_sees_a_disc_that_was_put_on_white_as_if_it_lay_on_black(fundus):
    age = gantei.load("demo-age")
    seen = [age.prepare(on(fundus, grey)) for grey in (0, 255)]
    assert np.abs(seen[0] - seen[1]).mean() < 0.5
    assert np.abs(seen[0] - seen[1])[:20, :20].max() <= 1


def test_text_and_noise_hold_no_disc():
    page = Image.new("RGB", (400, 500), "white")
    for row in range(20, 480, 14):
        ImageDraw.Draw(page).text((20, row), "what a page says, and more " * 2, fill="black")
    noise = np.random.default_rng(1).integers(0, 256, (300, 300, 3), np.uint8)
    for image in (page, Image.fromarray(noise), Image.new("RGB", (300, 200), (150, 80, 40))):
        assert find_disc(image).around != "disc"


def test_pieces_are_those_that_opencv_labels():
    cv2 = pytest.importorskip("cv2")
    mask = np.random.default_rng(3).random((60, 70)) < 0.55
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    expected = {(labels == label).tobytes() for label in range(1, count)}
    assert {piece.tobytes() for piece in pieces(mask)} == expected
