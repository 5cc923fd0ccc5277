"""A JPEG that is decoded straight into its image has the pixels that Pillow gives it."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from gantei.photographs.bright_part import find_box
from gantei.photographs.decoding import EncodedPicture
from gantei.photographs.formats.straight_jpeg import decode_straight
from gantei.photographs.photograph import open_photograph
from gantei.photographs.resampling import resample
from gantei.photographs.shared_pixels import SharedImage, image_over, pixels_of_image

from .jpegs import every_kind, picture, with_damaged_scans, written


def by_pillow(data):
    """Mode and pixels by Pillow's own decoder; None where it refuses the file."""
    with Image.open(BytesIO(data)) as image:
        try:
            image.load()
        except (OSError, SyntaxError):
            return None
        return image.mode, np.asarray(image)


def straight(data):
    with Image.open(BytesIO(data)) as head:
        return decode_straight(data, head)


def same(decoded, expected):
    return decoded.mode == expected[0] and np.array_equal(np.asarray(decoded), expected[1])


def test_every_kind_of_jpeg_has_the_pixels_of_pillow_bit_for_bit():
    differing, decoded = [], 0
    for name, data in every_kind():
        decoded += straight(data) is not None
        if not same(EncodedPicture(data).decode(), by_pillow(data)):
            differing.append(name)
    assert not differing
    assert decoded >= 120


def test_damage_is_left_to_pillow_unless_nothing_of_it_is_seen():
    differing, refused = [], 0
    for name, data in with_damaged_scans():
        expected, decoded = by_pillow(data), straight(data)
        refused += expected is None
        if decoded is not None and (expected is None or not same(decoded, expected)):
            differing.append(name)
    assert not differing
    assert refused > 1000


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_a_file_that_is_cut_off_is_left_to_pillow(at):
    data = written(picture(97, 131), quality=90)
    assert straight(data[: int(at * len(data))] + b"\xff\xd9") is None


def test_grey_and_progressive_files_are_left_to_pillow():
    pixels = picture(33, 17)
    assert straight(written(pixels[..., 0])) is None
    assert straight(written(pixels, progressive=True)) is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_as_any_other(orientation, fundus, encoded):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(fundus, "JPEG", exif=exif)
    turned = ImageOps.exif_transpose(Image.open(BytesIO(data)))
    assert np.array_equal(open_photograph(data).pixels(), np.asarray(turned))


def test_its_image_is_resampled_and_averaged_as_any_other(fundus, encoded):
    data = encoded(fundus, "JPEG", quality=90)
    ours, pillow = open_photograph(data).picture(), Image.open(BytesIO(data))
    for method in (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.NEAREST):
        assert ours.resize((50, 40), method).tobytes() == pillow.resize((50, 40), method).tobytes()
    assert ours.reduce(16).tobytes() == pillow.reduce(16).tobytes()


def test_an_image_over_an_array_copies_nothing_and_cannot_be_altered():
    pixels = np.zeros((3, 5, 4), np.uint8)
    image = image_over(pixels)
    pixels[2, 4] = 7, 8, 9, 255
    assert (image.mode, image.size, image.getpixel((4, 2))) == ("RGB", (5, 3), (7, 8, 9))
    image.putpixel((4, 2), (1, 2, 3))  # Pillow copies it first
    assert list(pixels[2, 4]) == [7, 8, 9, 255]


@pytest.mark.parametrize("method", ["opencv-nearest", "tensorflow-nearest", "area", "bicubic"])
def test_a_network_sees_the_same_of_a_shared_image_and_of_a_copy(method, fundus, encoded):
    image = open_photograph(encoded(fundus, "JPEG", quality=90)).picture()
    box = (3.0, 2.0, image.width - 5.0, image.height - 4.0)
    seen, expected = (resample(each, (40, 50), method, box) for each in (image, image.copy()))
    assert isinstance(image, SharedImage)
    assert np.array_equal(seen, expected)


def test_the_box_of_a_shared_image_is_that_of_a_copy(fundus, encoded):
    image = open_photograph(encoded(fundus, "JPEG", quality=90)).picture()
    assert find_box(image) == find_box(image.copy())


def test_the_pixels_of_a_shared_image_cannot_be_altered_by_their_view():
    pixels = pixels_of_image(image_over(np.zeros((3, 5, 4), np.uint8)))
    assert pixels.shape == (3, 5, 3)
    assert not pixels.flags.writeable
