"""Servers as processes of their own: a port for each, and what one says that ends too early."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from filelock import FileLock


@contextmanager
def reserved_port():
    """A port of loopback that nobody else gets while the block runs, and a server may listen on.

    For servers that cannot be told 0 and asked. The port stays bound here, so the system gives it
    to nobody; whoever names it may bind it as well, as long as nobody listened before. Elsewhere
    than on Linux it is only a port that was free.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "linux":
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        if sys.platform != "linux":
            held.close()
        yield port


def listening(log):
    """The port that `gantei serve --port 0` says in its log; None before it does."""
    for line in log.read_text("utf-8").splitlines():
        if '"event": "listening"' in line:
            return int(json.loads(line)["address"].rstrip("/").rpartition(":")[2])
    return None


@contextmanager
def no_other_bentoml(tmp_path_factory):
    """While the block runs, no other test of this run has BentoML.

    Its supervisor takes two ports, lets them go, and binds them a second later.
    """
    with FileLock(run_root(tmp_path_factory) / "bentoml.lock"):
        yield


def again_if_bentomls_port_is_gone(start):
    """Give what `start()` gives; on its second try, where something else got such a port."""
    try:
        return start()
    except AssertionError as error:
        if "zmq.error.ZMQError: Address already in use" not in str(error):
            raise
    return start()


def need_programs(*names):
    """Skip the test where a program is not to be had; where `CI` is set, that is a failure."""
    missing = [name for name in names if not shutil.which(name)]
    if missing and os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        pytest.fail(f"no {', '.join(missing)} here, and CI has to prove this")
    if missing:
        pytest.skip(f"no {', '.join(missing)} here")


def run_root(tmp_path_factory):
    """The folder that all workers of a run of the tests share."""
    root = tmp_path_factory.getbasetemp()
    return root.parent if "PYTEST_XDIST_WORKER" in os.environ else root


def wait_for(condition, process, log, seconds=60):
    """Wait until `condition()` gives something, and give it; say at once if the process ends."""
    until = time.monotonic() + seconds
    while not (given := condition()):
        ended = process.poll() is not None
        if ended or time.monotonic() > until:
            what = f"ended with {process.returncode}" if ended else f"was not there in {seconds} s"
            text = log.read_text("utf-8", "replace")[-4000:]
            raise AssertionError(f"{' '.join(map(str, process.args))} {what}; it said:\n{text}")
        time.sleep(0.05)
    return given


def without_network():
    """The words before a command that give it an empty network, where that is permitted."""
    words = ["unshare", "--map-root-user", "--net"]
    try:
        permitted = subprocess.run([*words, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return []
    return [] if permitted.returncode else words
