"""The view: where degrees of the eye fall on the square around a camera's field of view."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gantei.demo.retina import HALF, Shade


@dataclass(frozen=True, slots=True)
class View:
    """A square of `side` pixels.

    `scale` in pixels for each degree; `aim` is what lies in the middle, in degrees; `torsion` in
    radians; `mirror` is 1 for a right eye, -1 for a left one.
    """

    side: int
    scale: float
    aim: tuple[float, float]
    torsion: float
    mirror: int

    def pixels(self, points: NDArray[np.float64], supersampling: int) -> NDArray[np.float64]:
        """Place of points (n, 2) in degrees, in pixels of a so many times finer square."""
        x, y = points[:, 0] - self.aim[0], points[:, 1] - self.aim[1]
        cos, sin = math.cos(self.torsion), math.sin(self.torsion)
        turned = np.stack([self.mirror * (x * cos - y * sin), x * sin + y * cos], axis=1)
        placed: NDArray[np.float64] = supersampling * (self.side / 2 + self.scale * turned)
        return placed

    def through(self, plane: Shade) -> Shade:
        """Take the view of one plane of the eye's map: float32 (`side`, `side`)."""
        per_degree = len(plane) / (2 * HALF)
        step = per_degree / self.scale
        cos, sin, mirror = math.cos(self.torsion), math.sin(self.torsion), self.mirror
        a, b = step * cos * mirror, step * sin
        d, e = -step * sin * mirror, step * cos
        middle = len(plane) / 2
        half = self.side / 2
        c = middle + per_degree * self.aim[0] - half * (a + b)
        f = middle + per_degree * self.aim[1] - half * (d + e)
        image = Image.fromarray(plane).transform(
            (self.side, self.side),
            Image.Transform.AFFINE,
            (a, b, c, d, e, f),
            Image.Resampling.BILINEAR,
        )
        return np.asarray(image)
