"""Weights of an architecture without the file's own head, for one that is still to be learnt."""

from typing import NamedTuple

import h5py
import numpy as np
import onnx
import pytest

from gantei.errors import ConversionError, SettingError
from gantei_export.architectures.bodies import body, names
from gantei_export.architectures.named_architecture import architecture_named, keras_pixels
from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.keras_conversion.new_head import with_zero_head, without_head
from gantei_export.keras_layers.registry import converters
from gantei_export.keras_networks.calls import Call, KerasNetwork, Result, flatten
from gantei_export.keras_networks.keras_config import parse
from gantei_export.manifest_draft.user_claims import UserClaims

from .weights_files import arrays, legacy, newer

MOBILENET = UserClaims("MobileNet", new_head=True)


@pytest.fixture(scope="module")
def weights():
    return arrays("MobileNet")


@pytest.fixture(scope="module")
def expected(tmp_path_factory, weights):
    """The network of a file without a head."""
    return convert(legacy(tmp_path_factory.mktemp("expected") / "w.h5", weights), MOBILENET)


def test_a_body_without_a_head_gives_its_maps_their_mean_and_zeros(expected):
    model = onnx.load_from_string(expected.to_bytes())
    assert [each.name for each in model.graph.output] == ["estimate", "map", "embedding"]
    assert expected.facts.architecture == "MobileNet"
    assert "assumed" not in expected.facts.architecture_evidence
    held = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    kernels = [values for values in held.values() if values.shape[-2:] == (1024, 1)]
    assert kernels
    assert not any(values.any() for values in kernels)


@pytest.mark.parametrize(
    ("head", "listed", "left_out"),
    [
        ((("predictions", (1024, 1000)),), ["global_average_pooling2d", "dropout"], "predictions"),
        ((("fc1", (25088, 8)), ("fc2", (8, 2))), ["flatten"], "fc2"),
    ],
)
def test_the_own_head_is_left_out_and_named(tmp_path, expected, weights, head, listed, left_out):
    with_head = arrays("MobileNet", *head)
    file = legacy(tmp_path / "w.h5", with_head, listed)
    found = convert(file, MOBILENET)
    assert found.to_bytes() == expected.to_bytes()
    assert left_out in found.facts.file_notes["passed_over"]


def test_mobilenets_own_head_is_a_convolution(tmp_path, expected, weights):
    top = {("conv_preds", "Conv2D"): [np.ones((1, 1, 1024, 9), "f4"), np.ones(9, "f4")]}
    listed = ["global_average_pooling2d", "dropout", "reshape_2", "predictions"]
    found = convert(legacy(tmp_path / "w.h5", weights | top, listed), MOBILENET)
    assert found.to_bytes() == expected.to_bytes()
    assert found.facts.file_notes["passed_over"] == ["conv_preds"]


def test_the_newer_layout_gives_the_same_network(tmp_path, expected, weights):
    file = newer(tmp_path / "w.weights.h5", weights)
    assert convert(file, MOBILENET).to_bytes() == expected.to_bytes()


def test_weights_that_do_not_name_their_layer_are_those_of_its_group(tmp_path, expected, weights):
    """Keras 1 wrote the VGG networks of keras.applications so."""
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["layer_names"] = [name for name, _ in weights]
        for (name, _), values in weights.items():
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}_W_{n}:0" for n in range(len(values))]
            for n, array in enumerate(values):
                group[f"{name}_W_{n}:0"] = array
    assert convert(tmp_path / "w.h5", MOBILENET).to_bytes() == expected.to_bytes()


@pytest.mark.parametrize("name", names())
def test_every_architecture_ends_in_maps_of_its_channels(name):
    class Shaped(NamedTuple):
        shape: tuple[int, ...]

    found = body(name, (64, 64))
    ends = {"input_layers": [[found.layers[0]["name"], 0, 0]]}
    ends |= {"output_layers": [[found.layers[-1]["name"], 0, 0]]}
    model = parse({"class_name": "Functional", "config": {"layers": found.layers, **ends}})
    for layer, shapes in found.shapes.items():
        spec = model.specs[layer]
        roles = [role for some in converters()[spec.kind].roles(spec.config) for role in some]
        spec.weights.update(zip(roles, map(Shaped, shapes), strict=True))
    network = without_head(flatten(model), name, "w.h5")
    assert len(network.calls) == len(found.layers)
    *_, pooling, dense = with_zero_head(network).calls
    assert pooling.references() == (Result(len(found.layers) - 1),)
    assert dense.weights["kernel"].shape == (found.channels, 1)


def refused(file, claims, *said):
    with pytest.raises(ConversionError) as error:
        convert(file, claims)
    for words in said:
        assert words in str(error.value)


def test_another_architecture_is_named(tmp_path, weights):
    file = legacy(tmp_path / "w.h5", weights)
    refused(
        file,
        UserClaims("VGG19", new_head=True),
        "w.h5: is not of VGG19",
        "By its shapes it is MobileNet: did you mean --architecture MobileNet?",
    )


def test_layers_that_are_missing_or_of_another_shape_are_named(tmp_path, weights):
    changed = dict(weights)
    del changed["conv_pw_5_bn", "BatchNormalization"]
    changed["conv_pw_2", "Conv2D"] = [np.ones((1, 1, 64, 100), np.float32)]
    refused(
        legacy(tmp_path / "w.h5", changed),
        MOBILENET,
        "is not of MobileNet: 5 of its 135 weights",
        "conv_pw_2 has 1 x 1 x 64 x 100 instead of 1 x 1 x 64 x 128",
        "conv_pw_5_bn is missing",
    )


def test_layers_of_neither_body_nor_head_are_refused(tmp_path, weights):
    more = {("attention", "Conv2D"): [np.ones((3, 3, 1024, 8), np.float32)]}
    refused(
        legacy(tmp_path / "w.h5", weights | more),
        MOBILENET,
        "weights of 'attention'",
        "belong to no layer of MobileNet and are no dense layer of a head",
    )


@pytest.mark.parametrize("listed", ["lambda", "rescaling", "zero_padding2d"])
def test_layers_that_no_weight_shows_are_refused(tmp_path, weights, listed):
    file = legacy(tmp_path / "w.h5", weights, ["input_1", listed])
    refused(file, MOBILENET, "lists layers that MobileNet does not have")


@pytest.mark.parametrize(
    ("spelt", "name"),
    [
        ("vgg19", "VGG19"),
        ("VGG-19", "VGG19"),
        ("DenseNet121", "DenseNet-121"),
        ("inception_v3", "Inception-V3"),
        ("efficientnetb0-imagenet", "EfficientNet-B0-imagenet"),
    ],
)
def test_an_architecture_is_known_in_any_spelling(spelt, name):
    assert architecture_named(spelt) == name


@pytest.mark.parametrize(
    ("spelt", "meant"),
    [
        ("vgg91", "; did you mean vgg19?"),
        ("densenet-122", "mean densenet-121?"),
        ("swin", "Xception"),
    ],
)
def test_an_unknown_architecture_is_refused_with_what_is_near(spelt, meant):
    with pytest.raises(SettingError, match=f"--architecture {spelt}: unknown; known: ") as error:
        architecture_named(spelt)
    assert str(error.value).endswith(meant)


def test_pixels_of_every_architecture_are_known():
    assert {keras_pixels(name)[1] for name in names()} == {"rgb", "bgr"}


def test_pixels_of_an_architecture_that_is_not_known_are_refused():
    with pytest.raises(SettingError, match="preprocess_input of ResNet50 does is not known here"):
        keras_pixels("ResNet50")


def test_a_head_behind_maps_whose_channels_nothing_tells_is_refused():
    calls = (Call("input", "InputLayer", {}, {}, (), {}),)
    with pytest.raises(ConversionError, match="no layer before them has weights that tell"):
        with_zero_head(KerasNetwork(calls, (("maps", Result(0)),)))


@pytest.mark.reference
@pytest.mark.parametrize("name", [name for name in names() if "-imagenet" not in name])
def test_pixels_are_those_of_preprocess_input(name):
    keras = pytest.importorskip("tf_keras", reason="needs TensorFlow")
    from gantei_export.architectures.__main__ import KERAS_NAMES

    module = getattr(keras.applications, KERAS_NAMES[name]).__module__.rpartition(".")[2]
    preprocess = getattr(keras.applications, module).preprocess_input
    pixels = np.random.default_rng(4).integers(0, 256, (2, 5, 4, 3)).astype(np.float32)
    scale, colour = keras_pixels(name)
    ours = pixels[..., ::-1] if colour == "bgr" else pixels
    if scale != "in-graph":
        ours = (ours - np.array(scale["mean"])) / np.array(scale["std"])
    np.testing.assert_allclose(ours, preprocess(pixels.copy()), rtol=1e-6, atol=3e-5)
