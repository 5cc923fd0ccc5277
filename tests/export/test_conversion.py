"""The ONNX model: its names, bytes and metadata, and what is said about the file."""

import hashlib
import itertools
import subprocess
import sys

import numpy as np
import onnx
import pytest

from gantei.errors import ConversionError
from gantei_export.keras_conversion.keras_converter import OutputFacts, convert

from .hand_written import convolution, functional, layer, small_network, write


def expected_answers(weights, photographs):
    """The small network in float64 numpy: a 3 x 3 correlation, ReLU, mean, sigmoid."""
    kernel, bias = (weights["conv"][f"conv/{role}:0"] for role in ("kernel", "bias"))
    padded = np.pad(photographs.astype(np.float64), ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    features = np.maximum(np.einsum("nhwcij,ijco->nhwo", windows, kernel) + bias, 0)
    logits = features.mean((1, 2)) @ weights["sex"]["sex/kernel:0"] + weights["sex"]["sex/bias:0"]
    return 1 / (1 + np.exp(-logits))


def test_a_hand_written_network_answers_as_its_formula(small_file, answers):
    photographs = np.random.default_rng(1).normal(size=(5, 8, 8, 3)).astype(np.float32)
    given = answers(convert(small_file), photographs)
    expected = expected_answers(small_network()[1], photographs)
    np.testing.assert_allclose(given["sex"], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("compression", [{"compression": "gzip"}, {"chunks": True}])
@pytest.mark.parametrize("shuffle", [True, False])
def test_a_compressed_file_gives_the_same_bytes(small_file, tmp_path, compression, shuffle):
    options = {**compression, "shuffle": shuffle}
    compressed = write(tmp_path / "compressed.h5", *small_network(), **options)
    assert convert(compressed).to_bytes() == convert(small_file).to_bytes()


def test_chunks_smaller_than_the_array_are_put_together(small_file, tmp_path):
    options = {"compression": "gzip", "chunks": None}
    config, weights = small_network()
    weights["conv"]["conv/kernel:0"] = weights["conv"]["conv/kernel:0"].astype(">f8")
    file = write(tmp_path / "chunks.h5", config, weights)
    import h5py

    with h5py.File(file, "a") as opened:
        group = opened["model_weights/conv/conv"]
        values = group["kernel:0"][()]
        del group["kernel:0"]
        group.create_dataset("kernel:0", data=values, **options | {"chunks": (2, 2, 1, 3)})
    assert convert(file).to_bytes() == convert(small_file).to_bytes()


def test_the_model_passes_the_full_checker(small_file):
    model = onnx.load_from_string(convert(small_file).to_bytes())
    onnx.checker.check_model(model, full_check=True)
    assert model.opset_import[0].version == 17
    assert model.ir_version == 8


def test_the_bytes_are_those_of_protobuf_itself(small_file):
    data = convert(small_file).to_bytes({"b": "2", "a": "1"})
    model = onnx.load_from_string(data)
    assert len(model.SerializeToString()) == len(data)
    assert [(prop.key, prop.value) for prop in model.metadata_props][:2] == [("a", "1"), ("b", "2")]


def test_the_input_is_a_batch_of_photographs(small_file):
    model = onnx.load_from_string(convert(small_file).to_bytes())
    (photograph,) = model.graph.input
    sides = photograph.type.tensor_type.shape.dim
    assert photograph.name == "photograph"
    assert [side.dim_param or side.dim_value for side in sides] == ["n", 8, 8, 3]


def test_an_open_size_stays_open(tmp_path):
    config, weights = small_network()
    config["config"]["layers"][0]["config"]["batch_input_shape"] = [None, None, None, 3]
    conversion = convert(write(tmp_path / "open.h5", config, weights))
    model = onnx.load_from_string(conversion.to_bytes())
    sides = model.graph.input[0].type.tensor_type.shape.dim
    assert [side.dim_param or side.dim_value for side in sides] == ["n", "height", "width", 3]
    assert conversion.facts.input_size is None


def test_the_same_file_gives_the_same_bytes_in_another_process(small_file, tmp_path):
    code = (
        "import sys; from pathlib import Path;"
        "from gantei_export.keras_conversion.keras_converter import convert;"
        "print(convert(Path(sys.argv[1])).write(Path(sys.argv[2]), {'b': '1', 'a': '2'}))"
    )
    digests = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-c", code, small_file, tmp_path / f"{seed}.onnx"]
        done = subprocess.run(
            command, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout.strip())
    digests.add(convert(small_file).write(tmp_path / "3.onnx", {"a": "2", "b": "1"}))
    assert len(digests) == 1


def test_write_returns_the_digest_of_the_file(small_file, tmp_path):
    digest = convert(small_file).write(tmp_path / "model.onnx", {})
    assert digest == hashlib.sha256((tmp_path / "model.onnx").read_bytes()).hexdigest()


def test_outputs_get_the_names_asked_for(small_file, tmp_path, answers):
    conversion = convert(small_file)
    conversion.write(tmp_path / "model.onnx", {}, ["male"])
    model = onnx.load(tmp_path / "model.onnx")
    assert [output.name for output in model.graph.output] == ["male", "map", "embedding"]
    onnx.checker.check_model(model, full_check=True)
    assert conversion.facts.outputs == (OutputFacts("sex", 1, "sigmoid"),)


@pytest.mark.parametrize("names", [[], ["a", "b"], [""], ["photograph"], ["conv:Conv"]])
def test_names_that_do_not_fit_the_outputs_are_refused(small_file, tmp_path, names):
    with pytest.raises(ConversionError, match="cannot be named"):
        convert(small_file).write(tmp_path / "model.onnx", {}, names)
    assert not list(tmp_path.glob("*.onnx"))


def test_nothing_is_left_of_a_file_that_could_not_be_written(small_file, tmp_path, monkeypatch):
    target = tmp_path / "models" / "model.onnx"
    target.parent.mkdir()
    target.write_bytes(b"the one before")
    conversion = convert(small_file)

    def full(model, weights):
        yield b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gantei_export.onnx_graph.conversion.encode", full)
    with pytest.raises(ConversionError, match="No space left"):
        conversion.write(target, {})
    assert target.read_bytes() == b"the one before"
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_named(small_file, tmp_path):
    with pytest.raises(ConversionError, match="gone"):
        convert(small_file).write(tmp_path / "gone" / "model.onnx", {})


def test_facts_carry_the_digest_of_the_source(small_file):
    facts = convert(small_file).facts
    assert facts.sha256 == hashlib.sha256(small_file.read_bytes()).hexdigest()
    assert facts.bytes == small_file.stat().st_size
    assert (facts.keras_version, facts.architecture, facts.scaling) == ("2.15.0", None, None)


def test_normalization_folds_into_the_convolution_before_it(tmp_path, answers):
    config, weights = small_network()
    layers = config["config"]["layers"]
    layers[1]["config"]["activation"] = "linear"
    options = {"axis": [3], "epsilon": 0.001, "center": True, "scale": True}
    layers.insert(2, layer("BatchNormalization", "bn", "conv", **options))
    layers[3]["inbound_nodes"] = [[["bn", 0, 0, {}]]]
    rng = np.random.default_rng(2)
    roles = ("gamma", "beta", "moving_mean", "moving_variance")
    weights["bn"] = {f"bn/{role}:0": rng.uniform(0.5, 1, 4).astype("f4") for role in roles}
    conversion = convert(write(tmp_path / "bn.h5", config, weights))
    assert "BatchNormalization" not in {node.op_type for node in conversion.model.graph.node}
    assert not any(weight.name.startswith("conv/") for weight in conversion.weights)


def test_normalization_of_a_result_used_twice_is_kept(tmp_path):
    config, weights = small_network()
    layers = config["config"]["layers"]
    layers[1]["config"]["activation"] = "linear"
    layers[2:2] = [
        layer("BatchNormalization", "bn", "conv", axis=[3], scale=False, center=False),
        layer("Add", "sum", "conv", "bn"),
    ]
    layers[2]["inbound_nodes"] = [[["conv", 0, 0, {}]]]
    layers[3]["inbound_nodes"] = [[["conv", 0, 0, {}], ["bn", 0, 0, {}]]]
    layers[4]["inbound_nodes"] = [[["sum", 0, 0, {}]]]
    ones = np.ones(4, "f4")
    weights["bn"] = {"bn/moving_mean:0": ones, "bn/moving_variance:0": ones}
    conversion = convert(write(tmp_path / "twice.h5", config, weights))
    names = [node.name for node in conversion.model.graph.node]
    assert sum("BatchNormalization" in name for name in names) == 1
    assert [name for name in names if name.startswith("conv")] == ["conv:Conv"]


@pytest.mark.parametrize(
    ("head", "activation"),
    [
        ([layer("ReLU", "end", "d", max_value=6.0)], "relu6"),
        ([layer("Activation", "end", "d", activation="softmax")], "softmax"),
        ([layer("Softmax", "s", "d", axis=-1), layer("Dropout", "end", "s", rate=0.5)], "softmax"),
        ([layer("Rescaling", "end", "d", scale=100.0, offset=0.0)], "Rescaling"),
    ],
)
def test_the_activation_is_that_of_the_last_layer_that_has_one(tmp_path, head, activation):
    layers = [
        layer("InputLayer", "i", batch_input_shape=[None, 8, 8, 3]),
        layer("GlobalMaxPooling2D", "p", "i", data_format="channels_last"),
        layer("Dense", "d", "p", units=2, activation="linear", use_bias=False),
        *head,
    ]
    for before, after in itertools.pairwise(layers[2:]):
        after["inbound_nodes"] = [[[before["name"], 0, 0, {}]]]
    weights = {"d": {"d/kernel:0": np.ones((3, 2), "f4")}}
    facts = convert(write(tmp_path / "head.h5", functional(layers, "end"), weights)).facts
    assert facts.outputs == (OutputFacts("end", 2, activation),)


def test_scaling_after_the_first_convolution_is_not_scaling_of_pixels(tmp_path):
    layers = [
        layer("InputLayer", "i", batch_input_shape=[None, 8, 8, 3]),
        convolution("c", "i", use_bias=False),
        layer("Rescaling", "r", "c", scale=2.0),
        layer("GlobalAveragePooling2D", "p", "r", data_format="channels_last"),
    ]
    weights = {"c": {"c/kernel:0": np.ones((3, 3, 3, 4), "f4")}}
    file = write(tmp_path / "late.h5", functional(layers, "p"), weights)
    assert convert(file).facts.scaling is None


@pytest.mark.parametrize("form", ["list", "named"])
def test_a_sequential_without_input_layer_answers_as_its_formula(tmp_path, answers, form):
    """Keras 2.2 wrote a Sequential as the bare list of its layers, without an InputLayer."""
    config, weights = small_network()
    layers = config["config"]["layers"][1:]
    for entry in layers:
        del entry["inbound_nodes"], entry["name"]
    layers[0]["config"]["batch_input_shape"] = [None, 8, 8, 3]
    inner = layers if form == "list" else {"name": "model", "layers": layers}
    file = write(tmp_path / "s.h5", {"class_name": "Sequential", "config": inner}, weights)
    photographs = np.random.default_rng(1).normal(size=(3, 8, 8, 3)).astype(np.float32)
    given = answers(convert(file), photographs)
    expected = expected_answers(weights, photographs)
    np.testing.assert_allclose(given["sex"], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "function", "arguments"),
    [
        ("TFOpLambda", "cast", {"dtype": "float32"}),
        (
            "SlicingOpLambda",
            "__operators__.getitem",
            {
                "slice_spec": [
                    {"class_name": "__ellipsis__"},
                    {"start": None, "stop": None, "step": -1},
                ]
            },
        ),
    ],
)
def test_operations_without_arithmetic_are_not_scaling_of_pixels(
    kind, function, arguments, tmp_path
):
    layers = [
        layer("InputLayer", "i", batch_input_shape=[None, 8, 8, 3]),
        layer(kind, "operation", function=function),
        convolution("c", "operation", use_bias=False),
        layer("GlobalAveragePooling2D", "p", "c", data_format="channels_last"),
    ]
    layers[1]["inbound_nodes"] = [["i", 0, 0, arguments]]
    weights = {"c": {"c/kernel:0": np.ones((3, 3, 3, 4), "f4")}}
    file = write(tmp_path / "operation.h5", functional(layers, "p"), weights)
    assert convert(file).facts.scaling is None
