"""The examples in the docstrings of labels are run, on drawn photographs of two people."""

import doctest
import importlib
import shutil

import pytest

import gantei
from gantei.command_line import main

from ..sources import modules

ALSO = [
    "gantei.study.averaging",
    "gantei.study.described_outputs",
    "gantei.study.run_manifest_path",
]
EXAMPLES = [*(name for name in modules("gantei") if name.startswith("gantei.labels.")), *ALSO]
LABELS = """photograph,person,age,sex
{}.jpg,1,76,M
{}.jpg,2,42,F
{}.jpg,2,42,F
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four photographs, three of them with labels, and results."""
    folder = tmp_path_factory.mktemp("examples")
    drawn = folder / "photographs"
    main(["demo-photos", str(drawn), "--people", "4", "--seed", "7", "--scale", "0.3"])
    (drawn / "labels.csv").unlink()
    paths = sorted(drawn.glob("*.jpg"))
    for path in paths[4:]:
        path.unlink()
    labels = LABELS.format(*(path.stem for path in paths[1:4]))
    (folder / "labels.csv").write_text(labels, "utf-8")
    chosen = [f"--with={name}" for name in ("demo-age", "demo-sex")]
    with pytest.MonkeyPatch.context() as patch:  # the store of each test is not there yet
        patch.setenv("GANTEI_HOME", str(tmp_path_factory.mktemp("home")))
        main(["predict", str(drawn), *chosen, "--out", str(folder / "results.csv")])
    return folder


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_says_what_comes_out(name, folder, tmp_path, monkeypatch):
    shutil.copytree(folder, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    module = importlib.import_module(name)
    assert not doctest.testmod(module, extraglobs={"gantei": gantei}, optionflags=flags).failed
