"""The field of view: the bright disc that a fundus camera draws on its dark surround."""

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError
from ..findings.finding import Finding
from .circle import Circle, find_circle
from .resampling import Box
from .surrounds import Levels, disc_elsewhere, distance

Around = Literal["disc", "bright part", "picture"]
BLACK: Levels = (0, 0, 0)
_SOUGHT_ON = 96
"""Pixels; the disc is sought on a picture averaged down to this longer side, or up to twice it."""

_BLOCK = 8
"""Pixels; the side of JPEG's blocks, whose mean is the same however far they were decoded."""

_DARKEST_DISC = 12  # of 255: below, the picture is black
_DARK_SHARE = 0.01  # the darkest 1 % of the pixels are surround, where there is one
_SURROUND = 0.25  # a surround is at most this bright, relative to the disc's median
_RIM = 0.12  # the rim of the disc is at least this bright above the surround, relative to it
_LEAST_STEP = 8  # and by that many levels, for the noise of JPEG

_BRIGHTEST_SURROUND = 64  # of a camera; what is brighter was put there later
_STRIP = 2**18  # pixels of a copy that are made at a time
_LARGEST_SQUARE = 4  # times the picture's area; a disc cut off on both sides stays below


class Square(NamedTuple):
    """A square of a picture, in its pixels, and what it is around.

    It may reach beyond the picture's edges. `surround`: the colour that a disc lies on.
    """

    left: float
    top: float
    side: float
    around: Around = "disc"
    surround: Levels = BLACK

    def rounded(self) -> "Square":
        """The nearest square of whole pixels."""
        whole = (round(self.left), round(self.top), round(self.side))
        return Square(*whole, self.around, self.surround)

    def region(self, image: Image.Image) -> tuple[int, int, int, int]:
        """What resampling the square sees, in whole pixels: left, top, right, bottom.

        It is the whole RGB image, where the square lies within; else what the square covers.

        Raises:
            PhotographError: the square is much larger than the picture, which is no disc then.
        """
        if self.side**2 > _LARGEST_SQUARE * image.width * image.height:
            raise PhotographError(
                Finding("no-fundus", side=round(self.side), width=image.width, height=image.height)
            )
        left, top = math.floor(self.left), math.floor(self.top)
        right, bottom = math.ceil(self.left + self.side), math.ceil(self.top + self.side)
        if left >= 0 and top >= 0 and right <= image.width and bottom <= image.height:
            return 0, 0, image.width, image.height
        return left, top, right, bottom

    def is_as_it_stands(self, image: Image.Image) -> bool:
        """Whether its region is the image itself, where nothing has to be blackened.

        Raises:
            PhotographError: as `region`.
        """
        return self.region(image) == (0, 0, *image.size) and not self._has_bright_surround

    def strips(self, image: Image.Image) -> Iterator[Image.Image]:
        """The region from top to bottom, a few rows at a time; it is black beyond the image.

        What surrounds a disc on white, or on another bright colour, is black too.

        Raises:
            PhotographError: as `region`.
        """
        left, top, right, bottom = self.region(image)
        rows = max(_STRIP // (right - left), 1)
        for first in range(top, bottom, rows):
            # As Pillow's crop, which is black beyond the picture, and subject to a global limit.
            strip = Image.new(image.mode, (right - left, min(rows, bottom - first)))
            strip.paste(image, (-left, -first))
            yield self._on_black(strip, left, first) if self._has_bright_surround else strip

    def cut(self, image: Image.Image) -> tuple[Image.Image, Box]:
        """An RGB image of the region, and the square's box in there.

        It is the image itself, where it `is_as_it_stands`; else a copy.

        Raises:
            PhotographError: as `region`.
        """
        left, top, right, bottom = self.region(image)
        x, y = self.left - left, self.top - top
        box = (x, y, x + self.side, y + self.side)
        if self.is_as_it_stands(image):
            return image, box
        canvas = Image.new(image.mode, (right - left, bottom - top))
        row = 0
        for strip in self.strips(image):
            canvas.paste(strip, (0, row))
            row += strip.height
        return canvas, box

    @property
    def _has_bright_surround(self) -> bool:
        return max(self.surround) > _BRIGHTEST_SURROUND

    def _on_black(self, strip: Image.Image, left: int, top: int) -> Image.Image:
        """Blacken what lies outside the disc, in a part that begins at `left`, `top`."""
        pixels = np.array(strip)
        radius = self.side / 2
        y, x = np.ogrid[top : top + strip.height, left : left + strip.width]
        outside = np.hypot(x + 0.5 - self.left - radius, y + 0.5 - self.top - radius) > radius
        pixels[outside] = 0
        return Image.fromarray(pixels)


def averaging_step(size: tuple[int, int]) -> int:
    """How many pixels of a picture with these sides are averaged into one to find its disc.

    1, 2, 4 or a multiple of 8, so that a JPEG decoded at 1/2, 1/4 or 1/8 gives the same averages.
    """
    step = max(max(size) // _SOUGHT_ON, 1)
    return step - step % _BLOCK if step >= _BLOCK else 1 << step.bit_length() - 1


def find_disc(image: Image.Image, step: int | None = None) -> Square:
    """Find the square around the bright disc of an upright RGB image.

    `step`: pixels averaged into one, by default `averaging_step`; a picture that was decoded at
    1/s takes 1/s of the step of the whole picture, and finds the same disc.

    A disc that the picture's edge cuts off gets the square of the whole disc. Where the bright
    part is no disc, it is the square around that part; where there is no dark surround, the
    square around the whole picture.

    Raises:
        PhotographError: the picture is black.
    """
    return find_field(image, step).square()


class Lit(NamedTuple):
    """What is off the surround, on a picture averaged down by `step`, (h, w).

    `values`: how far each place is from the surround's colour, which is black but for discs that
    were found elsewhere; `mask`: where that is `threshold` or more. `size`: (width, height) of the
    picture. `circle`: the disc, in averaged pixels, where it is one.
    """

    values: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    threshold: int
    step: int
    size: tuple[int, int]
    circle: Circle | None
    surround: Levels = BLACK

    def disc(self) -> Square:
        """The square around the disc; around all that is lit where that is no disc."""
        if self.circle is None:
            return _square(self.edges(), "bright part")
        x, y, radius = (value * self.step for value in self.circle)
        return Square(x - radius, y - radius, 2 * radius, surround=self.surround)

    def edges(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of all that is lit, in the picture's pixels."""
        rows, columns = (np.flatnonzero(self.mask.any(axis=axis)) for axis in (1, 0))
        left, top = int(columns[0]) * self.step, int(rows[0]) * self.step
        right = min((int(columns[-1]) + 1) * self.step, self.size[0])
        bottom = min((int(rows[-1]) + 1) * self.step, self.size[1])
        return left, top, right, bottom


class Field(NamedTuple):
    """The field of view as it was found on a picture of `size` averaged down by `step`.

    `colours`: the averaged picture, (h, w, 3); `lit`: None where there is no surround.
    """

    colours: NDArray[np.uint8]
    lit: Lit | None
    step: int
    size: tuple[int, int]

    def square(self) -> Square:
        """The square around the disc, around the bright part, or around the whole picture."""
        if self.lit is None:
            return _square((0, 0, *self.size), "picture")
        return self.lit.disc()


def find_field(image: Image.Image, step: int | None = None) -> Field:
    """Find the field of view of an upright RGB image; `step` as for `find_disc`.

    Where there is no disc on black, it is sought on surrounds of other colours, and beside frames
    and captions.

    Raises:
        PhotographError: as `find_disc`.
    """
    step = averaging_step(image.size) if step is None else step
    colours = np.asarray(image.reduce(step) if step > 1 else image)
    lit = _lit_on_black(colours, step, image.size)
    if lit is None or lit.circle is None:
        other = disc_elsewhere(colours)
        if other is not None:
            values, mask, threshold, circle, surround = other
            lit = Lit(values, mask, threshold, step, image.size, circle, surround)
    return Field(colours, lit, step, image.size)


def _lit_on_black(colours: NDArray[np.uint8], step: int, size: tuple[int, int]) -> Lit | None:
    """What is lit, without specks and thin lines; None where there is no dark surround."""
    values = distance(colours, BLACK)
    dark, bright = _levels(values)
    if dark > _SURROUND * bright:
        return None
    threshold = dark + max(_LEAST_STEP, _RIM * (bright - dark))
    lit = values >= threshold
    opened = _opened(lit)
    mask = opened if opened.any() else lit
    circle = find_circle(values, mask, dark)
    return Lit(values, mask, math.ceil(threshold), step, size, circle)


def _levels(small: NDArray[np.uint8]) -> tuple[int, int]:
    """How bright the surround is, and the median of what is brighter."""
    count = np.bincount(small.ravel(), minlength=256)
    if not count[_DARKEST_DISC:].any():
        raise PhotographError(Finding("black-picture"))
    dark = _level(count, _DARK_SHARE)
    count[: dark + _LEAST_STEP] = 0
    return dark, _level(count, 0.5)


def _level(count: NDArray[np.intp], share: float) -> int:
    """The brightness that this share of the counted pixels does not exceed."""
    total = count.cumsum()
    return int(np.searchsorted(total, share * total[-1]))


def _opened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Morphological opening: what a square of 3 x 3 fits into, also across the picture's edge."""
    mask = np.pad(mask, 2, mode="edge")
    mask = mask[:-2] & mask[1:-1] & mask[2:]
    mask = mask[:, :-2] & mask[:, 1:-1] & mask[:, 2:]
    mask = mask[:-2] | mask[1:-1] | mask[2:]
    return mask[:, :-2] | mask[:, 1:-1] | mask[:, 2:]


def _square(edges: tuple[int, int, int, int], around: Literal["bright part", "picture"]) -> Square:
    left, top, right, bottom = edges
    side = max(right - left, bottom - top)
    return Square((left + right - side) / 2, (top + bottom - side) / 2, side, around)
