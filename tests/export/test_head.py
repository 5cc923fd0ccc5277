"""Which outputs explain themselves, and what the graph and its metadata then hold."""

import copy
import json

import numpy as np
import onnx
import pytest

import gantei
from gantei.command_line import main
from gantei_export.keras_conversion.keras_converter import convert

from .hand_written import layer, small_network, write


def converted(tmp_path, *head, change=lambda layers, weights: None):
    """Convert the small network with other layers behind its pooling."""
    config, weights = small_network()
    layers = config["config"]["layers"]
    if head:
        del layers[3:], weights["sex"]
        layers += copy.deepcopy(head)
        config["config"]["output_layers"] = [[head[-1]["name"], 0, 0]]
    rng = np.random.default_rng(3)
    width = 4
    for each in layers[3:] if head else ():
        name = each["name"]
        if each["class_name"] == "Dense":
            out = each["config"]["units"]
            weights[name] = {f"{name}/kernel:0": rng.normal(size=(width, out)).astype("f4")}
            if each["config"].get("use_bias", True):
                weights[name][f"{name}/bias:0"] = rng.normal(size=out).astype("f4")
            width = out
        if each["class_name"] == "BatchNormalization":
            roles = ("gamma", "beta", "moving_mean", "moving_variance")
            values = {f"{name}/{role}:0": rng.uniform(1, 2, width).astype("f4") for role in roles}
            weights[name] = values
    change({each["name"]: each for each in layers}, weights)
    return convert(write(tmp_path / "network.h5", config, weights))


def outputs(conversion, names=None):
    return [output.name for output in model(conversion, names).graph.output]


def model(conversion, names=None):
    return onnx.load_from_string(conversion.to_bytes(output_names=names))


def told(conversion, name):
    properties = {each.key: each.value for each in model(conversion).metadata_props}
    return json.loads(properties[f"gantei.output.{name}.map"])


def run(conversion, names=None):
    """Everything that a conversion answers to three random pictures."""
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(
        conversion.to_bytes(output_names=names), providers=["CPUExecutionProvider"]
    )
    pictures = np.random.default_rng(1).normal(size=(3, 8, 8, 3)).astype(np.float32)
    given = session.run(None, {"photograph": pictures})
    return dict(zip((each.name for each in session.get_outputs()), given, strict=True))


def dense(name, source, units=1, activation="linear", **options):
    return layer("Dense", name, source, units=units, activation=activation, **options)


EXPLAINED = {
    "a dense layer": [dense("d", "pool")],
    "a dense layer without bias": [dense("d", "pool", use_bias=False)],
    "dropout between": [layer("Dropout", "o", "pool", rate=0.5), dense("d", "o")],
    "an activation of its own": [
        dense("d", "pool"),
        layer("Activation", "a", "d", activation="sigmoid"),
    ],
    "softmax": [dense("d", "pool", 3, "softmax")],
    "softmax, then dropout": [
        dense("d", "pool", 2),
        layer("Softmax", "s", "d", axis=-1),
        layer("Dropout", "o", "s", rate=0.5),
    ],
}


@pytest.mark.parametrize("head", EXPLAINED)
def test_mean_of_the_map_plus_bias_is_what_the_dense_layer_answers(head, tmp_path):
    conversion = converted(tmp_path, *EXPLAINED[head])
    answer, maps, embedding = run(conversion).values()
    units = answer.shape[1]
    assert maps.shape == ((3, 8, 8) if units == 1 else (3, units, 8, 8))
    assert embedding.shape == (3, 4)
    facts = told(conversion, outputs(conversion)[0])
    logits = maps.reshape(3, units, -1).mean(axis=2) + np.array(facts["bias"])
    activations = {
        "linear": lambda x: x,
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
        "softmax": lambda x: np.exp(x) / np.exp(x).sum(axis=1, keepdims=True),
    }
    np.testing.assert_allclose(activations[facts["activation"]](logits), answer, atol=1e-5)


def test_the_kernel_of_a_map_is_the_dense_layers(tmp_path):
    conversion = converted(tmp_path)
    weights = {weight.name: weight.values for weight in conversion.weights}
    assert np.array_equal(weights["sex/map-kernel"].ravel(), weights["sex/kernel"].ravel())


UNEXPLAINED = {
    "two dense layers": (
        [dense("h", "pool", 3, "relu"), dense("d", "h")],
        "Dense (relu), Dense",
    ),
    "two linear dense layers": ([dense("h", "pool", 3), dense("d", "h")], "Dense, Dense"),
    "a normalisation before": (
        [layer("BatchNormalization", "n", "pool", axis=[1]), dense("d", "n")],
        "BatchNormalization, Dense",
    ),
    "a normalisation behind": (
        [dense("d", "pool"), layer("BatchNormalization", "n", "d", axis=[1])],
        "Dense, BatchNormalization",
    ),
    "another activation": ([dense("d", "pool", 1, "tanh")], "Dense (tanh)"),
    "a scale behind": (
        [dense("d", "pool"), layer("Rescaling", "r", "d", scale=100.0, offset=0.0)],
        "Dense, Rescaling",
    ),
    "two activations": (
        [dense("d", "pool", 1, "sigmoid"), layer("Activation", "a", "d", activation="sigmoid")],
        "Dense (sigmoid), Activation (sigmoid)",
    ),
}


@pytest.mark.parametrize("head", UNEXPLAINED)
def test_what_is_more_than_a_dense_layer_has_an_embedding_and_no_map(head, tmp_path):
    layers, named = UNEXPLAINED[head]
    conversion = converted(tmp_path, *layers)
    name, *others = outputs(conversion)
    assert others == ["embedding"]
    assert told(conversion, name) == {
        "none": f"after the pooling comes {named}, not one Dense layer alone"
    }
    assert run(conversion)["embedding"].shape == (3, 4)


@pytest.mark.parametrize("kind", ["GlobalMaxPooling2D", "Flatten"])
def test_another_pooling_has_neither(kind, tmp_path):
    def change(layers, weights):
        layers["pool"] |= {"class_name": kind}
        if kind == "Flatten":
            weights["sex"]["sex/kernel:0"] = np.ones((256, 1), "f4")

    conversion = converted(tmp_path, change=change)
    assert outputs(conversion) == ["sex"]
    assert "no global average pooling" in told(conversion, "sex")["none"]


def test_an_output_that_is_the_pooling_has_neither(tmp_path):
    conversion = converted(tmp_path, layer("Dropout", "o", "pool", rate=0.1))
    assert outputs(conversion) == ["o"]


def test_pooling_that_keeps_its_dimensions_is_explained_too(tmp_path):
    def change(layers, weights):
        layers["pool"]["config"]["keepdims"] = True

    head = [dense("d", "pool"), layer("Flatten", "f", "d")]
    answer, maps, embedding = run(converted(tmp_path, *head, change=change)).values()
    assert (answer.shape, maps.shape, embedding.shape) == ((3, 1), (3, 8, 8), (3, 4))


@pytest.mark.parametrize("name", ["map", "embedding"])
def test_a_layer_that_is_called_like_an_explanation_gives_way(name, tmp_path):
    conversion = converted(tmp_path, dense(name, "pool"))
    assert outputs(conversion) == [f"{name}_1", "map", "embedding"]


def test_several_outputs_are_explained_by_their_names(tmp_path):
    config, weights = small_network()
    config["config"]["layers"].append(dense("age", "pool"))
    config["config"]["output_layers"].append(["age", 0, 0])
    weights["age"] = {"age/kernel:0": np.ones((4, 1), "f4"), "age/bias:0": np.ones(1, "f4")}
    conversion = convert(write(tmp_path / "two.h5", config, weights))
    names = ["male", "years"]
    answers = run(conversion, names)
    assert list(answers) == [
        "male", "years", "male/map", "male/embedding", "years/map", "years/embedding",
    ]  # fmt: skip
    np.testing.assert_allclose(
        answers["years/map"].mean((1, 2)) + 1, answers["years"][:, 0], atol=1e-5
    )
    np.testing.assert_array_equal(answers["male/embedding"], answers["years/embedding"])
    assert {each.key for each in model(conversion, names).metadata_props} == {
        f"gantei.output.{name}.map" for name in names
    }


def test_an_open_size_gives_a_map_of_an_open_size(tmp_path):
    def change(layers, weights):
        layers["picture"]["config"]["batch_input_shape"] = [None, None, None, 3]

    described = model(converted(tmp_path, change=change)).graph.output[1]
    sides = described.type.tensor_type.shape.dim
    assert [side.dim_param for side in sides] == ["n", "map_height", "map_width"]


def test_an_imported_estimator_explains_itself(small_file, tmp_path, photographs):
    facts = ["input.scale=0..1", "output.positive=male"]
    settled = [word for fact in facts for word in ("--set", fact)]
    arguments = ["import", "my-sex", str(small_file), "--task", "sex", *settled, "--because", "x"]
    assert main(arguments) == 0
    (prediction,) = gantei.load("my-sex").predict(photographs / "right/0.png", explain=True)
    explanation, male = prediction.explanation, prediction.values["male"]
    logit = explanation.map.mean() + explanation.bias
    np.testing.assert_allclose(logit, np.log(male / (1 - male)), atol=1e-4)
    assert explanation.unit == "logit of male"
