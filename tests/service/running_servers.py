"""A server that runs in a thread of this process, and how long it waits."""

import socket
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from threading import Thread

from .conftest import wait_until


@contextmanager
def running(server, scheme="http"):
    """Run a server in a thread; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def answers(url):
    """Whether a server has checked its estimators, so that it takes photographs."""
    connection = HTTPConnection(url.rpartition("/")[2])
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    finally:
        connection.close()


def cut_after(connection):
    """Seconds until the server ends a connection."""
    began = time.monotonic()
    with suppress(ConnectionError):
        while connection.recv(65536):
            pass
    return time.monotonic() - began
