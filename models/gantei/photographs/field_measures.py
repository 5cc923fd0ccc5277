"""Measures of a field of view, on the averaged picture that it was found on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .circle import ellipse_ratio
from .field_of_view import BLACK, Field
from .surrounds import distance

_WITHIN, _BEYOND = 0.95, 1.06  # of a disc's radius: between them lies its rim
_CLIPPED = 250
_ORDER = 6  # levels by which blue may exceed green in a retina
_STEEP = 0.35  # of the mean brightness: a step from a pixel to the next that vessels do not make
_PART = 0.06  # of the squared radius: parts of a disc with fewer pixels are left out

_ACROSS = 400  # pixels that the field is averaged down to for its detail
_ROWS, _LEAST_BAND = 8, 32  # how high and how long the band is, in averaged pixels
_NOISE = 1.0  # squared levels: what rounding alone leaves in a second difference
_FAINT = 3.5  # levels of coarse detail, below which fine detail is lost in that
_PLAIN = 0.055  # of the mean light: where there is more coarse detail than this, it is only dim
_DIM = 25  # levels of green
_NONE = 0.1

Mask = NDArray[np.bool_]


def regions(field: Field) -> tuple[Mask, float]:
    """The field without its rim, and the share of a disc's surroundings that is no surround."""
    lit = field.lit
    if lit is None:
        return np.ones(field.colours.shape[:2], np.bool_), 0.0
    if lit.circle is None:
        return _without_rim(lit.mask), 0.0
    x, y, radius = lit.circle
    height, width = lit.mask.shape
    down = np.arange(0.5 - y, height - y, dtype=np.float32)[:, None]
    across = np.arange(0.5 - x, width - x, dtype=np.float32)
    away = (down * down)[:height] + (across * across)[:width]
    outside = away > (_BEYOND * radius) ** 2
    around = int(np.count_nonzero(outside))
    beside = int(np.count_nonzero(outside & (lit.values >= lit.threshold))) / max(around, 1)
    return away <= (_WITHIN * radius) ** 2, round(beside, 4)


def _without_rim(mask: Mask) -> Mask:
    """The mask without what is next to something else; itself, where that leaves little."""
    inner = mask.copy()
    for _ in range(2):
        padded = np.pad(inner, 1, mode="edge")
        inner = padded[1:-1, 1:-1] & padded[:-2, 1:-1] & padded[2:, 1:-1]
        inner &= padded[1:-1, :-2] & padded[1:-1, 2:]
    return inner if 2 * np.count_nonzero(inner) > np.count_nonzero(mask) else mask


def box(field: Field) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the field in the picture that it was found on."""
    if field.lit is None:
        return 0, 0, *field.size
    if field.lit.circle is None:
        return field.lit.edges()
    x, y, radius = (value * field.step for value in field.lit.circle)
    left, top, right, bottom = field.lit.edges()
    return (
        max(x - radius, left - field.step), max(y - radius, top - field.step),
        min(x + radius, right + field.step), min(y + radius, bottom + field.step),
    )  # fmt: skip


def share(field: Field) -> float:
    """The share of the picture that the field takes."""
    if field.lit is None:
        return 1.0
    return round(int(np.count_nonzero(field.lit.mask)) / field.lit.mask.size, 3)


def roundness(field: Field) -> float | None:
    """Width to height of the ellipse that the field is; None where it is none."""
    lit = field.lit
    if lit is None:
        return None
    if lit.circle is not None:
        return 1.0
    ratio = ellipse_ratio(lit.values, lit.mask)
    return None if ratio is None else round(ratio, 3)


def colours(field: Field, inside: Mask) -> dict[str, float]:
    """Brightness and colour within the field, on one place in four; see `Appearance`."""
    some, pixels = inside[::2, ::2], field.colours[::2, ::2]
    if not some.any():
        some, pixels = inside, field.colours
    red, green, blue = channels = [pixels[..., channel][some] for channel in range(3)]
    light = float(np.maximum(np.maximum(red, green), blue).mean())
    at_limit = (red >= _CLIPPED).view(np.int8) + (green >= _CLIPPED) + (blue >= _CLIPPED)
    in_order = (red >= green) & (np.minimum(green, 255 - _ORDER) + _ORDER >= blue)
    values = np.array(channels, np.float32)
    means = values.mean(axis=1, keepdims=True)
    return {
        "brightness": round(light, 1),
        "clipped": round(int(np.count_nonzero(at_limit >= 2)) / len(red), 4),
        "red_to_blue": round(float(means[0, 0]) / max(float(means[2, 0]), 1.0), 2),
        "colour": round(_off_green(values - means) / max(light, 1.0), 4),
        "ordered": round(int(np.count_nonzero(in_order)) / len(red), 3),
    }


def _off_green(off: NDArray[np.float32]) -> float:
    """How far red or blue is from following green, as a standard deviation in levels."""
    among = (off @ off.T).tolist()
    green = max(among[1][1], 1.0)
    left = max(among[channel][channel] - among[channel][1] ** 2 / green for channel in (0, 2))
    return float((max(left, 0.0) / off.shape[1]) ** 0.5)


def _light(field: Field) -> NDArray[np.uint8]:
    """The brightest channel; on black it is known already."""
    if field.lit is not None and field.lit.surround == BLACK:
        return field.lit.values
    return distance(field.colours, BLACK)


def edges(field: Field, inside: Mask, brightness: float) -> float:
    """The share of the field where the brightest channel has steep edges."""
    light = _light(field)
    here, below, beside = light[:-1, :-1], light[1:, :-1], light[:-1, 1:]
    down = np.maximum(here, below) - np.minimum(here, below)
    across = np.maximum(here, beside) - np.minimum(here, beside)
    both = inside[:-1, :-1] & inside[1:, 1:]
    steep = both & (np.maximum(down, across) > min(_STEEP * brightness, 255))
    return round(int(np.count_nonzero(steep)) / max(int(np.count_nonzero(both)), 1), 4)


def evenness(field: Field, inside: Mask) -> float | None:
    """Brightness of the darkest part of a disc, of a grid of 4 x 4, relative to the brightest."""
    if field.lit is None or field.lit.circle is None:
        return None
    x, y, radius = field.lit.circle
    height, width = inside.shape
    rows, columns = (_quarters(middle, radius, end) for middle, end in ((y, height), (x, width)))
    totals, counts = _summed(_light(field) * inside, rows, columns), _summed(inside, rows, columns)
    full = counts > _PART * radius * radius
    if not full.any():
        return None
    means = totals[full] / counts[full]
    darkest, brightest = float(means.min()), float(means.max())
    return round(darkest / max(brightest, 1.0), 3)


def _summed(plane: NDArray[Any], rows: list[int], columns: list[int]) -> NDArray[np.int64]:
    down: NDArray[np.int64] = np.add.reduceat(plane, rows, axis=0, dtype=np.int64)
    summed: NDArray[np.int64] = np.add.reduceat(down, columns, axis=1)
    return summed


def _quarters(middle: float, radius: float, end: int) -> list[int]:
    """Where four parts of a disc begin, as far as they lie within the picture."""
    begins = (round(middle + share * radius) for share in (-1, -0.5, 0, 0.5))
    return sorted({min(max(begin, 0), end - 1) for begin in begins})


def sharpness(field: Field, image: Image.Image) -> float | None:
    """Detail at 1/400 of the field's width, relative to that at 1/100 of it, on a band across.

    Detail is the root of the mean squared second difference of green. Where there is next to none
    at 1/100, fine detail cannot be told from rounding: the field is blurred, or too dim.
    """
    green = _band(field, image)
    if green is None or (light := float(green.mean())) < _DIM:
        return None
    fine, coarse = _detail(green, 1), _detail(green, 4)
    if _PLAIN * light < coarse < _FAINT and fine < _NONE * coarse:
        return None
    return round(fine / coarse, 3) if coarse > 0 else 0.0


def _band(field: Field, image: Image.Image) -> NDArray[np.float32] | None:
    """Green along a band across the middle of the field, averaged; None where it is too short."""
    left, top, right, bottom = box(field)
    step = max(round(max(right - left, bottom - top) / _ACROSS), 1)
    rim = (1 - _WITHIN) * (right - left) / 2
    begin, end = max(int(left + rim), 0), min(int(right - rim), image.width)
    first = max(int(top + bottom) // 2 - _ROWS * step // 2, 0)
    last = min(first + _ROWS * step, image.height)
    if end - begin < _LEAST_BAND * step or last - first < step:
        return None
    band = image.reduce(step, box=(begin, first, end, last))
    return np.asarray(band)[..., 1].astype(np.float32)


def _detail(green: NDArray[np.float32], apart: int) -> float:
    second = green[:, 2 * apart :] - 2 * green[:, apart:-apart] + green[:, : -2 * apart]
    return float(max(float((second * second).mean()) - _NOISE, 0.0) ** 0.5)
