"""Whatever number of bits a file has for a value, it is read as 8, or refused."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from gantei.photographs.photograph import read

from .pictures import png16, refusal


def packed(values, bits):
    """Rows of values, `bits` each, highest first, every row filled up to a byte."""
    rows = []
    for row in values:
        text = "".join(format(value, f"0{bits}b") for value in row)
        text += "0" * (-len(text) % 8)
        rows.append(int(text, 2).to_bytes(len(text) // 8))
    return rows


def png(values, bits, palette=None):
    """A PNG of fewer bits than 8 per value, grey or of a palette."""
    height, width = values.shape
    kind = 0 if palette is None else 3
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)),
        *([] if palette is None else [(b"PLTE", palette.astype(np.uint8).tobytes())]),
        (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in packed(values, bits)))),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def tiff(values, bits, channels=1):
    """An uncompressed little-endian TIFF of `bits` per value, in one strip."""
    height, width = values.shape[0], values.shape[1] // channels
    body = b"".join(packed(values, bits))
    lists = 8 + 2 + 12 * 9 + 4
    entries = [
        (256, 4, 1, width), (257, 4, 1, height),
        (258, 3, channels, bits if channels == 1 else lists),
        (259, 3, 1, 1), (262, 3, 1, 1 if channels == 1 else 2), (273, 4, 1, lists + 2 * channels),
        (277, 3, 1, channels), (278, 4, 1, height), (279, 4, 1, len(body)),
    ]  # fmt: skip
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = b"II*\0" + struct.pack("<I", 8) + directory + bytes(4)
    return head + struct.pack(f"<{channels}H", *[bits] * channels) + body


def ramp(bits, height=8, width=16):
    """Every level of so many bits, or as many as there is room for."""
    levels = np.linspace(0, 2**bits - 1, height * width).round().astype(int)
    return levels.reshape(height, width)


@pytest.mark.parametrize("make", [png, tiff])
@pytest.mark.parametrize("bits", [1, 2, 4])
def test_fewer_bits_fill_the_range_of_eight(make, bits):
    values = ramp(bits)
    pixels = read(make(values, bits), allow_grey=True)
    assert np.array_equal(pixels[..., 0], values * 255 // (2**bits - 1))


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_a_palette_of_fewer_bits_is_looked_up(bits):
    colours = np.array([[40, 20, 10], [200, 90, 40], [150, 60, 20], [90, 50, 30]] * 4)[: 2**bits]
    values = ramp(bits)
    assert np.array_equal(read(png(values, bits, colours)), colours[values])


@pytest.mark.parametrize("value", [0, 15, 16, 2047, 2048, 4095])
def test_twelve_grey_bits_become_eight_by_their_high_byte(value):
    values = ramp(12)
    values[0, 0] = value
    pixels = read(tiff(values, 12), allow_grey=True)
    assert np.array_equal(pixels[..., 0], values >> 4)


@pytest.mark.parametrize("bits", [2, 4, 12, 24])
def test_colours_of_other_depths_are_refused_not_misread(bits):
    assert refusal(tiff(ramp(bits, 8, 48), bits, channels=3)).code == "damaged-picture"


def test_sixteen_bits_with_alpha_are_laid_over_black(fundus):
    deep = np.asarray(fundus.convert("RGBA")).astype(np.uint16) * 257
    deep[:60, :, 3] = 0
    pixels = read(png16(deep))
    assert not pixels[:60].any()
    assert np.array_equal(pixels[60:], np.asarray(fundus)[60:])


@pytest.mark.parametrize("value", [0, 255, 256, 40_000, 65_535])
def test_an_array_of_sixteen_bits_becomes_eight_by_its_high_byte(value):
    array = np.full((16, 16, 3), (65_535, 30_000, 0), np.uint16)
    array[0, 0] = value
    assert np.array_equal(read(array), array >> 8)


def test_a_bmp_of_five_bits_per_colour_fills_the_range(encoded):
    """Windows' own 16 bits per pixel, which Pillow reads but does not write."""
    colours = np.array([(31, 16, 0), (0, 31, 8), (20, 4, 31), (31, 31, 31)])
    data = bytearray(encoded(Image.new("RGB", (4, 1)), "BMP"))
    data[28:30] = struct.pack("<H", 16)
    row = b"".join(struct.pack("<H", (r << 10) | (g << 5) | b) for r, g, b in colours)
    pixels = read(bytes(data[:54]) + row)
    assert np.array_equal(pixels[0], colours * 255 // 31)
