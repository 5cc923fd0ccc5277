"""A checked Keras network, layer by layer, built again with TensorFlow's own layers.

The layers get plain options that gantei's reader has looked at, never the file's own configuration:
a class is chosen from a list, and nothing is imported or run that a file names.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gantei.errors import ConversionError

from ..keras_layers.activation import PACKAGE_SWISH
from ..keras_layers.registry import converters
from ..keras_networks.calls import Call, KerasNetwork, Result
from ..keras_networks.known_lambdas import SCALED_SUM

_CONVOLUTION = ("kernel_size", "strides", "padding", "dilation_rate", "use_bias", "activation")
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "Conv2D": ("filters", "groups", *_CONVOLUTION),
    "DepthwiseConv2D": ("depth_multiplier", *_CONVOLUTION),
    "SeparableConv2D": ("filters", "depth_multiplier", *_CONVOLUTION),
    "Dense": ("units", "use_bias", "activation"),
    "BatchNormalization": ("epsilon", "center", "scale"),
    "Rescaling": ("scale", "offset"),
    "Activation": ("activation",),
    "Softmax": (),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "LeakyReLU": ("alpha",),
    "ZeroPadding2D": ("padding",),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "AveragePooling2D": ("pool_size", "strides", "padding"),
    "GlobalAveragePooling2D": ("keepdims",),
    "GlobalMaxPooling2D": ("keepdims",),
    "Flatten": (),
    "Reshape": ("target_shape",),
    "Add": (),
    "Multiply": (),
    "Concatenate": ("axis",),
}
"""The classes, by Keras's first name for each, and the options that change what they compute."""
_OTHER_NAMES = {
    "Convolution2D": "Conv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
}
_JOINING = ("Add", "Multiply", "Concatenate")
_NOTHING = (
    *("Dropout", "FixedDropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout"),
    *("GaussianNoise", "ActivityRegularization", "TFOpLambda:cast"),
)
"""Layers that do nothing where nothing is random."""
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "__operators__.add": operator.add,
    "math.add": operator.add,
    "math.subtract": operator.sub,
    "math.multiply": operator.mul,
    "math.divide": operator.truediv,
    "math.truediv": operator.truediv,
    "nn.bias_add": operator.add,
}
_CALLED: Mapping[str, tuple[str, dict[str, Any]]] = {
    "math.sigmoid": ("Activation", {"activation": "sigmoid"}),
    "math.tanh": ("Activation", {"activation": "tanh"}),
    "nn.relu": ("ReLU", {}),
    "nn.relu6": ("ReLU", {"max_value": 6.0}),
    "nn.sigmoid": ("Activation", {"activation": "sigmoid"}),
    "nn.silu": ("Activation", {"activation": "swish"}),
    "nn.softmax": ("Softmax", {}),
    "nn.swish": ("Activation", {"activation": "swish"}),
}


class KerasRebuilding:
    """Builds what a network's calls compute, with the layers of one Keras, in one precision."""

    def __init__(self, keras: Any, precision: str = "float32") -> None:
        self._keras = keras
        self._precision = precision
        self._names: set[str] = set()
        self._layers: dict[int, tuple[Any, Call]] = {}
        """Layers with weights, by the identity of their weights in the file."""

    def build(
        self, network: KerasNetwork, size: tuple[int, int] | None, wanted: Sequence[Result]
    ) -> tuple[Any, list[Any]]:
        """Build what the wanted results need; the weights are those of the file.

        Args:
            network: a network all of whose layers have a converter, its weights in reach.
            size: height and width (px), of a network that takes any.
            wanted: results of its calls.

        Returns:
            The photograph's Keras tensor and those of the wanted results.

        Raises:
            ConversionError: a layer cannot be trained here.
        """
        needed = _needed(network, wanted)
        photograph = self._keras.Input(_shape(network.calls[0], size), name="photograph")
        tensors: dict[Any, Any] = {Result(0): photograph}
        for number, call in enumerate(network.calls):
            if number and number in needed:
                inputs = [
                    tensors.get(one, one) if isinstance(one, Result) else one for one in call.inputs
                ]
                tensors[Result(number)] = self._called(call, inputs, tensors)
        for layer, call in self._layers.values():
            _load(layer, call)
        return photograph, [tensors[result] for result in wanted]

    def name(self, wanted: str) -> str:
        """Give a name that no layer has yet, and that a file takes."""
        plain = "".join(char if char.isalnum() or char in "._-" else "_" for char in wanted)
        free, number = plain, 1
        while free in self._names:
            free, number = f"{plain}_{number}", number + 1
        self._names.add(free)
        return free

    def layer(self, kind: str, name: str, **options: Any) -> Any:
        """Make a layer of this precision, whose weights are zeros."""
        roles = {
            "Conv2D": ("kernel",),
            "Dense": ("kernel",),
            "DepthwiseConv2D": ("depthwise",),
            "SeparableConv2D": ("depthwise", "pointwise"),
        }.get(kind, ())
        zeros = {f"{role}_initializer": "zeros" for role in roles}  # no random numbers
        made = getattr(self._keras.layers, kind)
        return made(**options, **zeros, name=self.name(name), dtype=self._precision)

    def _called(self, call: Call, inputs: list[Any], tensors: Mapping[Any, Any]) -> Any:
        kind = _OTHER_NAMES.get(call.kind, call.kind)
        if kind in _NOTHING:
            return inputs[0]
        if kind.startswith("TFOpLambda:"):
            return self._function(call, inputs[0], tensors)
        if kind in (SCALED_SUM, "CustomScaleLayer"):
            scaling = self.layer("Rescaling", f"{call.name}_scale", scale=call.config["scale"])
            return self.layer("Add", call.name)([inputs[0], scaling(inputs[1])])
        if kind == "Normalization":
            return self.layer("Rescaling", call.name, **_standardising(call))(inputs[0])
        if kind not in _OPTIONS:
            raise _untrained(call)
        return self._configured(kind, call)(inputs if kind in _JOINING else inputs[0])

    def _function(self, call: Call, x: Any, tensors: Mapping[Any, Any]) -> Any:
        """Call a function of TensorFlow's that a network calls on tensors."""
        function = call.kind.removeprefix("TFOpLambda:")
        if function in _CALLED:
            kind, options = _CALLED[function]
            return self.layer(kind, call.name, **options)(x)
        if function == "__operators__.getitem":  # the reader takes the reversal of channels only
            return x[..., ::-1] if call.arguments["slice_spec"][-1].get("step") == -1 else x
        if function in _ARITHMETIC:
            other = call.arguments.get("bias" if function == "nn.bias_add" else "y")
            operands = (_operand(each, tensors, x) for each in (call.inputs[0], other))
            return _ARITHMETIC[function](*operands)
        raise _untrained(call)

    def _configured(self, kind: str, call: Call) -> Any:
        """Make a layer, or give the one that was made where the same layer is called again."""
        if id(call.weights) in self._layers:
            return self._layers[id(call.weights)][0]
        options = {key: call.config[key] for key in _OPTIONS[kind] if key in call.config}
        options = {key: one for key, one in options.items() if one is not None}
        if options.get("activation") == PACKAGE_SWISH:
            options["activation"] = "swish"
        if not isinstance(options.get("activation", ""), str) or "keras3" in str(options):
            raise _untrained(call)
        layer = self.layer(kind, call.name, **options)
        if call.weights:
            self._layers[id(call.weights)] = layer, call
        return layer


def _untrained(call: Call) -> ConversionError:
    return ConversionError(
        f"layer {call.name!r} ({call.kind}): a network with such a layer is not trained; "
        "gantei adapt without --whole-network fits a new head to it"
    )


def _needed(network: KerasNetwork, wanted: Sequence[Result]) -> set[int]:
    """Number the calls that results need, themselves included."""
    needed: set[int] = set()
    open_ = [result.call for result in wanted]
    while open_:
        number = open_.pop()
        if number not in needed:
            needed.add(number)
            open_ += [result.call for result in network.calls[number].references()]
    return needed


def _shape(photograph: Call, size: tuple[int, int] | None) -> tuple[int | None, ...]:
    """Give the shape of the input: the file's, or the stated one where the file leaves it open."""
    sides = photograph.config["batch_input_shape"][1:3]
    if None in sides and size is not None:
        sides = size
    return (*sides, 3)


def _load(layer: Any, call: Call) -> None:
    known = converters()[call.kind]
    for role in (*known.weights, *known.state):
        if role in call.weights:
            getattr(layer, role).assign(call.weights[role].read())


def _standardising(call: Call) -> dict[str, Any]:
    """Write a Normalization's statistics, which training leaves alone, as factors and summands."""
    mean, variance = (
        np.asarray(
            call.weights[role].read() if role in call.weights else call.config[role], np.float64
        ).ravel()
        for role in ("mean", "variance")
    )
    deviation = np.maximum(np.sqrt(variance), 1e-7)
    scale, offset = np.broadcast_arrays(1 / deviation, -mean / deviation)
    return {"scale": scale.tolist(), "offset": offset.tolist()}


def _operand(value: Any, tensors: Mapping[Any, Any], like: Any) -> Any:
    """Give a tensor, or a constant in the precision of the tensor beside it."""
    if isinstance(value, Result):
        return tensors[value]
    if isinstance(value, list):
        import tensorflow as tf

        return tf.constant(value, like.dtype)
    return value
