"""When the optic disc tells the side: it has to be bright, and beside the middle, not above it."""

import numpy as np
import pytest
from PIL import Image

from gantei.photographs.optic_disc import find_side

PIXELS = 400


def eye(disc=(0.5, 0.0), glow=90.0):
    """A round field with a disc that vessels cross, and a fovea where it belongs.

    `disc` is its place in shares of the field's radius, right and down; `glow` how much brighter
    it is than the field.
    """
    y, x = (np.mgrid[:PIXELS, :PIXELS] + 0.5) * 2.2 / PIXELS - 1.1
    field = np.hypot(x, y) < 1
    across, down = disc

    def spot(right, below, size):
        return np.exp(-((x - right) ** 2 + (y - below) ** 2) / (2 * size**2))

    light = 130 + glow * spot(across, down, 0.09) - 70 * spot(across - 0.65, down + 0.08, 0.12)
    for beside in (-0.03, 0.03):
        vessel = np.exp(-(((x - across - beside) / 0.012) ** 2)) * (np.abs(y - down) < 0.3)
        light -= 60 * vessel
    colour = np.where(field, light, 0)[..., None] * (1.4, 0.7, 0.35)
    return Image.fromarray(np.clip(colour, 0, 255).astype(np.uint8))


def test_a_bright_disc_with_its_fovea_tells_the_side():
    assert find_side(eye()).side == "right"
    assert find_side(eye().transpose(Image.Transpose.FLIP_LEFT_RIGHT)).side == "left"


def test_vessels_and_a_fovea_without_a_bright_disc_tell_nothing():
    assert find_side(eye(glow=0)).side is None


@pytest.mark.parametrize(
    ("down", "side"), [(0.4, "right"), (-0.4, "right"), (0.6, None), (-0.6, None)]
)
def test_a_disc_far_above_or_below_the_middle_is_none(down, side):
    assert find_side(eye((0.5, down))).side == side
