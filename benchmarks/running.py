"""A server as a process of its own on loopback, and what it uses."""

import http.client
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from io import BytesIO

import psutil
from PIL import Image

from gantei.catalogue.entries import SHIPPED

READY = "/readyz"
LOOPBACK = "127.0.0.1"


class Running:
    """`command` with a free port put in for `{port}`; the constructor returns when it is ready."""

    def __init__(self, command, log=subprocess.DEVNULL, environment=None, patience=90, token=None):
        self.grpc_port = None
        self.headers = {"authorization": f"Bearer {token}"} if token else {}
        # Bound until the end, so that the system gives the port to nobody else. On Linux a server
        # may bind it as well, as nobody listens here.
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._held.bind((LOOPBACK, 0))
        self.port = self._held.getsockname()[1]
        self._command = [part.format(port=self.port) for part in command]
        self._log, self._environment = log, {**os.environ, **(environment or {})}
        self.start(patience)

    def start(self, patience=90):
        """Start it, after the constructor once more where its process has ended; wait for it."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            self._command, stdout=self._log, stderr=self._log, env=self._environment
        )
        while self.status("GET", READY) != 200:
            if self.process.poll() is not None or time.monotonic() > began + patience:
                self.stop()
                raise SystemExit(f"{self._command} did not get ready")
            time.sleep(0.05)
        self.ready = time.monotonic() - began

    def ask(self, method, path, body=None, kind="text/plain", timeout=60):
        """Status and body of an answer; status 0 where there was none."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=timeout)
        try:
            connection.request(method, path, body, {"content-type": kind, **self.headers})
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def status(self, *request):
        """Status alone."""
        return self.ask(*request)[0]

    def metric(self, name):
        """A number of /metrics; 0 where it is not counted yet."""
        for line in self.ask("GET", "/metrics")[1].decode().splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[1])
        return 0.0

    def connect(self, timeout=60):
        """Open a connection, for what no client library would send."""
        return socket.create_connection((LOOPBACK, self.port), timeout=timeout)

    def cpu(self):
        """Seconds that it and its children have computed."""
        times = [each.cpu_times() for each in self._family()]
        return sum(each.user + each.system for each in times)

    def resident(self):
        """Megabytes of memory of it and its children."""
        return sum(each.memory_info().rss for each in self._family()) / 1e6

    def stop(self):
        """End it and its children."""
        family = self._family() if self.process.poll() is None else []
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        for each in family:
            if each.is_running():
                each.kill()
        self.process.wait()
        self._held.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _family(self):
        server = psutil.Process(self.process.pid)
        return [server, *server.children(recursive=True)]


def free_port():
    """A port that nobody has at this moment."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        return free.getsockname()[1]


def gantei_serve(*names):
    """The command of our own service."""
    chosen = [part for name in names for part in ("--with", str(name))]
    return [sys.executable, "-m", "gantei", "serve", "--port", "{port}", *chosen]


BOUNDARY = "------------------------2f6c1e0b9d7a4835c0b1fe"
"""As long as those of clients, which are what servers look for in a body."""


def form(*pictures, field="photographs", **fields):
    """A multipart body with pictures of (name, bytes), and its content type."""
    disposition = 'content-disposition: form-data; name="{}"'
    body = b""
    for name, value in fields.items():
        body += f"--{BOUNDARY}\r\n{disposition.format(name)}\r\n\r\n{value}\r\n".encode()
    for name, data in pictures:
        head = f'--{BOUNDARY}\r\n{disposition.format(field)}; filename="{name}"\r\n\r\n'
        body += head.encode() + data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"


def photograph(side, number=1, quality=92):
    """A golden photograph of the demo estimator, enlarged: a JPEG."""
    file = BytesIO()
    with Image.open(SHIPPED / f"demo-age/golden-{number}.jpg") as image:
        image.resize((side, side), Image.Resampling.BICUBIC).save(file, "JPEG", quality=quality)
    return file.getvalue()
