"""Reloads of a running server: by signal and by request, under load, with TLS, from a terminal."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from threading import Event, Thread
from types import SimpleNamespace

import httpx
import pytest

from ..processes import wait_for
from .conftest import encoded_picture, form, wait_until
from .reloads import ADDRESS, ADMINISTRATOR, WARD
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGHUP"), reason="there are no such signals on Windows"
)


def events(log, event):
    written = log.read_text("utf-8").splitlines()
    lines = [json.loads(line) for line in written if not line.startswith("nohup: ")]
    return [line for line in lines if line["event"] == event]


class Asking:
    """A client that asks for the same photograph again and again; gives what it was answered."""

    def __init__(self, url):
        self.answers = []
        self._url, self._stop = url, Event()
        self._thread = Thread(target=self._ask)
        self._thread.start()

    def _ask(self):
        with httpx.Client(trust_env=False, timeout=30) as client:
            while not self._stop.is_set():
                picture = form(encoded_picture(1))
                answer = client.post(f"{self._url}/v1/predict", headers=WARD, **picture)
                assert answer.status_code == 200, answer.text
                (entry,) = answer.json()["photographs"]
                self.answers.append(entry["estimates"]["made"]["values"]["age"]["value"])

    def stop(self):
        self._stop.set()
        self._thread.join()


@pytest.mark.parametrize("by", ["signal", "request"])
def test_no_request_is_lost_while_the_server_is_reloaded(
    make_estimator,
    replaced,
    tokens,
    tmp_path,
    by,
):
    folder = make_estimator()
    server = Server(folder, tmp_path / "log", "--token-file", str(tokens), "--workers", "2")
    url = f"http://127.0.0.1:{server.port}"
    clients = [Asking(url) for _ in range(3)]
    try:
        for reloads in (1, 2):
            before = [len(each.answers) for each in clients]
            wait_until(
                lambda counts=before: all(
                    len(each.answers) > count + 3
                    for each, count in zip(clients, counts, strict=True)
                )
            )
            replaced(folder, 1.0 + reloads)
            if by == "signal":
                server.process.send_signal(signal.SIGHUP)
            else:
                assert httpx.post(f"{url}{ADDRESS}", headers=ADMINISTRATOR).status_code == 200
            wait_until(lambda times=reloads: len(events(server.log, "reloaded")) == times)
        before = [len(each.answers) for each in clients]
        wait_until(lambda: all(len(each.answers) > before[0] + 1 for each in clients))
    finally:
        for each in clients:
            each.stop()
        server.stop()
    first = clients[0].answers[0]
    for each in clients:
        versions = [round(answer / first) for answer in each.answers]
        assert versions == sorted(versions)
        assert {*versions} == {1, 2, 3}


@contextmanager
def hung_up(tmp_path, folder, *before):
    """A server in a terminal of its own; gives it, its log and what hangs the terminal up.

    `before` are words before the command, such as nohup.
    """
    ours, theirs = os.openpty()
    log = tmp_path / "log"
    serve = [sys.executable, "-m", "gantei", "serve", "--port", "0", "--with", str(folder)]
    words = [*before, *serve]
    take = (
        "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        "signal.signal(signal.SIGHUP, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])"
    )
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", take, *words],
            stdin=theirs, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    os.close(theirs)
    try:
        wait_for(lambda: events(log, "estimators checked"), process, log)
        yield process, log, ours
    finally:
        process.kill()
        process.wait()


def test_in_a_terminal_the_signal_reloads_and_the_end_of_the_terminal_ends(
    make_estimator, tmp_path
):
    with hung_up(tmp_path, make_estimator()) as (process, log, terminal):
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: events(log, "reloaded"), process, log)
        os.close(terminal)
        process.wait(30)
    assert len(events(log, "reloaded")) == 1


def test_under_nohup_a_server_outlives_its_terminal_and_is_reloaded_by_the_signal(
    make_estimator, tmp_path
):
    with hung_up(tmp_path, make_estimator(), "nohup") as (process, log, terminal):
        os.close(terminal)  # which signals its foreground
        wait_for(lambda: len(events(log, "reloaded")) == 1, process, log)
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(events(log, "reloaded")) == 2, process, log)


@pytest.fixture
def terminal(monkeypatch):
    """Whether there is a terminal, and what a clock shows: both as the test says."""
    import gantei_service.hangups as module

    shown = SimpleNamespace(there=True, seconds=100.0)
    monkeypatch.setattr(module, "_has_terminal", lambda: shown.there)
    monkeypatch.setattr(module.time, "monotonic", lambda: shown.seconds)
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # `nohup` ignores it for all it starts
    yield shown
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(("seconds", "asked"), [(1, "end"), (60, "reload")])
def test_a_signal_ends_the_server_only_where_it_comes_with_the_end_of_the_terminal(
    terminal, seconds, asked
):
    from gantei_service.hangups import Hangups

    hangups = Hangups()
    with hangups.noted():
        assert hangups.asked() is None
        terminal.there = False
        assert hangups.asked() is None
        terminal.seconds += seconds  # without a signal: the shell has disowned the server
        assert hangups.asked() is None
        os.kill(os.getpid(), signal.SIGHUP)
        assert (hangups.asked(), hangups.asked()) == (asked, None)


def test_a_signal_during_the_start_does_not_end_the_server(terminal):
    from gantei_service.hangups import Hangups

    hangups = Hangups()
    with hangups.noted():
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
    assert (hangups.asked(), hangups.asked()) == ("reload", None)
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
