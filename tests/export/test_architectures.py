"""Every architecture of the release converts as it is, is recognised, and answers as Keras does."""

import base64
import json

import numpy as np
import pytest

from gantei.errors import ConversionError
from gantei_export.architectures.recognition import recognise
from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.keras_networks.calls import flatten
from gantei_export.keras_networks.keras_config import parse
from gantei_export.keras_networks.known_lambdas import scale_of_lambda

from .architectures import ARCHITECTURES, build
from .hand_written import convolution, functional, layer, write
from .keras_models import behave, largest_difference, pictures

SIZES = (75, 96, 101)
HEADS = ((1,), (2,), (1, 1, 2, 3, 1))

# What TensorFlow 2.4.4 on CPython 3.8 wrote for Inception-ResNet-V2's blocks, without the names of
# its file and lines, which stand behind.
CODE = bytes.fromhex(
    "e302000000000000000000000002000000030000005300000073140000007c00640119007c006402"
    "19007c0114001700530029034ee900000000e901000000a9002902da06696e70757473da05736361"
    "6c6572030000007203000000"
)


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("tf_keras")


@pytest.mark.reference
@pytest.mark.parametrize(("number", "name"), list(enumerate(ARCHITECTURES)))
def test_every_architecture_is_recognised_and_agrees(keras, tmp_path, answers, number, name):
    known, size = ARCHITECTURES[name], SIZES[number % 3]
    model = build(keras, name, size, HEADS[number % 3], nested=number % 2 == 1)
    photographs = pictures(size, count=8, low=known.low, high=known.high)
    behave(keras, model, photographs, calm=known.calm)
    difference, facts = largest_difference(model, tmp_path, photographs, answers)
    assert facts.architecture == name
    assert difference <= known.tolerance
    keras.backend.clear_session()


@pytest.mark.reference
@pytest.mark.parametrize("alpha", [0.35, 0.5, 0.75, 1.0, 1.3, 1.4])
def test_every_published_width_of_mobilenetv2_is_recognised(keras, alpha):
    model = keras.applications.MobileNetV2((32, 32, 3), alpha, include_top=False, weights=None)
    assert recognise(flatten(parse(json.loads(model.to_json())))) == "MobileNetV2"


@pytest.mark.reference
def test_a_network_that_differs_in_one_convolution_is_not_recognised(keras):
    model = keras.applications.VGG19(include_top=False, weights=None, input_shape=(32, 32, 3))
    config = json.loads(model.to_json())
    last = next(
        one for one in config["config"]["layers"] if one["config"]["name"] == "block5_conv4"
    )
    last["config"]["filters"] = 511
    assert recognise(flatten(parse(config))) is None


# Inception-ResNet-V2's scaled sum


def scaled_sum(kind, name, *inputs, **config):
    """Two tensors joined as by Inception-ResNet-V2's own layer, in a network that is another's."""
    layers = [
        layer("InputLayer", "picture", batch_input_shape=[None, 8, 8, 3], dtype="float32"),
        convolution("first", "picture"),
        convolution("second", "picture"),
        layer(kind, name, *inputs, **config),
        layer("GlobalAveragePooling2D", "pool", name),
    ]
    return functional(layers, "pool"), {}


def as_lambda(code=CODE, **changes):
    """The configuration of TensorFlow 2.4's Lambda."""
    return {
        "function": [base64.encodebytes(code).decode(), None, None],
        "function_type": "lambda",
        "module": "tensorflow.python.keras.applications.inception_resnet_v2",
        "output_shape": [9, 9, 320],
        "output_shape_type": "raw",
        "output_shape_module": None,
        "arguments": {"scale": 0.17},
        **changes,
    }


@pytest.fixture(scope="module")
def inception_resnet(keras, tmp_path_factory):
    """A file of Inception-ResNet-V2 as `tf_keras` writes it."""
    path = tmp_path_factory.mktemp("inception") / "inception-resnet.h5"
    build(keras, "Inception-ResNet-V2", 75).save(path)
    return path


def with_lambdas(path, folder, **changes):
    """The same file with the Lambdas of TensorFlow 2.4 in place of its custom layers."""
    import h5py

    copied = folder / "lambdas.h5"
    copied.write_bytes(path.read_bytes())
    with h5py.File(copied, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        for entry in config["config"]["layers"]:
            if entry["class_name"] == "Custom>CustomScaleLayer":
                arguments = {"scale": entry["config"]["scale"]}
                entry["class_name"] = "Lambda"
                entry["config"] = {
                    "name": entry["config"]["name"],
                    **as_lambda(**{"arguments": arguments, **changes}),
                }
        file.attrs["model_config"] = json.dumps(config)
    return copied


@pytest.mark.reference
def test_the_lambda_of_tensorflow_2_4_is_the_custom_layer_of_later_ones(inception_resnet, tmp_path):
    older = convert(with_lambdas(inception_resnet, tmp_path))
    assert older.to_bytes() == convert(inception_resnet).to_bytes()


def test_it_is_known_by_its_bytes():
    assert scale_of_lambda(as_lambda()) == 0.17


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("14001700", "14001800"),  # subtracts
        ("7c011400", "7c001400"),  # multiplies by the inputs
        ("64021900", "64011900"),  # takes the first twice
        ("e901000000a9", "e902000000a9"),  # takes the third
        ("e302", "e303"),  # another argument
        ("53000000", "5b000000"),  # a generator
        ("e302", ""),
    ],
)
def test_code_that_only_resembles_it_is_not_taken_for_it(old, new):
    changed = bytes.fromhex(CODE.hex().replace(old, new))
    assert changed != CODE
    assert scale_of_lambda(as_lambda(changed)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"function": [base64.encodebytes(CODE).decode(), [2], None]},
        {"function": [base64.encodebytes(CODE).decode(), None, [1]]},
        {"function": ["not base64 at all", None, None]},
        {"function": ["A" * 10_000, None, None]},
        {"function": [None, None, None]},
        {"function": "inputs[0]"},
        {"function_type": "function"},
        {"arguments": {"scale": "0.17"}},
        {"arguments": {"scale": 0.17, "inputs": 3}},
        {"arguments": {}},
        {"arguments": None},
    ],
)
def test_a_lambda_that_only_resembles_it_is_refused(tmp_path, changes):
    network = scaled_sum("Lambda", "block35_1", "first", "second", **as_lambda(**changes))
    with pytest.raises(ConversionError, match=r"'block35_1' \(Lambda\).* never run"):
        convert(write(tmp_path / "lambda.h5", *network))


@pytest.mark.parametrize(
    ("kind", "config"), [("Lambda", as_lambda()), ("Custom>CustomScaleLayer", {"scale": 0.17})]
)
def test_in_any_other_network_nobody_knows_what_it_does(tmp_path, kind, config):
    network, weights = scaled_sum(kind, "block35_1", "first", "second", **config)
    for name in ("first", "second"):
        weights[name] = {
            f"{name}/kernel:0": np.zeros((3, 3, 3, 4)),
            f"{name}/bias:0": np.zeros(4),
        }
    with pytest.raises(ConversionError, match="known in Inception-ResNet-V2 only"):
        convert(write(tmp_path / "other.h5", network, weights))
