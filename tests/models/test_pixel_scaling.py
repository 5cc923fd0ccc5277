"""Pixels scaled by the network in front are what the CPU prepares, to the bit."""

import sys
from typing import get_args

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.inference.pixel_scaling import PIXELS, is_exact, scaling_network, table_of
from gantei.inference.session import open_session
from gantei.manifests.fields import Resampling
from gantei.photographs.network_view import NetworkView
from gantei.photographs.preprocessing import pixels_of, scaled
from gantei.photographs.resampling import resample

from ..conftest import made_picture

RANDOM = np.random.default_rng(18)
EVERY_LEVEL = np.stack([np.arange(256, dtype=np.uint8).reshape(16, 16)] * 3, axis=-1)
SCALES = [
    "in-graph",
    {"mean": (0.0, 0.0, 0.0), "std": (255.0, 255.0, 255.0)},
    {"mean": (127.5, 127.5, 127.5), "std": (127.5, 127.5, 127.5)},
    {"mean": (123.675, 116.28, 103.53), "std": (58.395, 57.12, 57.375)},
    {"mean": (103.939, 116.779, 123.68), "std": (1.0, 1.0, 1.0)},
    {"mean": (-1e-3, 1e3, 0.1), "std": (1e-6, 3.0, 1e6)},
    *(
        {"mean": tuple(RANDOM.uniform(0, 255, 3)), "std": tuple(RANDOM.uniform(0.1, 300, 3))}
        for _ in range(20)
    ),
]


def spec_of(scale, colour="rgb", resampling="bilinear"):
    return gantei.InputSpec(
        size=(16, 16), colour=colour, crop="none", mirror="none", decoder="pillow",
        resampling=resampling, scale=scale,
    )  # fmt: skip


def assert_same_bits(actual, expected):
    assert actual.dtype == expected.dtype == np.float32
    assert actual.tobytes() == expected.tobytes()


@pytest.mark.parametrize("colour", ["rgb", "bgr"])
@pytest.mark.parametrize("scale", SCALES)
def test_pixels_become_the_values_that_the_cpu_prepares(scale, colour):
    spec = spec_of(scale, colour)
    session = open_session(scaling_network(spec), "cpu", 1, "scaling")
    pictures = [EVERY_LEVEL, *RANDOM.integers(0, 256, (7, 16, 16, 3), np.uint8)]
    views = [NetworkView(picture, (0, 0, 16, 16), "picture") for picture in pictures]
    for mirrored in (False, True):
        pixels = np.stack([pixels_of(view, mirrored=mirrored) for view in views])
        (values,) = session.run(None, {PIXELS: pixels})
        expected = np.stack([scaled(view, spec, mirrored=mirrored) for view in views])
        assert_same_bits(values, expected)


def test_every_level_of_every_channel_has_a_value_of_its_own():
    table = table_of(spec_of({"mean": (1.0, 2.0, 3.0), "std": (1.0, 10.0, 100.0)}))
    assert table.shape == (256, 3)
    np.testing.assert_allclose(table[7], [6.0, 0.5, 0.04], rtol=1e-6)


@pytest.mark.parametrize("method", [each for each in get_args(Resampling) if each != "unknown"])
def test_pixels_are_sent_where_resampling_gives_whole_levels_and_only_there(method):
    resampled = resample(Image.fromarray(made_picture(1, 40)), (16, 16), method)
    assert is_exact(spec_of("in-graph", resampling=method)) == (resampled.dtype == np.uint8)


def test_without_onnx_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(gantei.MissingExtraError, match=r"onnx is not installed: .*gpu"):
        scaling_network(spec_of("in-graph"))
