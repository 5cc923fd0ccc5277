"""PPM and PGM files of 8 and 16 bits have Pillow's pixels; those of text are named."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gantei.photographs.photograph import open_photograph, read

from .pictures import png16, refusal


def ppm(values, largest, kind=6, head=b"P%d\n%d %d\n%d\n"):
    height, width = values.shape[:2]
    stored = values.astype(np.uint8 if largest < 256 else ">u2").tobytes()
    return head % (kind, width, height, largest) + stored


@pytest.fixture
def colours(fundus):
    """Values of 0 to 1, with both ends."""
    values = np.asarray(fundus) / 255
    values[0, :2] = [[0] * 3, [1] * 3]
    return values


@pytest.mark.parametrize("largest", [1, 100, 255, 256, 1023, 4095, 65534])
def test_any_largest_value_has_pillows_pixels(colours, largest):
    data = ppm(np.rint(colours * largest), largest)
    expected = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    assert np.array_equal(read(data, allow_grey=largest == 1), expected)


def test_16_bits_are_those_of_a_png(colours):
    values = np.rint(colours * 65535).astype(np.uint16)
    assert np.array_equal(read(ppm(values, 65535)), read(png16(values)))


def test_12_bits_in_16_are_found_and_said(colours):
    values = np.rint(colours * 4095).astype(np.uint16)
    photograph = open_photograph(ppm(values, 65535))
    assert np.array_equal(photograph.pixels(), values >> 4)
    assert [each.code for each in photograph.findings] == ["bits-in-use"]


@pytest.mark.parametrize("largest", [255, 4095, 65535])
def test_a_grey_file_is_refused_or_read_as_grey(colours, largest):
    values = np.rint(colours[..., 1] * largest)
    data = ppm(values, largest, kind=5)
    assert refusal(data).code == "grey-picture"
    expected = np.rint(values / largest * 255) if largest < 65535 else values.astype(int) >> 8
    assert np.array_equal(read(data, allow_grey=True), np.stack(3 * [expected], axis=-1))


def test_comments_and_any_white_space_may_stand_in_the_header(colours):
    values = np.rint(colours * 255)
    head = b"P%d # written by\r\n#a camera\n\t%d\r\n %d #\n%d "
    assert np.array_equal(read(ppm(values, 255, head=head)), values)


def test_a_file_of_two_pictures_is_refused(colours):
    data = ppm(np.rint(colours * 255), 255)
    assert refusal(data + data).code == "several-frames"
    assert np.array_equal(read(data + b"\n"), read(data))


@pytest.mark.parametrize("head", [b"P3\n1 1\n255\n9 9 9\n", b"P1\n1 1\n1\n", b"P4\n8 1\n\xff"])
def test_those_of_text_or_of_bits_are_named(head):
    assert refusal(head).values == {"format": "Netpbm"}


@pytest.mark.parametrize("head", [b"P6\n0 9\n255\n", b"P6\n9 9\n0\n", b"P6\n9 9\n65536\n"])
def test_impossible_headers_are_refused(head):
    assert refusal(head + bytes(1000)).code == "damaged-picture"


def test_a_file_that_claims_more_than_it_holds_is_refused():
    assert refusal(b"P6\n9999 9999\n255\n" + bytes(1000)).code == "cut-off-file"
    assert refusal(b"P6\n99999 99999\n255\n" + bytes(1000)).code == "many-pixels"
