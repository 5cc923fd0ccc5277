"""An archive in which two files have one name could show one and install the other."""

import zipfile

import pytest

from gantei.errors import TransferError

from .pulling import mine, refused, zipped

__all__ = ["mine"]


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_two_files_of_one_name_are_refused(mine, tmp_path):
    path = zipped(mine, tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("model.onnx", b"other")
    refused(TransferError, str(path), "two of its files have one name")
