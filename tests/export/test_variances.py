"""Statistics of normalisations that no training leaves behind are refused."""

import numpy as np
import pytest

from gantei_export.keras_conversion.keras_converter import convert

from .hand_written import functional, layer, write


def normalised(path, kind, variance, **config):
    """A file of one normalisation of the picture, whose variances are given."""
    layers = [
        layer("InputLayer", "picture", batch_input_shape=[None, 8, 8, 3], dtype="float32"),
        layer(kind, "norm", "picture", **config),
        layer("GlobalAveragePooling2D", "pool", "norm", data_format="channels_last"),
        layer("Dense", "sex", "pool", units=1, activation="sigmoid", use_bias=True),
    ]
    ones = np.ones(3, np.float32)
    named = {
        "BatchNormalization": {
            "gamma": ones, "beta": ones, "moving_mean": ones, "moving_variance": variance,
        },
        "Normalization": {"mean": ones, "variance": variance, "count": np.int64(1)},
    }[kind]  # fmt: skip
    weights = {
        "norm": {f"norm/{role}:0": values for role, values in named.items()},
        "sex": {"sex/kernel:0": np.ones((3, 1), np.float32), "sex/bias:0": ones[:1]},
    }
    return write(path, functional(layers, "sex"), weights)


@pytest.mark.parametrize(
    ("kind", "least"), [("BatchNormalization", -2e-3), ("Normalization", -1e-6)]
)
def test_a_negative_variance_is_refused(tmp_path, refused, kind, least):
    variance = np.array([1, least, 1], np.float32)
    batch = {"axis": [3], "epsilon": 1e-3, "scale": True, "center": True}
    config = batch if kind == "BatchNormalization" else {"axis": [-1]}
    path = normalised(tmp_path / "negative.h5", kind, variance, **config)
    refused(path, "'norm'", "a variance is negative")
    sound = normalised(tmp_path / "sound.h5", kind, np.zeros(3, np.float32), **config)
    convert(sound)
