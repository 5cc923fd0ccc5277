"""One drawn photograph: the eye's retina and vessels through a camera, as an upright picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
from PIL import Image

from gantei.demo.cameras import CAMERAS, Camera, shoot
from gantei.demo.exposure import Scene, expose, frame
from gantei.demo.people import DrawnEye, Person
from gantei.demo.retina import HALF, paint
from gantei.demo.ribbons import draw_masks
from gantei.demo.vessels import Disc, grow
from gantei.demo.view import View

_DISC_X = 15.5
_FINEST_MAP = 800


@dataclass(frozen=True, slots=True)
class DrawnPhotograph:
    """A drawn photograph, its camera's name and how the camera would compress it."""

    image: Image.Image
    camera: str
    quality: int
    subsampling: int

    def jpeg(self) -> bytes:
        """Encode as the camera would."""
        file = BytesIO()
        self.image.save(file, "JPEG", quality=self.quality, subsampling=self.subsampling)
        return file.getvalue()


def draw_photograph(
    seed: int,
    person: Person,
    eye: DrawnEye,
    *,
    scale: float = 1.0,
    cameras: Sequence[Camera] = CAMERAS,
) -> DrawnPhotograph:
    """Draw the photograph of one of a person's eyes.

    `scale` draws the same photograph smaller: 0.5 gives half the camera's width and height, and
    half its blur and noise, as if it had been scaled down. Chance takes one of the `cameras`.
    """
    retina_rng, vessel_rng, shot_rng, noise_rng = _generators(seed, person, eye)
    traits = eye.traits
    camera = _camera(shot_rng, cameras)
    shot = shoot(shot_rng, camera)
    side = round(camera.height * camera.fill * scale)
    mirror = 1 if eye.side == "right" else -1
    view = View(side, side / camera.field, shot.aim, math.radians(shot.torsion), mirror)
    disc = Disc(_DISC_X, -traits["disc_tilt"], traits["disc_radius"])
    canvas = paint(retina_rng, min(_FINEST_MAP, round(view.scale * 2 * HALF)), traits, disc)
    vessels = grow(vessel_rng, disc, traits["calibre"], traits["artery"], traits["tortuosity"])
    masks = draw_masks(vessel_rng, view, vessels, traits["drusen"], shot.blur * scale)
    shot = replace(shot, noise=shot.noise * scale)
    field = expose(noise_rng, Scene(canvas, masks, traits), view, shot)
    return DrawnPhotograph(frame(field, shot, scale), camera.name, shot.quality, camera.subsampling)


def camera_name(
    seed: int, person: Person, eye: DrawnEye, cameras: Sequence[Camera] = CAMERAS
) -> str:
    """Name the camera that `draw_photograph` takes for an eye, without drawing it."""
    _, _, shot_rng, _ = _generators(seed, person, eye)
    return _camera(shot_rng, cameras).name


def _generators(seed: int, person: Person, eye: DrawnEye) -> list[np.random.Generator]:
    """Random numbers for the retina, the vessels, the shot and its noise."""
    return [
        np.random.default_rng([seed, person.number, eye.side == "left", part])
        for part in range(1, 5)
    ]


def _camera(shot_rng: np.random.Generator, cameras: Sequence[Camera]) -> Camera:
    """The first number of those of the shot."""
    return cameras[int(shot_rng.integers(len(cameras)))]
