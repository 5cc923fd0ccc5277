"""The service in BentoML: that it serves, that it builds, and that it keeps to itself."""

import ast
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from .conftest import wait_until

pytest.importorskip("bentoml", reason="the service's packages are not installed")

TOP = Path(__file__).parents[2]
SERVICE = TOP / "service/gantei_service"

# Names that are looked up and addresses that are connected to end the process, and are told.
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
        "GANTEI_SERVE_WITH": "demo-age",
    }


def called(environment):
    return Path(environment["CALLS"]).read_text()


def bentoml(*arguments):
    return [sys.executable, "-m", "bentoml", *arguments]


def answers(environment, target):
    """Start a server, and give the status of /readyz and / once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = Path(environment["CALLS"]).with_name("log")

    def status(path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
                return response.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    with log.open("wb") as file:
        process = subprocess.Popen(
            bentoml("serve", target, "--host", "127.0.0.1", "--port", str(port)),
            env=environment, stdout=file, stderr=file, cwd=log.parent,
        )  # fmt: skip
    try:
        wait_until(lambda: status("/readyz") == 200, 60)
        return [status(path) for path in ("/v1/estimators", "/", "/docs.json", "/healthz")]
    finally:
        process.terminate()
        process.wait(30)


def test_bentoml_is_imported_in_one_file():
    importing = {
        path.name
        for path in SERVICE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import) and node.names[0].name.startswith("bentoml")
    }
    assert importing == {"service.py"}


def test_bentoml_serves_the_application_and_nothing_of_its_own(alone):
    assert answers(alone, "gantei_service.service:Gantei") == [200, 200, 404, 404]
    assert called(alone) == ""


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")
def test_a_bento_is_built_and_serves_without_the_checkout(alone, tmp_path):
    # BentoML looks for uv, and would install it; with our list of versions it has nothing to run.
    uv = tmp_path / "bin/uv"
    uv.parent.mkdir()
    uv.write_text("#!/bin/sh\nexit 1\n")
    uv.chmod(0o755)
    alone["PATH"] = f"{uv.parent}{os.pathsep}{alone['PATH']}"
    built = subprocess.run(
        bentoml("build", "--output", "tag"), cwd=TOP, env=alone, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (source,) = (tmp_path / "bentoml/bentos/gantei").glob("*/src")
    assert {path.name for path in source.iterdir()} == {
        "models", "service", "requirements", "pyproject.toml", "README.md", "LICENSE",
        "bentofile.yaml",
    }  # fmt: skip
    paths = [alone["PYTHONPATH"].split(os.pathsep)[0], source / "models", source / "service"]
    elsewhere = alone | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    assert answers(elsewhere, "gantei:latest")[:2] == [200, 200]
    assert called(alone) == ""
