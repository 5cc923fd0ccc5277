"""Vessels and drusen as masks at the photograph's own resolution."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from gantei.demo.retina import Shade
from gantei.demo.vessels import Vessel
from gantei.demo.view import View

_THINNEST_WITH_REFLEX = 0.17


@dataclass(frozen=True, slots=True)
class Masks:
    """How much of each pixel, 0..1, veins, arteries, the arteries' reflexes and drusen cover."""

    vein: Shade
    artery: Shade
    reflex: Shade
    drusen: Shade


# A ribbon is drawn as nested shells, each a share of its width and of its full depth: a vessel
# is round, so it is darkest along its middle.
_VEIN = ((1.0, 0.55), (0.72, 0.82), (0.42, 1.0))
_ARTERY = ((1.0, 0.60), (0.75, 0.85), (0.50, 1.0))
_REFLEX = ((0.36, 0.80), (0.16, 1.0))
_DRUSE = ((1.25, 0.3), (0.95, 0.6), (0.65, 0.9))


def draw_masks(
    rng: np.random.Generator, view: View, vessels: Sequence[Vessel], drusen: float, blur: float
) -> Masks:
    """Draw finer than the view asks, average down, and blur by `blur` pixels.

    `drusen` is the expected number; chance makes the actual one.
    """
    fine = 2 if view.side > 1000 else 4
    veins = [vessel for vessel in vessels if vessel.kind == "vein"]
    arteries = [vessel for vessel in vessels if vessel.kind == "artery"]
    thick = [vessel for vessel in arteries if vessel.calibre[0] >= _THINNEST_WITH_REFLEX]
    images = [
        _ribbons(view, fine, veins, _VEIN),
        _ribbons(view, fine, arteries, _ARTERY),
        _ribbons(view, fine, thick, _REFLEX),
        _drusen(rng, view, fine, drusen),
    ]
    blurred = Image.merge("RGBA", images).filter(ImageFilter.GaussianBlur(blur))
    return Masks(*(np.asarray(band, np.float32) / np.float32(255) for band in blurred.split()))


def _ribbons(
    view: View, fine: int, vessels: Sequence[Vessel], shells: Sequence[tuple[float, float]]
) -> Image.Image:
    """Draw the vessels of one kind, faint shells first, so that the darkest wins."""
    ribbons = []
    for vessel in vessels:
        depth = min(1.0, 0.30 + float(vessel.calibre[0]) / 0.45)
        line = view.pixels(vessel.line, fine)
        along = np.gradient(line, axis=0)
        along /= np.maximum(np.hypot(along[:, 0], along[:, 1])[:, None], 1e-9)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        across *= (vessel.calibre * view.scale * fine / 2)[:, None]
        ribbons += [
            (round(255 * depth * opacity), line, across * width) for width, opacity in shells
        ]
    image = Image.new("L", (view.side * fine, view.side * fine))
    draw = ImageDraw.Draw(image)
    for level, line, across in sorted(ribbons, key=lambda ribbon: ribbon[0]):
        outline = np.concatenate([line + across, (line - across)[::-1]])
        draw.polygon(outline.round().astype(int).ravel().tolist(), fill=level)
    return image.reduce(fine)


def _drusen(rng: np.random.Generator, view: View, fine: int, expected: float) -> Image.Image:
    """Draw pale spots around the macula."""
    image = Image.new("L", (view.side * fine, view.side * fine))
    draw = ImageDraw.Draw(image)
    count = int(rng.poisson(expected))
    places = rng.normal(0, (4.6, 4.0), (count, 2))
    radii = np.clip(rng.lognormal(math.log(0.14), 0.35, count), 0.06, 0.30)
    levels = rng.integers(110, 255, count)
    for (x, y), radius, level in zip(view.pixels(places, fine), radii, levels, strict=True):
        for width, opacity in _DRUSE:
            r = radius * view.scale * fine * width
            draw.ellipse((x - r, y - r, x + r, y + r), fill=int(level * opacity))
    return image.reduce(fine)
