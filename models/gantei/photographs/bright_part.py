"""What is not black: the box that programs cut a photograph to before they stretch it."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .field_of_view import Lit, find_field
from .resampling import Box
from .shared_pixels import pixels_of_image
from .surrounds import distance


class Part(NamedTuple):
    """A box of a picture, in whole pixels, and what it is around."""

    box: Box
    around: Literal["disc", "bright part", "picture"]

    def cut(self, image: Image.Image) -> Image.Image:
        """The part as an image of its own, so that no resampling sees what lies beside it."""
        left, top, right, bottom = (int(side) for side in self.box)
        if (right - left, bottom - top) == image.size:
            return image
        # As Pillow's crop, which is subject to a global limit.
        canvas = Image.new(image.mode, (right - left, bottom - top))
        canvas.paste(image, (-left, -top))
        return canvas


def find_box(image: Image.Image) -> Part:
    """Find the bounding box of what is not black in an upright RGB image, in whole pixels.

    Not black is what is as bright as the rim of a disc has to be (`find_disc`). What lies beside
    the disc, as a caption does, is left out, and so are specks.

    Where there is no dark surround, it is the whole picture.

    Raises:
        PhotographError: as `find_disc`.
    """
    lit = find_field(image).lit
    if lit is None:
        return Part((0, 0, *image.size), "picture")
    disc = lit.disc()
    lit = _near(lit, (disc.left, disc.top, disc.left + disc.side, disc.top + disc.side))
    left, top, right, bottom = lit.edges()
    pixels = pixels_of_image(image)
    rows, columns = pixels[top:bottom], pixels[:, left:right].swapaxes(0, 1)
    box = (
        image.width - _reach(rows[:, ::-1], image.width - left, lit),
        image.height - _reach(columns[:, ::-1], image.height - top, lit),
        _reach(rows, right, lit),
        _reach(columns, bottom, lit),
    )
    return Part(box, disc.around)


def _near(lit: Lit, box: Box) -> Lit:
    """What is lit within a box, or one averaged pixel beside it."""
    height, width = lit.mask.shape
    left, top, right, bottom = (side / lit.step for side in box)
    rows, columns = np.arange(height)[:, None], np.arange(width)
    within = (columns > left - 2) & (columns < right + 1) & (rows > top - 2) & (rows < bottom + 1)
    mask = lit.mask & within
    return lit._replace(mask=mask) if mask.any() else lit


def _reach(pixels: NDArray[np.uint8], edge: int, lit: Lit) -> int:
    """Where the lit part ends to the right, near the edge that averaged pixels gave.

    A column is lit where as many of its pixels are as an averaged one has on a side: on a disc
    that is less than a pixel deep.
    """
    first = max(edge - lit.step, 0)
    band = distance(pixels[:, first : edge + lit.step], lit.surround) >= lit.threshold
    columns = np.flatnonzero(np.count_nonzero(band, axis=0) >= min(lit.step, len(band)))
    return first + int(columns[-1]) + 1 if len(columns) else edge
