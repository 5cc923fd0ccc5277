"""The public names: each stands in docs/python-api.md, says what it is, and its examples run."""

import doctest
import inspect
from types import FunctionType

import pytest

import gantei
from gantei.calibrations.calibration_store import save_calibration
from gantei.catalogue.entries import find
from gantei.command_line import main

from . import calibrated
from .models import recorded
from .pages import python_api
from .pages.docstrings import parsed

ADDRESS = "http://127.0.0.1:3000"
NAMES = python_api.public()
DOCUMENTED = {
    **NAMES,
    **{
        f"{name}.{key}": each
        for name, thing in NAMES.items()
        for key, each in python_api.members(thing).items()
    },
}
"""Every public name, method and property."""


def with_example():
    """The public names that an example has to stand at.

    An error with no other beneath it has its line in the tree of errors.
    """
    errors = python_api.errors()
    above = {base.__name__ for name in errors for base in NAMES[name].__bases__}
    leaves = {name for name in errors if name not in above}
    asked = {
        name
        for name, each in DOCUMENTED.items()
        if isinstance(each, FunctionType) and "photographs" in inspect.signature(each).parameters
    }
    return sorted((set(NAMES) - leaves) | (asked - {"Client.answers"}))


def test_every_public_name_has_a_place_on_the_page():
    stray = python_api.without_place()
    assert stray == [], f"GROUPS in tests/pages/python_api.py and gantei.__all__ differ: {stray}"


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_public_name_says_what_it_is(name):
    said = inspect.getdoc(DOCUMENTED[name])
    assert said, f"gantei.{name} has no docstring"


@pytest.mark.parametrize("name", with_example())
def test_every_public_name_has_an_example(name):
    example = parsed(inspect.getdoc(DOCUMENTED[name]) or "").example
    assert example, f"the docstring of gantei.{name} has no example (>>>)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which `gantei demo-photos demo` was run."""
    path = tmp_path_factory.mktemp("examples")
    assert main(["demo-photos", str(path / "demo"), "--people", "1"]) == 0
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a server that runs."""
    pytest.importorskip("fastapi", reason="the service's packages are not installed")
    from .service.conftest import Server

    running = Server("demo-age", tmp_path_factory.mktemp("server") / "log.jsonl")
    yield f"http://127.0.0.1:{running.port}"
    running.stop()


@pytest.fixture(scope="module")
def results(folder):
    """The table of results beside that folder."""
    pytest.importorskip("sklearn", reason="needs the extra study")
    table = folder / "results.csv"
    assert main(["predict", str(folder / "demo"), "--with", "demo-age", "--out", str(table)]) == 0


@pytest.fixture
def clinic():
    """A calibration of demo-age at the site `clinic`."""
    manifest = find("demo-age").manifest
    outputs = {"age": calibrated.line(slope=0.9, half=8.0)}
    save_calibration(
        calibrated.calibration_of(
            manifest, outputs=outputs, embeddings=calibrated.reference(limit=1e6)
        )
    )


@pytest.fixture(scope="module")
def study(folder):
    """A folder `study` in it, with results and labels of 1,200 drawn people."""
    pytest.importorskip("sklearn", reason="needs the extra study")
    (folder / "study").mkdir()
    recorded.study(folder / "study", slips={9: lambda real: real + 100})


@pytest.mark.parametrize(
    "name", [name for name, each in DOCUMENTED.items() if ">>> " in (inspect.getdoc(each) or "")]
)
def test_the_example_of_a_public_name_runs(name, folder, monkeypatch, request):
    text = inspect.getdoc(DOCUMENTED[name])
    if ADDRESS in text:
        text = text.replace(ADDRESS, request.getfixturevalue("server"))
    if '"results.csv"' in text:
        request.getfixturevalue("results")
    if '"clinic"' in text:
        request.getfixturevalue("clinic")
    if '"study/results.csv"' in text:
        request.getfixturevalue("study")
    monkeypatch.chdir(folder)
    example = doctest.DocTestParser().get_doctest(text, {"gantei": gantei}, name, None, None)
    said = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert runner.run(example, out=said.append).failed == 0, "".join(said)
