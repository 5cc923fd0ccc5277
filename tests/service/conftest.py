"""A service to ask: in this process, or as a server of its own on loopback."""

import hashlib
import shutil
import time
from functools import partial
from io import BytesIO
from threading import Event

import pytest
from PIL import Image

from ..conftest import made_picture
from .page_fixtures import browser, eyes, module, server, visit  # noqa: F401 - fixtures
from .server_process import Server

MEBIBYTE = 1 << 20
HELD = 100_000_000
"""Bytes that a service in a test's process plans for as held already."""


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


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


@pytest.fixture
def ask(make_estimator, monkeypatch):
    """`ask(*folders, **settings)`: a client of a service in this process, once it is ready.

    Its memory is planned as if it were alone: the tests before may have left gigabytes here.
    """
    pytest.importorskip("fastapi", reason="the service's packages are not installed")
    from starlette.testclient import TestClient

    from gantei_service import measured_memory
    from gantei_service.app import create_app
    from gantei_service.settings import Settings

    monkeypatch.setattr(measured_memory, "memory_held", lambda: HELD)
    monkeypatch.setattr(measured_memory, "held_in_group", lambda: HELD)
    opened = []

    def start(*folders, client=("127.0.0.1", 5000), ready=True, **settings):
        names = tuple(map(str, folders or (make_estimator(),)))
        app = create_app(Settings(**{"estimators": names, "workers": 2} | settings))
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


@pytest.fixture
def serve(make_estimator, tmp_path):
    """`serve(*options)`: a running server."""
    running = []

    def start(*options):
        running.append(Server(make_estimator(), tmp_path / "log.jsonl", *options))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def token_file(tmp_path):
    """A file that lets `secret` in."""
    path = tmp_path / "tokens"
    path.write_text(f"# the ward\n{hashlib.sha256(b'secret').hexdigest()}  -\n")
    return path


@pytest.fixture
def tokens(tmp_path):
    """A file with an ordinary token and one that may reload."""
    path = tmp_path / "tokens"
    path.write_text(f"{digest('ward')} ward 3\nreload {digest('administrator')} it\n")
    return path


@pytest.fixture
def replaced(make_estimator):
    """`replaced(folder, factor)`: another version in an estimator's folder."""

    def replace(folder, factor):
        shutil.rmtree(folder)
        return make_estimator(factor=factor)

    return replace


@pytest.fixture
def held(monkeypatch):
    """No photograph is answered until the event is set."""
    release = Event()
    from gantei_service.photograph_job import PhotographJob

    def waiting(job):
        release.wait(20)
        return {"name": job.upload.name}

    async def wait(job, pool):
        return await pool.run(partial(waiting, job))

    monkeypatch.setattr(PhotographJob, "alone", wait)
    yield release
    release.set()
