"""The retina without its vessels, painted as a map of colours in degrees of visual angle."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gantei.demo.vessels import Disc

Shade = NDArray[np.floating]
Colour = tuple[float, float, float]

HALF = 28.0
"""The map reaches from -28 to 28 degrees on both axes; the fovea lies at its middle."""


class Canvas:
    """Three planes of colour (`side`, `side`), 0..1, with the two ways of painting on them."""

    def __init__(self, side: int, colour: Colour) -> None:
        self.side = side
        self.planes: list[Shade] = [np.full((side, side), c, np.float32) for c in colour]
        axis = ((np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1) * np.float32(HALF)
        self.x, self.y = axis[None, :], axis[:, None]

    def filter(self, amount: Shade | float, colour: Colour) -> None:
        """Let light pass a filter of this colour, as far as `amount` (0..1) says."""
        for i, c in enumerate(colour):
            self.planes[i] *= 1 - np.float32(1 - c) * amount

    def cover(self, amount: Shade | float, colour: Colour) -> None:
        """Cover what is there with a colour, as far as `amount` (0..1) says."""
        for i, c in enumerate(colour):
            self.planes[i] += amount * (np.float32(c) - self.planes[i])


def smooth_noise(rng: np.random.Generator, side: int, *cells: tuple[int, int]) -> Shade:
    """Sum of random lattices of so many rows and columns, each half as strong as the last.

    The draws don't depend on `side`, so that a picture of any size shows the same pattern.
    """
    total = np.zeros((side, side), np.float32)
    for octave, shape in enumerate(cells):
        lattice = Image.fromarray(rng.standard_normal(shape, np.float32))
        grown = lattice.resize((side, side), Image.Resampling.BICUBIC)
        total += np.asarray(grown) * np.float32(0.5**octave)
    return total


def paint(rng: np.random.Generator, side: int, traits: Mapping[str, float], disc: Disc) -> Canvas:
    """Paint the background, the nerve fibres, the macula and the disc of a right eye."""
    canvas = Canvas(side, (0.91, 0.425, 0.30))
    _background(rng, canvas, traits)
    _nerve_fibres(rng, canvas, traits["sheen"], disc)
    _macula(rng, canvas, traits)
    _disc(rng, canvas, traits, disc)
    return canvas


def _bell(square: Shade, width: float) -> Shade:
    bell: Shade = np.exp(square * np.float32(-0.5 / width**2))
    return bell


def _ramp(values: Shade, start: float, end: float) -> Shade:
    """0 before `start`, 1 after `end`, smooth between."""
    t = np.clip((values - np.float32(start)) / np.float32(end - start), 0, 1)
    ramp: Shade = t * t * (3 - 2 * t)
    return ramp


def _background(rng: np.random.Generator, canvas: Canvas, traits: Mapping[str, float]) -> None:
    side, pigment, redness = canvas.side, traits["pigment"], traits["redness"]
    canvas.filter(pigment, (0.84, 0.68, 0.60))
    canvas.filter(redness, (1.0, 0.80, 0.82))
    clouds = smooth_noise(rng, side, (5, 5), (11, 11), (24, 24))
    canvas.filter(np.clip(0.45 + 0.24 * clouds, 0, 1), (0.90, 0.80, 0.78))
    canvas.filter(_ramp(-canvas.x, -16.0, 20.0), (0.93, 0.86, 0.86))
    _choroid(rng, canvas, traits["tessellation"])
    grain = smooth_noise(rng, side, (160, 160), (330, 330))
    canvas.filter(np.clip(0.5 + 0.22 * grain, 0, 1), (0.955, 0.90, 0.92))


def _choroid(rng: np.random.Generator, canvas: Canvas, tessellation: float) -> None:
    """Wide pale vessels, most of them lengthwise, between darker pigment; hidden at the macula."""
    ridges = np.zeros((canvas.side, canvas.side), np.float32)
    for tilt in (24, -24):
        bands = smooth_noise(rng, canvas.side, (26, 10), (50, 22))
        turned = np.asarray(Image.fromarray(bands).rotate(tilt, Image.Resampling.BILINEAR))
        ridges = np.maximum(ridges, np.exp(-np.abs(turned) * np.float32(1.5)))
    strength = _ramp(canvas.x**2 + canvas.y**2, 2.0**2, 14.0**2) * np.float32(tessellation)
    canvas.filter(strength * (1 - ridges), (0.83, 0.60, 0.60))
    canvas.cover(strength * ridges * np.float32(0.30), (0.95, 0.50, 0.31))


def _nerve_fibres(rng: np.random.Generator, canvas: Canvas, sheen: float, disc: Disc) -> None:
    """Fine pale streaks along the arcades, brightest above and below the disc."""
    x, y = disc.x - canvas.x, canvas.y - disc.y
    temporal = np.arctan2(y, 1.6 * np.sqrt(np.maximum(x, 1e-3)))
    angle = np.where(x > 0, temporal, np.pi * np.sign(y) - np.arctan2(y, -x))
    turns = np.linspace(-math.pi, math.pi, 1400)
    streaks = np.convolve(rng.standard_normal(1400), (0.25, 0.5, 0.25), "same")
    streaks += 0.8 * np.interp(turns, turns[::12], rng.standard_normal(len(turns[::12])))
    pattern = np.interp(angle, turns, 0.55 + 0.25 * streaks).astype(np.float32)
    distance = np.sqrt(x**2 + y**2)
    poles = _bell((np.abs(angle) - np.float32(1.15)) ** 2, 0.42)
    fade = _ramp(distance, 2.0, 4.5) * (1 - _ramp(distance, 7.0, 19.0))
    canvas.cover(np.clip(pattern, 0, 1) * poles * fade * sheen * 0.42, (0.98, 0.72, 0.58))


def _macula(rng: np.random.Generator, canvas: Canvas, traits: Mapping[str, float]) -> None:
    dark, sheen = traits["macula"], traits["sheen"]
    square = (canvas.x / 1.12) ** 2 + canvas.y**2
    canvas.filter(_bell(square, 4.6 + 1.4 * dark) * (0.55 + 0.45 * dark), (0.86, 0.72, 0.74))
    canvas.filter(_bell(square, 1.35 + 0.55 * dark) * (0.45 + 0.55 * dark), (0.76, 0.42, 0.50))
    ring = _bell((np.sqrt(square) - np.float32(3.9 + rng.normal(0, 0.3))) ** 2, 0.8)
    canvas.cover(ring * sheen * 0.14, (1.0, 0.75, 0.6))
    spot_x, spot_y = rng.normal(0, 0.12, 2)
    spot = (canvas.x - np.float32(spot_x)) ** 2 + (canvas.y - np.float32(spot_y)) ** 2
    canvas.cover(_bell(spot, 0.16) * sheen * 0.5, (1.0, 0.75, 0.55))


def _disc(
    rng: np.random.Generator, canvas: Canvas, traits: Mapping[str, float], disc: Disc
) -> None:
    """The ring of atrophy, the neural rim and the cup, from the outside inwards."""
    x, y = canvas.x - disc.x, canvas.y - disc.y
    angle = np.arctan2(y, x)
    wobble: Shade = np.ones_like(angle)
    for waves in (2, 3, 5):
        wobble = wobble + np.float32(rng.normal(0, 0.012)) * np.cos(
            waves * angle + np.float32(rng.uniform(0, math.tau))
        )
    radius = np.sqrt((x / 0.93) ** 2 + y**2) / (np.float32(disc.radius) * wobble)
    _atrophy(rng, canvas, traits["atrophy"], radius, angle)
    red = traits["disc_redness"]
    rim = (0.97, 0.72 - 0.17 * red, 0.52 - 0.13 * red)
    inside = 1 - _ramp(radius, 0.88, 1.07)
    canvas.cover(inside * 0.94, rim)
    temporal = inside * _ramp(-x / np.float32(disc.radius), -0.1, 0.9)
    canvas.cover(temporal * 0.35, (1.0, 0.80, 0.58))
    canvas.filter(inside * _ramp(x / np.float32(disc.radius), 0.1, 1.0) * 0.5, (0.95, 0.84, 0.82))
    cup_x, cup_y = rng.normal(0.06, 0.03), rng.normal(0.0, 0.03)
    in_cup = np.sqrt(
        (x / np.float32(disc.radius) + np.float32(cup_x)) ** 2
        + (y / np.float32(disc.radius) + np.float32(cup_y)) ** 2
    )
    cup = traits["cup"]
    canvas.cover((1 - _ramp(in_cup, 0.55 * cup, 1.25 * cup)) * 0.9, (1.0, 0.915, 0.72))
    canvas.filter(
        inside * np.clip(0.4 + 0.3 * smooth_noise(rng, canvas.side, (60, 60), (140, 140)), 0, 1),
        (0.97, 0.95, 0.94),
    )


def _atrophy(
    rng: np.random.Generator,
    canvas: Canvas,
    atrophy: float,
    radius: Shade,
    angle: Shade,
) -> None:
    """A pale ring, widest on the temporal side, with pigment at its outer edge."""
    temporal = np.float32(0.55) - np.float32(0.45) * np.cos(angle + np.float32(rng.normal(0, 0.2)))
    edge = 1.03 + np.float32(1.0 * atrophy) * temporal
    patches = np.clip(0.5 + 0.6 * smooth_noise(rng, canvas.side, (40, 40), (90, 90)), 0, 1)
    canvas.filter(
        _bell((radius - edge) ** 2, 0.05) * patches * (0.2 + 0.4 * atrophy), (0.62, 0.50, 0.52)
    )
    pale = 1 - _ramp(radius / edge, 0.90, 1.10)
    canvas.cover(pale * (0.15 + 0.65 * atrophy), (0.93, 0.61, 0.43))
