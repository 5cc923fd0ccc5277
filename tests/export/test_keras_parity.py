"""Converted networks answer as Keras does, within 1e-4."""

import numpy as np
import pytest

from .keras_models import TOLERANCE, behave, largest_difference, pictures

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("tf_keras")


@pytest.fixture
def agrees(tmp_path, answers):
    """Assert that a model's conversion answers as Keras does, and return its facts."""

    def check(model, photographs):
        difference, facts = largest_difference(model, tmp_path, photographs, answers)
        assert difference <= TOLERANCE
        return facts

    return check


def with_head(keras, body, *head):
    x = body.output
    for layer in head:
        x = layer(x)
    return keras.Model(body.input, x)


def build(keras, name, size, **options):
    network = getattr(keras.applications, name)
    return network(include_top=False, weights=None, input_shape=(size, size, 3), **options)


@pytest.mark.parametrize(
    ("alpha", "depth_multiplier", "size"),
    [(0.25, 1, 64), (0.5, 2, 64), (1.0, 1, 97), (0.35, 1, 33)],
)
def test_mobilenet_of_any_width_agrees(keras, agrees, alpha, depth_multiplier, size):
    body = build(
        keras, "MobileNet", size, alpha=alpha, depth_multiplier=depth_multiplier, pooling="avg"
    )
    photographs = pictures(size, low=-1, high=1)
    model = with_head(keras, body, keras.layers.Dense(1, activation="sigmoid"))
    facts = agrees(behave(keras, model, photographs), photographs)
    assert facts.architecture == "MobileNet"
    assert facts.input_size == (size, size)
    assert facts.scaling is None


@pytest.mark.parametrize(("number", "size"), [(0, 64), (0, 75), (1, 33)])
def test_efficientnet_agrees(keras, agrees, number, size):
    body = build(keras, f"EfficientNetB{number}", size, pooling="avg")
    photographs = pictures(size, count=8)
    normalization = next(
        layer for layer in body.layers if isinstance(layer, keras.layers.Normalization)
    )
    normalization.adapt_mean.assign([0.48, 0.45, 0.4])
    normalization.adapt_variance.assign([0.05, 0.06, 0.07])
    normalization.finalize_state()
    model = with_head(keras, body, keras.layers.Dropout(0.4), keras.layers.Dense(1))
    facts = agrees(behave(keras, model, photographs, calm=0.03), photographs)
    assert facts.architecture == f"EfficientNet-B{number}"
    assert facts.scaling.in_graph
    assert facts.outputs[0].activation == "linear"


def test_the_efficientnet_package_layout_agrees(keras, agrees):
    """FixedDropout and a function named swish, as the package of 2019 to 2021 writes them."""

    class FixedDropout(keras.layers.Dropout):
        pass

    def swish(x):
        return keras.activations.swish(x)

    layers = keras.layers
    picture = layers.Input((40, 40, 3))
    x = layers.Conv2D(8, 3, 2, "same", use_bias=False, name="stem_conv")(picture)
    x = stem = layers.Activation(swish)(layers.BatchNormalization(axis=3)(x))
    x = layers.DepthwiseConv2D(5, padding="same", use_bias=False)(x)
    x = layers.Activation(swish)(layers.BatchNormalization(axis=3)(x))
    gate = layers.Reshape((1, 1, 8))(layers.GlobalAveragePooling2D()(x))
    gate = layers.Conv2D(2, 1, activation=swish, padding="same")(gate)
    gate = layers.Conv2D(8, 1, activation="sigmoid", padding="same")(gate)
    x = layers.multiply([x, gate])
    x = layers.BatchNormalization(axis=3)(layers.Conv2D(8, 1, use_bias=False)(x))
    x = layers.add([FixedDropout(0.2, noise_shape=(None, 1, 1, 1))(x), stem])
    x = layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling2D()(x))
    photographs = pictures(40)
    facts = agrees(behave(keras, keras.Model(picture, x), photographs), photographs)
    assert facts.outputs[0].activation == "sigmoid"


HEADS = {
    "flatten": lambda layers: [layers.Flatten(), layers.Dense(3, activation="softmax")],
    "max": lambda layers: [layers.GlobalMaxPooling2D(), layers.Dense(1, activation="relu")],
    "norm": lambda layers: [
        layers.Flatten(),
        layers.BatchNormalization(),
        layers.Dense(8, activation="tanh"),
        layers.Dropout(0.5),
        layers.Dense(8, use_bias=False),
        layers.BatchNormalization(scale=False),
        layers.ReLU(6.0, 0.1, 0.0),
        layers.Dense(2),
        layers.Activation("softmax"),
    ],
    "keepdims": lambda layers: [
        layers.GlobalAveragePooling2D(keepdims=True),
        layers.Dense(4, activation="elu"),
        layers.Flatten(),
        layers.Dense(2),
        layers.Softmax(),
    ],
    "reshape": lambda layers: [
        layers.Reshape((4, -1, 5)),
        layers.ReLU(2.0, 0.2, 0.3),
        layers.Reshape((-1,)),
        layers.Dense(1),
        layers.Rescaling(60.0, 40.0),
    ],
    "windows": lambda layers: [
        layers.MaxPooling2D(3, 2, "same"),
        layers.AveragePooling2D(2, 1, "same"),
        layers.SpatialDropout2D(0.3),
        layers.GaussianNoise(0.2),
        layers.LeakyReLU(0.2),
        layers.SeparableConv2D(6, 3, padding="same", depth_multiplier=2, activation="selu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(1, activation="hard_sigmoid"),
    ],
}


@pytest.mark.parametrize("head", HEADS)
def test_a_head_of_any_kind_agrees(keras, agrees, head):
    layers = keras.layers
    picture = layers.Input((12, 20, 3))
    x = layers.BatchNormalization()(layers.Conv2D(10, 3, 2, "same")(picture))
    for layer in HEADS[head](layers):
        x = layer(x)
    photographs = pictures(20, low=-1, high=1)[:, :12]
    agrees(behave(keras, keras.Model(picture, x), photographs), photographs)


@pytest.mark.parametrize("network", ["mobilenet", "resnet50", "densenet", "efficientnet"])
def test_preprocess_input_inside_the_graph_agrees(keras, agrees, network):
    picture = keras.Input((16, 16, 3))
    x = getattr(keras.applications, network).preprocess_input(picture)
    x = keras.layers.Conv2D(4, 3)(x)
    x = keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(x))
    photographs = pictures(16)
    facts = agrees(behave(keras, keras.Model(picture, x), photographs), photographs)
    assert (facts.scaling is not None and facts.scaling.in_graph) == (network != "efficientnet")


def test_operations_on_two_tensors_and_constants_agree(keras, agrees):
    import tensorflow as tf

    picture = keras.Input((16, 16, 3))
    x = 1.0 - tf.cast(picture, "float32") / [200.0, 300.0, 400.0]
    x = x * tf.sigmoid(x) + tf.nn.relu(x)
    x = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(x))
    agrees(keras.Model(picture, tf.nn.softmax(x)), pictures(16))


def test_nested_and_shared_models_agree(keras, agrees):
    """A model in a model in a model, called twice, partly frozen, ending in two outputs."""
    layers = keras.layers
    block = keras.Sequential(
        [layers.Conv2D(6, 3, padding="same"), layers.BatchNormalization()], name="block"
    )
    picture = layers.Input((16, 16, 6))
    inner = keras.Model(
        picture, layers.add([block(picture), layers.Activation("swish")(block(block(picture)))])
    )
    block.layers[0].trainable = False
    outer_picture = layers.Input((16, 16, 3))
    shared = layers.Conv2D(6, 1)
    x = shared(outer_picture)
    x = layers.Concatenate()([inner(x), inner(shared(layers.ReLU()(outer_picture)))])
    tail = keras.Sequential([layers.Input((16, 16, 12)), layers.Flatten()])
    x = tail(x)
    model = keras.Model(
        outer_picture, [layers.Dense(1, name="age")(x), layers.Dense(2, "softmax", name="sex")(x)]
    )
    facts = agrees(behave(keras, model, pictures(16, low=-1, high=1)), pictures(16, low=-1, high=1))
    assert [output.name for output in facts.outputs] == ["age", "sex"]
    assert [output.units for output in facts.outputs] == [1, 2]


def test_outputs_given_by_name_keep_their_order(keras, agrees):
    picture = keras.Input((8, 8, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(picture))
    outputs = {"sex": keras.layers.Dense(2)(x), "age": keras.layers.Dense(1)(x)}
    facts = agrees(keras.Model(picture, outputs), pictures(8))
    assert [output.name for output in facts.outputs] == ["age", "sex"]


def test_a_mixed_precision_model_is_converted_in_float32(keras, tmp_path, answers):
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        picture = keras.Input((16, 16, 3))
        x = keras.layers.BatchNormalization()(keras.layers.Conv2D(4, 3)(picture))
        x = keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(x))
        model = keras.Model(picture, x)
        difference, _ = largest_difference(model, tmp_path, pictures(16, high=1), answers)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    assert difference < 5e-3, "float16 has about three digits"


@pytest.mark.parametrize("size", [32, 33, 46])
def test_an_open_input_size_agrees_at_any_size(keras, tmp_path, answers, size):
    body = keras.applications.EfficientNetB0(
        include_top=False, weights=None, input_shape=(None, None, 3), pooling="avg"
    )
    photographs = pictures(size)
    model = with_head(keras, body, keras.layers.Dense(1))
    behave(keras, model, photographs, calm=0.03)
    difference, facts = largest_difference(model, tmp_path, photographs, answers)
    assert difference <= TOLERANCE
    assert facts.input_size is None


def test_a_compiled_and_trained_file_agrees(keras, agrees):
    picture = keras.Input((16, 16, 3))
    x = keras.layers.BatchNormalization()(keras.layers.Conv2D(4, 3)(picture))
    x = keras.layers.Dense(1, "sigmoid")(keras.layers.Flatten()(x))
    model = keras.Model(picture, x)
    model.compile("adam", "binary_crossentropy")
    model.fit(pictures(16), np.array([[0.0], [1], [0], [1]]), epochs=2, verbose=0)
    agrees(model, pictures(16))


def test_many_weights_in_one_group_agree(keras, agrees):
    """Keras splits a list of weight names that is longer than an HDF5 header may be."""
    name = "a_layer_with_a_name_that_is_rather_long_so_that_the_list_does_not_fit" * 4
    layers = [keras.layers.Conv2D(3, 1, name=f"{name}_{number}") for number in range(130)]
    nested = keras.Sequential([keras.Input((2, 2, 3)), *layers, keras.layers.Flatten()])
    picture = keras.Input((2, 2, 3))
    model = keras.Model(picture, keras.layers.Dense(1)(nested(picture)))
    agrees(model, pictures(2, high=1))
