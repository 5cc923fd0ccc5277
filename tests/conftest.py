"""What every room's tests share: a store of its own, made estimators and made photographs."""

import copy
import hashlib

import numpy as np
import pytest
from PIL import Image

from gantei.manifests.file import FILE_NAME
from gantei.manifests.manifest import InputSpec, Manifest, Publication

from .signed import publisher, signed_folder  # noqa: F401 - fixtures

SIDE = 8


def pytest_make_parametrize_id(val, argname):
    """Name bytes by their parameter: they may tell the time, and workers must name tests alike."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items):
    """Begin with the pages that are run: up to a minute each, the last with one worker alone."""
    items.sort(key=lambda item: not item.path.name.endswith("_page.py"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Leave neighbours to one worker: they share what is slow to start, such as a browser."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getvalue("dist") == "load" else None


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory, monkeypatch):
    """No test sees, or leaves, an estimator on this machine."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("GANTEI_HOME", str(home))
    for variable in ("GANTEI_TOKEN", "GANTEI_TRUST", "GANTEI_TRUST_FILE"):
        monkeypatch.delenv(variable, raising=False)
    return home


def mean_network(outputs, side=SIDE):
    """An ONNX network that answers factor * mean(pixels) for each output, float32 (n, 1)."""
    from onnx import TensorProto, checker, helper

    nodes = [helper.make_node("ReduceMean", ["photograph"], ["mean"], axes=[1, 2, 3], keepdims=0)]
    nodes.append(helper.make_node("Reshape", ["mean", "column"], ["means"]))
    constants = [helper.make_tensor("column", TensorProto.INT64, [2], [-1, 1])]
    for name, factor in outputs.items():
        constants.append(helper.make_tensor(f"{name}-factor", TensorProto.FLOAT, [1], [factor]))
        nodes.append(helper.make_node("Mul", ["means", f"{name}-factor"], [name]))
    graph = helper.make_graph(
        nodes,
        "mean",
        [helper.make_tensor_value_info("photograph", TensorProto.FLOAT, ["n", side, side, 3])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 1]) for name in outputs],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(model)
    return model.SerializeToString()


def manifest_tables(name, outputs, weights, side=SIDE):
    """The tables of a settled manifest."""
    tables = {
        "format": 2,
        "name": name,
        "title": f"Made for a test: {name}",
        "title_ja": f"試験用:{name}",
        "task": "regression",
        "architecture": "unknown",
        "weights": {
            "file": "model.onnx",
            "sha256": hashlib.sha256(weights).hexdigest(),
            "bytes": len(weights),
        },
        "input": {
            "size": [side, side],
            "colour": "rgb",
            "crop": "none",
            "mirror": "none",
            "decoder": "pillow",
            "resampling": "bilinear",
            "scale": "in-graph",
        },
        "output": outputs,
        "source": dict.fromkeys(Publication.model_fields, "unknown"),
        "use": {"intended": "tests", "not_intended": "anything else"},
    }
    keys = [f"input.{key}" for key in InputSpec.model_fields]
    keys += [f"output.{output}.{key}" for output in outputs for key in outputs[output]]
    stated = {"origin": "stated", "evidence": "made for a test"}
    tables["basis"] = {key: stated for key in keys if not key.endswith(".kind")}
    return copy.deepcopy(tables)


REGRESSION = {
    "kind": "regression",
    "unit": "years",
    "scale": 1,
    "offset": 0,
    "range": [0, 255],
}
SEX = {"kind": "binary", "labels": ["female", "male"], "positive": "male", "transform": "none"}


@pytest.fixture
def make_estimator(tmp_path):
    """Make an estimator's folder: its network answers the mean pixel times a factor.

    `network`, the bytes of an ONNX file, takes that one's place.
    """
    import tomli_w

    def make(name="made", factor=1.0, output="age", spec=None, change=None, network=None):
        folder = tmp_path / "estimators" / name
        folder.mkdir(parents=True)
        weights = network or mean_network({output: factor})
        (folder / "model.onnx").write_bytes(weights)
        tables = manifest_tables(name, {output: spec or REGRESSION}, weights)
        if change:
            change(tables)
        Manifest.model_validate(tables)
        (folder / FILE_NAME).write_text(tomli_w.dumps(tables), "utf-8")
        return folder

    return make


def made_picture(seed, side=64):
    """A coloured picture whose mean differs from seed to seed, uint8 (side, side, 3)."""
    random = np.random.default_rng(seed)
    colours = random.integers(30, 220, (4, 4, 3), np.uint8)
    return np.asarray(Image.fromarray(colours).resize((side, side), Image.Resampling.BICUBIC))


@pytest.fixture
def photographs(tmp_path):
    """A folder of six photographs in two folders, one of them cut off, and a text file."""
    folder = tmp_path / "photographs"
    for number in range(6):
        path = folder / ("left" if number % 2 else "right") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(made_picture(number)).save(path)
    path = folder / "left/3.png"
    path.write_bytes(path.read_bytes()[:-200])
    (folder / "notes.txt").write_text("not a picture")
    (folder / "right/.hidden.png").write_bytes(b"")
    return folder
