"""Zip archives, files of the old form and safetensors that lie about what they hold."""

import pickle
import struct
import tarfile
import zipfile

import numpy as np
import pytest

from gantei_export.pytorch_files import state_dict as reader
from gantei_export.pytorch_files.file_form import is_pytorch_file

from .written import (
    MAGIC,
    dictionary,
    old_file,
    program,
    rewritten,
    safetensors_file,
    tensor,
    zip_file,
)

BODY = dictionary(weight=tensor((2, 3)))
OLD_BODY = dictionary(weight=tensor((2, 3), old=True))
SIX = np.arange(6, dtype="<f4").tobytes()
HEAD = {"weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}


def test_what_is_written_here_is_read_where_nothing_lies(read, tmp_path):
    expected = np.arange(6, dtype=np.float32).reshape(2, 3)
    for path in (
        zip_file(tmp_path / "new.pth", BODY),
        old_file(tmp_path / "old.pth", OLD_BODY),
        safetensors_file(tmp_path / "new.safetensors", {"__metadata__": {"a": "b"}} | HEAD, SIX),
    ):
        np.testing.assert_array_equal(read(path)["weight"], expected, strict=True)


# --- zip archives


def test_a_storage_that_is_missing_is_told(refused, tmp_path):
    refused(zip_file(tmp_path / "x.pth", BODY, {}), "archive/data/0 is missing")


def test_a_compressed_archive_is_refused(refused, tmp_path):
    packed = zip_file(tmp_path / "x.pth", BODY, method=zipfile.ZIP_DEFLATED)
    refused(packed, "compressed or encrypted", "zip -0")


def test_a_bomb_is_never_unpacked(refused_cheaply, tmp_path):
    body = dictionary(weight=tensor((1 << 26,), count=1 << 26))
    bomb = zip_file(tmp_path / "x.pth", body, {"0": bytes(1 << 28)}, method=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 1 << 20
    refused_cheaply(bomb, "compressed")


def test_a_pickle_of_20_mb_is_refused(refused, tmp_path):
    refused(zip_file(tmp_path / "x.pth", b"X" + struct.pack("<I", 20 << 20) + bytes(20 << 20)))


def test_big_endian_numbers_are_refused(refused, tmp_path):
    refused(zip_file(tmp_path / "x.pth", BODY, members={"byteorder": b"big"}), "little-endian")


def test_members_outside_the_folder_are_refused(refused, tmp_path):
    path = zip_file(tmp_path / "x.pth", BODY)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("elsewhere/data/0", SIX)
    refused(path, "do not lie in one folder")


def test_two_members_of_one_name_are_refused(refused, tmp_path):
    path = zip_file(tmp_path / "x.pth", BODY)
    with zipfile.ZipFile(path, "a") as archive:
        archive.NameToInfo.clear()
        archive.writestr("archive/data/0", bytes(24))
    refused(path, "two members")


def test_a_pickle_that_goes_on_is_refused(refused, tmp_path):
    data = program(BODY) + b"N."
    refused(zip_file(tmp_path / "x.pth", BODY, members={"data.pkl": data}), "behind its end")


ZIP_LIES = {
    "a size that is larger": (24, "<I", 4000),
    "a size that is smaller": (24, "<I", 4),
    "both sizes beyond the file": (20, "<II", (10**6, 10**6)),
    "a place in another member": (42, "<I", 0),
    "a place that is none": (42, "<I", 77),
    "a place behind the file": (42, "<I", 10**6),
    "encryption": (8, "<H", 1),
    "strong encryption": (8, "<H", 0x40),
    "a directory elsewhere": (42, "<I", 2**32 - 1),
    "a method that is unknown": (10, "<H", 99),
    "another checksum": (16, "<I", 5),
    "sizes of 64 bits that are not there": (20, "<II", (2**32 - 1, 2**32 - 1)),
}


@pytest.mark.parametrize("name", ZIP_LIES)
def test_a_table_that_lies_is_refused(name, refused, tmp_path):
    offset, layout, value = ZIP_LIES[name]

    def change(data):
        place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"archive/data/0"))
        struct.pack_into(layout, data, place + offset, *np.atleast_1d(value).tolist())

    refused(rewritten(zip_file(tmp_path / "x.pth", BODY), change))


def test_members_that_share_bytes_are_refused(refused, tmp_path):
    """A second entry of the table for a storage, within the bytes of the first."""
    body = dictionary(one=tensor((64,), count=64), two=tensor((6,), "1"))
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("archive/data/1", SIX)
    local = inner.read_bytes()[: 30 + len("archive/data/1") + 24]
    path = zip_file(tmp_path / "x.pth", body, {"0": local.ljust(256, b"\0"), "1": SIX})
    data = path.read_bytes()
    first = data.index(local)

    def change(data):
        place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"archive/data/1"))
        struct.pack_into("<I", data, place + 42, first)

    refused(rewritten(path, change), "share bytes")


def test_an_archive_behind_other_bytes_is_refused(refused, tmp_path):
    path = zip_file(tmp_path / "x.pth", BODY)
    path.write_bytes(b"PK\x03\x04" + bytes(60) + path.read_bytes())
    refused(path, "before its first member")


# --- the form before PyTorch 1.6


OLD_LIES = {
    "a count that is larger": ({"storages": [("0", 7, SIX)]}, "7 numbers"),
    "a count that is negative": ({"storages": [("0", -1, SIX)]}, "beyond|numbers"),
    "a storage of nobody": (
        {"storages": [("0", 6, SIX), ("1", 6, SIX)]},
        "other storages",
    ),
    "no storage": ({"storages": []}, "other storages"),
    "one storage twice": ({"keys": ["0", "0"]}, "one twice"),
    "keys that are numbers": ({"keys": [0]}, "no list of texts"),
    "keys that are a text": ({"keys": "0"}, "no list of texts"),
    "more behind its end": ({"tail": b"x"}, "1 bytes follow"),
    "bytes that are missing": ({"storages": [("0", 6, SIX[:-1])]}, "truncated"),
    "big-endian numbers": (
        {"facts": {"protocol_version": 1001, "little_endian": False}},
        "little-endian",
    ),
    "facts that are none": ({"facts": [1]}, "little-endian"),
    "another version": ({"head": pickle.dumps(MAGIC, 2) + pickle.dumps(1002, 2)}, "version 1,002"),
    "a version that is a text": ({"head": pickle.dumps(MAGIC, 2) + pickle.dumps("a", 2)}, "begin"),
}


@pytest.mark.parametrize("name", OLD_LIES)
def test_a_file_of_the_old_form_that_lies_is_refused(name, refused, tmp_path):
    options, words = OLD_LIES[name]
    path = old_file(tmp_path / "x.pth", OLD_BODY, **options)
    refused(path)
    with pytest.raises(ValueError, match=words), reader.open_state_dict(path):
        pass


def test_a_view_of_a_storage_is_read_from_its_start(read, refused, tmp_path):
    part = b"U\1vK\2K\3"
    body = dictionary(weight=tensor((3,), view=part, old=True))
    np.testing.assert_array_equal(read(old_file(tmp_path / "x.pth", body))["weight"], [2, 3, 4])
    longer = dictionary(weight=tensor((4,), view=part, old=True))
    refused(old_file(tmp_path / "y.pth", longer), "beyond the 3 numbers")
    outside = dictionary(weight=tensor((3,), view=b"U\1vK\5K\3", old=True))
    refused(old_file(tmp_path / "z.pth", outside), "view beyond the storage")


def test_a_storage_of_unknown_size_is_told(refused, tmp_path):
    body = dictionary(weight=tensor((6,), kind="QInt8Storage", old=True))
    refused(old_file(tmp_path / "x.pth", body), "torch.QInt8Storage", "state dict alone")


# --- safetensors


def entry(**changes):
    """Return a head whose tensor has other facts."""
    return {"weight": HEAD["weight"] | changes}


SAFETENSORS_LIES = {
    "offsets that are too few": entry(data_offsets=[0]),
    "offsets that are too far apart": entry(data_offsets=[0, 28]),
    "offsets beyond the file": entry(data_offsets=[24, 48]),
    "offsets that are negative": entry(data_offsets=[-24, 0]),
    "offsets backwards": entry(data_offsets=[24, 0]),
    "offsets of 300 digits": entry(data_offsets=[0, 10**300]),
    "offsets that are fractions": entry(data_offsets=[0, 24.0]),
    "offsets that are true": entry(data_offsets=[False, 24]),
    "a shape that is larger": entry(shape=[2, 4]),
    "a shape that is a text": entry(shape="23"),
    "nine sides": entry(shape=[1] * 8 + [6]),
    "a dtype that is unknown": entry(dtype="F8_E4M3"),
    "a dtype that is a number": entry(dtype=3),
    "one fact more": entry(more=1),
    "a tensor that is a list": {"weight": [1]},
    "metadata that are numbers": {"__metadata__": {"a": 1}} | HEAD,
    "metadata that are a list": {"__metadata__": []} | HEAD,
    "a hole": {"one": {"dtype": "F32", "shape": [5], "data_offsets": [4, 24]}},
    "an end that nobody has": {"one": {"dtype": "F32", "shape": [5], "data_offsets": [0, 20]}},
    "overlapping tensors": HEAD | {"two": {"dtype": "U8", "shape": [24], "data_offsets": [0, 24]}},
    "no object": b"[]",
    "no JSON": b"{x",
    "no text": b'{"\xff": 1}',
    "a name twice": b'{"__metadata__": {}, "__metadata__": {}}',
    "lists in lists": b'{"a":' + b"[" * 500_000,
    "many digits": b'{"a":' + b"9" * 100_000 + b"}",
    "two texts": b"{}{}",
    "no tensors": b"{}",
}


@pytest.mark.parametrize("name", SAFETENSORS_LIES)
def test_safetensors_that_lie_are_refused(name, refused_cheaply, tmp_path):
    refused_cheaply(safetensors_file(tmp_path / "x.safetensors", SAFETENSORS_LIES[name]))


@pytest.mark.parametrize("length", [0, 1, 500, 4 << 20, (4 << 20) + 1, 2**63, 2**64 - 1])
def test_a_head_of_another_length_is_refused(length, refused_cheaply, tmp_path):
    refused_cheaply(safetensors_file(tmp_path / "x.safetensors", HEAD, SIX, length))


# --- what it is instead


def test_a_file_is_told_by_what_it_holds(refused, tmp_path):
    def written(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    index = written("weights.index.json", b'{"weight_map": {"a": "part-1.bin"}}')
    refused(index, "several parts")
    pointer = written("pointer.pth", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    refused(pointer, "git lfs pull")
    with tarfile.open(tmp_path / "tar.pth", "w") as archive:
        for name in ("sys_info", "pickle", "tensors", "storages"):
            archive.addfile(tarfile.TarInfo(name))
    refused(tmp_path / "tar.pth", "tar form")
    with zipfile.ZipFile(tmp_path / "exported.pt2", "w") as archive:
        archive.writestr("exported/archive_format", "pt2")
        archive.writestr("exported/data/weights/weight_0", b"")
    refused(tmp_path / "exported.pt2", "torch.export")
    script = zip_file(tmp_path / "script.pth", BODY, members={"code/a.py": b""})
    refused(script, "TorchScript")
    for path in (index, pointer, tmp_path / "tar.pth", tmp_path / "exported.pt2", script):
        assert is_pytorch_file(path)


def test_other_files_are_not_pytorchs(refused, tmp_path):
    for name, data in {
        "empty": b"",
        "keras.h5": b"\x89HDF\r\n\x1a\n" + bytes(100),
        "picture": b"\xff\xd8\xff\xe0" + bytes(100),
        "text": b"weights",
        "onnx": b"\x08\x08\x12\x07pytorch",
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert not is_pytorch_file(path)
        refused(path, "no file of PyTorch's")
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    assert not is_pytorch_file(tmp_path / "model.keras")
    assert not is_pytorch_file(tmp_path / "absent")
    assert not is_pytorch_file(tmp_path)


def test_a_file_of_more_bytes_than_any_is_refused_unread(refused, monkeypatch, tmp_path):
    monkeypatch.setattr(reader, "LARGEST_FILE", 10)
    refused(zip_file(tmp_path / "x.pth", BODY), "at most 10")
