"""Memory is bounded in bytes: what never fits is refused, what is large waits, none is killed."""

import json
import struct
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from gantei import load
from gantei.catalogue.entries import SHIPPED
from gantei.errors import SettingError
from gantei.photographs.memory_needed import bytes_needed
from gantei.photographs.photograph import open_photograph
from gantei.system.memory_limit import MemoryLimit

from .conftest import HELD, encoded_picture, form
from .metric_samples import samples
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def png(width, height):
    """An RGBA picture of one colour."""
    row = b"\0" + bytes((180, 90, 40, 255)) * width
    pressed = zlib.compressobj(1)
    data = b"".join(pressed.compress(row) for _ in range(height)) + pressed.flush()
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        (b"IDAT", data),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(each)) + kind + each + struct.pack(">I", zlib.crc32(kind + each))
        for kind, each in chunks
    )


def test_a_photograph_that_never_fits_is_refused_and_harms_no_other(ask):
    client = ask(memory=900_000_000)
    files = [("small.png", encoded_picture(1)), ("large.png", png(10_000, 6_000))]
    response = client.post("/v1/predict", **form(*files))
    assert response.status_code == 200
    good, large = response.json()["photographs"]
    assert good["estimates"]
    problem = large["problem"]
    assert problem["status"] == 413
    assert problem["type"].endswith("photograph-too-large")
    assert problem["code"] == "exceeds-memory"
    assert "10000 x 6000 pixels may take 5" in problem["detail"]
    assert large["size"] == {"height": 6000, "width": 10_000}


@pytest.mark.parametrize("batch", [None, 4])
def test_a_large_photograph_is_answered_as_a_small_one_is(ask, monkeypatch, batch):
    from gantei_service.service_memory import ServiceMemory

    picture = encoded_picture(3, 900)
    client = ask(SHIPPED / "demo-age", memory=900_000_000, batch=batch)
    request = form(("a.png", picture), explain="overlay")
    as_small = client.post("/v1/predict", **request).json()
    monkeypatch.setattr(ServiceMemory, "is_large", lambda _, needed: needed > 0)
    as_large = client.post("/v1/predict", **request).json()
    assert as_small["photographs"][0]["estimates"]["demo-age"]["overlay"]
    assert as_large == as_small


def test_metrics_tell_budget_and_use(ask):
    client = ask(memory=900_000_000)
    told = samples(client.get("/metrics").text)
    assert 400e6 < told["gantei_memory_budget_bytes"] < 800e6
    assert told["gantei_memory_in_use_bytes"] == 0
    assert told["gantei_large_photographs_waiting"] == 0


def test_too_little_memory_is_refused_at_the_start(ask):
    with pytest.raises(SettingError, match="200 MB of memory"):
        ask(memory=200_000_000)


@pytest.mark.parametrize("size", [600_000_000, 3 * 2**30, 64 * 2**30])
@pytest.mark.parametrize("workers", [1, 2, 17])
def test_the_parts_of_a_plan_are_no_more_than_there_is(size, workers):
    from gantei_service.memory_plan import memory_plan

    try:
        plan = memory_plan(MemoryLimit(size, "test"), HELD, workers)
    except SettingError as error:
        assert f"{workers} workers need" in str(error)
        return
    assert plan.held + plan.bodies + workers * plan.small + plan.large <= size
    assert min(plan.bodies, plan.small, plan.large) > 0
    assert plan.large >= plan.small


@pytest.mark.parametrize(("gibibytes", "megapixels"), [(1, 1.5), (3, 12), (16, 24)])
def test_a_photograph_of_usual_size_is_a_workers_own_as_far_as_there_is_memory(
    gibibytes, megapixels
):
    from gantei_service.memory_plan import memory_plan

    plan = memory_plan(MemoryLimit(gibibytes * 2**30, "test"), HELD, workers=2)
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    file = BytesIO()
    Image.new("RGB", (height * 3 // 2, height), (180, 90, 40)).save(file, "JPEG")
    photograph = open_photograph(file.getvalue())
    network = load(SHIPPED / "demo-age").manifest.input
    assert bytes_needed(photograph, [(network, True)]) <= plan.small


@pytest.fixture
def group(monkeypatch):
    """A memory control group of 1 GiB."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    try:
        made = import_module("memory_group").MemoryGroup(2**30)
    except OSError as error:
        pytest.skip(f"no memory control group can be made here: {error}")
    with made:
        yield made


@pytest.fixture
def limited(group, tmp_path, make_estimator):
    """A server in that group."""
    options = ("--workers", "1")
    server = Server(make_estimator(), tmp_path / "log.jsonl", *options, within=group.command)
    yield server
    server.stop()


def test_large_pictures_do_not_end_a_server_in_a_container(limited, group):
    bodies = [("large", png(8000, 7500)), ("fits", png(4000, 4000))]

    def asked(name, data):
        request = urllib.request.Request(
            f"http://127.0.0.1:{limited.port}/v1/predict", data, {"content-type": "image/png"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return name, json.load(response)["photographs"][0]

    with ThreadPoolExecutor(4) as clients:
        answers = list(clients.map(lambda each: asked(*each), bodies * 2))
    assert limited.process.poll() is None
    assert group.peak() < 2**30
    for name, entry in answers:
        if name == "large":
            assert entry["problem"]["status"] == 413
        else:
            assert entry["estimates"]
