"""The log: nobody waits for whoever reads it, and what is lost is told."""

import errno
import json
import logging
import os
import signal
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..processes import reserved_port, wait_for
from .conftest import wait_until

pytest.importorskip("fastapi", reason="the service's packages are not installed")
from gantei_service.log_writer import LogWriter

posix = pytest.mark.skipif(os.name == "nt", reason="pipes and signals as Windows has them not")


def gap(lines):
    return logging.makeLogRecord({"msg": f"dropped {lines}"})


def log_into(writer, *messages):
    for message in messages:
        writer.handle(logging.makeLogRecord({"msg": str(message)}))


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    os.close(reading)


def read_until(reading, last):
    """The lines up to a last one."""
    read = b""

    def whole():
        nonlocal read
        try:
            read += os.read(reading, 1 << 20)
        except BlockingIOError:
            return False
        return read.decode().splitlines()[-1:] == [last]

    wait_until(whole)
    return read.decode().splitlines()


@posix
def test_what_does_not_fit_into_the_queue_is_dropped_and_told_where_it_is_missing(pipe):
    reading, writing = pipe
    writer = LogWriter(writing, gap, most=8)
    log_into(writer, "x" * 100_000)  # more than the pipe holds: its writing stands still
    wait_until(lambda: not writer._lines)
    log_into(writer, *range(20))
    assert writer.dropped == 12
    lines = read_until(reading, "dropped 12")
    assert lines[1:] == [*map(str, range(8)), "dropped 12"]
    log_into(writer, "after")
    assert read_until(reading, "after") == ["after"]
    assert writer.dropped == 12


@posix
def test_lines_that_cannot_be_written_are_told_when_there_is_room_again(pipe, monkeypatch):
    reading, writing = pipe
    writer, full, write = LogWriter(writing, gap), True, os.write

    def sometimes(descriptor, data):
        if not full:
            return write(descriptor, data)
        if len(data) > 3:
            return write(descriptor, data[:3])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", sometimes)
    log_into(writer, "first", "second")
    writer.flush()
    assert writer.dropped == 2
    full = False
    log_into(writer, "third", "fourth")
    assert read_until(reading, "fourth")[-3:] == ["dropped 2", "third", "fourth"]
    assert writer.dropped == 2


@posix
def test_a_descriptor_that_does_not_wait_loses_nothing(pipe):
    reading, writing = pipe
    os.set_blocking(writing, False)
    writer = LogWriter(writing, gap)
    log_into(writer, *(str(number) * 1000 for number in range(200)))
    lines = read_until(reading, "199" * 1000)
    assert len(lines) == 200
    assert writer.dropped == 0


@posix
def test_a_reader_that_was_waited_for_in_vain_is_waited_for_again_only_if_it_reads(
    pipe, monkeypatch
):
    import gantei_service.log_writer as module

    monkeypatch.setattr(module, "END_TIMEOUT", 0.05)
    reading, writing = pipe
    writer = LogWriter(writing, gap)
    log_into(writer, "x" * 100_000, "last")
    waited, wait = [], writer._changed.wait_for

    def count(condition, timeout=None):
        waited.append(timeout)
        return wait(condition, timeout)

    monkeypatch.setattr(writer._changed, "wait_for", count)
    writer.flush()
    writer.flush()
    assert waited == [0.05]
    assert read_until(reading, "last")[1:] == ["last"]
    wait_until(lambda: not writer._writing)
    writer.flush()
    assert waited.count(0.05) == 2


@pytest.mark.parametrize(
    "record",
    [
        {"name": "gantei.service", "msg": "request", "facts": {"token": {"Tanaka Hanako"}}},
        {"name": "uvicorn.error", "msg": "Tanaka Hanako %d", "args": ("Hanako",), "levelno": 20},
    ],
)
def test_a_record_that_makes_no_line_fails_nobody_and_tells_where_it_was_logged(
    record,
):
    from gantei_service.logs import JsonLines

    line = JsonLines().format(logging.makeLogRecord({"lineno": 7} | record))
    told = json.loads(line)
    assert (told["event"], told["logger"]) == ("log line cannot be written", record["name"])
    assert (told["line"], told["error"]) == (7, "TypeError")
    assert "Hanako" not in line


class Logged:
    """`gantei serve` whose standard error goes where the test says."""

    def __init__(self, folder, port, stderr):
        words = ["-m", "gantei", "serve", "--port", str(port), "--with", str(folder)]
        # The smallest pipe: 15 lines.
        self.process = subprocess.Popen([sys.executable, *words], stderr=stderr, pipesize=4096)
        self.port = port

    def get(self, path):
        """The text of an answer; one that does not come in 20 s is an error."""
        address = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.read().decode()

    def ready(self):
        try:
            return self.get("/readyz")
        except OSError:
            return ""

    def ask(self, times):
        """Ask as often, a few at a time."""
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(self.get, ["/v1/estimators"] * times))
        assert len(answers) == times

    def dropped(self):
        (line,) = [
            line for line in self.get("/metrics").splitlines()
            if line.startswith("gantei_log_lines_dropped_total ")
        ]  # fmt: skip
        return float(line.split()[1])


@pytest.fixture
def logged(make_estimator):
    """`logged(port, stderr)`: such a server, once it is ready."""
    running = []

    def start(port, stderr):
        running.append(Logged(make_estimator(), port, stderr))
        wait_for(running[-1].ready, running[-1].process, Path(os.devnull))
        return running[-1]

    yield start
    for each in running:
        each.process.kill()
        each.process.wait()
        if each.process.stderr:
            each.process.stderr.close()


@posix
def test_a_reader_that_stalls_stops_nothing_and_reads_all_when_it_comes_back(logged):
    with reserved_port() as port:
        server = logged(port, subprocess.PIPE)
        server.ask(500)
        assert json.loads(server.get("/livez")) == {"alive": True}
        assert server.dropped() == 0
        server.process.send_signal(signal.SIGTERM)
        written = server.process.stderr.read().decode()
    assert server.process.wait(20) == -signal.SIGTERM
    lines = [json.loads(line) for line in written.splitlines()]
    asked = [line for line in lines if line.get("route") == "/v1/estimators"]
    assert [line["status"] for line in asked] == [200] * 500


@posix
def test_the_server_ends_without_its_reader(logged):
    with reserved_port() as port:
        server = logged(port, subprocess.PIPE)
        server.ask(40)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == -signal.SIGTERM


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_disk_that_is_full_stops_nothing_and_is_counted(logged):
    with reserved_port() as port, Path("/dev/full").open("wb") as full:
        server = logged(port, full)
        server.ask(20)
        assert server.dropped() > 20
