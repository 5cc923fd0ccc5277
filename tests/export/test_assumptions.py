"""What a file only names is assumed, and said; what it says is not Keras's own is refused."""

import json

import pytest

from gantei.catalogue import store
from gantei.command_line import main
from gantei.manifests.file import FILE_NAME, read_manifest
from gantei_export.keras_conversion.keras_converter import convert

from .archives import keras3
from .hand_written import layer, small_network, write


def named(function):
    """A change that gives the convolution this activation."""

    def change(layers, weights=None):
        layers["conv"]["config"]["activation"] = function

    return change


@pytest.mark.parametrize("function", ["linear", "relu", "sigmoid", "softmax", "tanh"])
def test_of_functions_that_everybody_defines_alike_nothing_is_said(changed, function):
    assert convert(changed(named(function))).facts.assumed == ()


@pytest.mark.parametrize(
    ("function", "formula"),
    [
        ("swish", "x * sigmoid(x)"),
        ("silu", "x * sigmoid(x)"),
        ("hard_sigmoid", "0.2 x + 0.5 within 0 and 1, as in Keras 1 and 2"),
        ("relu6", "x within 0 and 6"),
        ("elu", "exp(x) - 1 below"),
    ],
)
def test_a_function_is_named_with_what_it_is_taken_for(changed, function, formula):
    (assumed,) = convert(changed(named(function))).facts.assumed
    assert assumed.startswith(f"{function} is Keras's own function") and formula in assumed


def test_the_version_of_keras_decides_what_hard_sigmoid_is_taken_for(archive):
    (assumed,) = convert(archive(config=keras3(named("hard_sigmoid")))).facts.assumed
    assert assumed == (
        "hard_sigmoid is Keras's own function (x / 6 + 0.5 within 0 and 1, as in Keras 3)"
    )


def test_a_layer_known_from_a_package_is_said_too(tmp_path):
    config, weights = small_network()
    layers = config["config"]["layers"]
    layers.insert(3, layer("FixedDropout", "drop", "pool", rate=0.2))
    layers[4]["inbound_nodes"] = [[["drop", 0, 0, {}]]]
    (said,) = convert(write(tmp_path / "net.h5", config, weights)).facts.assumed
    assert said.startswith("the layer FixedDropout is that of the efficientnet package")


def test_what_is_assumed_stands_in_report_provenance_manifest_and_card(changed, capsys):
    file = changed(named("swish"))
    assert main(["import", "my-sex", str(file), "--task", "sex"]) == 0
    said = "swish is Keras's own function (x * sigmoid(x))"
    assert f"\n  {said}\n" in capsys.readouterr().out
    folder = store.installed()["my-sex"]
    assert json.loads((folder / "provenance.json").read_text())["assumed"] == [said]
    manifest = read_manifest(folder / FILE_NAME)
    assert f"; assumed: {said}" in manifest.basis["architecture"].evidence
    assert "assumed of the network" in (folder / "card.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["swish", "mine>gelu", "my_own"])
def test_a_function_that_the_file_says_is_its_authors_is_refused(archive, refused, name):
    function = {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": "function",
    }
    file = archive(config=keras3(named(function)))
    refused(file, "layer 'conv' (Conv2D)", f"{name!r} is a function of its author's own", "to ONNX")


@pytest.mark.parametrize(
    ("function", "named_as"),
    [
        ("mish", "'mish'"),
        ({"module": "keras.layers", "class_name": "PReLU", "config": {"name": "p"}}, "'PReLU'"),
        (3, "3"),
    ],
)
def test_an_unknown_function_is_refused_with_the_ways(changed, refused, function, named_as):
    refused(
        changed(named(function)),
        f"layer 'conv' (Conv2D): its activation {named_as} is none that gantei converts",
        "--with-tensorflow --trust-this-file",
        "gantei import NAME net.onnx --task",
    )


@pytest.mark.parametrize(
    ("kind", "count", "said"),
    [
        ("UpSampling2D", 1, "(UpSampling2D): unsupported: gantei does not convert such"),
        ("LayerNormalization", 2, "unsupported (in all 2 LayerNormalization):"),
        ("Lambda", 1, "never run without --with-tensorflow"),
        ("Addons>GroupNormalization", 1, "Addons>GroupNormalization is no class of Keras's"),
    ],
)
def test_a_refused_layer_comes_first_and_then_the_ways(changed, kind, count, said):
    def change(layers, weights):
        for name in list(layers)[1 : 1 + count]:
            layers[name]["class_name"] = kind

    with pytest.raises(ValueError, match="unsupported") as caught:
        convert(changed(change))
    text = str(caught.value)
    assert text.startswith("layer 'conv' (") and said in text
    assert "gantei import NAME net.onnx --task" in text
    assert ("--trust-this-file" in text) == (">" not in kind)
    assert "Supported" not in text and len(text) < 600


def test_an_option_that_is_not_supported_names_the_ways(changed, refused):
    def change(layers, weights):
        layers["conv"]["config"]["padding"] = "causal"

    refused(
        changed(change), "layer 'conv' (Conv2D): padding is 'causal'", "--with-tensorflow", "ONNX"
    )
