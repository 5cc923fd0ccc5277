"""Keras files written by hand, for what Keras itself would never write."""

import copy
import json

import h5py
import numpy as np

INPUT = [None, 8, 8, 3]


def layer(kind, name, *inputs, **config):
    """A layer of a Functional model, called once."""
    nodes = [[[source, 0, 0, {}] for source in inputs]] if inputs else []
    return {"class_name": kind, "name": name, "config": {"name": name, **config}} | {
        "inbound_nodes": nodes
    }


def functional(layers, output, name="model"):
    """A Functional model with one input, its first layer."""
    return {
        "class_name": "Functional",
        "config": {
            "name": name,
            "layers": layers,
            "input_layers": [[layers[0]["name"], 0, 0]],
            "output_layers": [[output, 0, 0]],
        },
    }


def convolution(name, source, filters=4, **config):
    """A 3 x 3 convolution as Keras writes it."""
    defaults = {
        "filters": filters,
        "kernel_size": [3, 3],
        "strides": [1, 1],
        "padding": "same",
        "data_format": "channels_last",
        "dilation_rate": [1, 1],
        "groups": 1,
        "activation": "relu",
        "use_bias": True,
    }
    return layer("Conv2D", name, source, **defaults | config)


def small_network():
    """Return (configuration, weights) of: picture, convolution, pooling, one sigmoid."""
    layers = [
        layer("InputLayer", "picture", batch_input_shape=INPUT, dtype="float32"),
        convolution("conv", "picture"),
        layer("GlobalAveragePooling2D", "pool", "conv", data_format="channels_last"),
        layer("Dense", "sex", "pool", units=1, activation="sigmoid", use_bias=True),
    ]
    rng = np.random.default_rng(0)
    weights = {
        "conv": {
            "conv/kernel:0": rng.normal(size=(3, 3, 3, 4)).astype(np.float32),
            "conv/bias:0": rng.normal(size=4).astype(np.float32),
        },
        "sex": {
            "sex/kernel:0": rng.normal(size=(4, 1)).astype(np.float32),
            "sex/bias:0": rng.normal(size=1).astype(np.float32),
        },
    }
    return copy.deepcopy(functional(layers, "sex")), weights


def write(path, config, weights, **options):
    """Write a Keras 2 file; `options` go to h5py's create_dataset."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = list(weights)
        for name, arrays in weights.items():
            inner = group.create_group(name)
            inner.attrs["weight_names"] = list(arrays)
            for key, values in arrays.items():
                large = np.asarray(values).ndim > 1
                inner.create_dataset(key, data=values, **(options if large else {}))
    return path
