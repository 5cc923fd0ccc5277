"""Configurations that contradict themselves or the weights are refused by layer."""

import json

import h5py
import numpy as np
import pytest

from gantei.errors import ConversionError
from gantei_export.keras_conversion import keras_converter
from gantei_export.keras_conversion.keras_converter import convert

from .hand_written import convolution, functional, layer, small_network, write


@pytest.mark.parametrize("text", ["{", "[1, 2]", '{"class_name": NaN}', '"text"', "1" * 5000])
def test_a_config_that_is_no_json_object_is_refused(tmp_path, refused, text):
    refused(write(tmp_path / "text.h5", text, {}), "model_config")


def test_json_a_million_deep_is_refused(tmp_path, refused):
    refused(write(tmp_path / "deep.h5", "[" * 1_000_000, {}), "nested too deeply")


def test_models_nested_too_deep_are_refused(tmp_path, refused):
    model = functional([layer("InputLayer", "i", batch_input_shape=[None, 8, 8, 3])], "i")
    for depth in range(60):
        inner = {**model, "name": f"m{depth}", "inbound_nodes": [[["i", 0, 0, {}]]]}
        outer = [layer("InputLayer", "i", batch_input_shape=[None, 8, 8, 3]), inner]
        model = functional(outer, f"m{depth}")
    refused(write(tmp_path / "nested.h5", model, {}), "nested more than 32 deep")


def test_models_that_double_at_each_depth_are_refused(tmp_path, refused):
    shape = [None, 8, 8, 3]
    model = functional([layer("InputLayer", "i", batch_input_shape=shape)], "i")
    for depth in range(30):
        calls = [[["i", 0, 0, {}]], [[f"m{depth}", 0, 0, {}]]]
        inner = {**model, "name": f"m{depth}", "inbound_nodes": calls}
        layers = [
            layer("InputLayer", "i", batch_input_shape=shape),
            inner,
            layer("Activation", "a", f"m{depth}", activation="relu"),
        ]
        layers[-1]["inbound_nodes"] = [[[f"m{depth}", 1, 0, {}]]]
        model = functional(layers, "a")
    refused(write(tmp_path / "double.h5", model, {}), "more than 20,000 layer calls")


def test_a_lambda_is_refused_and_its_code_is_not_run(changed, refused):
    def change(layers, weights):
        layers["conv"] |= {"class_name": "Lambda"}
        weights.pop("conv")

    refused(changed(change), "'conv' (Lambda)", "never run")


def test_all_unsupported_layers_are_named_together(changed, refused):
    def change(layers, weights):
        layers["conv"]["class_name"] = "LSTM"
        layers["pool"]["class_name"] = "Attention"

    refused(changed(change), "layer 'conv' (LSTM)", "in all 1 LSTM, 1 Attention")


def test_a_cycle_is_found(changed, refused):
    def change(layers, weights):
        layers["conv"]["inbound_nodes"] = [[["pool", 0, 0, {}]]]

    refused(changed(change), "cycle")


def test_a_missing_layer_is_named(changed, refused):
    def change(layers, weights):
        layers["pool"]["inbound_nodes"] = [[["gone", 0, 0, {}]]]

    refused(changed(change), "'pool'", "'gone'")


def test_two_layers_of_one_name_are_refused(changed, refused):
    def change(layers, weights):
        layers["pool"]["name"] = "conv"

    refused(changed(change), "two layers are named 'conv'")


def test_a_call_that_is_not_there_is_refused(changed, refused):
    def change(layers, weights):
        layers["pool"]["inbound_nodes"] = [[["conv", 3, 0, {}]]]

    refused(changed(change), "'conv'", "call 3")


@pytest.mark.parametrize("nodes", [7, [7], [[7]], [[["conv", "0", 0]]], [[["conv", -1, 0]]], [[]]])
def test_inbound_nodes_of_another_form_are_refused(changed, refused, nodes):
    def change(layers, weights):
        layers["pool"]["inbound_nodes"] = nodes

    refused(changed(change), "'pool'")


def test_a_missing_weight_is_named(changed, refused):
    def change(layers, weights):
        del weights["conv"]["conv/bias:0"]

    refused(changed(change), "'conv'", "asks for 2 weights, the file holds 1")


def test_weights_of_another_shape_are_named(changed, refused):
    def change(layers, weights):
        weights["conv"]["conv/kernel:0"] = np.zeros((3, 3, 3, 5), np.float32)

    refused(changed(change), "'conv'", "(3, 3, 3, 5)", "(3, 3, 3, 4)")


def test_swapped_weights_are_refused_by_their_names(changed, refused):
    def change(layers, weights):
        weights["conv"] = dict(reversed(weights["conv"].items()))

    refused(changed(change), "'conv'", "'conv/bias:0' stands where 'kernel' belongs")


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("conv", "data_format", "channels_first"),
        ("conv", "padding", "causal"),
        ("conv", "activation", "mish"),
        ("conv", "filters", "many"),
        ("conv", "filters", 10**30),
        ("conv", "kernel_size", [3, 3, 3]),
        ("conv", "strides", [0, 1]),
        ("conv", "groups", 2),
        ("conv", "use_bias", 1),
        ("conv", "dtype", "float64"),
        ("conv", "novelty", 3),
        ("sex", "units", 10**12),
        ("pool", "keepdims", "yes"),
        ("picture", "batch_input_shape", [None, 8, 8]),
        ("picture", "batch_input_shape", [None, 8, 8, 4]),
        ("picture", "batch_input_shape", [None, 10**9, 8, 3]),
        ("picture", "batch_input_shape", "large"),
    ],
)
def test_an_option_out_of_the_ordinary_is_refused_by_layer(changed, refused, name, option, value):
    def change(layers, weights):
        layers[name]["config"][option] = value

    refused(changed(change), f"layer {name!r}")


def test_training_mode_at_inference_is_refused(changed, refused):
    def change(layers, weights):
        layers["pool"]["inbound_nodes"] = [[["conv", 0, 0, {"training": True}]]]

    refused(changed(change), "'pool'", "training")


def test_an_output_that_is_a_picture_is_refused(tmp_path, refused):
    layers = [layer("InputLayer", "i", batch_input_shape=[None, 8, 8, 3]), convolution("c", "i")]
    kernel = {"c/kernel:0": np.ones((3, 3, 3, 4), "f4"), "c/bias:0": np.ones(4, "f4")}
    refused(write(tmp_path / "map.h5", functional(layers, "c"), {"c": kernel}), "output 'c'")


def test_a_config_of_strange_values_never_ends_in_another_error(tmp_path):
    config, weights = small_network()
    strange = [None, 7, "x", [], {}, [[]], {"class_name": "function"}, -1, 1e300, True, 10**400]

    def places(tree, path=()):
        entries = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for key, value in list(entries):
            yield (*path, key)
            if isinstance(value, dict | list):
                yield from places(value, (*path, key))

    file = tmp_path / "strange.h5"
    outcomes = set()
    write(file, config, weights)
    for path in list(places(config)):
        for value in strange:
            changed = json.loads(json.dumps(config))
            here = changed
            for key in path[:-1]:
                here = here[key]
            here[path[-1]] = value
            with h5py.File(file, "a") as opened:
                opened.attrs["model_config"] = json.dumps(changed)
            try:
                convert(file)
                outcomes.add("converted")
            except ConversionError:
                outcomes.add("refused")
    assert outcomes == {"converted", "refused"}


@pytest.mark.parametrize(
    ("name", "option"),
    [("conv", "use_bias"), ("conv", "strides"), ("conv", "padding"), ("sex", "units")],
)
def test_null_where_keras_takes_none_is_refused(changed, refused, name, option):
    def change(layers, weights):
        layers[name]["config"][option] = None

    refused(changed(change), f"layer {name!r}", f"{option} is None")


def test_a_pooling_without_strides_steps_by_its_window(tmp_path):
    config, weights = small_network()
    layers = config["config"]["layers"]
    layers.insert(2, layer("MaxPooling2D", "max", "conv", pool_size=[2, 2], strides=None))
    layers[3]["inbound_nodes"] = [[["max", 0, 0, {}]]]
    model = convert(write(tmp_path / "pool.h5", config, weights)).model
    (node,) = [node for node in model.graph.node if node.op_type == "MaxPool"]
    assert [list(one.ints) for one in node.attribute if one.name == "strides"] == [[2, 2]]


@pytest.mark.parametrize("option", ["threshold", "negative_slope", "max_value"])
def test_a_relu_that_keras_would_not_build_is_refused(changed, refused, option):
    def change(layers, weights):
        layers["pool"] |= {"class_name": "ReLU", "config": {"name": "pool", option: -1}}

    refused(changed(change), "'pool' (ReLU)", "negative")


MODULES = {"my_package.layers": "my_package.layers.", 3: "3.", None: "custom "}


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("kind", ["TFOpLambda", "Sequential", "GlobalAveragePooling2D"])
def test_a_class_of_another_package_is_not_taken_for_keras_own(changed, refused, kind, module):
    def change(layers, weights):
        options = {"name": "pool", "function": "math.add", "layers": []}
        layers["pool"] |= {"class_name": kind, "module": module, "config": options}

    refused(changed(change), f"'pool' ({MODULES[module]}{kind})")


@pytest.mark.parametrize("module", MODULES)
def test_a_model_of_another_package_is_not_taken_for_keras_own(tmp_path, refused, module):
    config, weights = small_network()
    file = write(tmp_path / "model.h5", config | {"module": module}, weights)
    refused(file, f"the model: is a '{MODULES[module]}Functional'")


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("kind", ["Subtract", "Sigmoid", "Stack"])
def test_an_operation_of_another_package_is_not_taken_for_keras_own(changed, refused, kind, module):
    def change(layers, weights):
        tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["conv", 0, 0]}}
        node = {"args": [tensor], "kwargs": {}}
        layers["pool"] |= {"class_name": kind, "module": module, "config": {"name": "pool"}}
        layers["pool"]["inbound_nodes"] = [node]

    refused(changed(change), f"'pool' ({MODULES[module]}operation {kind})")


OWN_SWISH = {"class_name": "function", "config": "swish"}


@pytest.mark.parametrize("more", [{}, {"module": "builtins", "registered_name": "function"}])
def test_a_function_named_swish_is_not_taken_for_keras_own(changed, refused, more):
    def change(layers, weights):
        layers["conv"]["config"]["activation"] = OWN_SWISH | more

    refused(changed(change), "'conv' (Conv2D)", "swish")


def test_the_swish_of_the_efficientnet_package_is_known(tmp_path, monkeypatch):
    config, weights = small_network()
    swishes = []
    for activation in ("swish", OWN_SWISH):
        config["config"]["layers"][1]["config"]["activation"] = activation
        file = write(tmp_path / "model.h5", config, weights)
        monkeypatch.setattr(keras_converter, "recognise", lambda network: "EfficientNet-B7")
        swishes.append(convert(file).to_bytes())
    assert swishes[0] == swishes[1]


def test_an_input_that_is_a_call_nobody_made_is_refused(tmp_path, refused):
    config, weights = small_network()
    config["config"]["input_layers"] = [["picture", 3, 0]]
    refused(write(tmp_path / "input.h5", config, weights), "'picture'", "no InputLayer's own")


def test_a_model_without_outputs_is_refused(tmp_path, refused):
    config, weights = small_network()
    config["config"]["output_layers"] = {}
    refused(write(tmp_path / "none.h5", config, weights), "output_layers is {}")


def inserted(tmp_path, kind, **options):
    """The small network with one more layer behind its picture."""
    config, weights = small_network()
    layers = config["config"]["layers"]
    layers.insert(1, layer(kind, "more", "picture", **options))
    layers[2]["inbound_nodes"] = [[["more", 0, 0, {}]]]
    return write(tmp_path / "more.h5", config, weights)


def test_an_option_that_only_keras_3_knows_is_refused_in_a_file_of_keras_2(tmp_path, refused):
    file = inserted(tmp_path, "LeakyReLU", alpha=0.25, negative_slope=1)
    refused(file, "'more' (LeakyReLU)", "unknown options: negative_slope")


def test_an_offset_of_null_is_refused(tmp_path, refused):
    file = inserted(tmp_path, "Rescaling", scale=0.5, offset=None)
    refused(file, "'more' (Rescaling)", "offset is None, not a number")


def test_an_option_of_convolutions_is_refused_in_a_pooling(tmp_path, refused):
    file = inserted(tmp_path, "AveragePooling2D", pool_size=[1, 1], dilation_rate=1)
    refused(file, "'more' (AveragePooling2D)", "unknown options: dilation_rate")


def test_a_configuration_that_is_a_list_is_refused_of_all_but_a_sequential(tmp_path, refused):
    config, weights = small_network()
    config["config"]["layers"][0]["config"] = [1, 1]
    refused(write(tmp_path / "list.h5", config, weights), "a InputLayer without name or config")
