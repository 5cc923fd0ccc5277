"""Single bright pixels beside a disc are no part of the box around what is not black."""

import numpy as np
import pytest
from PIL import Image

from gantei.photographs.bright_part import find_box


@pytest.mark.parametrize("edge", range(4), ids=["left", "top", "right", "bottom"])
@pytest.mark.parametrize("away", [1, 2])
def test_a_speck_right_beside_the_disc_does_not_move_the_box(draw, edge, away):
    image = draw(2406, 2002, (1240, 1010), 800, noise=1)
    box = find_box(image).box
    pixels = np.array(image)
    place = box[edge] - 1 - away if edge < 2 else box[edge] + away
    row, column = (700, place) if edge % 2 == 0 else (place, 900)
    pixels[row, column] = 255
    assert find_box(Image.fromarray(pixels)).box == box
