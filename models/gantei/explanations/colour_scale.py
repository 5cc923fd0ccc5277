"""Colours for numbers, in steps that look equal.

The two-sided scale runs along straight lines through OKLab (Ottosson 2020), the colours at equal
distances in it, so that equal differences of a number look equally large. The other is
interpolated between eleven colours of viridis, by Stéfan van der Walt, Nathaniel Smith and Eric
Firing for matplotlib, in the public domain (CC0). Both also work for people who cannot tell red
from green.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

SHADES = 256

_VIRIDIS = "440154 482576 414487 35608d 2a788e 21908c 22a884 43bf71 7ad151 bbdf27 fde725"
_DIVERGING = ((0.54, -0.03, -0.147), (0.97, 0.00, 0.00), (0.54, 0.10, 0.112))
"""OKLab: lightness 0 to 1, green to red, blue to yellow. Both arms are as long."""

_CUBE_ROOTS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_LINEAR_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


@cache
def sequential() -> NDArray[np.uint8]:
    """From little to much, dark violet over teal to yellow: uint8 (256, 3) RGB."""
    anchors = np.array([list(bytes.fromhex(each)) for each in _VIRIDIS.split()])
    places = np.linspace(0, len(anchors) - 1, SHADES)
    channels = [np.interp(places, np.arange(len(anchors)), channel) for channel in anchors.T]
    shades: NDArray[np.uint8] = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    shades.setflags(write=False)
    return shades


@cache
def diverging() -> NDArray[np.uint8]:
    """From one side to the other, blue over white to orange: uint8 (256, 3) RGB."""
    return _srgb(_even(_DIVERGING))


def coloured(
    values: NDArray[np.float32], low: float, high: float, colours: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Colour numbers (h, w) between `low` and `high`: uint8 (h, w, 3). Beyond, the last colour."""
    place = np.clip((values - low) / (high - low), 0, 1)
    shades: NDArray[np.uint8] = colours[np.rint(place * (SHADES - 1)).astype(np.intp)]
    return shades


def _even(anchors: Sequence[tuple[float, float, float]]) -> NDArray[np.float64]:
    """Points at equal distances along the lines between the anchors."""
    points = np.array(anchors)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.linspace(0, way[-1], SHADES)
    return np.stack([np.interp(places, way, axis) for axis in points.T], axis=1)


def _srgb(lab: NDArray[np.float64]) -> NDArray[np.uint8]:
    linear = np.clip((lab @ _CUBE_ROOTS.T) ** 3 @ _LINEAR_RGB.T, 0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    shades: NDArray[np.uint8] = np.rint(255 * curved).astype(np.uint8)
    shades.setflags(write=False)
    return shades
