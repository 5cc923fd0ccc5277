"""JPEGs of every kind, as bytes: what cameras, editors and damage make of them."""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import simplejpeg
from PIL import Image

SIZES = [(1, 1), (7, 5), (8, 16), (17, 33), (97, 131)]
CHROMA = ["444", "422", "420", "440", "411"]


def picture(height: int, width: int) -> np.ndarray:
    """Waves and grain: what every frequency of a block has a share of."""
    y, x = np.mgrid[:height, :width]
    waves = [100 * np.sin(x / 7 + y / 11), 90 * np.cos(x / 5), 80 * np.sin(y / 3)]
    grain = np.random.default_rng(height * width).normal(128, 20, (height, width, 3))
    return np.clip(np.stack(waves, axis=-1) + grain, 0, 255).astype(np.uint8)


def written(pixels: np.ndarray, **options) -> bytes:
    """The file that Pillow writes; of four channels, one of CMYK."""
    file = BytesIO()
    image = Image.fromarray(pixels)
    if image.mode == "RGBA":
        image = Image.frombytes("CMYK", image.size, image.tobytes())
    image.save(file, "JPEG", **options)
    return file.getvalue()


def every_kind() -> Iterator[tuple[str, bytes]]:
    """Files that both TensorFlow and gantei read, each with what is special about it."""
    for height, width in SIZES:
        pixels, at = picture(height, width), f"{width} x {height}"
        for quality in (30, 75, 95, 100):
            for chroma in CHROMA:
                data = simplejpeg.encode_jpeg(pixels, quality=quality, colorsubsampling=chroma)
                yield f"{chroma} of quality {quality}, {at}", data
            yield f"Pillow's of quality {quality}, {at}", written(pixels, quality=quality)
        for chroma in (0, 1, 2):
            yield (
                f"progressive {chroma}, {at}",
                written(pixels, quality=90, progressive=True, subsampling=chroma),
            )
        yield f"restart intervals, {at}", written(pixels, quality=90, restart_marker_blocks=1)
        yield f"tables of its own, {at}", written(pixels, quality=90, optimize=True)
        yield f"RGB within, {at}", written(pixels, quality=90, keep_rgb=True)
        yield f"grey, {at}", written(pixels[..., 0], quality=90)
        yield from markers_of(written(pixels, quality=90), at)
        cmyk = written(np.dstack([pixels, 255 - pixels[..., 1] // 2]), quality=90)
        place = cmyk.index(b"Adobe") + 11
        yield f"CMYK by Adobe, {at}", cmyk
        yield f"YCCK by Adobe, {at}", cmyk[:place] + b"\x02" + cmyk[place + 1 :]
        yield f"CMYK without a marker, {at}", without(cmyk, b"\xff\xee")


def with_damaged_scans() -> Iterator[tuple[str, bytes]]:
    """Sequential files with a marker written over the data of their scan, each possible one."""
    pixels = picture(97, 131)
    files = {
        "colour": written(pixels, quality=90),
        "grey": written(pixels[..., 0], quality=90),
        "restart intervals": written(pixels, quality=90, restart_marker_blocks=3),
        "CMYK": written(np.dstack([pixels, 255 - pixels[..., 1]]), quality=90),
    }
    for name, data in files.items():
        start = data.index(b"\xff\xda") + 14
        for tenths in (3, 5, 7):
            place = start + tenths * (len(data) - start) // 10
            for code in range(1, 256):
                damaged = data[:place] + bytes([0xFF, code]) + data[place + 2 :]
                yield f"{name}, FF {code:02X} at {tenths}/10", damaged


def markers_of(data: bytes, at: str) -> Iterator[tuple[str, bytes]]:
    """One picture with other markers, or with bytes too many."""
    bare = without(data, b"\xff\xe0")
    yield f"without JFIF, {at}", bare
    for transform in (0, 1):
        marker = b"\xff\xee\x00\x0eAdobe\x00\x64\0\0\0\0" + bytes([transform])
        yield f"Adobe's transform {transform}, {at}", bare[:2] + marker + bare[2:]
    for letters in (b"RGB", b"\0\1\2"):
        yield f"colours called {letters!r}, {at}", named(bare, letters)
    yield f"bytes behind the end, {at}", data + 100 * b"x"
    yield f"bytes before the end, {at}", data[:-2] + 24 * b"x" + data[-2:]


def without(data: bytes, marker: bytes) -> bytes:
    """The file without one of its segments."""
    start = data.index(marker)
    return data[:start] + data[start + 2 + int.from_bytes(data[start + 2 : start + 4]) :]


def named(data: bytes, letters: bytes) -> bytes:
    """The file with other names of its three colours, in frame and scan."""
    changed = bytearray(data)
    for marker, first, step in ((b"\xff\xc0", 10, 3), (b"\xff\xda", 5, 2)):
        place = data.index(marker) + first
        changed[place : place + 3 * step : step] = letters
    return bytes(changed)
