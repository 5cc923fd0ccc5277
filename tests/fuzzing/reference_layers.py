"""The layers that `reference` knows: a function each, of arrays (n, …) in Keras's order."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np


class Unknown(Exception):
    """The answer of such a network is not known."""


class Unjudged(Exception):
    """The network is known, but its numbers are beyond comparing."""


KINDS = {}
_NEUTRAL = ("name", "trainable", "dtype", "batch_input_shape")
_NEUTRAL_ENDINGS = ("_initializer", "_regularizer", "_constraint")
_FLOATS = ("float32", "mixed_float16", "mixed_bfloat16")
# Options whose null is their default in Keras, or that do nothing; other nulls it refuses.
_NULLABLE = ("activation", "data_format", "max_value", "mean", "variance", "renorm")


@dataclass(frozen=True)
class Kind:
    """A class of layers: its options with their defaults, and its weights."""

    function: Any
    options: dict
    weights: tuple
    state: tuple

    def call(self, name, config, arrays, inputs, arguments):
        """Return (name of the activation, array) for one call."""
        options = dict(self.options)
        for key, value in config.items():
            if key in _NEUTRAL or key.endswith(_NEUTRAL_ENDINGS):
                continue
            if value is None:
                if self.options.get(key) is not None and key not in _NULLABLE:
                    raise Unknown(f"{key} is null")
                continue
            if key not in options:
                raise Unknown(f"{name}: option {key}")
            if type(options[key]) is bool and type(value) is not bool:
                raise Unknown(f"{name}: {key} is {value!r}")
            options[key] = value
        if _policy(config) not in _FLOATS:
            raise Unknown(f"{name}: {config['dtype']}")
        layout = options.get("data_format", "channels_last")
        if layout != "channels_last" and self.function is not _same:
            raise Unknown(f"{name}: {layout}")
        options = SimpleNamespace(**options)
        y = self.function(
            options, [np.asarray(array, np.float64) for array in arrays], *inputs, **arguments
        )
        return getattr(options, "activation", "linear"), y


def _policy(config):
    policy = config.get("dtype") or "float32"
    if isinstance(policy, dict):
        policy = policy["config"]["name"]
    return policy


def knows(*names, weights=(), state=(), ignored=(), **options):
    """Register a function for classes; `ignored` options have no effect on an answer."""

    def register(function):
        for name in names:
            every = options | dict.fromkeys(ignored)
            KINDS[name] = Kind(function, every, weights, state)
        return function

    return register


def _softmax(x):
    if x.ndim < 2:
        raise Unknown("softmax of a number")
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


_SELU = 1.6732632423543772, 1.0507009873554805
ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "sigmoid": lambda x: 0.5 + np.tanh(x / 2) / 2,
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "tanh": np.tanh,
    "softmax": _softmax,
    "swish": lambda x: x * (0.5 + np.tanh(x / 2) / 2),
    "silu": lambda x: x * (0.5 + np.tanh(x / 2) / 2),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "selu": lambda x: _SELU[1] * np.where(x > 0, x, _SELU[0] * np.expm1(np.minimum(x, 0))),
    "softplus": lambda x: np.logaddexp(0, x),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "exponential": np.exp,
    "keras3_hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
}


def activate(name, x):
    """Apply an activation by Keras's name."""
    if isinstance(name, dict) and name.get("class_name") == "function":  # of efficientnet
        name = name["config"] if name["config"] == "swish" else repr(name)
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise Unknown(f"activation {name!r}")
    return ACTIVATIONS[name](x)


def needs(array, *shape):
    """Refuse a weight of another shape."""
    if array.shape != shape:
        raise Unknown(f"weight {array.shape} where {shape} belongs")


def plus_bias(y, o, arrays):
    """Add the last weight where the options ask for one."""
    if not o.use_bias:
        return y
    needs(arrays[-1], y.shape[-1])
    return y + arrays[-1]


LINEAR = {"use_bias": True, "activation": "linear"}


@knows("Dense", weights=("kernel", "bias"), units=None, **LINEAR)
def _dense(o, arrays, x):
    if type(o.units) is not int or x.ndim not in (2, 4):
        raise Unknown("units or rank")
    needs(arrays[0], x.shape[-1], o.units)
    return plus_bias(x @ arrays[0], o, arrays)


@knows(
    *("BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2"),
    "SyncBatchNormalization",
    weights=("gamma", "beta"),
    state=("moving_mean", "moving_variance"),
    ignored=("momentum", "renorm_momentum", "renorm_clipping", "fused", "synchronized"),
    axis=-1,
    epsilon=1e-3,
    scale=True,
    center=True,
    renorm=False,
)
def _batch_normalization(o, arrays, x):
    axis = o.axis[0] if isinstance(o.axis, list) and len(o.axis) == 1 else o.axis
    if axis not in (-1, x.ndim - 1) or o.renorm or isinstance(o.epsilon, bool):
        raise Unknown("axis, renorm or epsilon")
    for array in arrays:
        needs(array, x.shape[-1])
    arrays = list(arrays)
    gamma = arrays.pop(0) if o.scale else 1
    beta = arrays.pop(0) if o.center else 0
    mean, variance = arrays
    if (variance + o.epsilon <= 0).any():
        raise Unknown("variance")
    return (x - mean) / np.sqrt(variance + o.epsilon) * gamma + beta


@knows(
    *("Dropout", "FixedDropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout"),
    *("GaussianNoise", "ActivityRegularization"),
    ignored=("rate", "noise_shape", "seed", "stddev", "data_format", "l1", "l2"),
)
def _same(o, arrays, x):
    return x


@knows("InputLayer", ignored=("sparse", "ragged", "optional", "batch_shape"))
def _input(o, arrays, *inputs):
    raise Unknown("an input layer that is called")


@knows("Activation", activation="linear")
def _activation(o, arrays, x):
    return x


@knows("ReLU", max_value=None, negative_slope=0.0, threshold=0.0)
def _relu(o, arrays, x):
    top = np.inf if o.max_value is None else o.max_value
    if isinstance(top, bool) or min(top, o.negative_slope, o.threshold) < 0:
        raise Unknown("a negative option")  # which Keras refuses
    below = o.negative_slope * np.maximum(o.threshold - x, 0)
    return np.minimum(np.where(x > o.threshold, x, 0), top) - below


@knows("LeakyReLU", alpha=None, negative_slope=None)
def _leaky(o, arrays, x):
    slopes = [slope for slope in (o.alpha, o.negative_slope) if slope is not None] or [0.3]
    (slope,) = slopes
    if isinstance(slope, bool):
        raise Unknown("alpha")
    return np.where(x >= 0, x, slope * x)


@knows("Softmax", axis=-1)
def _softmax_layer(o, arrays, x):
    if o.axis not in (-1, x.ndim - 1, [-1], [x.ndim - 1]) or isinstance(o.axis, bool):
        raise Unknown("axis")
    return _softmax(x)


@knows("Flatten", data_format="channels_last")
def _flatten(o, arrays, x):
    return x.reshape(len(x), -1)


@knows("Reshape", target_shape=None)
def _reshape(o, arrays, x):
    if not all(type(side) is int for side in o.target_shape):
        raise Unknown("target_shape")
    return x.reshape(len(x), *o.target_shape)


@knows("Add")
def _add(o, arrays, *inputs):
    return _together(np.add, inputs)


@knows("Multiply")
def _multiply(o, arrays, *inputs):
    return _together(np.multiply, inputs)


def _together(function, inputs):
    if len({x.ndim for x in inputs}) != 1:
        raise Unknown("different ranks")
    total = inputs[0]
    for other in inputs[1:]:
        total = function(total, other)
    return total


@knows("Concatenate", axis=-1)
def _concatenate(o, arrays, *inputs):
    if type(o.axis) is not int or o.axis % inputs[0].ndim == 0:
        raise Unknown("axis")
    return np.concatenate(inputs, axis=o.axis)


@knows("Rescaling", scale=None, offset=0.0)
def _rescaling(o, arrays, x):
    return x * _numbers(o.scale, x) + _numbers(o.offset, x)


@knows(
    "Normalization",
    state=("mean", "variance", "count"),
    axis=-1,
    mean=None,
    variance=None,
    invert=False,
)
def _normalization(o, arrays, x):
    axis = o.axis[0] if isinstance(o.axis, list) and len(o.axis) == 1 else o.axis
    if axis not in (-1, x.ndim - 1) or isinstance(axis, bool) or o.invert is not False:
        raise Unknown("axis or invert")
    mean, variance, *_ = arrays or (_numbers(o.mean, x), _numbers(o.variance, x))
    for array in (mean, variance):
        if array.size != 1:
            needs(array.ravel(), x.shape[-1])
    return (x - mean) / np.maximum(np.sqrt(variance), 1e-7)


def _numbers(value, x):
    if not isinstance(value, list | int | float) or "true" in repr(value).lower():
        raise Unknown(f"{value!r} is no number")
    array = np.asarray(value, np.float64)
    if array.size not in (1, x.shape[-1]) or array.size != max(array.shape or (1,)):
        raise Unknown(f"{value!r} for {x.shape}")
    if array.size > 1 and array.shape[-1] != array.size:
        raise Unknown(f"{value!r} along another axis")
    return array.ravel() if array.size > 1 else array.reshape(())


_BINARY = {"math.truediv": np.divide, "math.subtract": np.subtract, "math.add": np.add}
_BINARY |= {"math.divide": np.divide, "math.multiply": np.multiply}
_BINARY |= {"__operators__.add": np.add, "nn.bias_add": np.add}
_UNARY = {"math.sigmoid": "sigmoid", "nn.sigmoid": "sigmoid", "math.tanh": "tanh"}
_UNARY |= {"nn.relu": "relu", "nn.relu6": "relu6", "nn.silu": "silu", "nn.swish": "swish"}
_UNARY |= {"nn.softmax": "softmax"}
OPERATORS = {*_BINARY, *_UNARY, "__operators__.getitem", "cast"}
"""Functions that are known as a TFOpLambda."""


@knows("TFOpLambda", "SlicingOpLambda", function=None)
def _operator(o, arrays, x, name=None, **other):
    if other.pop("data_format", "NHWC") not in ("NHWC", "N...C"):
        raise Unknown("data_format")
    if o.function in _UNARY and not any(value is not None for value in other.values()):
        return activate(_UNARY[o.function], x)
    ((key, value),) = other.items()
    if o.function == "cast" and (key, value) == ("dtype", "float32"):
        return x
    if o.function == "__operators__.getitem":
        back = {"start": None, "stop": None, "step": -1}
        if x.ndim != 4 or key != "slice_spec" or value != [{"class_name": "__ellipsis__"}, back]:
            raise Unknown(f"slices {value}")
        return x[..., ::-1]
    if o.function not in _BINARY or key != ("bias" if o.function == "nn.bias_add" else "y"):
        raise Unknown(f"function {o.function!r}")
    return _BINARY[o.function](x, _numbers(value, x))
