"""The metrics: what they are called, what they say, and that the documentation names them all."""

import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import gantei

from ..processes import need_programs
from .conftest import wait_until
from .metric_names import documented
from .metric_samples import samples
from .reloads import ADDRESS, ADMINISTRATOR

pytest.importorskip("fastapi", reason="the service's packages are not installed")

ELSEWHERE = {
    "gantei_open_connections", "gantei_max_connections", "gantei_grpc_open_connections",
    "gantei_grpc_max_connections", "gantei_spans_sent_total", "gantei_spans_dropped_total",
    "gantei_certificate_expiry_timestamp_seconds",
}  # fmt: skip
"""What an application in a test's process does not have: connections, TLS, a collector."""
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc")


def labels(text, metric):
    """The labels of each sample of a metric."""
    inner = re.findall(rf"^{metric}{{(.*)}} \S+$", text, re.M)
    return [dict(re.findall(r'(\w+)="(.*?)"', each)) for each in inner]


def names(text):
    """Metrics by the names that the documentation has for them."""
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    return {name for name in kinds if not name.endswith("_created")}


@linux
def test_the_documentation_names_every_metric_and_no_other(ask):
    named = documented()
    assert names(ask().get("/metrics").text) == named - ELSEWHERE
    assert named >= ELSEWHERE


def test_promtool_has_nothing_to_say_of_them(ask, tmp_path):
    need_programs("promtool")
    client = ask()
    client.get("/nowhere")
    text = client.get("/metrics").content

    def said(metrics):
        command = ["promtool", "check", "metrics"]
        return subprocess.run(command, input=metrics, capture_output=True, check=False).stderr

    assert said(text) == b""
    assert b"gantei_things" in said(text + b"# TYPE gantei_things counter\ngantei_things 1\n")


def test_it_says_which_versions_answer(ask):
    (told,) = labels(ask(host="tested 1.2").get("/metrics").text, "gantei_build_info")
    assert told == {
        "version": gantei.__version__, "python": platform.python_version(),
        "onnxruntime": version("onnxruntime"), "host": "tested 1.2",
    }  # fmt: skip


@linux
def test_it_says_what_the_process_takes(ask):
    told = samples(ask().get("/metrics").text)
    resident = [
        int(line.split()[1]) * 1024
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmRSS")
    ]
    assert told["process_resident_memory_bytes"] == pytest.approx(resident[0], rel=0.2)
    assert told["process_open_fds"] == pytest.approx(len([*Path("/proc/self/fd").iterdir()]), abs=5)
    assert told["process_cpu_seconds_total"] > 0.1


def test_the_parts_of_the_memory_are_the_whole_limit(ask):
    told = samples(ask(memory=2_000_000_000).get("/metrics").text)
    parts = {name: number for name, number in told.items() if "memory_planned" in name}
    assert len(parts) == 4
    assert all(number > 0 for number in parts.values())
    assert sum(parts.values()) == told["gantei_memory_limit_bytes"] == 2_000_000_000
    held = told['gantei_memory_planned_bytes{part="held"}']
    assert told["gantei_memory_budget_bytes"] == 2_000_000_000 - held


def states(client):
    found = samples(client.get("/metrics").text)
    return {
        (told["estimator"], told["state"])
        for name, number in found.items()
        if number and (told := dict(re.findall(r'(\w+)="(.*?)"', name)))
        and name.startswith("gantei_estimator_state")
    }  # fmt: skip


def test_it_says_how_each_estimator_is(ask, make_estimator, monkeypatch):
    from threading import Event

    from gantei.errors import EstimatorError
    from gantei_service.loaded import LoadedEstimator

    release, check = Event(), LoadedEstimator.check

    def failing(loaded):
        release.wait(20)
        if loaded.entry.name == "demo-sex":
            raise EstimatorError("another number")
        check(loaded)

    monkeypatch.setattr(LoadedEstimator, "check", failing)
    client = ask("demo-age", "demo-sex", ready=False)
    assert states(client) == {("demo-age", "checking"), ("demo-sex", "checking")}
    release.set()
    wait_until(lambda: states(client) == {("demo-age", "ready"), ("demo-sex", "failed")})


def test_a_reload_shows_that_it_is_another_estimator(ask, replaced, make_estimator, tokens):
    folder = make_estimator()
    client = ask(folder, token_file=tokens, reload_address=True)
    before = labels(client.get("/metrics", headers=ADMINISTRATOR).text, "gantei_estimator_info")
    manifest = (folder / "estimator.toml").read_bytes()
    replaced(folder, 2)
    assert client.post(ADDRESS, headers=ADMINISTRATOR).status_code == 200
    (old,), (new,) = (
        before,
        labels(client.get("/metrics", headers=ADMINISTRATOR).text, "gantei_estimator_info"),
    )
    from hashlib import sha256

    assert old["manifest"] == sha256(manifest).hexdigest()[:12]
    assert new["manifest"] == sha256((folder / "estimator.toml").read_bytes()).hexdigest()[:12]
    assert new["weights"] == sha256((folder / "model.onnx").read_bytes()).hexdigest()[:12]
    assert (new["weights"] != old["weights"], new["manifest"] != old["manifest"]) == (True, True)
    assert (new["estimator"], new["device"], new["calibration"]) == ("made", "cpu", "")


def test_connections_are_counted_as_they_come_and_go(serve):
    server = serve()
    most = server.metric("gantei_max_connections")
    wait_until(lambda: server.metric("gantei_open_connections") == 1)  # the one that asks
    opened = [server.connect() for _ in range(7)]
    wait_until(lambda: server.metric("gantei_open_connections") == 8)
    for each in opened:
        each.close()
    wait_until(lambda: server.metric("gantei_open_connections") == 1)
    assert most == 512
    (told,) = labels(server.get("/metrics")[1], "gantei_build_info")
    assert told["host"] == f"uvicorn {version('uvicorn')}"
