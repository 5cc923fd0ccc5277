"""A file is known by its content, whatever it is called, and told of with the way out."""

import json
import pickle
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from gantei.catalogue import store
from gantei.command_line import main
from gantei_export.file_kinds.downloaded_file import downloaded_file
from gantei_export.file_kinds.kind import OPENED, kind_of_file
from gantei_export.file_kinds.trusted_file import trusted_file
from gantei_export.importing.file_conversion import CONVERTERS
from gantei_export.keras_conversion.keras_converter import convert

from ..fuzzing.families import FAMILIES
from .archives import stored
from .hand_written import small_network

TRUST = "--with-tensorflow --trust-this-file"
SAVED_MODEL = b"\x08\x01\x12\x90\x06\n\x8d\x02"
FROZEN = b"\n\x24\n\x05photo\x12\x0bPlaceholder*\x0e"


def run(file, *more):
    return main(["import", "my-sex", str(file), "--task", "sex", *more])


def zipped(path, *members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


FILES = {
    "a TensorFlow Lite file": b"\x1c\0\0\0TFL3" + bytes(40),
    "a frozen graph": FROZEN,
    "one file of a SavedModel": SAVED_MODEL,
    "part of a TensorFlow checkpoint": bytes(60) + b"\x57\xfb\x80\x8b\x24\x75\x47\xdb",
    "a network's configuration without": json.dumps(small_network()[0]).encode(),
    "a TensorFlow.js model": b'{"format": "x", "modelTopology": {"class_name": "Model"}}',
    "a Python pickle": pickle.dumps({"a": 1}),
    "arrays of NumPy": b"\x93NUMPY\x01\0",
    "a packed archive of another kind": b"\x1f\x8b\x08\0",
    "a web page": b"\n<!DOCTYPE html><html>",
    "a Git LFS pointer": b"version https://git-lfs.example/spec/v1\noid sha256:0",
    "a picture": b"\xff\xd8\xff\xe0",
    "empty": b"",
    "none of the kinds": b"hello",
}


@pytest.mark.parametrize("name", ["net.h5", "net.bin", "net"])
@pytest.mark.parametrize("what", FILES)
def test_other_files_are_told_by_their_content(what, name, tmp_path, capsys):
    (tmp_path / name).write_bytes(FILES[what])
    damaged = what == "none of the kinds" and name == "net.h5"
    assert run(tmp_path / name) == 2
    said = capsys.readouterr().err
    assert ("not an HDF5 file" if damaged else f"is {what}") in said
    assert len(said) < 500
    assert store.installed() == {}


@pytest.mark.parametrize("name", ["net", "net.zip", "net.bin", "net.H5", "net.weights"])
def test_a_keras_file_is_read_whatever_it_is_called(name, tmp_path, small_file):
    content = small_file.read_bytes()
    (tmp_path / name).write_bytes(content)
    with downloaded_file(tmp_path / name) as file:
        assert convert(file).to_bytes() == convert(small_file).to_bytes()


def test_hdf5_behind_a_block_of_somebody_elses_is_hdf5(tmp_path):
    with h5py.File(tmp_path / "net", "w", userblock_size=512) as file:
        file["a"] = np.ones(3)
    with downloaded_file(tmp_path / "net") as file:
        assert file == tmp_path / "net"


@pytest.mark.parametrize("folder", ["", "a/", "a/b/c/"])
@pytest.mark.parametrize("ending", ["zip", "h5", "keras", "bin"])
def test_a_saved_model_in_an_archive_is_told_the_words_that_open_it(
    folder, ending, tmp_path, capsys
):
    archive = zipped(
        tmp_path / f"net.{ending}",
        (f"__MACOSX/{folder}._saved_model.pb", "x"),
        (f"{folder}saved_model.pb", SAVED_MODEL),
        (f"{folder}variables/variables.index", bytes(50)),
    )
    assert run(archive) == 2
    said = capsys.readouterr().err
    assert "a SavedModel" in said and TRUST in said
    with trusted_file(archive) as opened:
        assert (opened / "variables/variables.index").is_file()


def test_a_saved_model_is_given_by_its_own_file_too(tmp_path, capsys):
    (tmp_path / "saved_model.pb").write_bytes(SAVED_MODEL)
    assert run(tmp_path / "saved_model.pb") == 2
    assert TRUST in capsys.readouterr().err
    with trusted_file(tmp_path / "saved_model.pb") as opened:
        assert opened == tmp_path


def test_what_an_archive_holds_instead_is_told(tmp_path, capsys):
    what = "a TensorFlow Lite file"
    members = [("readme.txt", "hello"), ("a/net.tflite", FILES[what])]
    assert run(zipped(tmp_path / "net.zip", *members)) == 2
    assert f"a/net.tflite: {what}" in capsys.readouterr().err


def test_an_archive_in_an_archive_is_to_be_unpacked(tmp_path, small_file, capsys):
    inner = zipped(tmp_path / "inner.zip", ("net.h5", small_file.read_bytes()))
    assert run(zipped(tmp_path / "net.zip", ("a.zip", inner.read_bytes()))) == 2
    assert "holds another .zip, a.zip: unpack that" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a/net.h5", "a/net", "a\\net.h5"])
def test_the_keras_file_in_an_archive_is_found_by_its_content(name, tmp_path, small_file):
    archive = zipped(
        tmp_path / "net.zip", ("a\\readme.txt", "hello"), (name, small_file.read_bytes())
    )
    for opened in (downloaded_file(archive), trusted_file(archive)):
        with opened as file:
            assert convert(file).to_bytes() == convert(small_file).to_bytes()


def test_of_two_hdf5_files_the_one_that_is_called_so_is_taken(tmp_path, small_file):
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["a"] = np.ones(3)
    archive = zipped(
        tmp_path / "net.zip", ("net.h5", small_file.read_bytes()), ("a.mat", other.read_bytes())
    )
    with downloaded_file(archive) as file:
        assert file.read_bytes() == small_file.read_bytes()


@pytest.mark.parametrize("folder", ["", "net/", "a\\net.keras\\"])
def test_an_unpacked_keras_file_may_be_packed_with_its_folder(folder, tmp_path, small_file):
    version = json.dumps({"keras_version": "2.15.0"})
    archive = zipped(
        tmp_path / "net.zip",
        (f"{folder}metadata.json", version),
        (f"{folder}config.json", json.dumps(small_network()[0])),
        (f"{folder}model.weights.h5", stored()),
    )
    with downloaded_file(archive) as file:
        assert convert(file).to_bytes() == convert(small_file).to_bytes()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["config.json", "metadata.json", "model.weights.h5"], "an unpacked .keras file"),
        (["checkpoint", "net.index"], "part of a TensorFlow checkpoint"),
        (["a/b/saved_model.pb"], TRUST),
        (["net.h5"], "a folder, and no SavedModel. Give the file in it"),
    ],
)
def test_folders_are_told_by_what_is_in_them(names, said, tmp_path, capsys):
    for name in names:
        (tmp_path / "net" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "net" / name).touch()
    assert run(tmp_path / "net") == 2
    assert said in capsys.readouterr().err


@pytest.mark.reference
def test_what_tensorflow_writes_is_told(tmp_path, capsys):
    tf = pytest.importorskip("tensorflow")
    keras = pytest.importorskip("tf_keras")
    model = keras.Sequential([keras.layers.Input((8, 8, 3)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(1))
    function = tf.function(model, input_signature=[tf.TensorSpec([1, 8, 8, 3])])
    concrete = function.get_concrete_function()
    lite = tf.lite.TFLiteConverter.from_concrete_functions([concrete], model).convert()
    (tmp_path / "net.tflite").write_bytes(lite)
    (tmp_path / "net.json").write_text(model.to_json())
    (tmp_path / "net.pb").write_bytes(concrete.graph.as_graph_def().SerializeToString())
    model.save(tmp_path / "saved", save_format="tf")
    model.save_weights(tmp_path / "net.ckpt")
    told = {
        "net.tflite": "a TensorFlow Lite file",
        "net.json": "a network's configuration without its weights",
        "net.pb": "a frozen graph",
        "saved": TRUST,
        "saved/saved_model.pb": TRUST,
        "saved/variables/variables.index": "part of a TensorFlow checkpoint",
        "net.ckpt.index": "part of a TensorFlow checkpoint",
        "net.ckpt.data-00000-of-00001": "part of a TensorFlow checkpoint",
    }
    for name, said in told.items():
        assert run(tmp_path / name) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("kind", OPENED, ids=lambda kind: kind.what)
def test_a_kind_that_is_opened_has_all_that_belongs_to_it(kind):
    here, place = Path(__file__).parent, "export/gantei_export/file_kinds/kind.py"
    genuine = [path for path in here.rglob("*") if path.suffix in kind.suffixes]
    assert kind.suffixes, f"{kind.what}: say in {place} what such files are called"
    assert genuine, f"{kind.what}: put a genuine file of it below tests/export"
    assert {kind_of_file(path) for path in genuine} == {kind}, f"see _MAGIC in {place}"
    assert kind in CONVERTERS, f"{kind.what}: name its converter in importing/file_conversion.py"
    fuzzed = {one for family in FAMILIES.values() for one in family.OPENED}
    assert kind in fuzzed, f"{kind.what}: a family of tests/fuzzing has to try it"
