"""Values of more than 8 bits: how many of their 16 bits are in use, and how they become 8.

Cameras of 10, 12 and 14 bits write their values into files of 16 bits as they are, so that the
picture has a quarter of its light or less, where it is read by the high byte. The largest value
tells; a photograph of 16 bits that is that dim is taken for one of fewer, and a finding says so.
"""

import sys
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from ..findings.finding import Finding

_WHOLE = 16
_MOST_OF_FEWER = 14
_BITS_PER_SAMPLE = 258  # a tag of TIFF
_OF_OTHER_ORDER = ";16B" if sys.byteorder == "little" else ";16L"
_OTHER_BYTE = {";16L": ";16B", ";16B": ";16L", ";16N": _OF_OTHER_ORDER}


class Depth(NamedTuple):
    """Bits of a value in use, and the largest value of a picture of more than 8 bits a value."""

    bits: int = 8
    largest: int | None = None

    def findings(self) -> tuple[Finding, ...]:
        """Say so, where a picture of 16 bits takes fewer."""
        if self.largest is None or self.bits == _WHOLE:
            return ()
        return (Finding("bits-in-use", bits=self.bits, largest=self.largest),)


def depth_of(values: NDArray[np.uint16]) -> Depth:
    """Tell by the largest value how many bits are in use: 8 to 14, or all 16."""
    largest = int(values.max())
    bits = max(8, largest.bit_length())
    return Depth(bits if bits <= _MOST_OF_FEWER else _WHOLE, largest)


def eight_bits(values: NDArray[np.uint16]) -> tuple[NDArray[np.uint8], Depth]:
    """Keep the 8 highest bits in use of colours or grey; transparency, a fourth channel, has 16."""
    colours = values[..., :3] if values.ndim == 3 else values
    depth = depth_of(colours)
    small = (values >> (depth.bits - 8)).astype(np.uint8)
    if values.ndim == 3 and values.shape[2] == 4:
        small[..., 3] = values[..., 3] >> 8
    return small, depth


def has_deep_colours(image: ImageFile.ImageFile) -> bool:
    """Whether an opened file has colours of 16 bits, of which Pillow gives the high bytes."""
    return bool(image.tile) and all(_other_byte(tile) is not None for tile in image.tile)


def give_low_bytes(image: ImageFile.ImageFile) -> None:
    """Set an opened file of 16-bit colours to give its low bytes: as if their order were other."""
    image.tile = [
        tile._replace(args=args) for tile in image.tile if (args := _other_byte(tile)) is not None
    ]


def _other_byte(tile: Any) -> Any:
    """What a decoder is to be told instead; None where it reads no 16-bit colours."""
    is_alone = not isinstance(tile.args, tuple)
    raw, *rest = (tile.args,) if is_alone else tile.args
    if not (isinstance(raw, str) and raw.startswith("RGB") and raw[-4:] in _OTHER_BYTE):
        return None
    other = raw[:-4] + _OTHER_BYTE[raw[-4:]]
    return other if is_alone else (other, *rest)


def grey_of_16_bits(image: Image.Image) -> tuple[Image.Image, Depth]:
    """Make a grey picture of 16 bits one of 8, by the bits that its file says or are in use."""
    values = np.asarray(image).astype(np.uint16)
    told = getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE, (_WHOLE,))[0]
    if told == _WHOLE:
        small, depth = eight_bits(values)
        return Image.fromarray(small), depth
    small = (values >> (told - 8)).astype(np.uint8)
    return Image.fromarray(small), Depth(told)


def with_low_bytes(high: Image.Image, low: Image.Image) -> tuple[Image.Image, Depth]:
    """Put a picture of 16-bit colours together from its two bytes, and make it 8 bits."""
    values = np.asarray(high).astype(np.uint16) << 8 | np.asarray(low)
    small, depth = eight_bits(values)
    return (high, depth) if depth.bits == _WHOLE else (Image.fromarray(small, high.mode), depth)
