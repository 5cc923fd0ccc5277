"""Estimators of several values: each number under its own name, from the graph to the table."""

import csv
import json

import numpy as np
import pytest

import gantei
from gantei.command_line import main

from ..conftest import SIDE

CLASSES = ["none", "mild", "severe"]
SOFTMAX = {"kind": "categorical", "classes": CLASSES, "transform": "softmax"}
PROBABILITIES = SOFTMAX | {"transform": "none"}
LOGIT = {"kind": "binary", "labels": ["female", "male"], "positive": "male", "transform": "sigmoid"}
OF_KERAS = [
    ([2.0, -1.0, 0.5], [0.785597, 0.03911257, 0.17529039]),
    ([0.0, 0.0, 0.0], [0.33333334, 0.33333334, 0.33333334]),
    ([88.0, -3.25, 87.0], [0.7310586, 1.71625e-40, 0.26894143]),
    ([-120.0, -120.5, -200.0], [0.62245935, 0.37754068, 1.1234466e-35]),
    ([1e4, 9999.5, 0.0], [0.62245935, 0.37754068, 0.0]),
]
"""Logits, and what tf_keras 2.21 makes of them by softmax."""
SIGMOID_OF_KERAS = {
    -20.0: 2.0611537e-09, -1.5: 0.18242553, 0.0: 0.5, 0.25: 0.5621765, 8.0: 0.99966466,
}  # fmt: skip


def channel_network(bias, scale=1.0, output="grade", of=slice(0, 3)):
    """A network that answers scale * (mean red, green, blue) + bias, float32 (n, 3), or a part."""
    from onnx import TensorProto, checker, helper, numpy_helper

    kernel = (np.eye(3, dtype=np.float32) * scale)[:, of]
    bias = np.array(bias, np.float32)[of]
    nodes = [
        helper.make_node("ReduceMean", ["photograph"], ["means"], axes=[1, 2], keepdims=0),
        helper.make_node("Gemm", ["means", "kernel", "bias"], [output]),
    ]
    graph = helper.make_graph(
        nodes,
        "channels",
        [helper.make_tensor_value_info("photograph", TensorProto.FLOAT, ["n", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", len(bias)])],
        [numpy_helper.from_array(kernel, "kernel"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(model)
    return model.SerializeToString()


def plain(red, green, blue):
    """A picture of one colour, of which each channel's mean is known exactly."""
    return np.full((SIDE, SIDE, 3), (red, green, blue), np.uint8)


PICTURE = plain(200, 100, 20)


def answer(make_estimator, spec, network, picture=PICTURE, output="grade"):
    folder = make_estimator(output=output, spec=spec, network=network)
    return dict(gantei.load(folder).predict(picture)[0].values)


@pytest.mark.parametrize(("logits", "expected"), OF_KERAS)
def test_softmax_gives_the_numbers_of_keras(make_estimator, logits, expected):
    values = answer(make_estimator, SOFTMAX, channel_network(logits, scale=0.0))
    assert list(values) == CLASSES
    assert list(values.values()) == pytest.approx(expected, rel=2e-7, abs=1e-44)


@pytest.mark.parametrize("logits", [logits for logits, _ in OF_KERAS])
def test_probabilities_of_classes_add_up_to_one(make_estimator, logits):
    values = answer(make_estimator, SOFTMAX, channel_network(logits, scale=0.0))
    assert sum(values.values()) == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize(("logit", "expected"), SIGMOID_OF_KERAS.items())
def test_sigmoid_gives_the_numbers_of_keras(make_estimator, logit, expected):
    network = channel_network([logit] * 3, scale=0.0, output="sex", of=slice(0, 1))
    values = answer(make_estimator, LOGIT, network, output="sex")
    assert values == {"male": pytest.approx(expected, rel=2e-7)}


def test_probabilities_that_the_graph_gives_are_not_transformed_again(make_estimator):
    network = channel_network([0, 0.25, 0.75], scale=0.0)
    values = answer(make_estimator, PROBABILITIES, network)
    assert values == {"none": 0.0, "mild": 0.25, "severe": 0.75}


@pytest.fixture
def graded(make_estimator):
    """An estimator whose three values are the means of red, green and blue, less a constant."""
    return make_estimator("graded", output="grade", spec=PROBABILITIES,
                          network=channel_network([0, 0, 0], scale=1 / 400))  # fmt: skip


@pytest.fixture
def colours(tmp_path):
    from PIL import Image

    folder = tmp_path / "colours"
    folder.mkdir()
    for name, colour in {"1.png": (200, 100, 20), "2.png": (20, 40, 240)}.items():
        Image.fromarray(plain(*colour)).save(folder / name)
    return folder


EXPECTED = {
    "1.png": {"graded.none": 0.5, "graded.mild": 0.25, "graded.severe": 0.05},
    "2.png": {"graded.none": 0.05, "graded.mild": 0.1, "graded.severe": 0.6},
}


def table_of(path):
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return pytest.importorskip("pyarrow.parquet").read_table(path).to_pylist()


def assert_in_their_columns(path):
    for row in table_of(path):
        for column, expected in EXPECTED[row["photograph"]].items():
            assert float(row[column]) == pytest.approx(expected, rel=1e-6), column


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_each_class_stands_in_its_own_column(graded, colours, tmp_path, suffix):
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    out = tmp_path / f"results.{suffix}"
    assert main(["predict", str(colours), "--with", str(graded), "--out", str(out)]) == 0
    assert_in_their_columns(out)


def test_the_dictionary_says_of_each_column_which_class_it_is(graded, colours, tmp_path):
    out = tmp_path / "results.csv"
    main(["predict", str(colours), "--with", str(graded), "--out", str(out)])
    meanings = {
        row["column"]: row["meaning"]
        for row in table_of(tmp_path / "results.csv.dictionary.csv")
        if row["estimator"]
    }
    assert meanings == {f"graded.{name}": f"probability of {name}" for name in CLASSES}


def test_two_estimators_of_several_classes_keep_their_columns(
    graded, make_estimator, colours, tmp_path
):
    spec = PROBABILITIES | {"classes": CLASSES[::-1]}
    other = make_estimator("reversed", output="grade", spec=spec,
                           network=channel_network([0, 0, 0], scale=1 / 400))  # fmt: skip
    out = tmp_path / "results.csv"
    arguments = ["--with", str(other), "--with", str(graded), "--out", str(out)]
    assert main(["predict", str(colours), *arguments]) == 0
    assert_in_their_columns(out)
    for row in table_of(out):
        assert row["reversed.severe"] == row["graded.none"]
        assert row["reversed.mild"] == row["graded.mild"]
        assert row["reversed.none"] == row["graded.severe"]


def test_a_golden_answer_with_two_classes_exchanged_does_not_verify(
    make_estimator, tmp_path, capsys
):
    from PIL import Image

    def stating(values):
        def change(tables):
            golden = {"photograph": "golden.png", "tolerance": 1e-4, "source": "a test"}
            tables["golden"] = [golden | {"values": values}]

        return change

    right = {"none": 0.5, "mild": 0.25, "severe": 0.05}
    wrong = {"none": 0.25, "mild": 0.5, "severe": 0.05}
    codes = {}
    for name, values in {"right": right, "wrong": wrong}.items():
        folder = make_estimator(name, output="grade", spec=PROBABILITIES, change=stating(values),
                                network=channel_network([0, 0, 0], scale=1 / 400))  # fmt: skip
        Image.fromarray(PICTURE).save(folder / "golden.png")
        codes[name] = main(["verify", str(folder), "--golden"])
    assert codes == {"right": 0, "wrong": 1}


@pytest.mark.parametrize("wanted", range(3))
def test_a_map_explains_the_most_probable_class_and_adds_up_to_its_logit(make_estimator, wanted):
    from ..explained import explained_network

    spec = SOFTMAX | {"classes": ["first", "second"]}
    network = explained_network("grade", 2, "linear")
    folder = make_estimator(output="grade", spec=spec, network=network)
    picture = plain(*np.roll([240, 30, 60], wanted))
    prediction = gantei.load(folder).predict(picture, explain=True)[0]
    explanation = prediction.explanation
    kernel = np.array([[0.01, -0.02], [0.03, 0.005], [-0.004, 0.01]])
    logits = picture[0, 0] @ kernel + np.array([0.5, -1.0])
    most = int(logits.argmax())
    assert explanation.of == ["first", "second"][most]
    assert explanation.map.mean() + explanation.bias == pytest.approx(logits[most], abs=1e-4)
    powers = np.exp(logits - logits.max())
    assert list(prediction.values.values()) == pytest.approx(powers / powers.sum(), abs=1e-5)
