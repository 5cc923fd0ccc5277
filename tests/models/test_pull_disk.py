"""`gantei pull` by two at once, and on a disk that gets full."""

import shutil
import threading
from pathlib import Path

import pytest

from gantei.errors import (
    OutputError,
)
from gantei.pull import transfer
from gantei.pull.fetching import pull_estimator

from .pulling import is_whole, mine, refused

__all__ = ["mine"]


def test_two_at_once_share_one_download(hub, mine):
    source = hub.offer(mine)
    hub.pause = 0.005
    outcomes = []
    threads = [
        threading.Thread(
            target=lambda: outcomes.append(pull_estimator("my-age", source).was_installed)
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, True]
    assert len(hub.gets("model.onnx")) == 1
    assert is_whole(mine)


def test_a_disk_without_room_is_said_before_the_weights(hub, mine, monkeypatch):
    source = hub.offer(mine)
    usage = shutil.disk_usage("/")._replace(free=transfer.SPARE + 800_000)
    monkeypatch.setattr(transfer.shutil, "disk_usage", lambda _: usage)
    refused(OutputError, source, "GANTEI_HOME")
    assert hub.gets("model.onnx") == []


def test_a_disk_that_gets_full_is_said_and_the_next_call_goes_on(hub, mine, monkeypatch):
    source = hub.offer(mine)
    really = Path.open

    def opened(path, mode="r", *args, **kwargs):
        if path.name == "model.onnx.part" and mode == "wb":
            really(path, "wb").close()
            return really(Path("/dev/full"), "wb")
        return really(path, mode, *args, **kwargs)

    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with monkeypatch.context() as full:
        full.setattr(Path, "open", opened)
        refused(OutputError, source, "disk is full.*GANTEI_HOME")
    pull_estimator("my-age", source)
    assert is_whole(mine)
