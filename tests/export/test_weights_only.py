"""Weights without a network: recognised by their shapes, bound one by one, or refused."""

import re

import h5py
import numpy as np
import pytest

from gantei.catalogue import store
from gantei.command_line import main
from gantei.manifests.file import FILE_NAME, read_manifest
from gantei_export.architectures.bodies import RESCALED, body, names
from gantei_export.keras_conversion.hdf5_probe import probe
from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.manifest_draft.user_claims import UserClaims

from .weights_files import arrays, legacy, newer

SIGMOID = UserClaims(head_activations=("sigmoid",))


@pytest.fixture
def weights():
    return arrays("MobileNet", ("sex", (1024, 1)))


def in_a_model(path, weights):
    """Write the body as one layer of an outer model."""
    head = {key: values for key, values in weights.items() if key[1] == "Dense"}
    inner = {key: values for key, values in weights.items() if key not in head}
    newer(path, inner, at="layers/functional/")
    return newer(path, head)


LAYOUTS = {
    "legacy": lambda path, weights: legacy(path / "w.h5", weights),
    "newer": lambda path, weights: newer(path / "w.weights.h5", weights),
    "2.14": lambda path, weights: newer(
        path / "14.weights.h5", weights, "_layer_checkpoint_dependencies"
    ),
    "2.13": lambda path, weights: newer(
        path / "13.weights.h5", weights, "_layer_checkpoint_dependencies", 2
    ),
    "nested": lambda path, weights: in_a_model(path / "n.weights.h5", weights),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_network(tmp_path, weights, layout):
    expected = convert(legacy(tmp_path / "expected.h5", weights), SIGMOID)
    conversion = convert(LAYOUTS[layout](tmp_path, weights), SIGMOID)
    assert conversion.to_bytes() == expected.to_bytes()
    assert conversion.facts.architecture == "MobileNet"
    assert "assumed" in conversion.facts.architecture_evidence
    assert conversion.facts.outputs[0].activation == "sigmoid"


@pytest.mark.parametrize("name", [name for name in names() if RESCALED not in name])
def test_every_architecture_is_recognised_by_its_shapes(tmp_path, name):
    channels = body(name).channels
    weights = arrays(name, ("sex", (channels, 1)))
    file = newer(tmp_path / "w.weights.h5", weights)
    with pytest.raises(ValueError, match=re.escape(f"of {name} with the head Dense {channels}")):
        convert(file)


def test_names_without_a_slash_are_those_of_densenet_too(tmp_path):
    weights = arrays("DenseNet-121", ("sex", (1024, 1)))
    renamed = {(name.replace("/", "_"), kind): values for (name, kind), values in weights.items()}
    old = convert(legacy(tmp_path / "old.h5", weights), SIGMOID)
    new = convert(legacy(tmp_path / "new.h5", renamed), SIGMOID)
    assert old.to_bytes() == new.to_bytes()


def test_without_an_activation_the_error_tells_what_to_add(tmp_path, weights, refused):
    file = legacy(tmp_path / "w.h5", weights)
    refused(file, "of MobileNet with the head Dense 1024 -> 1", "--head-activation sigmoid")


def test_each_dense_layer_of_the_head_needs_an_activation(tmp_path):
    weights = arrays("MobileNet", ("a", (1024, 8)), ("b", (8, 2)))
    file = legacy(tmp_path / "w.h5", weights)
    with pytest.raises(ValueError, match="--head-activation relu,sigmoid"):
        convert(file, SIGMOID)
    facts = convert(file, UserClaims(head_activations=("relu", "softmax"))).facts
    assert (facts.outputs[0].units, facts.outputs[0].activation) == (2, "softmax")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_missing_weight_is_refused(tmp_path, weights, layout):
    del weights["conv_pw_5_bn", "BatchNormalization"]
    with pytest.raises(ValueError, match="of no architecture that gantei carries"):
        convert(LAYOUTS[layout](tmp_path, weights), SIGMOID)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_weight_left_over_is_refused(tmp_path, weights, layout):
    weights["more", "Conv2D"] = [np.ones((3, 3, 3, 8), np.float32)]
    with pytest.raises(ValueError, match="belong to no layer of the architecture"):
        convert(LAYOUTS[layout](tmp_path, weights), SIGMOID)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_weights_of_swapped_layers_are_refused_by_their_shapes(tmp_path, weights, layout):
    one, other = ("conv_pw_1", "Conv2D"), ("conv_pw_2", "Conv2D")
    weights[one], weights[other] = weights[other], weights[one]
    with pytest.raises(ValueError, match=r"'conv_pw_1': the file's weights have the shapes"):
        convert(LAYOUTS[layout](tmp_path, weights), SIGMOID)


def test_another_architecture_than_the_stated_is_refused(tmp_path, weights):
    file = legacy(tmp_path / "w.h5", weights)
    with pytest.raises(ValueError, match=r"is not of Xception: .* it is MobileNet"):
        convert(file, UserClaims("Xception", ("sigmoid",)))
    with pytest.raises(ValueError, match="unknown architecture 'ResNet'; known: DenseNet-121"):
        convert(file, UserClaims("ResNet", ("sigmoid",)))


def test_a_head_that_no_pooling_feeds_is_refused(tmp_path):
    file = legacy(tmp_path / "w.h5", arrays("VGG19", ("fc", (7 * 7 * 512, 4))))
    with pytest.raises(ValueError, match="takes 25088 values, where 512 come"):
        convert(file, SIGMOID)


def test_a_body_without_a_head_is_refused(tmp_path):
    with pytest.raises(ValueError, match="without a Dense layer"):
        convert(legacy(tmp_path / "w.h5", arrays("MobileNet")), SIGMOID)


@pytest.mark.parametrize(
    "layer",
    [
        *("global_max_pooling2d", "tf.math.truediv", "lambda_1", "rescaling", "zero_padding2d"),
        *("input_scaling", "raindrop_bgr", "random_crop", "drop_alpha", "my_avg_pool"),
    ],
)
def test_layers_that_no_weight_shows_are_refused_where_they_are_listed(tmp_path, weights, layer):
    file = legacy(tmp_path / "w.h5", weights, ["input_1", "dropout_2", layer])
    with pytest.raises(ValueError, match="lists layers that MobileNet does not have"):
        convert(file, SIGMOID)


@pytest.mark.parametrize("mean", [(0.485, 0.456, 0.406), (0.41, 0.26, 0.17)])
@pytest.mark.parametrize("listed", [[], ["rescaling", "rescaling_1", "stem_conv_pad"]])
def test_factors_behind_a_mean_are_asked_for(tmp_path, mean, listed):
    weights = arrays("EfficientNet-B0", ("age", (1280, 1)))
    weights["normalization", "Normalization"][0] = np.array(mean, np.float32)
    found = body("EfficientNet-B0")
    rest = {layer["name"] for layer in found.layers} - set(found.shapes) - set(listed)
    file = legacy(tmp_path / "w.h5", weights, [*listed, *sorted(rest)] if listed else [])
    with pytest.raises(ValueError, match="--architecture EfficientNet-B0-imagenet if"):
        convert(file, SIGMOID)
    convert(file, UserClaims("EfficientNet-B0-imagenet", ("sigmoid",)))
    if listed:  # then the second is somebody's own, and what it does is not known
        with pytest.raises(ValueError, match="lists layers that EfficientNet-B0 does not have"):
            convert(file, UserClaims("EfficientNet-B0", ("sigmoid",)))


@pytest.mark.parametrize("architecture", ["EfficientNet-B0", "EfficientNet-B0-imagenet"])
def test_a_rescaling_before_a_body_that_is_one_layer_is_not_the_bodys(tmp_path, architecture):
    weights = arrays("EfficientNet-B0", ("age", (1280, 1)))
    file = legacy(tmp_path / "w.h5", weights, ["input_1", "rescaling_9"])
    with pytest.raises(ValueError, match="does not have and that hold no weights: rescaling"):
        convert(file, UserClaims(architecture, ("sigmoid",)))


def test_a_listed_pooling_is_not_assumed(tmp_path, weights):
    file = legacy(tmp_path / "w.h5", weights, ["global_average_pooling2d_3"])
    facts = convert(file, SIGMOID).facts
    assert facts.architecture_origin == "file"
    assert "assumed" not in facts.architecture_evidence


def test_a_file_with_its_own_network_needs_no_architecture(small_file):
    with pytest.raises(ValueError, match="are for files of weights alone"):
        convert(small_file, SIGMOID)


def test_groups_linked_in_a_ring_are_refused(tmp_path, refused):
    with h5py.File(tmp_path / "ring.weights.h5", "w") as file:
        file.create_group("layers")["ring"] = file["/"]
    refused(tmp_path / "ring.weights.h5", "nested more than 64 deep")


def test_the_probe_reads_weights_alone(tmp_path, weights):
    probe(legacy(tmp_path / "w.h5", weights), SIGMOID)


def test_an_import_says_what_was_stated_and_what_assumed(tmp_path, weights, capsys):
    file = newer(tmp_path / "sex.weights.h5", weights)
    arguments = ["import", "joir-sex-mobilenet", str(file)]
    assert main(arguments) == 2
    assert "--head-activation sigmoid" in capsys.readouterr().err
    assert main([*arguments, "--head-activation", "sigmoid"]) == 0
    manifest = read_manifest(store.installed()["joir-sex-mobilenet"] / FILE_NAME)
    facts = {fact.key: fact for fact in manifest.facts()}
    transform = facts["output.sex.transform"]
    assert (transform.value, transform.basis.origin) == ("none", "stated")
    assert transform.basis.evidence == "--head-activation sigmoid"
    assert facts["input.size"].basis.origin == "unknown"
    assert manifest.basis["architecture"].origin == "assumed"
    warning = "assumed architecture = MobileNet (shapes of all weights; assumed: global average"
    assert any(one.text().startswith(warning) for one in manifest.findings())


def test_the_stated_size_decides_how_an_efficientnet_is_padded(tmp_path):
    weights = arrays("EfficientNet-B0", ("age", (1280, 1)))
    file = str(newer(tmp_path / "age.weights.h5", weights))
    arguments = ["import", "mine", file, "--task", "age", "--head-activation", "linear"]
    written = []
    for size in (75, 64):
        size_set = ["--set", f"input.size={size}", "--because", "page 3"]
        assert main([*arguments, *size_set, "--replace"]) == 0
        written.append((store.installed()["mine"] / "model.onnx").read_bytes())
        evidence = read_manifest(store.installed()["mine"] / FILE_NAME).basis["architecture"]
        assert ("built for photographs of this size" in evidence.evidence) == (size == 75)
        assert main([*arguments, "--replace"]) == 0  # the size stays stated
        assert len((store.installed()["mine"] / "model.onnx").read_bytes()) == len(written[-1])
    assert written[0] != written[1]


def test_verify_needs_a_whole_model(tmp_path, weights, capsys):
    file = newer(tmp_path / "sex.weights.h5", weights)
    arguments = ["--task", "sex", "--head-activation", "sigmoid", "--verify"]
    assert main(["import", "mine", str(file), *arguments]) == 2
    assert "--verify needs a whole model" in capsys.readouterr().err
    assert store.installed() == {}
