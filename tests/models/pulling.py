"""What the tests of `gantei pull` share: an estimator to pull, and whether it has come."""

import shutil
import zipfile

import pytest

import gantei
from gantei.catalogue.entries import SHIPPED, store
from gantei.errors import UnknownEstimatorError
from gantei.pull.fetching import downloads, pull_estimator

FILES = sorted(path.name for path in (SHIPPED / "demo-age").iterdir())


@pytest.fixture
def mine(tmp_path):
    """A whole estimator's folder, `my-age`: the demo under another name."""
    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "mine" / "my-age")
    manifest = folder / "estimator.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"demo-age"', '"my-age"', 1), "utf-8")
    return folder


def zipped(folder, path, inside=""):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, f"{inside}{file.name}")
    return path


def is_whole(folder):
    """Whether the installed estimator is that of a folder, byte for byte, and nothing is left."""
    installed = store.installed()["my-age"]
    here = {path.name: path.read_bytes() for path in installed.iterdir()}
    assert here == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert list(downloads().iterdir()) == []
    assert gantei.load("my-age", "cpu").name == "my-age"
    return True


def nothing_is_installed():
    with pytest.raises(UnknownEstimatorError):
        gantei.load("my-age")
    return store.installed() == {}


def refused(kind, source, match, **options):
    with pytest.raises(kind, match=match) as caught:
        pull_estimator("my-age", source, **options)
    assert nothing_is_installed()
    return str(caught.value)
