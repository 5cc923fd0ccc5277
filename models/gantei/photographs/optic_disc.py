"""Which eye a photograph shows, by where its optic disc and its fovea lie.

In an upright photograph of a right eye the disc lies on the right, the fovea on the left of it and
a little lower; in one of a left eye the other way round. The disc is bright, round, and crossed by
vessels that run up and down; the fovea is dark and has none. For every place the evidence for a
disc there is added to that for a fovea where it would belong, once for a right and once for a left
eye. The best place on the right half then stands against the best one on the left half, and against
the best in between, where a disc tells no side.

Lengths are shares of the field's radius. Disc and fovea are 15.5 degrees apart in the mean
(Rohrschneider 2004), which is 0.55 to 0.9 in fields of 56 down to 34 degrees, and the fovea lies a
little lower. The other constants were chosen on drawings of seed 7 and on a dozen photographs;
benchmarks/eye_detection.py measures what comes of them on other drawings.
"""

from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PhotographError
from ..manifests.fields import Side
from .eyes import Eye, assumed_eye
from .field_of_view import find_disc

Plane = NDArray[np.float64]

SIDE = 160
"""Pixels; the square around the field is sought through at this size."""
LEAST_SCORE = 6.0
LEAST_DISC = 4.0
LEAST_CONFIDENCE = 0.2
"""Below these it cannot be told: the evidence for disc and fovea in standard deviations, that for
the disc alone, and the lead of the best place over the others as a share of its evidence."""

_RADIUS = SIDE // 2
_FIELD = 0.95  # beyond, lies the rim
_DARKEST = 25  # of 255: darker is no field, but what the camera cuts off
_APART = (0.55, 0.65, 0.75, 0.9)  # disc and fovea
_LOWER = (0.05, 0.15)  # the fovea
_ASIDE = 0.3  # a disc that is nearer to the middle tells no side
_ABOVE_OR_BELOW = 0.45  # a disc is never further from the middle line
_FOVEA = 0.8  # the weight of its evidence, the disc's being 1


class SideEstimate(NamedTuple):
    """The side, None where it cannot be told, and the lead of the best place over the others."""

    side: Side | None
    confidence: float


class _Evidence(NamedTuple):
    """Evidence (`SIDE`, `SIDE`) for a disc and for a fovea, and where the field is."""

    disc: Plane
    fovea: Plane
    field: NDArray[np.bool_]


def detected_eye(image: Image.Image) -> Eye | None:
    """Find the eye that an upright RGB photograph shows; None where it cannot be told."""
    side = find_side(image).side
    return None if side is None else assumed_eye(side)


def find_side(image: Image.Image) -> SideEstimate:
    """Find the side of the eye that an upright RGB photograph shows."""
    evidence = _gathered(image)
    if evidence is None:
        return SideEstimate(None, 0.0)
    y, x = (np.mgrid[:SIDE, :SIDE] + 0.5) / _RADIUS - 1
    allowed = evidence.field & (np.abs(y) < _ABOVE_OR_BELOW)
    right, left = (_evidence_for_disc(evidence, mirror) for mirror in (1, -1))
    places = {
        "right": np.where(allowed & (x >= _ASIDE), right, -np.inf),
        "left": np.where(allowed & (-x >= _ASIDE), left, -np.inf),
        "between": np.where(allowed & (np.abs(x) < _ASIDE), np.maximum(right, left), -np.inf),
    }
    best = {name: float(plane.max()) for name, plane in places.items()}
    first, second = sorted(best, key=best.__getitem__, reverse=True)[:2]
    if first == "between" or best[first] < LEAST_SCORE:
        return SideEstimate(None, 0.0)
    confidence = (best[first] - best[second]) / best[first]
    disc = evidence.disc.flat[int(places[first].argmax())]
    certain = confidence >= LEAST_CONFIDENCE and disc >= LEAST_DISC
    return SideEstimate(cast(Side, first) if certain else None, confidence)


def _gathered(image: Image.Image) -> _Evidence | None:
    """Gather the evidence; None where there is no round field on a dark surround."""
    try:
        square = find_disc(image)
        if square.around != "disc":
            return None
        image, box = square.cut(image)
    except PhotographError:
        return None
    small = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box, reducing_gap=3.0)
    pixels = np.asarray(small).astype(np.float64)
    y, x = (np.mgrid[:SIDE, :SIDE] + 0.5) / _RADIUS - 1
    field = (np.hypot(x, y) < _FIELD) & (pixels.max(axis=2) > _DARKEST)
    if not field.any():
        return None
    weight = field.astype(np.float64)
    light = 0.3 * pixels[..., 0] + 0.7 * pixels[..., 1]
    around = np.maximum(_smoothed(light, weight, 0.25), 8)
    even = np.where(field, light / around, 1)
    bright = _smoothed(even, weight, 0.06) - _smoothed(even, weight, 0.16)
    dark = _smoothed(even, weight, 0.2) - _smoothed(even, weight, 0.07)
    inside = _smoothed(weight, np.ones_like(weight), 0.025) > 0.99
    vessels = _smoothed(_upright_lines(pixels[..., 1]) / around * inside, weight, 0.1)
    crossed = _standardised(vessels, field)
    return _Evidence(
        _standardised(bright, field).clip(-1, 4) + crossed.clip(-1, 4),
        _standardised(dark, field).clip(-2, 3) - 0.5 * crossed.clip(-1, 3),
        field,
    )


def _evidence_for_disc(evidence: _Evidence, mirror: int) -> Plane:
    """The evidence for a disc at each place, its fovea on the left of it where `mirror` is 1."""
    best: Plane = np.full_like(evidence.disc, -np.inf)
    for apart in _APART:
        for lower in _LOWER:
            fovea = _moved(evidence.fovea, down=-lower, right=mirror * apart)
            best = np.maximum(best, evidence.disc + _FOVEA * fovea)
    return best


def _moved(plane: Plane, down: float, right: float) -> Plane:
    """Move a plane; what comes in from outside speaks against a fovea as the rest of it does."""
    rows, columns = round(down * _RADIUS), round(right * _RADIUS)
    padded = np.pad(plane, SIDE, constant_values=-1)
    return padded[SIDE - rows : 2 * SIDE - rows, SIDE - columns : 2 * SIDE - columns]


def _standardised(plane: Plane, field: NDArray[np.bool_]) -> Plane:
    inside = plane[field]
    standardised: Plane = (plane - inside.mean()) / (inside.std() + 1e-9)
    return standardised


def _smoothed(plane: Plane, weight: Plane, reach: float) -> Plane:
    """Average around each place, within the field: twice over a square of that half side."""
    half = int(reach * _RADIUS)
    among = np.maximum(_summed(weight, half), 1e-9)
    for _ in range(2):
        plane = _summed(plane * weight, half) / among
    return plane


def _summed(plane: Plane, half: int) -> Plane:
    total = np.pad(plane, ((half + 1, half), (half + 1, half))).cumsum(axis=0).cumsum(axis=1)
    side = 2 * half + 1
    summed: Plane = (
        total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side]
    )
    return summed


def _upright_lines(green: Plane) -> Plane:
    """How much darker each place is than what closes over it from left and right: vessels."""
    half = int(0.05 * _RADIUS)

    def over_row(plane: Plane, choose: np.ufunc) -> Plane:
        padded = np.pad(plane, ((0, 0), (half, half)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=1)
        chosen: Plane = choose.reduce(windows, axis=-1)
        return chosen

    return over_row(over_row(green, np.maximum), np.minimum) - green
