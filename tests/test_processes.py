"""What the tests themselves rely on, where they start servers."""

import socket
import subprocess
import sys
import time

import pytest

from .processes import again_if_bentomls_port_is_gone, reserved_port, wait_for


def test_a_process_that_ends_is_told_at_once_with_its_log(tmp_path):
    log = tmp_path / "log"
    with log.open("wb") as file:
        code = "import sys; print('no room'); sys.exit(3)"
        process = subprocess.Popen([sys.executable, "-c", code], stdout=file)
    began = time.monotonic()
    with pytest.raises(AssertionError, match=r"(?s)ended with 3.*no room"):
        wait_for(lambda: False, process, log, seconds=600)
    assert time.monotonic() - began < 300


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lends a port that is bound")
def test_a_reserved_port_is_given_to_nobody_else_and_a_server_may_listen_on_it():
    with reserved_port() as port, socket.socket() as server, socket.socket() as other:
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
        with socket.create_connection(("127.0.0.1", port), timeout=10):
            server.accept()[0].close()


def test_bentoml_is_started_again_only_where_its_port_is_gone():
    told = ["zmq.error.ZMQError: Address already in use (addr='tcp://127.0.0.1:1')"]

    def start():
        if told:
            raise AssertionError(told.pop())
        return "running"

    assert again_if_bentomls_port_is_gone(start) == "running"
    told.append("something else")
    with pytest.raises(AssertionError, match="something else"):
        again_if_bentomls_port_is_gone(start)
