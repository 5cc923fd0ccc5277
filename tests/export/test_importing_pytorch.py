"""A state dict goes in by one command, and comes out as an estimator that answers as timm does."""

import hashlib
import json
import struct

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.catalogue import entries, store
from gantei.command_line import main
from gantei.errors import MissingExtraError
from gantei_export.importing import importer

from ..conftest import made_picture
from .swin_files import DATA, opened

NEWER, OLDER = DATA / "timm10-swin-usual.npz", DATA / "timm05-swin-usual.npz"
STATED = ("input.scale=-1..1", "output.scale=1")


def as_safetensors(path, state, metadata=None):
    """Write arrays as the safetensors format says it."""
    head, content = {}, b""
    for name, values in state.items():
        kind = {"float32": "F32", "int64": "I64"}[str(values.dtype)]
        data = np.ascontiguousarray(values).tobytes()
        offsets = [len(content), len(content) + len(data)]
        head[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": offsets}
        content += data
    text = json.dumps(head | ({"__metadata__": metadata} if metadata else {})).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content)
    return path


def run(name, file, *settings):
    more = [word for setting in settings for word in ("--set", setting)]
    because = ["--because", "its author's mail"] if settings else []
    return main(["import", name, str(file), "--task", "age", *more, *because])


@pytest.mark.parametrize("file", [NEWER, OLDER], ids=lambda file: file.stem)
def test_a_state_dict_becomes_an_estimator_that_answers_as_its_timm(file, tmp_path):
    state, told = opened(file)
    assert run("my-age", as_safetensors(tmp_path / "net.safetensors", state), *STATED) == 0
    estimator = gantei.load("my-age")
    given = [row["age"] for row in estimator.predict_array(told["photograph"])]
    np.testing.assert_allclose(given, told["answer"][:, 0], rtol=0, atol=5e-6)


def test_what_a_state_dict_does_not_tell_is_assumed_or_left_open(tmp_path, capsys):
    state, _ = opened(NEWER)
    assert run("my-age", as_safetensors(tmp_path / "net.safetensors", state)) == 0
    manifest = entries.find("my-age").manifest
    origins = {fact.key: fact.basis.origin for fact in manifest.facts()}
    assert origins["input.size"] == "assumed"  # newer files hold no masks, which tell it
    assert {origins[f"input.{key}"] for key in ("colour", "crop", "mirror", "decoder")} == {
        "assumed"
    }
    assert manifest.input.resampling == "bilinear"
    assert [fact.key for fact in manifest.unsettled()] == [
        "input.scale",
        "output.age.scale",
        "output.age.offset",
    ]


def test_a_network_that_is_not_known_is_refused_with_the_line_that_exports_it(tmp_path, capsys):
    state = {"layer1.0.conv1.weight": np.zeros((4, 3, 3, 3), np.float32)}
    assert run("my-age", as_safetensors(tmp_path / "net.safetensors", state)) == 2
    said = capsys.readouterr().err
    assert "looks like a ResNet" in said
    assert "torch.onnx.export(" in said
    assert store.installed() == {}


def test_what_is_meant_for_keras_weights_is_refused(tmp_path, capsys):
    state, _ = opened(NEWER)
    file = as_safetensors(tmp_path / "net.safetensors", state)
    assert main(["import", "my-age", str(file), "--task", "age", "--architecture", "VGG19"]) == 2
    assert "--architecture and --head-activation are for Keras files" in capsys.readouterr().err


def test_the_published_estimator_refuses_a_smaller_network(tmp_path, capsys):
    state, _ = opened(OLDER)
    file = as_safetensors(tmp_path / "model_20220903.pth", state)
    assert main(["import", "joir-age-swin-b", str(file)]) == 2
    assert "is it another estimator's file?" in capsys.readouterr().err


@pytest.fixture
def published(monkeypatch, tmp_path):
    """A catalogue whose one entry publishes an answer to a picture that lies beside the file."""
    state, told = opened(OLDER)
    file = as_safetensors(tmp_path / "net.pth", state)
    side = told["photograph"].shape[1]
    Image.fromarray(made_picture(4, side=side)).save(tmp_path / "test1.png")
    assert run("my-age", file, *STATED) == 0
    entry = entries.find("my-age")
    right = gantei.load("my-age").predict(tmp_path / "test1.png")[0].values["age"]
    answer = {
        "photograph": "test1.png",
        "sha256": hashlib.sha256((tmp_path / "test1.png").read_bytes()).hexdigest(),
        "eye": "right",
        "tolerance": 0.01,
        "source": "its author's notebook",
    }

    def publish(by):
        tables = entry.manifest.tables() | {"answer": [answer | {"values": {"age": right + by}}]}
        del tables["weights"]
        shipped = entries.Entry(type(entry.manifest).model_validate(tables), entry.folder)
        monkeypatch.setattr(entries, "shipped", lambda: (shipped,))
        return file, right

    return publish


def test_an_import_compares_with_what_is_published_of_the_pictures_beside_the_file(
    published, capsys
):
    file, right = published(by=0.002)
    capsys.readouterr()
    assert main(["import", "my-age", str(file), "--replace"]) == 0
    assert f"test1.png: age {right:.4f}, published {right + 0.002:.4f}" in capsys.readouterr().out
    provenance = json.loads((entries.find("my-age").folder / "provenance.json").read_text())
    assert provenance["published_answers"][0]["photograph"] == "test1.png"


def test_an_import_that_answers_otherwise_than_is_published_installs_nothing(published, capsys):
    file, right = published(by=0.5)
    assert main(["import", "my-age", str(file), "--replace"]) == 2
    said = capsys.readouterr().err
    assert f"age {right:.4f}, published {right + 0.5:.4f}" in said
    assert entries.find("my-age").manifest.answer == []  # what was there is as it was


@pytest.fixture
def without_runtime(monkeypatch):
    """As where ONNX Runtime is not installed; counts how often a network was to be opened."""
    asked = []

    def open_session(*_):
        asked.append(1)
        raise MissingExtraError("ONNX Runtime is not installed")

    monkeypatch.setattr(importer, "open_session", open_session)
    monkeypatch.setattr(importer, "add_golden", open_session)
    return asked


@pytest.mark.parametrize("beside", [True, False])
def test_an_import_that_nobody_asked_to_compare_does_without_onnx_runtime(
    published, without_runtime, tmp_path, beside
):
    file, _ = published(by=0.5)
    if not beside:
        (tmp_path / "test1.png").unlink()
    assert main(["import", "my-age", str(file), "--replace"]) == 0
    provenance = json.loads((entries.find("my-age").folder / "provenance.json").read_text())
    assert provenance["published_answers"] == []
    assert len(without_runtime) == 1 + beside  # golden; and where there is a picture to answer


def test_an_import_that_is_asked_to_compare_needs_onnx_runtime_and_a_picture(
    published, without_runtime, tmp_path, capsys
):
    file, _ = published(by=0)
    words = ["import", "my-age", str(file), "--replace", "--samples"]
    assert main([*words, str(tmp_path)]) == 2
    assert "ONNX Runtime is not installed" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main([*words, str(tmp_path / "empty")]) == 2
    assert "none of its pictures" in capsys.readouterr().err
    assert len(without_runtime) == 1
