"""The bodies that the project carries are those of Keras."""

import importlib
import json

import pytest

from gantei_export.architectures.__main__ import KERAS_NAMES, described
from gantei_export.architectures.bodies import FOLDER, RESCALED, SUFFIX, body, names

from .architectures import ARCHITECTURES

SIZED = ["MobileNetV2", *(name for name in KERAS_NAMES if name.startswith("EfficientNet-"))]


def test_all_seventeen_are_here_and_small():
    assert {name for name in names() if RESCALED not in name} == set(KERAS_NAMES)
    assert len(KERAS_NAMES) == 17
    assert {name: known.function for name, known in ARCHITECTURES.items()} == KERAS_NAMES
    assert sum(path.stat().st_size for path in FOLDER.glob(f"*{SUFFIX}")) < 300_000


@pytest.mark.reference
@pytest.mark.parametrize("name", KERAS_NAMES)
def test_a_body_is_what_keras_builds_today(name):
    pytest.importorskip("tf_keras")
    expected = json.loads(described(name))
    found = body(name)
    assert found.layers == expected["layers"]
    assert found.channels == expected["channels"]
    assert {layer: [list(shape) for shape in many] for layer, many in found.shapes.items()} == (
        expected["shapes"]
    )


@pytest.mark.reference
@pytest.mark.parametrize("name", [SIZED[0], SIZED[1], SIZED[4]])
@pytest.mark.parametrize("size", [(75, 75), (90, 61), (64, 64)])
def test_a_body_for_a_size_is_padded_as_keras_does(name, size):
    keras = pytest.importorskip("tf_keras")
    keras.backend.clear_session()
    build = getattr(keras.applications, KERAS_NAMES[name])
    model = build(include_top=False, weights=None, input_shape=(*size, 3))
    expected = {
        layer.name: [list(sides) for sides in layer.padding]
        for layer in model.layers
        if isinstance(layer, keras.layers.ZeroPadding2D)
    }
    found = body(name, size).layers
    paddings = {
        layer["name"]: layer["config"]["padding"]
        for layer in found
        if layer["class_name"] == "ZeroPadding2D"
    }
    assert paddings == expected


@pytest.mark.reference
@pytest.mark.parametrize(
    "name", ["DenseNet-121", "Inception-ResNet-V2", "Inception-V3", "Xception", "EfficientNet-B1"]
)
def test_keras_3_lists_the_same_weights_in_the_same_order(name):
    """Its files number the layers of each class in this order."""
    pytest.importorskip("tensorflow")
    keras = importlib.import_module("keras")
    build = getattr(keras.applications, KERAS_NAMES[name])
    model = build(include_top=False, weights=None, input_shape=(None, None, 3))
    expected = [
        (type(layer).__name__, [tuple(weight.shape) for weight in layer.weights])
        for layer in model.layers
        if layer.weights
    ]
    found = body(name)
    kinds = {layer["name"]: layer["class_name"] for layer in found.layers}
    assert [(kinds[layer], shapes) for layer, shapes in found.shapes.items()] == expected
