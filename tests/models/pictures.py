"""Files to test with, and the comparisons that several modules share."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gantei.errors import PhotographError
from gantei.photographs.photograph import read

FILES = {
    "JPEG": ("JPEG", {}),
    "progressive JPEG": ("JPEG", {"progressive": True}),
    "JPEG with restarts": ("JPEG", {"restart_marker_rows": 1}),
    "PNG": ("PNG", {}),
    "TIFF": ("TIFF", {}),
    "LZW TIFF": ("TIFF", {"compression": "tiff_lzw"}),
    "deflated TIFF": ("TIFF", {"compression": "tiff_adobe_deflate"}),
    "JPEG in TIFF": ("TIFF", {"compression": "jpeg"}),
    "BMP": ("BMP", {}),
    "WebP": ("WEBP", {}),
    "lossless WebP": ("WEBP", {"lossless": True}),
    "JPEG 2000": ("JPEG2000", {}),
    "JPEG 2000 with loss": ("JPEG2000", {"irreversible": True, "quality_layers": [20]}),
    "JPEG 2000 codestream": ("JPEG2000", {"no_jp2": True, "tile_size": (64, 64)}),
    "AVIF": ("AVIF", {}),
    "GIF": ("GIF", {}),
    "PPM": ("PPM", {}),
}
LOSSLESS = ["PNG", "TIFF", "LZW TIFF", "deflated TIFF", "BMP", "lossless WebP"]
LOSSLESS += ["JPEG 2000", "JPEG 2000 codestream", "PPM"]
ORIENTED = ["JPEG", "PNG", "TIFF", "LZW TIFF", "lossless WebP", "AVIF"]
HEIC = Path(__file__).parent / "data/plain.heic"
"""Which Pillow cannot write; `data/make_heic.py` has."""


def pillow(data, mode="RGB"):
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert(mode))


def exif_of(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def refused(source, *words, **options):
    with pytest.raises(PhotographError) as caught:
        read(source, **options)
    for word in words:
        assert word in str(caught.value)
    return str(caught.value)


def refusal(source, **options):
    """The finding for which a photograph is refused."""
    with pytest.raises(PhotographError) as caught:
        read(source, **options)
    return caught.value.finding


def png16(pixels):
    """A PNG of 16-bit pixels (h, w, channels), which Pillow cannot write."""
    height, width, channels = pixels.shape
    kind = {1: 0, 3: 2, 4: 6}[channels]
    rows = pixels.astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)),
        (b"IDAT", zlib.compress(raw)),
        (b"IEND", b""),
    ]
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, body in chunks:
        checksum = zlib.crc32(name + body)
        parts.append(struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum))
    return b"".join(parts)


def tiff16(pixels, planes=False):
    """An uncompressed little-endian TIFF of 16-bit pixels (h, w, channels)."""
    height, width, channels = pixels.shape
    body = (pixels.transpose(2, 0, 1) if planes else pixels).astype("<u2").tobytes()
    entries = [
        (256, 4, width), (257, 4, height), (259, 3, 1), (262, 3, 2 if channels == 3 else 1),
        (277, 3, channels), (278, 4, height), (284, 3, 2 if planes else 1),
    ]  # fmt: skip
    count = channels if planes else 1
    table = 8 + 12 * (len(entries) + 3) + 6
    bits, offsets, counts = table, table + 2 * channels, table + 2 * channels + 4 * count
    start = counts + 4 * count
    size = len(body) // count
    lists = struct.pack(f"<{channels}H", *[16] * channels)
    lists += struct.pack(f"<{count}I", *[start + i * size for i in range(count)])
    lists += struct.pack(f"<{count}I", *[size] * count)
    rows = [struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries]
    inline = [
        (258, 3, channels, bits if channels > 2 else 16),
        (273, 4, count, offsets if count > 1 else start),
        (279, 4, count, counts if count > 1 else size),
    ]
    rows += [struct.pack("<HHII", *row) for row in inline]
    rows.sort(key=lambda row: struct.unpack("<H", row[:2]))
    header = b"II*\0" + struct.pack("<IH", 8, len(rows))
    return header + b"".join(rows) + struct.pack("<I", 0) + lists + body


def tiled(image, side, says=None, orientation=1):
    """A TIFF of one uncompressed tile of `side` pixels, which may say that it is larger."""
    across, down = side if isinstance(side, tuple) else (side, side)
    pixels = np.asarray(image)
    height, width, _ = pixels.shape
    entries = [
        (256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 2),
        (274, 3, orientation), (277, 3, 3),
        (322, 4, says or across), (323, 4, says or down), (324, 4, 0), (325, 4, 3 * across * down),
    ]  # fmt: skip
    place = 8 + 2 + 12 * len(entries) + 4
    directory = struct.pack("<H", len(entries))
    for tag, kind, value in entries:
        directory += struct.pack("<HHII", tag, kind, 1, place if tag == 324 else value)
    return b"II*\0" + struct.pack("<I", 8) + directory + bytes(4) + pixels.tobytes()


def multi_picture(data, kinds):
    """Add a multi-picture index (CIPA DC-007) that says of what kind each picture is."""
    entries = b"".join(struct.pack("<IIIHH", kind, 0, 0, 0, 0) for kind in kinds)
    index = b"II*\0" + struct.pack("<IH", 8, 2)
    index += struct.pack("<HHII", 0xB001, 4, 1, len(kinds))
    index += struct.pack("<HHII", 0xB002, 7, len(entries), 38) + struct.pack("<I", 0)
    body = b"MPF\0" + index + entries
    return data[:2] + b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body + data[2:]
