"""The field of view: the bright disc that a fundus camera draws on its dark surround."""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError
from ..findings.finding import Finding
from .resampling import Box

_SOUGHT_ON = 96
"""Pixels; the disc is sought on a picture averaged down to this longer side, or up to twice it."""

_BLOCK = 8
"""Pixels; the side of JPEG's blocks, whose mean is the same however far they were decoded."""

_DARKEST_DISC = 12  # of 255: below, the picture is black
_DARK_SHARE = 0.01  # the darkest 1 % of the pixels are surround, where there is one
_SURROUND = 0.25  # a surround is at most this bright, relative to the disc's median
_RIM = 0.12  # the rim of the disc is at least this bright above the surround, relative to it
_LEAST_STEP = 8  # and by that many levels, for the noise of JPEG

_LARGEST_SQUARE = 4  # times the picture's area; a disc cut off on both sides stays below

_LEAST_POINTS = 24
_LEAST_RADIUS = 4  # reduced pixels
_ACROSS = np.array([[-1], [0], [1], [2]])  # pixels around an edge, the last one within the disc
_ROUNDS = 6
_CORE = 0.6  # the share of the rim that must lie on one circle; the rest is marks and notches
_NEAR = 1.0  # reduced pixels between a point of the rim and the circle


class Square(NamedTuple):
    """A square of a picture, in its pixels, and what it is around.

    It may reach beyond the picture's edges.
    """

    left: float
    top: float
    side: float
    around: Literal["disc", "bright part", "picture"] = "disc"

    def rounded(self) -> "Square":
        """The nearest square of whole pixels."""
        return Square(round(self.left), round(self.top), round(self.side), self.around)

    def cut(self, image: Image.Image) -> tuple[Image.Image, Box]:
        """An RGB image that holds the square, and the square's box in there.

        It is the image itself, where the square lies within; else a copy, black beyond the image.

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
            return image, (self.left, self.top, self.left + self.side, self.top + self.side)
        x, y = self.left - left, self.top - top
        # As Pillow's crop, which is black beyond the picture, and subject to a global limit.
        canvas = Image.new(image.mode, (right - left, bottom - top))
        canvas.paste(image, (-left, -top))
        return canvas, (x, y, x + self.side, y + self.side)


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
    step = averaging_step(image.size) if step is None else step
    lit = lit_part(image, step)
    return lit.disc() if lit else _square((0, 0, image.width, image.height), "picture")


class Lit(NamedTuple):
    """What is brighter than the surround, on a picture averaged down by `step`, (h, w).

    `size`: (width, height) of the picture. `dark`, `threshold`: levels of the brightest channel.
    """

    small: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    dark: int
    threshold: int
    step: int
    size: tuple[int, int]

    def disc(self) -> Square:
        """The square around the disc; around all that is lit where that is no disc."""
        circle = _circle(_rim(self.small, self.mask, self.dark))
        if circle is None or not _is_plausible(circle, self.small.shape):
            return _square(self.edges(), "bright part")
        x, y, radius = (value * self.step for value in circle)
        return Square(x - radius, y - radius, 2 * radius)

    def edges(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of all that is lit, in the picture's pixels."""
        rows, columns = (np.flatnonzero(self.mask.any(axis=axis)) for axis in (1, 0))
        left, top = int(columns[0]) * self.step, int(rows[0]) * self.step
        right = min((int(columns[-1]) + 1) * self.step, self.size[0])
        bottom = min((int(rows[-1]) + 1) * self.step, self.size[1])
        return left, top, right, bottom


def lit_part(image: Image.Image, step: int) -> Lit | None:
    """What is lit, without specks and thin lines; None where there is no dark surround.

    Raises:
        PhotographError: as `find_disc`.
    """
    small = brightest(np.asarray(image.reduce(step) if step > 1 else image))
    dark, bright = _levels(small)
    if dark > _SURROUND * bright:
        return None
    threshold = dark + max(_LEAST_STEP, _RIM * (bright - dark))
    lit = small >= threshold
    opened = _opened(lit)
    return Lit(small, opened if opened.any() else lit, dark, math.ceil(threshold), step, image.size)


def brightest(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The largest of the three channels; `max(axis=2)` takes 20 times as long."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return np.maximum(np.maximum(red, green), blue)


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


def _rim(small: NDArray[np.uint8], lit: NDArray[np.bool_], dark: int) -> NDArray[np.float64]:
    """Points (x, y) where rows and columns enter and leave the lit part.

    Where the lit part reaches the picture's edge there is no rim.
    """
    height, width = small.shape
    left = _entries(small, lit, dark)
    right = _entries(small[:, ::-1], lit[:, ::-1], dark)
    top = _entries(small.T, lit.T, dark)
    bottom = _entries(small[::-1].T, lit[::-1].T, dark)
    right[:, 0] = width - right[:, 0]
    bottom[:, 0] = height - bottom[:, 0]
    return np.concatenate([left, right, top[:, ::-1], bottom[:, ::-1]])


def _entries(values: NDArray[np.uint8], mask: NDArray[np.bool_], dark: int) -> NDArray[np.float64]:
    """For every other row that begins dark: (distance at which it gets lit, row)."""
    first = mask[::2].argmax(axis=1)
    rows = np.flatnonzero(first > 0)
    first = first[rows]
    # The pixels at the edge are averages of disc and surround: by how much brighter they are than
    # the surround, beside one within the disc, tells how much of them is disc.
    columns = np.minimum(first + _ACROSS, values.shape[1] - 1)
    across = values[2 * rows, columns].astype(np.float64) - dark
    covered = across[:-1].sum(axis=0) / np.maximum(across[-1], 1)
    edge = first + 2 - np.minimum(covered, 3)
    return np.stack([edge, 2 * rows + 0.5], axis=1)


def _circle(points: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """The circle (x, y, radius) through most of the points, whatever the others do.

    Least squares on the points that lie nearest, again and again (least trimmed squares).
    """
    if len(points) < _LEAST_POINTS:
        return None
    core = round(_CORE * len(points))
    kept = np.arange(len(points))
    circle = _fitted(points)
    for _ in range(_ROUNDS):
        if circle is None:
            return None
        nearest = np.sort(np.argpartition(_distance(points, circle), core - 1)[:core])
        if np.array_equal(nearest, kept):
            break
        kept = nearest
        circle = _fitted(points[kept])
    if circle is None:
        return None
    near = _distance(points, circle) <= _NEAR
    return _fitted(points[near]) if np.count_nonzero(near) >= _CORE * len(points) else None


def _distance(
    points: NDArray[np.float64], circle: tuple[float, float, float]
) -> NDArray[np.float64]:
    x, y, radius = circle
    return np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius)


def _fitted(points: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """The circle that minimises the algebraic distance (Kåsa 1976); None for points on a line."""
    middle = points.sum(axis=0) / len(points)
    x, y = (points - middle).T
    square = x * x + y * y
    xx, xy, yy = x @ x, x @ y, y @ y
    determinant = 2 * (xx * yy - xy * xy)
    if determinant <= 1e-9 * (xx + yy) ** 2:
        return None
    a = ((x @ square) * yy - (y @ square) * xy) / determinant
    b = ((y @ square) * xx - (x @ square) * xy) / determinant
    radius = np.sqrt(a * a + b * b + (xx + yy) / len(points))
    return float(middle[0] + a), float(middle[1] + b), float(radius)


def _is_plausible(circle: tuple[float, float, float], shape: tuple[int, ...]) -> bool:
    x, y, radius = circle
    height, width = shape
    inside = 0 < x < width and 0 < y < height
    return inside and _LEAST_RADIUS < radius <= np.hypot(width, height) / 2 + _NEAR


def _square(edges: tuple[int, int, int, int], around: Literal["bright part", "picture"]) -> Square:
    left, top, right, bottom = edges
    side = max(right - left, bottom - top)
    return Square((left + right - side) / 2, (top + bottom - side) / 2, side, around)
