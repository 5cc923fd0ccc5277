"""The service in BentoML: that it serves, that it builds, and that it keeps to itself."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gantei.calibrations.calibration_store import save_calibration
from gantei.catalogue.entries import SHIPPED, find
from gantei.errors import MissingExtraError, WeightsError

from ..calibrated import calibration_of
from ..processes import (
    again_if_bentomls_port_is_gone,
    no_other_bentoml,
    reserved_port,
    wait_for,
)

pytest.importorskip("bentoml", reason="the service's packages are not installed")

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")
TOP = Path(__file__).parents[2]
SERVICE = TOP / "service/gantei_service"

# Names that Python looks up and addresses that it connects to end the process, and are told; what
# native code does is seen in tests/test_nothing_leaves.py.
NO_NETWORK = """
import os, socket, sys
def refuse(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host not in (None, "", "localhost", "127.0.0.1", "0.0.0.0", "::1"):
        with open(os.environ["CALLS"], "a") as file:
            file.write(f"{host} {sys.argv}\\n")
        raise OSError("no network in this test")
sys.addaudithook(refuse)

# Of a checkout, and of an installed gantei, nothing is seen but what PYTHONPATH says.
told = os.environ["PYTHONPATH"].split(os.pathsep)
sys.path[:] = [
    path for path in sys.path
    if path in told or not os.path.isdir(os.path.join(path, "gantei"))
    and not os.path.isdir(os.path.join(path, "gantei_service"))
]
"""


@pytest.fixture
def alone(tmp_path):
    """An environment whose Python processes write down where they would have called."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(NO_NETWORK)
    (tmp_path / "calls").touch()
    rooms = [str(TOP / room) for room in ("models", "export", "service")]
    environment = {**os.environ, "CALLS": str(tmp_path / "calls")}
    environment.pop("BENTOML_DO_NOT_TRACK", None)
    return environment | {
        "BENTOML_HOME": str(tmp_path / "bentoml"),
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), *rooms]),
    }


def called(environment):
    return Path(environment["CALLS"]).read_text()


def bentoml(*arguments):
    return [sys.executable, "-m", "bentoml", *arguments]


@pytest.fixture(autouse=True)
def alone_with_bentoml(tmp_path_factory):
    with no_other_bentoml(tmp_path_factory):
        yield


@contextmanager
def serving(environment, target, *, said=None):
    """`bentoml serve TARGET`: a function that gives status and text of a path, once it is ready.

    Or, in place of that, once its log has what is to be `said`.
    """
    log = Path(environment["CALLS"]).with_name("log")
    with reserved_port() as port, ExitStack() as running:

        def start():
            process, get = running.enter_context(starting(environment, target, port, log))
            if said:
                wait_for(lambda: said in log.read_text("utf-8"), process, log)
            else:
                wait_for(lambda: get("/readyz")[0] == 200, process, log)
            return get

        yield again_if_bentomls_port_is_gone(start)


@contextmanager
def starting(environment, target, port, log):
    """The process, and a function that gives status and text of a path; 0 for no answer."""

    def get(path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            error.close()
            return error.code, ""
        except OSError:
            return 0, ""

    with log.open("wb") as file:
        process = subprocess.Popen(
            bentoml("serve", target, "--host", "127.0.0.1", "--port", str(port)),
            env=environment, stdout=file, stderr=file, cwd=log.parent,
        )  # fmt: skip
    try:
        yield process, get
    finally:
        process.terminate()
        process.wait(30)


def served(get):
    """Names of the estimators that answer."""
    return [each["name"] for each in json.loads(get("/v1/estimators")[1])["estimators"]]


@pytest.fixture
def with_uv(alone, tmp_path):
    """BentoML looks for uv, and would install it; with exact versions it has nothing to run."""
    uv = tmp_path / "bin/uv"
    uv.parent.mkdir()
    uv.write_text("#!/bin/sh\nexit 1\n")
    uv.chmod(0o755)
    return alone | {"PATH": f"{uv.parent}{os.pathsep}{alone['PATH']}"}


def run(environment, *arguments):
    """What a Python module of a name prints."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=TOP, env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_bentoml_is_imported_in_one_file():
    importing = {
        path.name
        for path in SERVICE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import) and node.names[0].name.startswith("bentoml")
    }
    assert importing == {"service.py"}


def test_bentoml_serves_the_application_and_nothing_of_its_own(alone):
    with serving(alone | {"GANTEI_SERVE_WITH": "demo-age"}, "gantei_service.service:Gantei") as get:
        assert served(get) == ["demo-age"]
        assert [get(path)[0] for path in ("/", "/docs.json", "/healthz")] == [200, 404, 404]
    assert called(alone) == ""


@pytest.mark.parametrize(
    ("variable", "said"),
    [("WITH", "unknown estimator 'nosuch'"), ("TOKEN_FILE", "nosuch: cannot be read")],
)
def test_a_setting_that_makes_no_sense_is_said_and_nothing_is_served(
    alone, tmp_path, variable, said
):
    wrong = {f"GANTEI_SERVE_{variable}": "nosuch"}
    with serving(alone | wrong, "gantei_service.service:Gantei", said=said) as get:
        assert get("/livez") == (0, "")


@posix
def test_a_bento_of_the_checkout_serves_without_it(with_uv, tmp_path):
    run(with_uv, "bentoml", "build", "--output", "tag")
    (source,) = (tmp_path / "bentoml/bentos/gantei").glob("*/src")
    assert {path.name for path in source.iterdir()} == {
        "models", "service", "requirements", "pyproject.toml", "README.md", "LICENSE",
        "bentofile.yaml",
    }  # fmt: skip
    paths = [with_uv["PYTHONPATH"].split(os.pathsep)[0], source / "models", source / "service"]
    elsewhere = with_uv | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    with serving(elsewhere, "gantei:latest") as get:
        assert served(get) == ["demo-age", "demo-sex"]
    assert called(with_uv) == ""


@posix
def test_a_bento_carries_the_estimators_and_calibrations_that_it_was_built_with(
    with_uv, make_estimator, tmp_path
):
    folder = make_estimator()
    calibration = save_calibration(calibration_of(find(folder).manifest))
    named = ("--with", str(folder), "--with", "demo-sex", "--calibration", "made=clinic")
    tag = run(with_uv, "gantei", "bento", *named).strip()
    folder.rename(tmp_path / "gone")
    shutil.rmtree(calibration)
    source = tmp_path / "bentoml/bentos" / tag.replace(":", "/") / "src"
    assert not [*source.rglob("*.pyc")]
    elsewhere = with_uv | {"PYTHONPATH": with_uv["PYTHONPATH"].split(os.pathsep)[0]}
    with serving(elsewhere, tag) as get:
        assert served(get) == ["demo-sex", "made"]
        assert "made" in get("/v1/estimators/made/files/estimator.toml")[1]
        assert json.loads(get("/v1/estimators/made")[1])["calibration"]["site"] == "clinic"
        assert "calibration" not in json.loads(get("/v1/estimators/demo-sex")[1])
    assert called(with_uv) == ""


def test_an_estimator_that_answers_wrongly_goes_into_no_bento(tmp_path, monkeypatch):
    from gantei_service.bento import build

    folder = shutil.copytree(SHIPPED / "demo-age", tmp_path / "demo-age")
    manifest = folder / "estimator.toml"
    manifest.write_text(
        re.sub(r"\bage = 39.66", "age = 49.66", manifest.read_text("utf-8")), "utf-8"
    )
    monkeypatch.setattr(shutil, "which", lambda _: "uv")
    with pytest.raises(WeightsError, match="golden"):
        build([str(folder)])


def test_without_uv_nothing_is_downloaded(monkeypatch):
    import gantei_service.bento as module

    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="pip install uv"):
        module.build(["demo-age"])
