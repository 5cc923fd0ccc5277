"""`.keras` archives: the network of a `.h5` in another wrapping, and archives that deceive."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest

from gantei.errors import ConversionError
from gantei_export.keras_conversion.hdf5_probe import probe
from gantei_export.keras_conversion.keras_converter import convert

from .archives import keras3, stored


def test_an_archive_gives_the_same_network_as_an_h5(archive, small_file):
    conversion, expected = convert(archive()), convert(small_file)
    assert conversion.to_bytes() == expected.to_bytes()
    assert conversion.facts.keras_version == "2.15.0"


def test_the_form_is_told_by_content_and_not_by_name(archive, small_file, tmp_path):
    for source, name in ((archive(), "a.h5"), (small_file, "b.keras")):
        named = tmp_path / name
        named.write_bytes(source.read_bytes())
        assert convert(named).to_bytes() == convert(small_file).to_bytes()


@pytest.mark.parametrize("member", ["config.json", "metadata.json", "model.weights.h5"])
def test_a_missing_member_is_named(archive, refused, member):
    refused(archive({member: None}), f"holds no {member}")


@pytest.mark.parametrize("text", [b"{", b"[]", b"\xff\xfe", b'{"a": NaN}'])
def test_a_config_that_is_no_json_object_is_refused(archive, refused, text):
    refused(archive({"config.json": text}), "model.keras: config.json")


@pytest.mark.parametrize("metadata", [{}, {"keras_version": None}, {"keras_version": 3}])
def test_an_archive_that_does_not_say_which_keras_wrote_it_is_refused(archive, refused, metadata):
    refused(archive({"metadata.json": json.dumps(metadata)}), "metadata.json: keras_version is")


def test_two_members_of_one_name_are_refused(archive, refused):
    with pytest.warns(UserWarning, match="Duplicate name"):
        file = archive(more=[("config.json", "{}")])
    refused(file, "two members are named 'config.json'")


@pytest.mark.parametrize("name", ["../a", "/a", "a\\..\\..\\b", "C:/a"])
def test_a_member_outside_the_archive_is_refused(archive, refused, name):
    refused(archive(more=[(name, "x")]), "would lie outside")


@pytest.mark.parametrize("member", ["config.json", "model.weights.h5"])
def test_a_bomb_is_refused(archive, refused_cheaply, member):
    content = bytes(300_000_000)
    file = archive({member: content}, compression=zipfile.ZIP_DEFLATED)
    refused_cheaply(file, member, "claims 300000000 bytes")


def test_a_config_of_more_than_16_megabytes_is_refused(archive, refused):
    refused(archive({"config.json": b" " * (17 << 20)}), "config.json claims")


@pytest.mark.parametrize("cut", [1, 30, 500])
def test_a_truncated_archive_is_refused(archive, refused, cut):
    file = archive()
    file.write_bytes(file.read_bytes()[:-cut])
    refused(file, "cannot be unpacked")


def test_weights_that_are_no_hdf5_are_refused(archive, refused):
    refused(archive({"model.weights.h5": b"x"}), "model.keras: model.weights.h5", "not an HDF5")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layers/dense/vars/1": None}, "asks for 2 weights, the file holds 1"),
        ({"layers/dense/vars/0": np.ones((5, 1), "f4")}, "kernel has shape (5, 1)"),
        ({"layers/dense/vars/2": np.ones(1, "f4")}, "the file holds 3"),
        ({"layers/dense_1/vars/0": np.ones(1, "f4")}, "1 layers of the class 'dense'"),
        ({"layers/lstm/vars/0": np.ones(1, "f4")}, "belong to no layer: 'layers/lstm'"),
        ({"layers/dense/more/0": np.ones(1, "f4")}, "more or other than vars/0"),
        ({"backbone/vars/0": np.ones(1, "f4")}, "belong to no layer: 'backbone'"),
    ],
)
def test_weights_that_do_not_fit_are_refused(archive, refused, change, said):
    refused(archive({"model.weights.h5": stored(**change)}), said)


def from_windows(weights):
    """What Keras up to 3.0 wrote there: each layer's path as the name of one group."""
    content = io.BytesIO(weights)
    with h5py.File(content, "r+") as file:
        groups = [name for name, each in file["layers"].items() if isinstance(each, h5py.Group)]
        for name in groups:
            file.move(f"layers/{name}", f"layers\\{name}")
        del file["layers"]
    return content.getvalue()


def test_groups_with_backslashes_in_their_names_are_groups_in_groups(archive, small_file):
    file = archive({"model.weights.h5": from_windows(stored())})
    assert convert(file).to_bytes() == convert(small_file).to_bytes()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("layers\\dense/vars/0", "two arrays or groups of this name"),
        ("layers/dense/vars\\0", "two arrays or groups of this name"),
        ("layers/dense/vars/0\\0", "two arrays or groups of this name"),
        ("\\".join("a" * 100) + "/0", "nested more than 64 deep"),
        ("\\", "two arrays or groups of this name"),
    ],
)
def test_names_with_backslashes_that_deceive_are_refused(archive, refused, path, said):
    more = {path: np.ones(1, "f4")}
    refused(archive({"model.weights.h5": stored(**more)}), said)


def test_the_state_of_training_is_no_weight(archive, small_file):
    more = dict.fromkeys(
        ["optimizer/vars/0", "metrics/mean/vars/0", "layers/dropout/seed_generator/vars/0"],
        np.ones(1, "f4"),
    )
    file = archive({"model.weights.h5": stored(**more)})
    assert convert(file).to_bytes() == convert(small_file).to_bytes()


def test_keras_3_configures_the_same_network(archive, small_file):
    conversion = convert(archive(config=keras3()))
    assert conversion.to_bytes() == convert(small_file).to_bytes()


@pytest.mark.parametrize(
    "nodes",
    [
        [{"args": 7}],
        [{"args": []}],
        [{"args": [{}]}],
        [{"args": [{"class_name": "__keras_tensor__"}]}],
        [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["gone", 0]}}]}],
        [{"args": [[]], "kwargs": 3}],
        [{"args": [None, None, 4], "kwargs": {}}],
    ],
)
@pytest.mark.parametrize("layer", ["pool", "operation"])
def test_calls_of_another_form_are_refused(archive, refused, nodes, layer):
    def change(layers):
        if layer == "operation":
            layers["pool"] |= {"class_name": "Subtract", "config": {"name": "pool"}}
        layers["pool"]["inbound_nodes"] = nodes

    refused(archive(config=keras3(change)))


def test_an_unknown_operation_is_named(archive, refused):
    def change(layers):
        layers["pool"] |= {"class_name": "Einsum", "config": {"name": "pool", "subscripts": "a"}}

    refused(archive(config=keras3(change)), "'pool' (operation Einsum)")


def test_a_layer_called_in_training_mode_is_refused(archive, refused):
    def change(layers):
        layers["pool"]["inbound_nodes"][0]["kwargs"] = {"training": True}

    refused(archive(config=keras3(change)), "is called with training")


def test_the_probe_reads_archives_and_leaves_nothing_behind(archive, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    probe(archive())
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_member_whose_name_is_no_text_is_refused(archive, refused):
    path = archive(more=[("n\u00e4me", "x")])
    path.write_bytes(path.read_bytes().replace("n\u00e4me".encode(), b"n\xa4\xa4me"))
    refused(path, "cannot be unpacked", "0xa4")


def test_a_damaged_archive_is_told_of_in_few_words(archive, refused):
    path = archive()
    data = path.read_bytes()
    place = data.rindex(b"PK\x03\x04", 0, data.index(b"\x89HDF")) + 26
    path.write_bytes(data[:place] + b"\xff\x0f" + data[place + 2 :])
    with pytest.raises(ConversionError) as caught:
        convert(path)
    assert len(str(caught.value)) < 500
