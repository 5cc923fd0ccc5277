"""Interpolation as TensorFlow and OpenCV do it, where Pillow has nothing like it.

All take (h, w, 3) uint8 and `size` (height, width), place centres at half-pixels (but for OpenCV's
nearest) and average over nothing but what they say. Beside the pictures that come and go, they need
memory for a row, or for the result a few times.
"""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Indices = NDArray[np.intp]
Number = TypeVar("Number", np.float32, np.int32)

_KEYS, _OPENCV = -0.5, -0.75
"""The slope of the cubic at 1: that of Keys (1981), which TensorFlow has, and OpenCV's."""

_TABLE = 1024  # TensorFlow rounds the way between two pixels to so many steps
_BAND = 256  # rows that are averaged at a time
_ONE = 2048  # OpenCV's weights of 8-bit pixels, in so many parts


def bilinear_no_antialias(pixels: Pixels, size: tuple[int, int]) -> Floats:
    """Interpolate between the 4 nearest pixels: float32 (height, width, 3), not rounded.

    As `tf.image.resize(method="bilinear", antialias=False)`, in float32 throughout and in its
    order of operations; OpenCV's INTER_LINEAR is the same on float32.
    """
    top, bottom, down = _neighbours(pixels.shape[0], size[0])
    left, right, across = _neighbours(pixels.shape[1], size[1])
    across, down = across[:, None], down[:, None, None]
    upper, lower = pixels[top], pixels[bottom]

    def between(rows: Pixels) -> Floats:
        first = rows[:, left].astype(np.float32)
        return first + (rows[:, right].astype(np.float32) - first) * across

    first = between(upper)
    return first + (between(lower) - first) * down


def _neighbours(length: int, wanted: int) -> tuple[Indices, Indices, Floats]:
    """Indices of the pixels before and after each wanted centre; the way between, 0 to 1."""
    step = np.float32(length) / np.float32(wanted)
    centre = (np.arange(wanted, dtype=np.float32) + np.float32(0.5)) * step - np.float32(0.5)
    floor = np.floor(centre)
    before = np.maximum(floor, 0).astype(np.intp)
    after = np.minimum(np.ceil(centre), length - 1).astype(np.intp)
    return before, after, centre - floor


def bicubic_no_antialias(pixels: Pixels, size: tuple[int, int]) -> Floats:
    """Interpolate between the 16 nearest pixels: float32 (height, width, 3), not rounded.

    As `tf.image.resize(method="bicubic", antialias=False)`: Keys' cubic, from a table; pixels
    beyond the edge count for nothing. Values may lie beyond 0 and 255, as TensorFlow's do.
    """
    (rows, down), (columns, across) = (
        _keys(*each) for each in zip(pixels.shape, size, strict=False)
    )
    return _weighted(pixels, rows, columns, down, across)


def _keys(length: int, wanted: int) -> tuple[Indices, Floats]:
    """Indices of the four nearest pixels, (wanted, 4), and their weights."""
    step = np.float32(length) / np.float32(wanted)
    centre = (np.arange(wanted, dtype=np.float32) + np.float32(0.5)) * step - np.float32(0.5)
    floor = np.floor(centre)
    way = np.rint((centre - floor) * _TABLE).astype(np.float32) / np.float32(_TABLE)
    places = floor.astype(np.intp)[:, None] + np.arange(-1, 3)
    weights = _cubic(way, _KEYS)
    weights[(places < 0) | (places >= length)] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    return places.clip(0, length - 1), weights


def _cubic(way: Floats, slope: float) -> Floats:
    """The weights of the four nearest pixels, (n, 4), `way` after the second of them."""
    near, far = way, way + 1
    outer = [slope * (((x - 5) * x + 8) * x - 4) for x in (far, 3 - far)]
    inner = [((slope + 2) * x - (slope + 3)) * x * x + 1 for x in (near, 1 - near)]
    return np.stack([outer[0], *inner, outer[1]], axis=1).astype(np.float32)


def bicubic_of_opencv(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Interpolate between the 16 nearest pixels, as OpenCV's INTER_CUBIC does on 8 bits.

    Its cubic is steeper than Keys', its weights are whole 2048ths, and the edge's pixel stands for
    those beyond it.
    """
    (rows, down), (columns, across) = (
        _steep(*each) for each in zip(pixels.shape, size, strict=False)
    )
    sums = _weighted(pixels, rows, columns, down, across)
    rounded = (sums + _ONE * _ONE // 2) // (_ONE * _ONE)
    return rounded.clip(0, 255).astype(np.uint8)


def _steep(length: int, wanted: int) -> tuple[Indices, NDArray[np.int32]]:
    centre = ((np.arange(wanted) + 0.5) * _opencv_step(length, wanted) - 0.5).astype(np.float32)
    floor = np.floor(centre)
    weights = np.rint(_cubic(centre - floor, _OPENCV) * _ONE).astype(np.int32)
    places = floor.astype(np.intp)[:, None] + np.arange(-1, 3)
    return places.clip(0, length - 1), weights


def _weighted(
    pixels: Pixels, rows: Indices, columns: Indices, down: NDArray[Number], across: NDArray[Number]
) -> NDArray[Number]:
    """Weigh four rows of four columns each."""
    result = np.zeros((len(rows), len(columns), 3), down.dtype)
    for row, high in zip(rows.T, down.T, strict=True):
        lines = pixels[row]
        line = np.zeros_like(result)
        for column, wide in zip(columns.T, across.T, strict=True):
            line += lines[:, column] * wide[:, None]
        result += line * high[:, None, None]
    return result


def nearest_of_opencv(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Pick pixels out as OpenCV's INTER_NEAREST does: by the left upper corners of the wanted."""
    rows, columns = (
        np.arange(wanted) * _opencv_step(length, wanted)
        for length, wanted in zip(pixels.shape, size, strict=False)
    )
    return _picked(pixels, rows, columns)


def nearest_of_tensorflow(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Pick pixels out as `tf.image.resize(method="nearest")` does.

    By the centres of the wanted, as Pillow; but in float32, so that it takes another pixel where a
    centre falls on the border of two.
    """
    rows, columns = (
        (np.arange(wanted, dtype=np.float32) + np.float32(0.5))
        * (np.float32(length) / np.float32(wanted))
        for length, wanted in zip(pixels.shape, size, strict=False)
    )
    return _picked(pixels, rows, columns)


def _picked(pixels: Pixels, rows: NDArray[Any], columns: NDArray[Any]) -> Pixels:
    height, width, _ = pixels.shape
    lines = pixels[np.minimum(rows.astype(np.intp), height - 1)]
    picked: Pixels = lines[:, np.minimum(columns.astype(np.intp), width - 1)]
    return picked


def _opencv_step(length: int, wanted: int) -> float:
    return 1 / (wanted / length)  # in double precision not always length / wanted


def area(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Average over what each pixel of the result covers, as OpenCV's INTER_AREA does on 8 bits.

    Where a side grows, OpenCV interpolates between neighbours instead, and so does this.
    """
    height, width = size
    if height > pixels.shape[0] or width > pixels.shape[1]:
        return _between_areas(pixels, size)
    columns = _covered(pixels.shape[1], width)
    places = np.concatenate([first + np.arange(len(weights)) for first, weights in columns])
    across = np.concatenate([weights for _, weights in columns])
    starts = np.cumsum([0, *(len(weights) for _, weights in columns[:-1])])
    result = np.empty((height, width, 3), np.uint8)
    for row, (first, down) in zip(result, _covered(pixels.shape[0], height), strict=True):
        line = np.zeros(pixels.shape[1] * 3, np.float32)
        for part in range(0, len(down), _BAND):
            weights = down[part : part + _BAND]
            lines = pixels[first + part : first + part + len(weights)].reshape(len(weights), -1)
            line += weights @ lines.astype(np.float32)
        colours = np.ascontiguousarray(line.reshape(-1, 3).T)
        row[:] = np.rint(np.add.reduceat(colours[:, places] * across, starts, axis=1)).T
    return result


def _covered(length: int, wanted: int) -> list[tuple[int, Floats]]:
    """For each wanted pixel the first that it covers, and the weights of all that it covers."""
    step = _opencv_step(length, wanted)
    start = np.arange(wanted) * step
    first = np.floor(start + 1e-3).astype(np.intp)  # OpenCV leaves out what is less than that
    end = np.minimum(start + step, length)
    last = np.ceil(end - 1e-3).astype(np.intp)
    covered = []
    for low, high, begin, over in zip(start, end, first, last, strict=True):
        places = np.arange(begin, over)
        share = np.minimum(places + 1, high) - np.maximum(places, low)
        covered.append((int(begin), (share / (high - low)).astype(np.float32)))
    return covered


def _between_areas(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    height, width, _ = pixels.shape
    rows, down = _overlapping(height, size[0])
    columns, across = _overlapping(width, size[1])
    after = np.minimum(columns + 1, width - 1)

    def between(rows: Indices) -> Floats:
        lines = pixels[rows].astype(np.float32)
        return lines[:, columns] + (lines[:, after] - lines[:, columns]) * across[:, None]

    upper, lower = between(rows), between(np.minimum(rows + 1, height - 1))
    return np.rint(upper + (lower - upper) * down[:, None, None]).astype(np.uint8)


def _overlapping(length: int, wanted: int) -> tuple[Indices, Floats]:
    """The pixel in which each wanted one begins, and how much of it lies in the next."""
    wide = np.arange(wanted)
    place = np.floor(wide * _opencv_step(length, wanted))
    way = ((wide + 1) - (place + 1) * (wanted / length)).astype(np.float32)
    way = np.where(way <= 0, np.float32(0), way - np.floor(way))
    return place.astype(np.intp).clip(0, length - 1), way
