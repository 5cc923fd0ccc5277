"""Maps and embeddings are those of Keras's own feature map and dense weights, within 1e-4.

Relative where a logit, or the largest value of a map, exceeds 1. That the mean of a map plus the
bias is the answer of the very same graph holds within 1e-4 as it is.
"""

import json

import numpy as np
import onnx
import pytest

from gantei_export.keras_conversion.keras_converter import convert

from .keras_models import TOLERANCE, behave, pictures, saved

CALM = 0.03
"""See `behave`: a map shows differences that the pooling averages away."""

pytestmark = pytest.mark.reference


@pytest.fixture
def keras():
    keras = pytest.importorskip("tf_keras")
    keras.utils.set_random_seed(1)
    return keras


@pytest.fixture
def explains(keras, tmp_path):
    """Assert that a conversion explains each Dense layer of the model as Keras has it.

    `features` is the symbolic feature map that is pooled.
    """
    onnxruntime = pytest.importorskip("onnxruntime")

    def check(model, features, photographs, *dense):
        content = convert(saved(model, tmp_path / "model.h5")).to_bytes()
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        given = dict(zip(names, session.run(None, {"photograph": photographs}), strict=True))
        facts = {each.key: each.value for each in onnx.load_from_string(content).metadata_props}
        stack = keras.Model(model.inputs, features)(photographs, training=False).numpy()
        for layer, output in zip(dense, names, strict=False):  # the others explain them
            told = json.loads(facts[f"gantei.output.{output}.map"])
            prefix = f"{output}/" if len(dense) > 1 else ""
            maps, embedding = given[f"{prefix}map"], given[f"{prefix}embedding"]
            maps = maps if maps.ndim == 4 else maps[:, None]
            kernel, bias = (weight.numpy() for weight in (layer.kernel, layer.bias))
            kernel = kernel.reshape(kernel.shape[-2:])
            expected = np.einsum("nhwc,cu->nuhw", stack, kernel)
            # One place weighs much more than their mean, which is about 1 here.
            largest = max(1, np.abs(expected).max())
            assert np.abs(maps - expected).max() <= TOLERANCE * largest
            assert np.abs(embedding - stack.mean((1, 2))).max() <= TOLERANCE
            np.testing.assert_array_equal(np.float32(told["bias"]), bias)
            function = getattr(keras.activations, told["activation"])
            sums = maps.mean((2, 3)) + np.float32(told["bias"])
            own = function(keras.backend.constant(sums)).numpy()
            assert np.abs(own - given[output]).max() <= TOLERANCE
            logits = stack.mean((1, 2)) @ kernel + bias
            assert (np.abs(sums - logits) <= TOLERANCE * np.maximum(1, np.abs(logits))).all()

    return check


def network(keras, name, *dense, size=64, **options):
    """An application without its top, pooled, and its Dense layers; the model and feature map."""
    build = getattr(keras.applications, name)
    body = build(include_top=False, weights=None, input_shape=(size, size, 3), **options)
    pooled = keras.layers.GlobalAveragePooling2D()(body.output)
    kept = keras.layers.Dropout(0.3)(pooled)
    return keras.Model(body.input, [layer(kept) for layer in dense]), body.output


def dense(keras, name="answer", units=1, activation=None):
    return keras.layers.Dense(units, activation=activation, name=name)


@pytest.mark.parametrize(
    ("name", "options"),
    [("MobileNet", {"alpha": 0.25}), ("EfficientNetB0", {}), ("DenseNet121", {})],
)
def test_a_network_explains_its_number(keras, explains, name, options):
    answer = dense(keras, activation="sigmoid" if name == "MobileNet" else None)
    model, features = network(keras, name, answer, **options)
    low, high = (0, 255) if name == "EfficientNetB0" else (-1, 1)
    photographs = pictures(64, count=8, low=low, high=high)
    explains(behave(keras, model, photographs, calm=CALM), features, photographs, answer)


def test_classes_have_a_map_each(keras, explains):
    answer = dense(keras, units=3, activation="softmax")
    model, features = network(keras, "MobileNet", answer, alpha=0.25)
    photographs = pictures(64, count=8, low=-1, high=1)
    explains(behave(keras, model, photographs, calm=CALM), features, photographs, answer)


def test_the_top_that_keras_gives_mobilenet_explains(keras, explains):
    """Its dense layer is a 1 x 1 convolution of the pooled features."""
    model = keras.applications.MobileNet(
        weights=None, input_shape=(64, 64, 3), alpha=0.25, classes=3
    )
    photographs = pictures(64, count=8, low=-1, high=1)
    features = model.get_layer("conv_pw_13_relu").output
    explains(
        behave(keras, model, photographs, calm=CALM),
        features,
        photographs,
        model.get_layer("conv_preds"),
    )


def test_two_outputs_are_explained_each(keras, explains):
    both = dense(keras, "age"), dense(keras, "sex", 2, "softmax")
    model, features = network(keras, "MobileNet", *both, alpha=0.25)
    photographs = pictures(64, count=8, low=-1, high=1)
    explains(behave(keras, model, photographs, calm=CALM), features, photographs, *both)


def test_a_body_that_is_a_model_of_its_own_explains(keras, explains):
    build = keras.applications.MobileNet
    body = build(include_top=False, weights=None, input_shape=(64, 64, 3), alpha=0.25)
    answer = dense(keras)
    picture = keras.Input((64, 64, 3))
    features = body(picture)
    head = keras.Sequential([keras.layers.GlobalAveragePooling2D(), keras.layers.Dropout(0.5)])
    model = keras.Model(picture, answer(head(features)))
    photographs = pictures(64, count=8, low=-1, high=1)
    explains(behave(keras, model, photographs, calm=CALM), features, photographs, answer)


def test_vgg_with_its_flattened_head_has_no_map(keras, tmp_path):
    layers = keras.layers
    picture = keras.Input((16, 16, 3))
    x = layers.Flatten()(layers.MaxPooling2D()(layers.Conv2D(4, 3)(picture)))
    model = keras.Model(picture, layers.Dense(1)(layers.Dense(8, "relu")(x)))
    (head,) = convert(saved(model, tmp_path / "model.h5")).heads
    assert head.roles == ()
