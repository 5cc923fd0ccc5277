"""From the eye's light to the camera's picture: lens, illumination, sensor, aperture, frame."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gantei.demo.cameras import Shot
from gantei.demo.retina import Canvas, Shade
from gantei.demo.ribbons import Masks
from gantei.demo.view import View

# Shares of red, green and blue that each takes or adds.
_VEIN = (0.24, 0.55, 0.32)
_ARTERY = (0.10, 0.44, 0.32)
_REFLEX = (0.07, 0.13, 0.08)
_DRUSE = (0.12, 0.28, 0.14)
_YELLOWING = (0.05, 0.24, 0.70)
_FLARE = (0.8, 0.75, 0.85)
_SHOULDER = np.float32(0.8)
"""Above this brightness the sensor saturates gently, so that bright discs keep their colour."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What lies before the camera: the eye's map, its masks, and its traits."""

    canvas: Canvas
    masks: Masks
    traits: Mapping[str, float]


def expose(rng: np.random.Generator, scene: Scene, view: View, shot: Shot) -> NDArray[np.uint8]:
    """Expose the square around the field of view: uint8 (side, side, 3)."""
    planes, masks, traits = scene.canvas.planes, scene.masks, scene.traits
    light, flare = _light(view.side, shot, traits["pupil"])
    veil = 0.40 * traits["haze"]
    field = np.empty((view.side, view.side, 3), np.uint8)
    for c in range(3):
        mean = planes[c].mean()
        plane = view.through(planes[c]) + masks.drusen * np.float32(_DRUSE[c])
        plane *= 1 - np.float32(_VEIN[c]) * masks.vein
        plane *= 1 - np.float32(_ARTERY[c]) * masks.artery
        plane += np.float32(_REFLEX[c]) * masks.reflex
        plane *= np.float32(1 - veil)
        plane += np.float32(veil * (0.55 * mean + 0.22))
        plane *= light
        plane += flare * np.float32(_FLARE[c])
        plane *= np.float32(shot.gain[c] * (1 - _YELLOWING[c] * traits["yellowing"]))
        plane *= 1 + np.float32(shot.camera.contrast) * (plane - np.float32(0.5))
        over = np.maximum(plane - _SHOULDER, 0)
        plane -= over * over / (over + (1 - _SHOULDER))
        plane += np.float32(shot.noise / 255) * rng.standard_normal(plane.shape, np.float32)
        field[..., c] = np.clip(plane * 255 + np.float32(0.5), 0, 255)
    return field


def _light(side: int, shot: Shot, pupil: float) -> tuple[Shade, Shade]:
    """Illumination of each pixel (around 1) and stray light from the pupil's edge (0..).

    A narrow pupil darkens the periphery.
    """
    small = 128
    axis = (np.arange(small, dtype=np.float32) + 0.5) / small * 2 - 1
    x, y = axis[None, :], axis[:, None]
    square = x**2 + y**2
    loss = shot.camera.vignetting + 0.36 * (0.6 - pupil)
    fall = 1.06 - np.float32(loss) * square * (0.45 + 0.55 * square)
    light = fall + np.float32(shot.light[0]) * x + np.float32(shot.light[1]) * y
    toward = np.cos(np.arctan2(y, x) - np.float32(shot.flare_angle))
    ring = np.clip((np.sqrt(square) - 0.72) / 0.28, 0, 1.2) ** 2
    flare = np.float32(shot.flare) * ring * np.clip(toward, 0, 1) ** 2
    return _grown(light, side), _grown(flare, side)


def _grown(plane: Shade, side: int) -> Shade:
    image = Image.fromarray(plane.astype(np.float32))
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR))


def frame(field: NDArray[np.uint8], shot: Shot, scale: float) -> Image.Image:
    """Put the field of view into the middle of the camera's black frame."""
    camera, side = shot.camera, len(field)
    width, height = round(camera.width * scale), round(camera.height * scale)
    picture = Image.new("RGB", (width, height), camera.black)
    corner = ((width - side) // 2, (height - side) // 2)
    picture.paste(Image.fromarray(field), corner, _aperture(side, shot))
    return picture


def _aperture(side: int, shot: Shot) -> Image.Image:
    """The mask of the field of view: a disc, perhaps cut flat, perhaps with a tab at its edge."""
    camera, fine = shot.camera, 2
    whole = side * fine
    mask = Image.new("L", (whole, whole))
    draw = ImageDraw.Draw(mask)
    radius, middle = 0.985 * whole / 2, whole / 2
    draw.ellipse((middle - radius,) * 2 + (middle + radius,) * 2, fill=255)
    if camera.flat < 1:
        cut = radius * camera.flat
        draw.rectangle((0, 0, whole, middle - cut), fill=0)
        draw.rectangle((0, middle + cut, whole, whole), fill=0)
    if camera.tab is not None:
        _tab(draw, middle, radius, math.radians(camera.tab))
    return mask.reduce(fine)


def _tab(draw: ImageDraw.ImageDraw, middle: float, radius: float, angle: float) -> None:
    out, aside = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    corners = [
        (
            middle + radius * (r * out[0] + s * aside[0]),
            middle + radius * (r * out[1] + s * aside[1]),
        )
        for r, s in ((0.97, -0.045), (1.045, -0.045), (1.045, 0.045), (0.97, 0.045))
    ]
    draw.polygon(corners, fill=255)
