"""The circle through the rim of what is lit, whatever marks, notches and shadows do to the rest."""

import numpy as np
from numpy.typing import NDArray

LEAST_RADIUS = 4
"""Pixels of the picture that the circle is sought on."""

_LEAST_POINTS = 24
_ACROSS = np.array([[-1], [0], [1], [2]])  # pixels around an edge, the last one within the disc
_ROUNDS = 6
_CORE = 0.6  # the share of the rim that must lie on one circle; the rest is marks and notches
_NEAR = 1.0  # pixels between a point of the rim and the circle
_SQUEEZED_CORE = 0.75  # as _CORE, of an ellipse, which has more to fit with
_MOST_SQUEEZED = 2.0

Circle = tuple[float, float, float]
"""x, y, radius."""


def find_circle(small: NDArray[np.uint8], lit: NDArray[np.bool_], dark: int) -> Circle | None:
    """Find the circle that most of the rim of the lit part lies on; None where it is no disc.

    Args:
        small: how bright each place is, (h, w).
        lit: what is lit of it.
        dark: how bright the surround is.
    """
    circle = _through(rim(small, lit, dark))
    return circle if circle and _is_plausible(circle, small.shape) else None


def rim(small: NDArray[np.uint8], lit: NDArray[np.bool_], dark: int) -> NDArray[np.float64]:
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


def _through(points: NDArray[np.float64]) -> Circle | None:
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


def _distance(points: NDArray[np.float64], circle: Circle) -> NDArray[np.float64]:
    x, y, radius = circle
    return np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius)


def _fitted(points: NDArray[np.float64]) -> Circle | None:
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


def _is_plausible(circle: Circle, shape: tuple[int, ...]) -> bool:
    x, y, radius = circle
    height, width = shape
    inside = 0 < x < width and 0 < y < height
    return inside and LEAST_RADIUS < radius <= np.hypot(width, height) / 2 + _NEAR


def ellipse_ratio(values: NDArray[np.uint8], lit: NDArray[np.bool_]) -> float | None:
    """Width to height of the upright ellipse that the rim of the lit part is; None: it is none.

    A disc that was squeezed in one direction. Least trimmed squares, as for circles.
    """
    points = rim(values, lit, 0)
    if len(points) < _LEAST_POINTS:
        return None
    core = round(_CORE * len(points))
    ellipse = _fitted_ellipse(points)
    for _ in range(_ROUNDS):
        if ellipse is None:
            return None
        off = _off_ellipse(points, ellipse)
        ellipse = _fitted_ellipse(points[np.argpartition(off, core - 1)[:core]])
    if ellipse is None:
        return None
    wide, high = ellipse[2:]
    near = np.count_nonzero(_off_ellipse(points, ellipse) <= _NEAR)
    fits = near >= _SQUEEZED_CORE * len(points) and min(wide, high) > LEAST_RADIUS
    return wide / high if fits and 1 / _MOST_SQUEEZED < wide / high < _MOST_SQUEEZED else None


def _fitted_ellipse(points: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
    """Middle and half axes of the upright ellipse that minimises the algebraic distance."""
    middle = points.mean(axis=0)
    x, y = (points - middle).T
    system = np.stack([y * y, x, y, np.ones_like(x)], axis=1)
    (b, c, d, e), *_ = np.linalg.lstsq(system, -x * x, rcond=None)
    if b <= 0:
        return None
    left, down = -c / 2, -d / (2 * b)
    squared = left * left + b * down * down - e
    if squared <= 0:
        return None
    return float(left + middle[0]), float(down + middle[1]), squared**0.5, (squared / b) ** 0.5


def _off_ellipse(
    points: NDArray[np.float64], ellipse: tuple[float, float, float, float]
) -> NDArray[np.float64]:
    """How far each point is from an ellipse, along the ray from its middle, nearly."""
    x, y, wide, high = ellipse
    right, down = points[:, 0] - x, points[:, 1] - y
    radius = np.hypot(right, down)
    return np.abs(radius - radius / np.maximum(np.hypot(right / wide, down / high), 1e-9))
