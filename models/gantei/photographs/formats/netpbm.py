"""Netpbm files of bytes, PPM and PGM; not those of text or of bits, which no camera writes."""

import re

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from ..deep_values import Depth, eight_bits
from .picture_format import PictureFormat
from .undecoded_image import UndecodedImage, put_pixels

_BETWEEN = rb"(?:\s|#[^\r\n]{0,1000}[\r\n]){1,100}+"
_HEAD = re.compile(
    rb"P([56])" + _BETWEEN + rb"(\d{1,10})" + _BETWEEN + rb"(\d{1,10})" + _BETWEEN + rb"(\d{1,5})\s"
)


class _Raster:
    """Where the values of a file lie, and what they mean."""

    def __init__(self, data: bytes) -> None:
        head = _HEAD.match(data)
        assert head is not None  # noqa: S101 - how the format is recognised
        kind, width, height, self.largest = map(int, head.groups())
        if not 0 < self.largest < 65536 or min(width, height) < 1:
            raise ValueError("its header is none")
        self.size = width, height
        self.start = head.end()
        self.samples = 3 if kind == 6 else 1
        self.values = np.dtype(np.uint8) if self.largest < 256 else np.dtype(">u2")
        self.end = self.start + width * height * self.samples * self.values.itemsize

    def image(self, data: bytes) -> tuple[Image.Image, Depth]:
        """Decode: 16 bits by their highest in use, as in other formats; else in proportion."""
        width, height = self.size
        count = width * height * self.samples
        stored = np.frombuffer(data, self.values, count, self.start)
        levels: NDArray[np.uint8]
        depth = Depth()
        if self.largest == 65535:
            levels, depth = eight_bits(stored.astype(np.uint16))
        elif self.largest == 255:
            levels = np.frombuffer(data, np.uint8, count, self.start)
        else:
            of_value = np.arange(256**self.values.itemsize) / self.largest * 255
            levels = np.minimum(np.rint(of_value), 255).astype(np.uint8)[stored]
        shape = (height, width, 3)[: 2 + (self.samples == 3)]
        return Image.fromarray(levels.reshape(shape)), depth


def _opened(data: bytes) -> ImageFile.ImageFile:
    raster = _Raster(data)
    mode = "RGB" if raster.samples == 3 else "L"
    more = _HEAD.match(data, raster.end)  # the format lets one picture follow another
    return UndecodedImage(
        raster.size, mode, lambda: raster.image(data), frames=1 if more is None else 2
    )


def _decoder_memory(data: bytes, image: ImageFile.ImageFile) -> int:
    """Copies of the values, where they are no bytes of 0 to 255: 11 bytes per pixel in 16 bits."""
    raster = _Raster(data)
    return 0 if raster.largest == 255 else raster.samples * (4 if raster.largest == 65535 else 1)


def _is_whole(data: bytes, image: ImageFile.ImageFile) -> bool:
    return _Raster(data).end <= len(data)


FORMAT = PictureFormat(
    name="PPM",
    magic=_HEAD,
    suffixes=(".ppm", ".pgm", ".pnm"),
    media_type="image/x-portable-anymap",
    open=_opened,
    is_whole=_is_whole,
    load=put_pixels,
    decoder_memory=_decoder_memory,
)
