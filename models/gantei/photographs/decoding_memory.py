"""How many bytes a picture takes to be decoded: upper bounds, known before anything is decoded.

Pillow keeps an image of several colours in 4 bytes per pixel, whatever its mode, and turning or
converting one makes another. `tests/models/test_decoding_memory.py` compares each number with the
peak that decoding really has.
"""

from dataclasses import dataclass, replace

RGB = 4
"""Bytes per pixel of an RGB image of Pillow's."""
_BYTES = {"1": 1, "L": 1, "P": 1}
_GREY_OF_16_BITS = 8  # two copies of 2 bytes, one of 1, and the RGB image
_DEEP = 24  # high and low bytes as images and as arrays, and the values put together
_TO_AND_FRO = 4  # as bytes from the helper process
_TENSORFLOW, _TENSORFLOW_CMYK = 4, 20  # simplejpeg's pixels where Pillow decodes as well; ink


@dataclass(frozen=True)
class DecodingMemory:
    """What of a picture decides on the memory that decoding it takes.

    Attributes:
        mode: as Pillow names it.
        pixels: of the whole picture.
        decoder: bytes per pixel, at full size, that the decoder has beside the picture.
        decoder_stays: whether that stays as long as the picture does.
        helper: bytes of the process in which it is decoded, where that is another one.
        copies: bytes of the file that are copied.
        is_deep: whether colours have 16 bits.
        is_turned: whether it is turned upright after decoding.
        is_inverted: whether its levels are inverted.
    """

    mode: str
    pixels: int
    decoder: int = 0
    decoder_stays: bool = False
    helper: int = 0
    copies: int = 0
    is_deep: bool = False
    is_turned: bool = False
    is_inverted: bool = False

    def with_copies(self, copies: int, *, inverted: bool) -> "DecodingMemory":
        """The same within a DICOM file."""
        return replace(self, copies=copies, is_inverted=inverted)

    def kept(self, scale: int) -> int:
        """Bytes of the RGB image that stays, with its decoder where that does."""
        decoder = self.pixels * self.decoder if self.decoder_stays else 0
        return decoder + RGB * self._scaled(scale)

    def peak(self, scale: int, *, by_tensorflow: bool = False) -> int:
        """Bytes while it is decoded, turned and converted, the RGB image included."""
        pixels = self._scaled(scale)
        stored = 2 if self.mode.startswith("I;16") else _BYTES.get(self.mode, RGB)
        decoded = stored + (_TO_AND_FRO if self.helper else 0)
        turned = 2 * stored if self.is_turned or self.is_inverted else 0
        converted = 0 if self.mode == "RGB" else stored + RGB
        if self.mode.startswith("I;16"):
            converted = _GREY_OF_16_BITS
        per_pixel = max(decoded, turned, converted, _DEEP if self.is_deep else 0)
        if by_tensorflow:
            per_pixel += _TENSORFLOW_CMYK if self.mode == "CMYK" else _TENSORFLOW
        return self.pixels * self.decoder + per_pixel * pixels + self.copies + self.helper

    def _scaled(self, scale: int) -> int:
        return -(-self.pixels // scale**2)
