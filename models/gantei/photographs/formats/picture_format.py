"""What is to be known of a file format of photographs, in one record per format.

Pillow's format classes are called directly. `Image.open` would import every plugin that Pillow has,
and its limit on pixels is a global setting of the process, while ours is fixed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageFile

Opener = Callable[[bytes], ImageFile.ImageFile]
Checker = Callable[[bytes, ImageFile.ImageFile], bool]


def frames_by_pillow(image: ImageFile.ImageFile) -> int:
    """Pictures in a file, as Pillow counts them."""
    return int(getattr(image, "n_frames", 1))


def load_by_pillow(
    data: bytes, image: ImageFile.ImageFile, orientation: int, scale: int
) -> Image.Image:
    """Decode a file as Pillow does it, at full size and as stored."""
    image.load()
    return image


def no_memory(data: bytes, image: ImageFile.ImageFile) -> int:
    """A decoder that writes row by row into the picture."""
    return 0


@dataclass(frozen=True, kw_only=True)
class PictureFormat:
    """A file format: how its files are recognised, opened, checked and decoded.

    Attributes:
        name: as messages and `Photograph.format` have it.
        magic: what its files begin with.
        suffixes: the endings of its files' names, in lower case.
        media_type: as a form or a browser says it.
        is_drawn_by_browsers: whether all browsers of today draw its pictures.
        open: reads the header with Pillow; raises a `PhotographError` or one of `PILLOW_ERRORS`.
        is_whole: whether the picture ends before the file does; raises a `PhotographError` where
            the format allows what a photograph may not be. Pillow finds most cut-off files while
            decoding, but not where the process has set ImageFile.LOAD_TRUNCATED_IMAGES; these
            checks hold there too, and cost next to nothing.
        frames: counts the pictures in a file, without previews.
        load: decodes what `open` gave, in place or to another image, of a file with this
            orientation; `scale`, one of `scales`, divides both sides.
        scales: the reductions that the decoder offers, largest first.
        is_turned: whether Pillow's reader turns the picture upright by itself.
        decode_as_tensorflow: as stored, where TensorFlow's decoder gives other pixels.
        decoder_memory: bytes per pixel that the decoder has beside the picture that it makes, of an
            opened file.
        decoder_stays: whether it stays as long as the picture does.
    """

    name: str
    magic: re.Pattern[bytes]
    suffixes: tuple[str, ...]
    media_type: str
    open: Opener
    is_whole: Checker
    frames: Callable[[ImageFile.ImageFile], int] = frames_by_pillow
    load: Callable[[bytes, ImageFile.ImageFile, int, int], Image.Image] = load_by_pillow
    scales: tuple[int, ...] = (1,)
    is_turned: bool = False
    decode_as_tensorflow: Callable[[bytes, Image.Image], Image.Image] | None = None
    decoder_memory: Callable[[bytes, ImageFile.ImageFile], int] = no_memory
    decoder_stays: bool = False
    is_drawn_by_browsers: bool = False
