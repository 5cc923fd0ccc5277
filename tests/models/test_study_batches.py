"""A killed run where photographs go through the network together, as on a GPU."""

import csv
import sys
from importlib import import_module

import numpy as np
import pytest

from ..conftest import SIDE
from .studies import interrupted_after, run

BATCH = 4


def neighbourly_network():
    """A network that answers a picture's mean plus that of its whole batch: no photograph alone."""
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("ReduceMean", ["photograph"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["mean", "column"], ["means"]),
        helper.make_node("ReduceMean", ["means"], ["all"], axes=[0], keepdims=1),
        helper.make_node("Add", ["means", "all"], ["age"]),
    ]
    graph = helper.make_graph(
        nodes,
        "neighbours",
        [helper.make_tensor_value_info("photograph", TensorProto.FLOAT, ["n", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("age", TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(np.array([-1, 1]), "column")],
    )
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=9).SerializeToString()


@pytest.fixture
def batches(monkeypatch):
    """Four photographs go through a network together, wherever the size is asked for."""
    import_module("gantei.study.run")
    found = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("gantei.") and "batch_size" in vars(module)
    ]
    assert found
    for module in found:
        monkeypatch.setattr(module, "batch_size", lambda estimators: BATCH)


@pytest.mark.parametrize("count", range(6))
def test_a_resumed_run_computes_each_photograph_beside_the_same_neighbours(
    batches, count, make_estimator, photographs, tmp_path, monkeypatch
):
    estimator = make_estimator(network=neighbourly_network())
    whole, out = tmp_path / "whole.csv", tmp_path / "results.csv"
    run(photographs, "--with", estimator, "--out", whole)
    interrupted_after(count, photographs, estimator, out, monkeypatch)
    run(photographs, "--with", estimator, "--out", out)
    assert out.read_bytes() == whole.read_bytes()


def test_the_network_of_this_test_would_notice(batches, make_estimator, photographs, tmp_path):
    estimator = make_estimator(network=neighbourly_network())
    alone, beside = tmp_path / "alone.csv", tmp_path / "beside.csv"
    run(photographs / "right/0.png", "--with", estimator, "--out", alone)
    run(photographs / "right", "--with", estimator, "--out", beside)
    assert first_age(alone) != first_age(beside)


def first_age(table):
    with table.open(newline="", encoding="utf-8-sig") as file:
        return float(next(csv.DictReader(file))["made.age"])
