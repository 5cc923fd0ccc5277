"""`gantei pull` of what is no source, no folder or no archive."""

import zipfile

import pytest

from gantei.errors import (
    SettingError,
    TransferError,
)
from gantei.pull.fetching import pull_estimator

from .pulling import mine, refused, zipped

__all__ = ["mine"]


@pytest.mark.parametrize(
    "source",
    [
        "hf:org", "hf:org/../x", "hf:org/x@../y", "ftp://example.org/x", "http://", "http://h:x/", "http://user:secret@h:x/",
        "http://user:secret@127.0.0.1/x/", "http://127.0.0.1:1/x/?query",
    ],
)  # fmt: skip
def test_what_is_no_source_is_said(source, hub):
    said = refused(SettingError, source, ".")
    assert "secret" not in said


@pytest.mark.parametrize("name", ["", "My-Age", "../x", "a b"])
def test_what_is_no_name_is_said(name, mine):
    with pytest.raises(SettingError, match="a name is words"):
        pull_estimator(name, str(mine))


def test_what_is_no_folder_is_said(tmp_path, mine):
    refused(TransferError, str(tmp_path / "none"), "no such folder")
    (tmp_path / "empty").mkdir()
    refused(TransferError, str(tmp_path / "empty"), "holds no estimator.toml")
    (tmp_path / "x.zip").write_bytes(b"PK")
    refused(TransferError, str(tmp_path / "x.zip"), "cannot be unpacked")
    (mine / "model.onnx").rename(tmp_path / "model.onnx")
    refused(TransferError, str(mine), "no model.onnx")
    (mine / "model.onnx").symlink_to(tmp_path / "model.onnx")
    refused(TransferError, str(mine), "not a plain file")


def test_archives_that_lie_are_refused(tmp_path, mine):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(mine / "estimator.toml", "../../my-age/estimator.toml")
    refused(TransferError, str(path), "must hold one folder")
    with zipfile.ZipFile(zipped(mine, path, "a/"), "a") as archive:
        archive.write(mine / "estimator.toml", "b/estimator.toml")
    refused(TransferError, str(path), "must hold one folder")
    (mine / "card.md").write_bytes(bytes(110_000_000))
    refused(TransferError, str(zipped(mine, path)), "more than 100 times|at most")
    content = zipped(mine, path).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    refused(TransferError, str(path), "cannot be unpacked")


def test_an_archive_whose_table_of_files_would_fill_the_memory_is_refused(tmp_path, mine):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100):
            member = zipfile.ZipInfo(f"{number}")
            member.extra = b"xx" + (60_000).to_bytes(2, "little") + bytes(60_000)
            archive.writestr(member, b"")
    assert "more than 4000000 bytes" in refused(TransferError, str(path), "table of files")
