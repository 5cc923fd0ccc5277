"""Measure what decoding and preparing pictures takes: JSON, by their names, on standard output."""

import ctypes
import gc
import io
import json
import struct
import sys
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from PIL import Image

from gantei.inference.pipeline import prepare
from gantei.manifests.manifest import InputSpec
from gantei.photographs.dicom.dicom_picture import is_installed
from gantei.photographs.helper_memory import HELPER
from gantei.photographs.memory_needed import bytes_needed
from gantei.photographs.photograph import open_photograph
from gantei.system import helper_pool

WIDTH, HEIGHT = 1800, 1200
FACTS = {
    "size": (160, 160), "colour": "rgb", "crop": "disc", "mirror": "none", "decoder": "pillow",
    "resampling": "bilinear", "scale": "in-graph",
}  # fmt: skip
_MMAP_THRESHOLD = -3  # of glibc's malloc.h
RARE = frozenset({"tensorflow", "disc within, area", "disc cut, area", "eye sought"})
"""Cases whose bound is of damage, or of a disc far beyond the picture, which are not measured."""


def fundus(radius: float, surround: tuple[int, int, int] = (0, 0, 0)) -> Image.Image:
    """A disc of a retina's colour, with some noise."""
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:] = surround
    pixels[np.hypot(x - WIDTH / 2, y - HEIGHT / 2) < radius] = (180, 90, 40)
    pixels += np.random.default_rng(1).integers(0, 6, (HEIGHT, WIDTH, 1), np.uint8)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_of_16_bits(image: Image.Image) -> bytes:
    rows = np.zeros((HEIGHT, 1 + 6 * WIDTH), np.uint8)
    rows[:, 1:] = (np.asarray(image).astype(">u2") * 257).astype(">u2").view(np.uint8).reshape(
        HEIGHT, -1
    )  # fmt: skip
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows.tobytes(), 1)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def pictures() -> Iterator[tuple[str, bytes, dict[str, object]]]:
    """Names, files, and what of the network's input is another than in `FACTS`."""
    image = fundus(0.48 * HEIGHT)
    turned = Image.Exif()
    turned[0x0112] = 6
    fast = {"compress_level": 1}
    yield "JPEG", encoded(image, "JPEG"), {}
    yield "JPEG, progressive", encoded(image, "JPEG", progressive=True, subsampling=0), {}
    yield "JPEG, CMYK", encoded(image.convert("CMYK"), "JPEG"), {}
    yield "JPEG, turned", encoded(image, "JPEG", exif=turned), {}
    yield "JPEG, grey", encoded(image.convert("L"), "JPEG"), {}
    yield "tensorflow", encoded(image, "JPEG"), {"decoder": "tensorflow"}
    for mode in ("RGB", "RGBA", "L", "LA"):
        yield f"PNG, {mode}", encoded(image.convert(mode), "PNG", **fast), {}
    yield "PNG, palette", encoded(image.quantize(16), "PNG", **fast), {}
    yield "PNG, turned", encoded(image.convert("RGBA"), "PNG", exif=turned, **fast), {}
    yield "PNG, 16 bits", png_of_16_bits(image), {}
    grey = np.asarray(image.convert("L")).astype(np.uint16) * 257
    yield "PNG, grey of 16 bits", encoded(Image.fromarray(grey), "PNG", **fast), {}
    yield "TIFF", encoded(image, "TIFF"), {}
    yield "TIFF, LZW", encoded(image, "TIFF", compression="tiff_lzw"), {}
    yield "TIFF, CMYK", encoded(image.convert("CMYK"), "TIFF"), {}
    yield "BMP", encoded(image, "BMP"), {}
    yield "GIF", encoded(image.quantize(16), "GIF"), {}
    yield "PPM", encoded(image, "PPM"), {}
    values, head = np.asarray(image), f"P6 {WIDTH} {HEIGHT} "
    yield "PPM, 16 bits", f"{head}65535\n".encode() + (values.astype(">u2") * 257).tobytes(), {}
    yield "PPM, to 1000", f"{head}1000\n".encode() + (values.astype(">u2") * 3).tobytes(), {}
    yield "WebP", encoded(image, "WEBP", quality=50, method=0), {}
    yield "WebP, RGBA", encoded(image.convert("RGBA"), "WEBP", quality=50, method=0), {}
    yield "JPEG 2000", encoded(image, "JPEG2000", quality_layers=[200], irreversible=True), {}
    yield "AVIF", encoded(image, "AVIF", speed=10, quality=20), {}
    plain = encoded(image, "PPM")
    yield "box", plain, {"crop": "box"}
    yield "box, area", plain, {"crop": "box", "resampling": "area"}
    yield "whole", plain, {"crop": "none"}
    yield "whole, area", plain, {"crop": "none", "resampling": "area"}
    yield "disc within, area", plain, {"resampling": "area"}
    yield "eye sought", plain, {"eye": "detect"}
    yield "disc cut", encoded(fundus(0.6 * WIDTH), "PPM"), {}
    yield "disc cut, area", encoded(fundus(0.9 * WIDTH), "PPM"), {"resampling": "area"}
    yield "disc on white", encoded(fundus(0.45 * HEIGHT, (245, 245, 245)), "PPM"), {}


def dicoms() -> Iterator[tuple[str, bytes, dict[str, object]]]:
    """The same of DICOM files, which the helper process decodes."""
    from pydicom.uid import JPEG2000Lossless, JPEGLSLossless

    from .dicoms import compressed, of_pixels, written

    pixels = np.asarray(fundus(0.48 * HEIGHT))
    deep = pixels.astype(np.uint16) << 8
    yield "DICOM", written(of_pixels(pixels)), {}
    yield "DICOM, 16 bits", written(of_pixels(deep)), {}
    yield "DICOM, YCbCr", written(of_pixels(deep, PhotometricInterpretation="YBR_FULL")), {}
    yield "DICOM, JPEG-LS", written(compressed(deep, JPEGLSLossless)), {}
    yield "DICOM, JPEG 2000", written(compressed(deep, JPEG2000Lossless)), {}


def _now(key: str, process: int | str = "self") -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))


def _measured(data: bytes, facts: dict[str, object]) -> dict[str, int]:
    """Peak above the start, and the estimate; the same of the helper process, from nothing."""
    eye = facts.pop("eye", None)
    spec = InputSpec(**{**FACTS, **facts})
    facts = SimpleNamespace(input=spec)
    network = SimpleNamespace(manifest=facts, reduces=False, takes_pixels=False)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what encoders have left is not taken for pictures
    helpers = [each._process.pid for each in helper_pool._idle]
    for process in ("self", *helpers):
        Path(f"/proc/{process}/clear_refs").write_text("5")
    start = _now("VmRSS:")
    photograph = open_photograph(data, allow_grey=True, eye=eye)
    helper = photograph.memory.helper
    estimate = bytes_needed(photograph, [(spec, False)]) - helper
    prepare(photograph, [network])
    told = {"peak": _now("VmHWM:") - start, "estimate": estimate}
    if helper:
        (process,) = (each._process.pid for each in helper_pool._idle)
        told |= {"helper peak": _now("VmHWM:", process), "helper estimate": HELPER + helper}
    return told


def main() -> None:
    ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 2**20)  # what is freed is given back at once
    small = encoded(fundus(0.48 * HEIGHT).resize((300, 220)), "PNG")
    _measured(small, {})  # libraries and tables
    every = chain(pictures(), dicoms() if is_installed() else ())
    told = {name: _measured(data, facts) | {"is_rare": name in RARE} for name, data, facts in every}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
