"""JPEG 2000 and AVIF of more than 8 bits, as OpenCV writes them, are read by their high bits."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gantei.photographs.photograph import open_photograph, read

cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
openjpeg = pytest.importorskip("openjpeg.utils", reason="the extra dicom is not installed")

RAMP = np.linspace(0, 65535, 64 * 256).astype(np.uint16).reshape(64, 256)
VALUES = np.stack([RAMP, RAMP[:, ::-1], RAMP[::-1]], axis=-1)


def written(ending, values, *options):
    is_written, data = cv2.imencode(ending, np.ascontiguousarray(values[..., ::-1]), options)
    assert is_written
    return data.tobytes()


def test_every_level_of_a_jpeg_2000_of_16_bits_keeps_its_high_byte():
    data = written(".jp2", VALUES, cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000)
    assert np.array_equal(cv2.imdecode(np.frombuffer(data, np.uint8), -1)[..., ::-1], VALUES)
    assert np.array_equal(read(data), VALUES >> 8)


@pytest.mark.parametrize("bits", [9, 12, 16])
@pytest.mark.parametrize("signed", [False, True])
def test_any_depth_of_a_bare_codestream_keeps_its_high_bits(bits, signed):
    values = (VALUES >> 16 - bits).astype(np.int32) - (2 ** (bits - 1) if signed else 0)
    stored = values.astype(np.int16 if signed else np.uint16)
    data = openjpeg.encode_array(stored, bits_stored=bits, photometric_interpretation=1)
    assert np.array_equal(read(data), VALUES >> 8)


def test_12_bits_in_a_jpeg_2000_of_16_are_found_and_said():
    data = openjpeg.encode_array(VALUES >> 4, bits_stored=16, photometric_interpretation=1)
    photograph = open_photograph(data)
    assert np.array_equal(photograph.pixels(), VALUES >> 8)
    assert [each.code for each in photograph.findings] == ["bits-in-use"]


def test_an_avif_of_10_bits_has_pillows_pixels():
    options = (cv2.IMWRITE_AVIF_DEPTH, 10, cv2.IMWRITE_AVIF_QUALITY, 100)
    data = written(".avif", VALUES >> 6, *options)
    pixels = read(data)
    assert np.array_equal(pixels, np.asarray(Image.open(BytesIO(data)).convert("RGB")))
    assert np.abs(pixels.astype(int) - (VALUES >> 8)).max() <= 1
