"""A service to ask: in this process, or as a server of its own on loopback."""

import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from ..conftest import made_picture
from ..processes import listening, wait_for

MEBIBYTE = 1 << 20


def encoded_picture(seed, side=64, format="PNG", mode="RGB", **options):
    """The bytes of a picture file."""
    file = BytesIO()
    Image.fromarray(made_picture(seed, side)).convert(mode).save(file, format, **options)
    return file.getvalue()


def form(*files, **fields):
    """The arguments of a request with photographs: (name, bytes) each."""
    return {"files": [("photographs", file) for file in files], "data": fields}


def wait_until(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited for in vain"
        time.sleep(0.02)


@pytest.fixture
def ask(make_estimator):
    """`ask(*folders, **settings)`: a client of a service in this process, once it is ready."""
    from starlette.testclient import TestClient

    from gantei_service.app import create_app
    from gantei_service.settings import Settings

    opened = []

    def start(*folders, client=("127.0.0.1", 5000), ready=True, **settings):
        names = tuple(map(str, folders or (make_estimator(),)))
        app = create_app(Settings(estimators=names, **{"workers": 2} | settings))
        opened.append(
            TestClient(app, "http://localhost", client=client, raise_server_exceptions=False)
        )
        opened[-1].__enter__()
        if ready:
            wait_until(lambda: opened[-1].get("/readyz").status_code == 200)
        return opened[-1]

    yield start
    for each in opened:
        each.__exit__(None, None, None)


class Server:
    """`gantei serve` as a process of its own."""

    def __init__(self, folder: Path, log: Path, *options: str) -> None:
        self.log = log
        command = [sys.executable, "-m", "gantei", "serve", "--port", "0", "--with", str(folder)]
        with log.open("wb") as file:
            self.process = subprocess.Popen([*command, *options], stderr=file, env={**os.environ})
        try:
            self.port = wait_for(lambda: listening(log), self.process, log)
            wait_for(lambda: self.get("/readyz")[0] == 200, self.process, log)
        except AssertionError:
            self.stop()
            raise

    def get(self, path):
        """Status and text."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name):
        """The number of a metric; 0 where it is not counted yet."""
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(f"{name} "):
                return float(line.rpartition(" ")[2])
        return 0.0

    def connect(self):
        """A connection, for what no client library would send."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def stop(self):
        """End it, if it has not ended."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def serve(make_estimator, tmp_path):
    """`serve(*options)`: a running server."""
    running = []

    def start(*options):
        running.append(Server(make_estimator(), tmp_path / "log.jsonl", *options))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def token_file(tmp_path):
    """A file that lets `secret` in."""
    path = tmp_path / "tokens"
    path.write_text(f"# the ward\n{hashlib.sha256(b'secret').hexdigest()}  -\n")
    return path
