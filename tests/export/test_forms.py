"""Every form of file answers as the Keras that wrote it, within 1e-4."""

import importlib
import json

import numpy as np
import pytest

from gantei.catalogue import store
from gantei.command_line import main
from gantei.errors import ConversionError
from gantei_export.manifest_draft.user_claims import UserClaims

from .keras_models import TOLERANCE, behave, difference, pictures, saved

pytestmark = pytest.mark.reference

WHOLE = ("model.h5", "model.keras")


@pytest.fixture(scope="module", params=["tf_keras", "keras"])
def keras(request):
    """Keras 2 and Keras 3."""
    pytest.importorskip("tensorflow")
    module = pytest.importorskip(request.param)
    if request.param == "keras" and module.__version__.startswith("2"):
        pytest.skip("this is Keras 2")
    yield module
    importlib.import_module(request.param).backend.clear_session()


@pytest.fixture
def agrees(tmp_path, answers):
    """Assert that a model's conversion answers as Keras does, and return its facts."""

    def check(model, form, photographs, claims=None):
        path = saved(model, tmp_path / form)
        apart, facts = difference(model, path, photographs, answers, claims)
        assert apart <= TOLERANCE
        return facts

    return check


def nested(keras, outputs=2):
    """Models in models, one of them called twice, with several outputs."""
    layers = keras.layers
    block = keras.Sequential(
        [
            layers.Input((16, 16, 6)),
            layers.Conv2D(6, 3, padding="same"),
            layers.BatchNormalization(),
        ],
        name="block",
    )
    picture = layers.Input((16, 16, 6))
    x = layers.SeparableConv2D(6, 3, padding="same")(block(picture))
    inner = keras.Model(picture, layers.add([x, layers.Activation("swish")(block(x))]))
    block.layers[0].trainable = False
    outer = layers.Input((16, 16, 3), name="photo")
    x = layers.Conv2D(6, 1)(layers.Rescaling(1 / 127.5, -1)(outer))
    x = layers.Concatenate()([inner(x), inner(layers.ReLU()(x))])
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(x))
    heads = [layers.Dense(1 + number, name=f"head_{number}")(x) for number in range(outputs)]
    return keras.Model(outer, heads if outputs > 1 else heads[0])


@pytest.mark.parametrize("form", WHOLE)
@pytest.mark.parametrize("outputs", [1, 2, 5])
def test_nested_models_with_several_outputs_agree(keras, agrees, form, outputs):
    model = behave(keras, nested(keras, outputs), pictures(16))
    facts = agrees(model, form, pictures(16))
    assert [output.units for output in facts.outputs] == list(range(1, outputs + 1))
    assert facts.keras_version == keras.__version__
    assert facts.scaling.in_graph


@pytest.mark.parametrize("form", WHOLE)
def test_a_bare_sequential_agrees(keras, agrees, form):
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((12, 12, 3)),
            layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2),
            layers.BatchNormalization(),
            layers.ReLU(6.0),
            layers.LeakyReLU(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(5, activation="hard_sigmoid"),
            layers.Dense(2, activation="softmax"),
        ]
    )
    photographs = pictures(12, low=-1, high=1)
    facts = agrees(behave(keras, model, photographs), form, photographs)
    assert facts.outputs[0].activation == "softmax"


@pytest.mark.parametrize("form", WHOLE)
def test_a_trained_and_partly_frozen_model_agrees(keras, agrees, form):
    """Optimizer and metrics are in the file, and are no weights of the network."""
    model = behave(keras, nested(keras, 1), pictures(16))
    model.layers[-1].trainable = False
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(pictures(16), np.zeros((4, 1)), epochs=2, verbose=0)
    agrees(model, form, pictures(16))


@pytest.mark.parametrize("form", WHOLE)
def test_a_body_frozen_but_for_its_last_layers_agrees(keras, agrees, form):
    """As fine-tuning does it: the order in the file depends on what a model says of itself."""
    layers = keras.layers
    body = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(32, 32, 3), alpha=0.25
    )
    body.trainable = False
    for layer in body.layers[-20:]:
        layer.trainable = True
    model = keras.Sequential([body, layers.GlobalAveragePooling2D(), layers.Dense(1)])
    rng = np.random.default_rng(0)
    for layer in body.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.gamma.assign(rng.uniform(0.7, 1.3, layer.gamma.shape))
            layer.beta.assign(rng.normal(0, 0.2, layer.beta.shape))
            layer.moving_variance.assign(rng.uniform(0.7, 1.3, layer.beta.shape))
    agrees(model, form, pictures(32, low=-1, high=1))


@pytest.mark.parametrize("form", WHOLE)
@pytest.mark.parametrize("depth", [1, 2])
def test_frozen_layers_of_equal_shapes_keep_their_weights(keras, agrees, form, depth):
    layers = keras.layers
    chain = [layers.Conv2D(3, 3, padding="same", activation="tanh") for _ in range(4)]
    x = picture = layers.Input((16, 16, 3))
    for layer in chain:
        x = layer(x)
    model = keras.Model(picture, x)
    model.trainable = False
    for layer in chain[2:]:
        layer.trainable = True
    for _ in range(depth):
        picture = layers.Input((16, 16, 3))
        x = layers.Conv2D(3, 3, padding="same")(model(layers.Conv2D(3, 1)(picture)))
        model = keras.Model(picture, x)
    x = layers.Dense(1)(layers.GlobalAveragePooling2D()(model.output))
    agrees(keras.Model(model.input, x), form, pictures(16, high=1))


@pytest.mark.parametrize("form", WHOLE)
def test_outputs_given_by_name_keep_their_order(keras, agrees, form):
    picture = keras.Input((8, 8, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(picture))
    outputs = {"sex": keras.layers.Dense(2)(x), "age": keras.layers.Dense(1)(x)}
    facts = agrees(keras.Model(picture, outputs), form, pictures(8, high=1))
    assert [output.units for output in facts.outputs] == [1, 2]


@pytest.mark.parametrize("form", WHOLE)
def test_normalization_of_a_trained_network_agrees(keras, agrees, form):
    layers = keras.layers
    adapted = layers.Normalization()
    adapted.adapt(pictures(8, count=20))
    told = layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0])
    picture = layers.Input((8, 8, 3))
    x = told(adapted(layers.Rescaling([1.0, 2.0, 0.5], offset=0.5)(picture)))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(x))
    agrees(keras.Model(picture, layers.Dense(1)(x)), form, pictures(8))


@pytest.mark.parametrize("form", WHOLE)
@pytest.mark.parametrize("network", ["mobilenet", "resnet50", "densenet"])
def test_preprocess_input_inside_the_graph_agrees(keras, agrees, form, network):
    if (keras.__name__, form, network) == ("tf_keras", "model.keras", "resnet50"):
        pytest.skip("Keras 2 itself cannot write x[..., ::-1] into a .keras file")
    picture = keras.Input((16, 16, 3))
    x = getattr(keras.applications, network).preprocess_input(picture)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(x))
    model = keras.Model(picture, keras.layers.Dense(1)(x))
    facts = agrees(behave(keras, model, pictures(16)), form, pictures(16))
    assert facts.scaling.in_graph


@pytest.mark.parametrize("form", WHOLE)
def test_functions_called_on_tensors_agree(keras, agrees, form):
    import tensorflow as tf

    functions = tf.nn if keras.__name__ == "tf_keras" else keras.ops
    picture = keras.Input((16, 16, 3))
    x = 1.0 - picture / np.array([200.0, 300.0, 400.0], np.float32)
    x = x * functions.sigmoid(x) + functions.relu(x)
    x = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(x))
    agrees(keras.Model(picture, functions.softmax(x)), form, pictures(16))


@pytest.mark.parametrize(
    ("name", "size", "called", "forms"),
    [
        ("MobileNet", 48, "as one layer", ("weights.h5", "model.weights.h5")),
        ("MobileNet", 48, "layer by layer", ("weights.h5",)),
        ("MobileNetV2", 45, "layer by layer", ("weights.h5", "model.weights.h5")),
        ("EfficientNetB0", 75, "as one layer", ("weights.h5", "model.weights.h5")),
        ("DenseNet121", 64, "layer by layer", ("weights.h5", "model.weights.h5")),
    ],
)
def test_weights_alone_agree(keras, agrees, name, size, called, forms):
    """45 and 75 pixels are odd somewhere inside, where Keras pads otherwise."""
    if keras.__name__ == "keras":
        forms = [form for form in forms if form != "weights.h5"]
        if not forms:
            pytest.skip("Keras 3 writes the newer layout only")
    layers = keras.layers
    body = getattr(keras.applications, name)(
        include_top=False, weights=None, input_shape=(size, size, 3)
    )
    photographs = pictures(size, low=-1, high=1)
    x = picture = layers.Input((size, size, 3))
    x = body(picture) if called == "as one layer" else body.output
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    x = layers.Dense(1, activation="sigmoid")(layers.Dense(8, activation="relu")(x))
    model = keras.Model(picture if called == "as one layer" else body.input, x)
    behave(keras, model, photographs, calm=0.03)
    claims = UserClaims(head_activations=("relu", "sigmoid"), input_size=(size, size))
    for form in forms:
        facts = agrees(model, form, photographs, claims)
        assert facts.architecture.replace("-", "") == name
        assert facts.input_size is None


def test_weights_alone_of_a_partly_frozen_body_agree(agrees):
    """In the older layout frozen weights stand behind the others, out of the layers' order."""
    keras = pytest.importorskip("tf_keras")
    body = keras.applications.Xception(include_top=False, weights=None, input_shape=(71, 71, 3))
    for layer in body.layers[: len(body.layers) // 2]:
        layer.trainable = False
    layers = keras.layers
    model = keras.Sequential([body, layers.GlobalAveragePooling2D(), layers.Dense(1)])
    photographs = pictures(71, low=-1, high=1)
    behave(keras, model, photographs)
    facts = agrees(model, "weights.h5", photographs, UserClaims(head_activations=("linear",)))
    assert facts.architecture == "Xception"


def test_weights_alone_of_numbered_layers_agree(keras, agrees):
    """InceptionV3's layers have no names of their own, and the numbers go on in a session."""
    keras.layers.Conv2D(1, 1)
    body = keras.applications.InceptionV3(
        include_top=False, weights=None, input_shape=(75, 75, 3), pooling="avg"
    )
    model = keras.Model(body.input, keras.layers.Dense(1)(body.output))
    photographs = pictures(75, low=-1, high=1)
    behave(keras, model, photographs, calm=0.3)
    form = "weights.h5" if keras.__name__ == "tf_keras" else "model.weights.h5"
    facts = agrees(model, form, photographs, UserClaims(head_activations=("linear",)))
    assert facts.architecture == "Inception-V3"


def test_verify_opens_an_archive_with_the_keras_that_wrote_it(keras, tmp_path, capsys):
    model = behave(keras, nested(keras, 1), pictures(16))
    file = saved(model, tmp_path / "age.keras")
    assert main(["import", "mine", str(file), "--task", "age", "--verify"]) == 0
    assert "largest difference from the original: " in capsys.readouterr().out
    provenance = (store.installed()["mine"] / "provenance.json").read_text()
    assert json.loads(provenance)["verification"]["judge"][keras.__name__] == keras.__version__


@pytest.fixture
def imagenet(monkeypatch, tmp_path):
    """An EfficientNet-B0 built with weights="imagenet"; these weights are our own."""
    keras = pytest.importorskip("tf_keras")
    module = importlib.import_module("tf_keras.src.applications.efficientnet")
    plain = keras.applications.EfficientNetB0(include_top=False, weights=None)
    normalization = next(x for x in plain.layers if isinstance(x, keras.layers.Normalization))
    normalization.adapt_mean.assign([0.485, 0.456, 0.406])
    normalization.adapt_variance.assign([0.229**2, 0.224**2, 0.225**2])
    path = saved(plain, tmp_path / "plain-weights.h5")
    monkeypatch.setattr(module.data_utils, "get_file", lambda *_, **__: str(path))
    size = (64, 64, 3)
    return keras, keras.applications.EfficientNetB0(include_top=False, input_shape=size)


def test_the_rescaling_of_imagenet_weights_agrees_where_the_file_lists_it(imagenet, agrees):
    keras, body = imagenet
    x = keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(body.output))
    model = behave(keras, keras.Model(body.input, x), pictures(64), calm=0.03)
    claims = UserClaims("EfficientNet-B0-imagenet", ("linear",), (64, 64))
    for form in ("weights.h5", "model.weights.h5"):
        assert agrees(model, form, pictures(64), claims).architecture == "EfficientNet-B0"


def test_the_rescaling_of_imagenet_weights_is_asked_for_where_nothing_shows_it(imagenet, agrees):
    keras, body = imagenet
    layers = keras.layers
    model = keras.Sequential([body, layers.GlobalAveragePooling2D(), layers.Dense(1)])
    behave(keras, model, pictures(64), calm=0.03)
    claims = UserClaims("EfficientNet-B0-imagenet", ("linear",), (64, 64))
    agrees(model, "weights.h5", pictures(64), claims)
    with pytest.raises(ConversionError, match="--architecture EfficientNet-B0-imagenet if"):
        agrees(model, "weights.h5", pictures(64), UserClaims(head_activations=("linear",)))
