"""People whose photographs' colours tell their sex and age, and a network that sees it."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tomli_w
from PIL import Image

from gantei.catalogue import store
from gantei.manifests.file import FILE_NAME
from gantei.manifests.manifest import Manifest

from ..conftest import REGRESSION, SEX, manifest_tables

SIDE = 8
HIDDEN = ("input.scale", "input.colour", "output.sex.positive")


def colour_network(output="sex", *, sigmoid=True, weights=(40.0, 0.0, 0.0), bias=-9.41):
    """An ONNX network that takes 0 to 1, and tells by how red a picture is."""
    from onnx import TensorProto, helper, numpy_helper

    def constant(name, values):
        return numpy_helper.from_array(np.array(values, np.float32), name)

    nodes = [
        helper.make_node("Clip", ["photograph", "low", "high"], ["clipped"]),
        helper.make_node("ReduceMean", ["clipped"], ["means"], axes=[1, 2], keepdims=0),
        helper.make_node("Gemm", ["means", "weights", "bias"], ["number"]),
        helper.make_node("Sigmoid" if sigmoid else "Identity", ["number"], [output]),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("photograph", TensorProto.FLOAT, ["n", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", 1])],
        [
            constant("low", 0),
            constant("high", 1),
            constant("weights", np.array(weights)[:, None]),
            constant("bias", [bias]),
        ],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    ).SerializeToString()


def install(name="hidden", *, task="sex", hidden=HIDDEN, origin="unknown", change=None, **network):
    """Install an estimator, some of whose facts are `unknown`, `assumed` or of another origin."""
    content = grade_network() if task == "grade" else colour_network(task, **network)
    classes = {"kind": "categorical", "classes": list(NETWORK_ORDER), "transform": "none"}
    spec = {"sex": SEX, "age": REGRESSION, "grade": classes}[task]
    tables = manifest_tables(name, {task: spec}, content, SIDE)
    tables["task"] = "categorical" if task == "grade" else task
    if task != "grade":
        tables["input"]["scale"] = {"mean": [0.0] * 3, "std": [255.0] * 3}
    for key in hidden:
        *path, field = key.split(".")
        table = tables
        for step in path:
            table = table[step]
        if origin == "unknown":
            table[field] = "unknown"
        tables["basis"][key] = {"origin": origin, "evidence": "for a test"}
    if change:
        change(tables)
    Manifest.model_validate(tables)
    with store.installing(name) as folder:
        (folder / "model.onnx").write_bytes(content)
        (folder / FILE_NAME).write_text(tomli_w.dumps(tables), "utf-8")
    return store.installed()[name]


GRADES = ("a", "b", "c", "d", "e")
NETWORK_ORDER = ("c", "e", "a", "d", "b")


def grade_network():
    """An ONNX network of five classes by how red a picture is, in an order of its own."""
    from onnx import TensorProto, helper, numpy_helper

    middles = np.array([40.0 + 30 * GRADES.index(each) for each in NETWORK_ORDER])
    weights = np.zeros((3, 5), np.float32)
    weights[0] = middles / 100
    bias = (-(middles**2) / 200).astype(np.float32)
    nodes = [
        helper.make_node("ReduceMean", ["photograph"], ["means"], axes=[1, 2], keepdims=0),
        helper.make_node("Gemm", ["means", "weights", "bias"], ["numbers"]),
        helper.make_node("Softmax", ["numbers"], ["grade"]),
    ]
    graph = helper.make_graph(
        nodes,
        "grades",
        [helper.make_tensor_value_info("photograph", TensorProto.FLOAT, ["n", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("grade", TensorProto.FLOAT, ["n", 5])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    ).SerializeToString()


def graded(folder, people=120):
    """Draw people of five grades, the higher the redder."""
    random = np.random.default_rng(5)
    pictures = folder / "photographs"
    pictures.mkdir(parents=True)
    rows = [("photograph", "person", "grade")]
    for number in range(people):
        grade = int(random.integers(5))
        middle = [40 + 30 * grade + random.normal(0, 9), 90.0, 60.0]
        pixels = np.clip(middle + random.normal(0, 5, (24, 24, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(pictures / f"{number:03d}.png")
        rows.append((f"{number:03d}.png", f"{number:03d}", GRADES[grade]))
    labels = folder / "labels.csv"
    with labels.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return Cohort(pictures, labels)


@dataclass(frozen=True)
class Cohort:
    """Drawn people: a folder of photographs, and the table of their labels."""

    folder: Path
    labels: Path


def cohort(folder, people=60, *, seed=1, flipped=False, shuffled=False, sexes=("female", "male")):
    """Draw people: men's photographs are redder, and the old's as well, by a little."""
    random = np.random.default_rng(seed)
    pictures = folder / "photographs"
    pictures.mkdir(parents=True)
    men = random.random(people) < 0.5
    ages = random.uniform(20, 90, people).round(1)
    told = random.permutation(men) if shuffled else ~men if flipped else men
    rows = []
    for number in range(people):
        for side in ("R", "L")[: 1 + number % 2]:
            red = 60 + (17 if men[number] else -17) + random.normal(0, 13)
            green = 40 + 1.5 * ages[number] + random.normal(0, 7)
            noise = random.normal(0, 6, (24, 24, 3))
            pixels = np.clip(np.array([red, green, 110.0]) + noise, 0, 255).astype(np.uint8)
            name = f"patient{number:03d}_{side}.png"
            Image.fromarray(pixels).save(pictures / name)
            rows.append((name, f"patient{number:03d}", ages[number], sexes[int(told[number])]))
    labels = folder / "labels.csv"
    with labels.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("photograph", "person", "age", "sex"), *rows])
    return Cohort(pictures, labels)
