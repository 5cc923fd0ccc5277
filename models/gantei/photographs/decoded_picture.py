"""A picture that the caller has decoded: a Pillow image, or an array."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError
from ..findings.finding import Finding
from ..manifests.fields import Decoder, Side
from .decoding import check_size
from .decoding_memory import DecodingMemory
from .deep_values import Depth, eight_bits
from .formats.orientation import orientation_of, turned_upright
from .formats.pillow_errors import pillow_errors

_EIGHT = Depth()
_ONE_LOADS = threading.Lock()
# A Pillow image decodes on first use, and not twice at once: two threads may be given the same.


class DecodedPicture:
    """A Pillow image that the caller already has; never altered.

    Raises:
        PhotographError: it is damaged, too large, or of several frames.
    """

    kind = "image"
    scales: tuple[int, ...] = (1,)
    decoders = frozenset[Decoder]({"pillow"})
    findings: tuple[Finding, ...] = ()
    side: Side | Finding | None = None

    def __init__(self, image: Image.Image, depth: Depth = _EIGHT) -> None:
        check_size(image.size)
        with _ONE_LOADS, pillow_errors(self.kind):
            if getattr(image, "n_frames", 1) > 1:
                raise PhotographError(Finding("image-of-several-frames"))
            image.load()
            self.orientation = orientation_of(image)
        self.depth = depth
        self.mode = image.mode
        width, height = image.size
        self.size = (width, height) if self.orientation >= 5 else (height, width)
        self.memory = DecodingMemory(
            image.mode, pixels=width * height, is_turned=self.orientation != 1
        )
        self._image = image

    def decode(self, scale: int = 1, decoder: Decoder = "pillow") -> Image.Image:
        """The image, upright; `scale` is always 1, and it has been decoded already."""
        return turned_upright(self._image, self.orientation)

    def frame(self, scale: int) -> tuple[float, float, float, float]:
        """The whole picture: left, top, right, bottom."""
        return 0.0, 0.0, float(self.size[1]), float(self.size[0])


def picture_of_array(array: NDArray[Any]) -> DecodedPicture:
    """Make a picture of an array, uint8 or uint16, (h, w), (h, w, 3) or (h, w, 4).

    Raises:
        PhotographError: an array of another shape or type, or one that is too large.
    """
    shape = array.shape
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (3, 4)) or 0 in shape:
        raise PhotographError(Finding("array-shape", shape=str(shape)))
    check_size((shape[1], shape[0]))
    depth = Depth()
    if array.dtype == np.uint16:
        array, depth = eight_bits(array)
    if array.dtype != np.uint8:
        raise PhotographError(Finding("array-type", type=str(array.dtype)))
    return DecodedPicture(Image.fromarray(array), depth)
