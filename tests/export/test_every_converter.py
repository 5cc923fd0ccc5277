"""Every layer, function and activation that is converted is judged against Keras, and fuzzed.

A converter needs a line in `LAYERS`, `FUNCTIONS` or `ACTIVATIONS` here, and a function in
`tests/fuzzing/reference_layers.py`; or a reason, here, why it has none.
"""

import numpy as np
import pytest

from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.keras_files.model_source import open_model_source
from gantei_export.keras_layers.activation import FUNCTIONS as ACTIVATION_FUNCTIONS
from gantei_export.keras_layers.registry import converters
from gantei_export.keras_networks.keras_config import parse
from gantei_export.manifest_draft.user_claims import UserClaims

from ..fuzzing import reference, reference_layers  # noqa: F401 registers the windows
from .genuine_files import FILES
from .hand_written import functional, layer, write
from .keras_models import TOLERANCE, behave, difference, pictures, saved

LAYERS = {
    "Activation": lambda k, x: k.Activation("tanh")(x),
    "ActivityRegularization": lambda k, x: k.ActivityRegularization(0.1)(x),
    "Add": lambda k, x: k.Add()([x, k.Conv2D(3, 1)(x)]),
    "AlphaDropout": lambda k, x: k.AlphaDropout(0.3)(x),
    "AveragePooling2D": lambda k, x: k.AveragePooling2D(3, 2, "same")(x),
    "BatchNormalization": lambda k, x: k.BatchNormalization()(x),
    "Concatenate": lambda k, x: k.Concatenate()([x, k.Conv2D(2, 1)(x)]),
    "Conv2D": lambda k, x: k.Conv2D(4, 3, 2, "same")(x),
    "Dense": lambda k, x: k.Dense(4)(x),
    "DepthwiseConv2D": lambda k, x: k.DepthwiseConv2D(3, depth_multiplier=2)(x),
    "Dropout": lambda k, x: k.Dropout(0.3)(x),
    "Flatten": lambda k, x: k.Flatten()(x),
    "GaussianDropout": lambda k, x: k.GaussianDropout(0.3)(x),
    "GaussianNoise": lambda k, x: k.GaussianNoise(0.3)(x),
    "GlobalAveragePooling2D": lambda k, x: k.GlobalAveragePooling2D()(x),
    "GlobalMaxPooling2D": lambda k, x: k.GlobalMaxPooling2D()(x),
    "InputLayer": lambda k, x: x,
    "LeakyReLU": lambda k, x: k.LeakyReLU(0.2)(x),
    "MaxPooling2D": lambda k, x: k.MaxPooling2D(3, 2, "same")(x),
    "Multiply": lambda k, x: k.Multiply()([x, k.Conv2D(3, 1)(x)]),
    "Normalization": lambda k, x: k.Normalization(mean=[1.0, 2, 3], variance=[4.0, 5, 6])(x),
    "ReLU": lambda k, x: k.ReLU(0.8, 0.1, 0.2)(x),
    "Rescaling": lambda k, x: k.Rescaling(2.0, [1.0, 2.0, 3.0])(x),
    "Reshape": lambda k, x: k.Reshape((-1, 4, 9))(x),
    "SeparableConv2D": lambda k, x: k.SeparableConv2D(4, 3)(x),
    "Softmax": lambda k, x: k.Softmax()(x),
    "SpatialDropout2D": lambda k, x: k.SpatialDropout2D(0.3)(x),
    "ZeroPadding2D": lambda k, x: k.ZeroPadding2D(((1, 0), (2, 3)))(x),
}
"""By class, what makes a tensor of a picture (12, 12, 3); `k` is `keras.layers`."""

FUNCTIONS = {
    "__operators__.add": lambda tf, x: x + 0.5,
    "__operators__.getitem": lambda tf, x: x[..., ::-1],
    "cast": lambda tf, x: tf.cast(x, "float32"),
    "math.add": lambda tf, x: tf.math.add(x, [0.1, 0.2, 0.3]),
    "math.multiply": lambda tf, x: tf.math.multiply(x, 3.0),
    "math.sigmoid": lambda tf, x: tf.math.sigmoid(x),
    "math.subtract": lambda tf, x: tf.math.subtract(x, 3.0),
    "math.tanh": lambda tf, x: tf.math.tanh(x),
    "math.truediv": lambda tf, x: tf.math.truediv(x, 3.0),
    "nn.bias_add": lambda tf, x: tf.nn.bias_add(x, [0.1, 0.2, 0.3]),
    "nn.relu": lambda tf, x: tf.nn.relu(x),
    "nn.relu6": lambda tf, x: tf.nn.relu6(9 * x),
    "nn.silu": lambda tf, x: tf.nn.silu(x),
    "nn.softmax": lambda tf, x: tf.nn.softmax(x),
}
"""By name in a TFOpLambda, what makes a tensor of a picture."""

ALIASES = {
    **{"AvgPool2D": "AveragePooling2D", "MaxPool2D": "MaxPooling2D"},
    **{"GlobalAvgPool2D": "GlobalAveragePooling2D", "GlobalMaxPool2D": "GlobalMaxPooling2D"},
    **{"Convolution2D": "Conv2D", "SyncBatchNormalization": "BatchNormalization"},
    **{f"BatchNormalizationV{number}": "BatchNormalization" for number in (1, 2)},
    **{"FixedDropout": "Dropout", "Custom>CustomScaleLayer": "CustomScaleLayer"},
}
"""Other names that files have for a class: one function converts both."""

JUDGED_ELSEWHERE = {
    "CustomScaleLayer": "in Inception-ResNet-V2 only, which test_architectures.py builds",
    "TFOpLambda:math.divide": "TensorFlow writes it as math.truediv",
    "TFOpLambda:nn.sigmoid": "TensorFlow writes it as math.sigmoid",
    "TFOpLambda:nn.swish": "TensorFlow writes it as nn.silu",
    **dict.fromkeys(
        ("TensorFlowOpLayer:Add", "TensorFlowOpLayer:AddV2", "TensorFlowOpLayer:Mul"),
        "no file of TensorFlow 2.0 to 2.3 is here that has it: judged against NumPy below",
    ),
}
UNKNOWN_TO_THE_REFERENCE = {
    "CustomScaleLayer": "in Inception-ResNet-V2 only, which is too large to be fuzzed",
    **{
        f"TensorFlowOpLayer:{operation}": "written by TensorFlow 2.0 to 2.3 alone"
        for operation in ("Add", "AddV2", "BiasAdd", "Mul", "RealDiv", "StridedSlice", "Sub")
    },
}
ACTIVATIONS = {*ACTIVATION_FUNCTIONS} - {"keras3_hard_sigmoid"}
"""All but one that Keras 3 alone has: test_forms.py saves it by that."""

KINDS = sorted({*converters()} - {*ALIASES})


def kinds_in(path):
    """Give the kinds of layers in a file, as converters know them."""
    with open_model_source(path, UserClaims()) as source:
        return {spec.kind for spec in parse(source.config).leaves()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_converter_is_judged_against_keras(kind):
    judged = {*LAYERS, *JUDGED_ELSEWHERE, *(f"TFOpLambda:{name}" for name in FUNCTIONS)}
    genuine = {found for file in FILES for found in kinds_in(file)}
    assert kind in judged | genuine, (
        f"no test compares {kind} with Keras: add a line for it to LAYERS or FUNCTIONS in "
        f"{__file__}, or a reason to JUDGED_ELSEWHERE"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_converter_is_known_to_the_reference_of_the_fuzzer(kind):
    known = {*reference_layers.KINDS} | {f"TFOpLambda:{one}" for one in reference_layers.OPERATORS}
    assert (kind in known) != (kind in UNKNOWN_TO_THE_REFERENCE), (
        f"the fuzzer cannot judge {kind}: add a function under @knows to "
        f"{reference_layers.__file__} or reference_windows.py, or a reason to "
        "UNKNOWN_TO_THE_REFERENCE here"
    )


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_converted_by_the_function_of_its_class(alias):
    assert converters()[alias].convert is converters()[ALIASES[alias]].convert


@pytest.mark.parametrize("name", ACTIVATION_FUNCTIONS)
def test_every_activation_is_known_to_the_reference_of_the_fuzzer(name):
    assert name in reference_layers.ACTIVATIONS, f"add {name} to {reference_layers.__file__}"


@pytest.mark.parametrize(
    ("operation", "function"),
    [
        ("Add", np.add),
        ("AddV2", np.add),
        ("Sub", np.subtract),
        ("Mul", np.multiply),
        ("RealDiv", np.divide),
    ],
)
@pytest.mark.parametrize("place", [0, 1])
def test_an_operation_of_old_tensorflow_is_numpys(tmp_path, answers, operation, function, place):
    definition = {"op": operation, "attr": {"T": {"type": "DT_FLOAT"}}}
    layers = [
        layer("InputLayer", "picture", batch_input_shape=[None, 2, 2, 3]),
        layer(
            "TensorFlowOpLayer",
            "operation",
            "picture",
            node_def=definition,
            constants={str(place): [2.0, 3.0, 5.0]},
        ),
        layer("GlobalAveragePooling2D", "mean", "operation"),
    ]
    photographs = np.random.default_rng(2).uniform(1, 2, (3, 2, 2, 3)).astype(np.float32)
    given = answers(convert(write(tmp_path / "o.h5", functional(layers, "mean"), {})), photographs)
    operands = [photographs, np.array([2, 3, 5])]
    expected = function(*operands[:: 1 if place else -1]).mean((1, 2))
    np.testing.assert_allclose(given["mean"], expected, rtol=1e-6)


@pytest.fixture
def judged(tmp_path, answers):
    """Assert that what makes one tensor of a picture is converted as Keras computes it."""
    keras = pytest.importorskip("tf_keras")

    def check(make, kind=None):
        picture = keras.Input((12, 12, 3))
        x = keras.layers.Conv2D(3, 1)(picture)
        model = keras.Model(picture, keras.layers.Dense(2)(keras.layers.Flatten()(make(keras, x))))
        photographs = pictures(12, low=-1, high=1)
        path = saved(behave(keras, model, photographs), tmp_path / "model.h5")
        assert kind is None or kind in kinds_in(path)
        largest, _ = difference(model, path, photographs, answers)
        assert largest <= TOLERANCE

    return check


@pytest.mark.reference
@pytest.mark.parametrize("kind", LAYERS)
def test_a_layer_agrees_with_keras(judged, kind):
    judged(lambda keras, x: LAYERS[kind](keras.layers, x), kind)


@pytest.mark.reference
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_agrees_with_tensorflow(judged, name):
    tf = pytest.importorskip("tensorflow")
    judged(lambda keras, x: FUNCTIONS[name](tf, x), f"TFOpLambda:{name}")


@pytest.mark.reference
@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_an_activation_agrees_with_keras(judged, name):
    judged(lambda keras, x: keras.layers.Activation(name)(x), "Activation")
