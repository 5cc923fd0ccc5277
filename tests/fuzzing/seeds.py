"""Small networks that convert, and the forms of file that they are written in."""

import base64
import copy
import io
import json
import re
import zipfile
from functools import cache

import h5py
import numpy as np

from ..export.hand_written import INPUT, convolution, functional, layer, small_network, write

# CPython 3.8's `lambda inputs, scale: inputs[0] + inputs[1] * scale`: known in one architecture.
_SCALED_SUM = bytes.fromhex(
    "e30200000000000000000000000200000003000000530000007314000000"
    "7c00640119007c00640219007c01140017005300"
    "2903e9ffffffffe900000000e901000000"
).replace(bytes.fromhex("e9ffffffff"), b"\x4e")
_SCALED_SUM += (
    b"\xa9\0\xa9\x02\xda\x06inputs\xda\x05scale" + b"\xa9\0\xa9\0\xda\0\xda\0\0\0\0\0s\0\0\0\0"
)


@cache
def networks():
    """Return every seed as (configuration, weights by layer and name), to be copied."""
    return [
        small_network(),
        *map(_with_weights, (_rich(), _chain(), _nested(), _scaled(), _code())),
    ]


def _batch_normalization(name, *source, **config):
    options = {"axis": [3], "epsilon": 0.001, "momentum": 0.99}
    return layer("BatchNormalization", name, *source, **options | config)


def _picture():
    return layer("InputLayer", "picture", batch_input_shape=INPUT, dtype="float32")


def _rich():
    depthwise = {
        "kernel_size": [3, 3],
        "strides": [1, 1],
        "padding": "same",
        "depth_multiplier": 1,
        "dilation_rate": [1, 1],
        "data_format": "channels_last",
        "use_bias": False,
        "activation": "linear",
    }
    window = {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}
    layers = [
        _picture(),
        layer("ZeroPadding2D", "pad", "picture", padding=[[0, 1], [0, 1]]),
        convolution("stem", "pad", padding="valid", strides=[2, 2], activation="linear"),
        _batch_normalization("stem_bn", "stem"),
        layer("ReLU", "stem_relu", "stem_bn", max_value=6.0, negative_slope=0.0, threshold=0.0),
        layer("DepthwiseConv2D", "dw", "stem_relu", **depthwise),
        _batch_normalization("dw_bn", "dw", scale=False),
        layer("Activation", "dw_act", "dw_bn", activation="swish"),
        layer("GlobalAveragePooling2D", "se_pool", "dw_act", data_format="channels_last"),
        layer("Reshape", "se_shape", "se_pool", target_shape=[1, 1, 4]),
        convolution("se", "se_shape", kernel_size=[1, 1], activation="sigmoid"),
        layer("Multiply", "gated", "dw_act", "se"),
        layer("Add", "sum", "gated", "stem_relu"),
        layer("SeparableConv2D", "sep", "sum", filters=3, **depthwise),
        layer("Concatenate", "cat", "sum", "sep", axis=-1),
        layer("MaxPooling2D", "maxpool", "cat", **window),
        layer("LeakyReLU", "leaky", "maxpool", alpha=0.25),
        layer("GlobalMaxPooling2D", "pool", "leaky", keepdims=False),
        layer("Dropout", "drop", "pool", rate=0.5, seed=None, noise_shape=None),
        layer("Dense", "age", "drop", units=1, activation="linear", use_bias=True),
    ]
    return functional(layers, "age")


def _chain():
    window = {"pool_size": [3, 3], "strides": [2, 2], "padding": "same"}
    layers = [
        layer("Rescaling", "scale", scale=0.5, offset=-0.25, batch_input_shape=INPUT),
        _batch_normalization("first_bn"),
        convolution("conv", "x", padding="valid", use_bias=False, dilation_rate=[2, 2]),
        layer("AveragePooling2D", "average", **window),
        layer("Flatten", "flat", data_format="channels_last"),
        layer("Dense", "hidden", units=5, activation="tanh", use_bias=True),
        layer("Dense", "classes", units=3, activation="softmax", use_bias=True),
    ]
    for entry in layers:
        entry.pop("inbound_nodes")
        entry.pop("name")
    return {"class_name": "Sequential", "config": {"name": "chain", "layers": layers}}


def _nested():
    body = functional(
        [
            _picture(),
            layer("Rescaling", "half", "picture", scale=0.5, offset=0.0),
            layer("Normalization", "normal", "half", axis=[3]),
            convolution("conv", "normal", groups=1, kernel_size=[3, 1]),
        ],
        "conv",
        "body",
    )
    body |= {"name": "body", "inbound_nodes": [[["photo", 0, 0, {}]]]}
    layers = [
        layer("InputLayer", "photo", batch_input_shape=INPUT),
        body,
        layer("GlobalAveragePooling2D", "pool", "body"),
        layer("Dense", "sex", "pool", units=1, activation="sigmoid"),
        layer("Dense", "years", "pool", units=1, activation="relu"),
    ]
    layers[2]["inbound_nodes"][0][0][1] = 1
    config = functional(layers, "sex")
    config["config"]["output_layers"].append(["years", 0, 0])
    return config


def _operation(kind, name, source, function, **arguments):
    entry = layer(kind, name, source, function=function)
    entry["inbound_nodes"] = [[source, 0, 0, arguments]]
    return entry


def _scaled():
    dots, back = {"class_name": "__ellipsis__"}, {"start": None, "stop": None, "step": -1}
    layers = [
        _picture(),
        _operation(
            "SlicingOpLambda", "bgr", "picture", "__operators__.getitem", slice_spec=[dots, back]
        ),
        _operation("TFOpLambda", "divide", "bgr", "math.truediv", y=2.0),
        _operation("TFOpLambda", "minus", "divide", "math.subtract", y=[0.1, 0.2, 0.3]),
        convolution("conv_a", "minus", activation="elu"),
        convolution("conv_b", "conv_a", activation="softsign"),
        convolution("conv_c", "conv_b", activation="hard_sigmoid"),
        layer("GlobalAveragePooling2D", "pool", "conv_c"),
        layer("Dense", "sex", "pool", units=2, activation="softmax"),
    ]
    return functional(layers, "sex")


def _code():
    """A Lambda that is known in Inception-ResNet-V2 and nowhere else, so that it is refused."""
    config, _ = small_network()
    layers = config["config"]["layers"]
    body = base64.b64encode(_SCALED_SUM).decode()
    options = {"function": [body, None, None], "function_type": "lambda"}
    scaled = layer("Lambda", "block35_1", "conv", "conv", arguments={"scale": 0.17}, **options)
    layers.insert(2, scaled)
    layers[3]["inbound_nodes"] = [[["block35_1", 0, 0, {}]]]
    return config


_ROLES = {
    "Conv2D": ("kernel", "bias"),
    "Dense": ("kernel", "bias"),
    "DepthwiseConv2D": ("depthwise_kernel",),
    "SeparableConv2D": ("depthwise_kernel", "pointwise_kernel"),
    "BatchNormalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "Normalization": ("mean", "variance", "count"),
}
_CHANNELS = {  # of each layer's input
    **{"stem": 3, "dw": 4, "stem_bn": 4, "dw_bn": 4, "se": 4, "sep": 4, "age": 7, "first_bn": 3},
    **{"conv": 3, "hidden": 16, "classes": 5, "normal": 3, "sex": 4, "years": 4},
    **{"conv_a": 3, "conv_b": 4, "conv_c": 4},
}


def _with_weights(config):
    rng = np.random.default_rng(7)
    weights = {}
    for entry in config["config"]["layers"]:
        inner = entry["config"]
        leaves = inner["layers"] if entry["class_name"] == "Functional" else [entry]
        arrays = {}
        for late in (False, True):
            for leaf in leaves:
                name = leaf["config"]["name"]
                for role in _ROLES.get(leaf["class_name"], ()):
                    state = role in ("moving_mean", "moving_variance", "mean", "variance", "count")
                    if state == late and not _left_out(role, leaf["config"]):
                        values = _array(role, leaf["config"], _CHANNELS[name], rng)
                        arrays[f"{name}/{role}:0"] = values
        if arrays:
            weights[inner["name"]] = arrays
    return config, weights


def _left_out(role, config):
    options = {"bias": "use_bias", "gamma": "scale", "beta": "center"}
    return role in options and config.get(options[role]) is False


def _array(role, config, channels, rng):
    if role == "count":
        return np.zeros((), np.int64)
    size = tuple(config.get("kernel_size", ()))
    filters = config.get("filters", config.get("units"))
    shape = {
        "kernel": (*size, channels, filters),
        "bias": (filters,),
        "depthwise_kernel": (*size, channels, 1),
        "pointwise_kernel": (1, 1, channels, filters),
    }.get(role, (channels,))
    values = rng.normal(size=shape).astype(np.float32) / 2
    return np.abs(values) + np.float32(0.5) if "variance" in role else values


FORMS = ("h5", "keras 2", "keras 3", "zip")
"""A whole `.h5`; a `.keras` of Keras 2.13 and of Keras 3; a `.zip` that holds an `.h5`."""
SUFFIXES = {"h5": ".h5", "keras 2": ".keras", "keras 3": ".keras", "zip": ".zip"}


def write_form(path, form, config, weights):
    """Write a network; `config` may be text, which then stands in the file as it is."""
    if form == "h5":
        write(path, config, weights)
        return
    memory = io.BytesIO()
    if form == "zip":
        write(memory, config, weights)
        members = {"model.h5": memory.getvalue()}
    else:
        with h5py.File(memory, "w") as file:
            _write_tree(file, config, weights)
        version = {"keras 2": "2.15.0", "keras 3": "3.5.0"}[form]
        members = {
            "metadata.json": json.dumps({"keras_version": version}),
            "config.json": config if isinstance(config, str) else json.dumps(config),
            "model.weights.h5": memory.getvalue(),
        }
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)


def _write_tree(group, config, weights):
    """Write weights as `layers/conv2d_1/vars/0`, as far as the configuration makes sense."""
    counts = {}
    entries = config["config"]["layers"] if isinstance(config, dict) else []
    for name, arrays in weights.items():
        known = [one for one in entries if one["config"]["name"] == name]
        kind = snake_case(known[0]["class_name"]) if known else name
        number = counts[kind] = counts.get(kind, -1) + 1
        inner = group.create_group(f"layers/{kind}_{number}" if number else f"layers/{kind}")
        if known and "layers" in known[0]["config"]:
            parts = {}
            for key, values in arrays.items():
                parts.setdefault(key.partition("/")[0], {})[key] = values
            _write_tree(inner, known[0], parts)
        else:
            for position, values in enumerate(arrays.values()):
                inner[f"vars/{position}"] = values


def snake_case(kind):
    """Name a class as Keras names its groups."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)).lower()


def as_keras3(config):
    """Return a Functional or Sequential configuration as Keras 3 writes it."""
    config = copy.deepcopy(config)
    layers = config["config"]["layers"]
    shape = layers[0]["config"].pop("batch_input_shape", INPUT)
    if layers[0]["class_name"] == "InputLayer":
        layers[0]["config"]["batch_input_shape"] = shape
    else:
        layers.insert(0, layer("InputLayer", "picture", batch_input_shape=shape))
    for entry in layers:
        inner = entry["config"]
        entry |= {"module": "keras.layers", "registered_name": None}
        if "layers" in inner:
            inner |= as_keras3({"config": inner})["config"]
        else:
            inner |= {"dtype": {"class_name": "DTypePolicy", "config": {"name": "float32"}}}
            inner.setdefault("trainable", True)
        if "batch_input_shape" in inner:
            inner["batch_shape"] = inner.pop("batch_input_shape")
        if entry["class_name"] == "LeakyReLU":
            inner["negative_slope"] = inner.pop("alpha")
        nodes = entry.get("inbound_nodes", [])
        nodes = [[node] if isinstance(node[0], str) else node for node in nodes]
        entry["inbound_nodes"] = [_call(node) for node in nodes]
    return config


def _call(node):
    tensors = [
        {
            "class_name": "__keras_tensor__",
            "config": {"shape": [], "dtype": "float32", "keras_history": [name, 0, output]},
        }
        for name, _, output, _ in node
    ]
    return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}
