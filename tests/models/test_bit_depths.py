"""Pixels of 1, 2, 4 and 12 bits spread over 0 to 255, as with TensorFlow and OpenCV."""

import struct
import zlib

import numpy as np
import pytest

import gantei

GREY = {1: [0, 255], 2: [0, 85, 170, 255], 4: list(range(0, 256, 17))}
"""What tf.io.decode_png 2.21 and OpenCV 5.0's imdecode give for the levels of each depth."""
HEIGHT, WIDTH = 9, 11  # rows that end within a byte


def levels(depth):
    """Every level of a depth, in rows of an odd length: (HEIGHT, WIDTH)."""
    return np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) % 2**depth


def packed(row, depth):
    bits = "".join(format(level, f"0{depth}b") for level in row)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def png(pixels, depth, kind, palette=b""):
    def chunk(name, body):
        checksum = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)

    height, width = pixels.shape
    body = b"".join(b"\0" + packed(row, depth) for row in pixels)
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))]
    parts += [chunk(b"PLTE", palette)] if palette else []
    parts += [chunk(b"IDAT", zlib.compress(body)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tiff12(pixels):
    """A grey TIFF of 12 bits a pixel, most significant bit first, in one strip."""
    height, width = pixels.shape
    body = b"".join(packed(row, 12) for row in pixels)
    entries = [
        (256, 4, width), (257, 4, height), (258, 3, 12), (259, 3, 1), (262, 3, 1),
        (273, 4, 8 + 2 + 12 * 9 + 4), (277, 3, 1), (278, 4, height), (279, 4, len(body)),
    ]  # fmt: skip
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + rows + bytes(4) + body


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_grey_levels_of_few_bits_reach_from_black_to_white(depth):
    pixels = levels(depth)
    expected = np.array(GREY[depth], np.uint8)[pixels]
    read = gantei.read(png(pixels, depth, 0), allow_grey=True)
    np.testing.assert_array_equal(read, np.stack([expected] * 3, axis=-1))


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_palettes_of_every_depth_give_their_colours(depth):
    colours = np.random.default_rng(depth).integers(0, 256, (2**depth, 3), np.uint8)
    pixels = levels(depth)
    read = gantei.read(png(pixels, depth, 3, colours.tobytes()), allow_grey=True)
    np.testing.assert_array_equal(read, colours[pixels])


def test_twelve_bits_become_eight_by_their_high_byte():
    pixels = np.arange(HEIGHT * (WIDTH + 1)).reshape(HEIGHT, WIDTH + 1) * 37  # up to 3959 of 4095
    read = gantei.read(tiff12(pixels), allow_grey=True)
    np.testing.assert_array_equal(read[:, :, 0], pixels >> 4)


def test_pictures_of_few_grey_levels_are_refused_as_grey():
    for depth in GREY:
        with pytest.raises(gantei.PhotographError, match="grey"):
            gantei.read(png(levels(depth), depth, 0))
