"""The square around the disc is found whatever the camera does around it."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from gantei.errors import PhotographError
from gantei.photographs.field_of_view import find_disc
from gantei.photographs.photograph import open_photograph


def disc(size, centre, radius, colour=(190, 95, 45)):
    """A disc with a soft rim, drawn at 4 times its size and averaged down."""
    image = Image.new("RGB", (4 * size[0], 4 * size[1]))
    x, y = 4 * centre[0], 4 * centre[1]
    box = (x - 4 * radius, y - 4 * radius, x + 4 * radius - 1, y + 4 * radius - 1)
    ImageDraw.Draw(image).ellipse(box, fill=colour)
    return image.reduce(4)


def assert_around(image, centre, radius, tolerance=0.005):
    square = find_disc(image)[:3]
    expected = np.array([centre[0] - radius, centre[1] - radius, 2 * radius])
    assert np.abs(np.array(square) - expected).max() <= tolerance * 2 * radius, square


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    radius=st.integers(60, 200),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
    red=st.integers(40, 255),
)
def test_a_disc_anywhere_in_the_picture_is_found(radius, x, y, red):
    centre = (radius + x * (500 - 2 * radius), radius + y * (420 - 2 * radius))
    image = disc((500, 420), centre, radius, (red, red // 2, red // 4))
    assert_around(image, centre, radius)


@pytest.mark.parametrize(
    ("size", "centre", "radius"),
    [
        ((400, 300), (200, 150), 190),  # cut off at top and bottom
        ((400, 300), (200, 190), 170),  # at the bottom alone
        ((300, 400), (150, 200), 180),  # at both sides
        ((300, 300), (150, 150), 190),  # everywhere but in the corners
    ],
)
def test_a_disc_that_the_edge_cuts_off_gets_the_square_of_the_whole_disc(size, centre, radius):
    assert_around(disc(size, centre, radius), centre, radius)


def test_a_disc_masked_at_top_and_bottom_gets_the_square_of_the_whole_disc():
    pixels = np.array(disc((400, 400), (200, 200), 180))
    pixels[:50], pixels[-40:] = 0, 0
    assert_around(Image.fromarray(pixels), (200, 200), 180)


def test_letters_labels_and_a_notch_do_not_move_the_square():
    image = disc((600, 480), (300, 240), 200)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 90, 30), fill=(255, 255, 255))
    pen.text((430, 440), "OD 2024-01-01", fill=(255, 255, 255), font_size=22)
    pen.polygon([(440, 90), (460, 110), (470, 80), (450, 70)], fill=(190, 95, 45))
    assert_around(image, (300, 240), 200)


def test_noise_and_a_veil_over_the_surround_do_not_move_the_square():
    pixels = np.asarray(disc((500, 420), (250, 210), 180)).astype(float)
    pixels += np.random.default_rng(3).normal(8, 6, pixels.shape)
    assert_around(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), (250, 210), 180)


def test_a_rim_in_the_shade_still_belongs_to_the_disc(draw):
    assert_around(
        draw(500, 420, (250, 210), 190).filter(ImageFilter.GaussianBlur(1)), (250, 210), 190
    )


@pytest.mark.parametrize("quality", [25, 60, 95])
def test_every_scale_of_a_jpeg_gives_the_same_square(draw, encoded, quality):
    image = draw(1611, 1203, (790, 610), 560)
    photograph = open_photograph(encoded(image, "JPEG", quality=quality))
    for scale in (1, 2, 4, 8):
        square = np.array(find_disc(photograph.picture(scale))[:3]) * scale
        assert np.abs(square - [230, 50, 1120]).max() <= 0.005 * 1120


def test_without_a_surround_the_square_holds_the_whole_picture(draw):
    inside = draw(600, 600, radius=500).crop((100, 150, 500, 450))
    assert find_disc(inside)[:3] == (0, -50, 400)
    assert find_disc(Image.new("RGB", (80, 100), (120, 60, 30)))[:3] == (-10, 0, 100)


def test_a_bright_part_that_is_no_disc_gets_the_square_around_it():
    image = Image.new("RGB", (120, 120))
    ImageDraw.Draw(image).rectangle((20, 40, 99, 79), fill=(180, 90, 40))
    assert find_disc(image)[:3] == (20, 20, 80)


@pytest.mark.parametrize("value", [0, 8])
def test_a_black_picture_has_no_field_of_view(value):
    with pytest.raises(PhotographError, match="black picture"):
        find_disc(Image.new("RGB", (300, 200), (value, value, value)))[:3]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_picture_has_a_square_or_is_black(data):
    size = data.draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
    seed = data.draw(st.integers(0, 2**32 - 1))
    share = data.draw(st.floats(0, 1))
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (*size, 3)) * (rng.random(size) < share)[..., None]
    try:
        square = find_disc(Image.fromarray(pixels.astype(np.uint8)))
    except PhotographError:
        assert pixels.max() < 12
    else:
        assert 0 < square.side <= 1.5 * np.hypot(*size) + 4


def test_a_bright_stripe_in_a_thin_picture_takes_no_memory_and_is_no_disc():
    image = Image.new("RGB", (30_000, 30))
    image.paste((200, 90, 40), (0, 5, 30_000, 25))
    with pytest.raises(PhotographError, match="not a fundus photograph"):
        find_disc(image).cut(image)


def test_beyond_the_picture_it_is_black_and_pillows_own_limit_is_not_ours(draw, monkeypatch):
    image = draw(400, 300, radius=220)
    square = find_disc(image)
    assert square.top < 0
    left, top = (math.floor(each) for each in (square.left, square.top))
    right, bottom = (math.ceil(each + square.side) for each in (square.left, square.top))
    expected = image.crop((left, top, right, bottom))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    cut, box = square.cut(image)
    assert np.array_equal(cut, expected)
    assert box[2] - box[0] == pytest.approx(square.side)
