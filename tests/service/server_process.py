"""`gantei serve` as a process of its own, on loopback."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from ..processes import listening, wait_for
from .metric_samples import samples


class Server:
    """`gantei serve` as a process of its own."""

    def __init__(
        self,
        folder: Path,
        log: Path,
        *options: str,
        within: Callable[[list[str]], list[str]] = list,
    ) -> None:
        self.log = log
        command = [sys.executable, "-m", "gantei", "serve", "--port", "0", "--with", str(folder)]
        with log.open("wb") as file:
            command = within([*command, *options])
            self.process = subprocess.Popen(command, stderr=file, env={**os.environ})
        try:
            self.port = wait_for(lambda: listening(log), self.process, log)
            wait_for(lambda: self.get("/readyz")[0] == 200, self.process, log)
        except AssertionError:
            self.stop()
            raise

    def get(self, path):
        """Status and text."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name):
        """The number of a metric; 0 where it is not counted yet."""
        return samples(self.get("/metrics")[1]).get(name, 0.0)

    def connect(self):
        """A connection, for what no client library would send."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def stop(self):
        """End it, if it has not ended."""
        self.process.kill()
        self.process.wait()
