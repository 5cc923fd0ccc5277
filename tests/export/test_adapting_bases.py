"""Whatever a base is, its new head answers on installed photographs what was fitted on them."""

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the extra convert")
pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("tomli_w", reason="needs the extra convert")

import tomli_w

import gantei
from gantei.catalogue.entries import find
from gantei.errors import SettingError
from gantei.manifests.file import FILE_NAME
from gantei_export.adaptation.adapt import adapt

from ..conftest import REGRESSION, manifest_tables, mean_network
from .adapting_cases import drawn_eyes
from .swin_files import DATA, converted, opened

SIDE = 64


@pytest.fixture(scope="module")
def eyes(tmp_path_factory):
    return drawn_eyes(tmp_path_factory.mktemp("eyes"), people=20)


def third(row):
    return row | {"third": "right" if row["eye"] == "right" else row["sex"]}


def of_classes(eyes, make_base, tmp_path):
    """An estimator of three classes, whose head ends in a softmax."""
    labels = eyes.relabelled("thirds.csv", third)
    adapt("demo-sex", eyes.folder, labels, target="third", name="thirds", trials=0, device="cpu")
    assert find("thirds").manifest.output["third"].kind == "categorical"
    return "thirds"


def mirroring(eyes, make_base, tmp_path):
    return make_base(lambda tables: tables["input"].update(mirror="left-eyes"))


def swin(eyes, make_base, tmp_path):
    """A transformer, whose embedding is the mean of its tokens."""
    folder = tmp_path / "small"
    folder.mkdir()
    converted(opened(DATA / "timm05-swin-usual.npz")[0]).write(folder / "model.onnx", {}, ["age"])
    tables = manifest_tables(
        "small", {"age": REGRESSION}, (folder / "model.onnx").read_bytes(), SIDE
    )
    tables["input"]["scale"] = {"mean": [127.5] * 3, "std": [127.5] * 3}
    (folder / FILE_NAME).write_text(tomli_w.dumps(tables), "utf-8")
    return folder


@pytest.mark.parametrize("base", [of_classes, mirroring, swin])
@pytest.mark.parametrize("target", ["sex", "age"])
def test_installed_answers_are_those_of_the_head_that_was_fitted(
    eyes, make_base, tmp_path, base, target
):
    made = adapt(
        base(eyes, make_base, tmp_path), eyes.folder, eyes.labels,
        target=target, name="my-own", trials=0, device="cpu",
    )  # fmt: skip
    expected = made.fitted.head.estimates(made.embedded.data.embeddings)
    listed = made.embedded.labelled.photographs
    assert np.ptp(expected) > 0.01, "the head does not tell photographs apart"
    name = {"sex": "male", "age": "age"}[target]
    paths, sides = [each.source for each in listed], [each.eye.side for each in listed]
    assert {*sides} == {"right", "left"}
    answers = gantei.load("my-own", "cpu").predict(paths, eyes=sides)
    found = [each.values[name] for each in answers]
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_a_base_of_several_outputs_is_refused(eyes, tmp_path):
    folder = tmp_path / "two"
    folder.mkdir()
    network = mean_network({"age": 1.0, "other": 2.0})
    (folder / "model.onnx").write_bytes(network)
    tables = manifest_tables("two", {"age": REGRESSION, "other": REGRESSION}, network)
    (folder / FILE_NAME).write_text(tomli_w.dumps(tables), "utf-8")
    with pytest.raises(SettingError, match=r"two has 2 outputs \(age, other\)"):
        adapt(folder, eyes.folder, eyes.labels, target="sex", name="my-own")
