"""Maps of networks that take left eyes mirrored: they lie on the photograph as it is."""

import numpy as np
import pytest

import gantei

from ..conftest import SIDE
from ..explained import KERNEL, explained_network


def mirrors(tables):
    tables["input"]["mirror"] = "left-eyes"


@pytest.mark.parametrize("eye", ["left", "right"])
def test_a_map_shows_what_each_place_of_the_photograph_adds(make_estimator, eye):
    picture = np.random.default_rng(4).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    folder = make_estimator(network=explained_network(), change=mirrors)
    (prediction,) = gantei.load(folder).predict(picture, explain=True, eyes=eye)
    np.testing.assert_allclose(prediction.explanation.map, picture @ KERNEL[:, 0], atol=1e-4)
