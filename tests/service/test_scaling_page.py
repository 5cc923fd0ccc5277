"""docs/scaling.md: two services behind nginx, each replaced while a client asks."""

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from gantei import Client, load
from gantei.catalogue.entries import SHIPPED

from ..processes import need_programs, reserved_port, wait_for
from .certificates import Authority
from .conftest import digest
from .proxies import nginx
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("cryptography", reason="there is nothing to make certificates with")

PAGE = (Path(__file__).parents[2] / "docs/scaling.md").read_text("utf-8")
(UPSTREAM,) = re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL)
PHOTOGRAPHS = sorted((SHIPPED / "demo-age").glob("golden-*.jpg"))


@contextmanager
def behind_nginx(folder, ports, authority):
    """The address of nginx with the page's `upstream`, in front of these ports."""
    folder.mkdir()
    with reserved_port() as port:
        command = nginx(folder, port, ports[0], True, authority.sign("nginx"))
        site = folder / "site.conf"
        servers = UPSTREAM
        for number, each in enumerate(ports, 11):
            assert f"10.0.0.{number}:3000" in servers
            servers = servers.replace(f"10.0.0.{number}:3000", f"127.0.0.1:{each}")
        text, changed = re.subn(r"upstream gantei \{.*?\n\}\n", servers, site.read_text("utf-8"),
                                flags=re.DOTALL)  # fmt: skip
        assert changed == 1
        site.write_text(text, "utf-8")
        process = subprocess.Popen(command, env={**os.environ, "HOME": str(folder)})
        try:
            wait_for((folder / "nginx.pid").exists, process, folder / "error.log")
            yield f"https://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def test_each_of_two_is_replaced_while_a_client_asks_and_no_photograph_is_lost(tmp_path):
    need_programs("nginx")
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{digest('secret')} ward 3\n")
    authority = Authority(tmp_path)
    expected = [each.values for each in load("demo-age").predict(PHOTOGRAPHS)]
    over = Event()

    def start(port):
        return Server("demo-age", tmp_path / f"{port}.log", "--port", str(port),
                      "--token-file", str(tokens))  # fmt: skip

    def ask(url):
        answered = []
        with Client(url, "secret", ca=authority.path) as client:
            while not over.is_set():
                answers = client.predict(PHOTOGRAPHS)
                answered.append([each["demo-age"].values for each in answers])
        return answered

    with ExitStack() as stack:
        ports = [stack.enter_context(reserved_port()) for _ in range(2)]
        running = {}
        stack.callback(lambda: [each.stop() for each in running.values()])
        for port in ports:
            running[port] = start(port)
        url = stack.enter_context(behind_nginx(tmp_path / "nginx", ports, authority))
        asking = stack.enter_context(ThreadPoolExecutor(1)).submit(ask, url)
        stack.callback(over.set)
        for port in ports:
            running[port].process.terminate()
            running[port].process.wait(120)
            running[port] = start(port)
            one = running[port]
            wait_for(partial(has_answered, one.log), one.process, one.log)
        over.set()
        answers = asking.result(120)
    assert len(answers) > len(ports)
    assert all(each == expected for each in answers)


def has_answered(log):
    """Whether a service has answered a photograph."""
    lines = map(json.loads, log.read_text("utf-8").splitlines())
    return any(line.get("photographs") for line in lines)
