"""The invented cameras: what each does to the light before it becomes a JPEG file."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Camera:
    """A fundus camera.

    `width`, `height` in pixels; `field` is the angle of view in degrees and `fill` the field's
    diameter as a share of the height (above 1 the picture's edge cuts it off at top and bottom).
    `flat` cuts the field itself at top and bottom, at this share of its radius; `tab` is where
    the mark on the field's edge points (degrees, clockwise from the right), if it has one.
    `gain` are the channels' gains, `blur` and `noise` standard deviations (pixels; grey levels).
    """

    name: str
    width: int
    height: int
    field: float
    fill: float
    gain: tuple[float, float, float]
    exposure: float
    contrast: float
    vignetting: float
    blur: float
    noise: float
    quality: tuple[int, int]
    subsampling: int
    flat: float = 1.0
    tab: float | None = None
    black: tuple[int, int, int] = (2, 1, 1)


CAMERAS = (
    Camera("A1400", 1400, 1400, 45, 0.985, (1.0, 1.0, 1.0), 1.02, 0.05, 0.20, 0.88, 2.2,
           (88, 94), 0, tab=-42, black=(2, 0, 1)),
    Camera("B2000", 2000, 2000, 45, 0.97, (1.03, 0.96, 0.92), 0.98, 0.10, 0.34, 1.82, 2.8,
           (84, 92), 2, flat=0.86, black=(0, 0, 0)),
    Camera("C2196", 2196, 1464, 50, 0.96, (0.98, 1.04, 1.05), 1.0, 0.02, 0.26, 1.02, 3.2,
           (80, 90), 2, black=(4, 4, 5)),
    Camera("D3000", 3000, 2000, 45, 1.06, (1.02, 0.99, 1.02), 1.06, 0.08, 0.24, 2.52, 4.0,
           (86, 95), 2, tab=4, black=(1, 1, 2)),
    Camera("E1620", 1620, 1620, 48, 0.99, (0.97, 1.02, 0.94), 0.93, 0.06, 0.42, 1.36, 3.0,
           (75, 88), 2, tab=135, black=(6, 3, 3)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shot:
    """What is chance in one photograph: light, aim and focus."""

    camera: Camera
    gain: tuple[float, float, float]
    aim: tuple[float, float]
    torsion: float
    light: tuple[float, float]
    flare: float
    flare_angle: float
    blur: float
    noise: float
    quality: int


def shoot(rng: np.random.Generator, camera: Camera) -> Shot:
    """Draw the chances of one photograph with this camera."""
    exposure = camera.exposure * float(np.exp(rng.normal(0, 0.05)))
    red, green, blue = (
        exposure * gain * float(np.exp(rng.normal(0, spread)))
        for gain, spread in zip(camera.gain, (0.010, 0.015, 0.020), strict=True)
    )
    low, high = camera.quality
    return Shot(
        camera,
        (red, green, blue),
        (float(rng.normal(1.0, 0.9)), float(rng.normal(0, 0.8))),
        float(rng.normal(0, 2.0)),
        (float(rng.normal(0, 0.05)), float(rng.normal(0, 0.05))),
        float(max(rng.normal(0.04, 0.05), 0)),
        float(rng.uniform(0, 2 * np.pi)),
        camera.blur * float(rng.uniform(0.8, 1.7)),
        camera.noise * float(rng.uniform(0.8, 1.3)),
        int(rng.integers(low, high + 1)),
    )
