"""Nothing of the current folder is imported: a download lies there, beside who knows what."""

import ast
import shutil

import pytest

from gantei.catalogue.store import installed
from gantei.command_line import main
from gantei_export.optimisation.memory import peak_memory

from ..sources import TOP, tree_of
from .onnx_models import DATA

PLANTED = ("gantei", "gantei_export", "h5py", "json", "numpy", "onnx", "onnxruntime", "subprocess")


@pytest.fixture
def downloads(tmp_path, monkeypatch):
    """A current folder with modules that leave a mark when they are run."""
    run = tmp_path / "run"
    for name in PLANTED:
        (tmp_path / f"{name}.py").write_text(f"open({str(run)!r}, 'a').write({name!r})")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert not run.exists()


@pytest.mark.parametrize("name", ["torch214-pooled.onnx", "small.h5"])
def test_an_import_runs_no_module_beside_the_download(downloads, small_file, name):
    file = small_file if name == small_file.name else shutil.copy(DATA / name, downloads)
    assert main(["import", "my-sex", str(file), "--task", "sex", "--no-golden"]) == 0
    assert (installed()["my-sex"] / "model.onnx").is_file()


def test_measuring_memory_runs_no_module_of_the_current_folder(downloads):
    assert main(["import", "my-sex", str(DATA / "torch214-pooled.onnx"), "--task", "sex"]) == 0
    peak = peak_memory(installed()["my-sex"] / "model.onnx", (32, 32))
    assert peak is None or peak > 0


def test_this_python_is_started_in_one_place():
    naming = {
        str(path.relative_to(TOP))
        for room in ("models", "export", "service")
        for path in (TOP / room).rglob("*.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr == "executable"
    }
    # A bundle's program stands alone, and starts Python with -I.
    alone = "models/gantei/bundle/carried/install.py"
    assert naming == {"models/gantei/system/python_command.py", alone}
