"""Photographs per second of `gantei serve` on the card, asked by threads of one process."""

import http.client
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import cycle

from gpu_measures import Row, Settings
from gpu_use import GpuUse

BOUNDARY = "gantei-benchmark"
PATIENCE = 60


def serve(settings: Settings, network: str) -> Iterator[Row]:
    """Start a server for each batch, and ask it from twice as many clients as a batch holds."""
    if find_spec("bentoml") is None:
        yield {
            "measure": "serve",
            "network": network,
            "absent": "the extra service is not installed",
        }
        return
    for batch in settings.batches[-1:] if settings.small else settings.batches:
        yield _served(settings, network, batch)


def _served(settings: Settings, network: str, batch: int) -> Row:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["serve", "--with", settings.folder(network), "--device", settings.device,
                 "--batch", batch, "--port", port]  # fmt: skip
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gantei", *map(str, arguments)], stdout=log, stderr=log
        )
        try:
            if not _ready(process, port):
                log.seek(0)
                raise SystemExit(log.read().decode(errors="replace")[-1500:])
            bodies = [_form(data) for data in settings.photographs()]
            _asked(port, bodies, 2 * batch, 0.2)
            with GpuUse() as use:
                per_second = _asked(port, bodies, 2 * batch, 2 * settings.seconds)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    return {"measure": "serve", "network": network, "batch": batch,
            "photographs_per_s": per_second, "gpu_percent": use.percent}  # fmt: skip


def _ready(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "GET", "/readyz"):
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def _ask(connection: http.client.HTTPConnection, *request: object) -> bool:
    connection.request(*request)  # type: ignore[arg-type]
    response = connection.getresponse()
    body = response.read()
    return response.status == 200 and b'"problem"' not in body


def _form(data: bytes) -> bytes:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photographs"; '
        'filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    )
    return head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()


def _asked(port: int, bodies: list[bytes], clients: int, seconds: float) -> float:
    """Photographs per second that are answered, one per request, each client on one connection."""
    answered, failed, until = [0] * clients, [0] * clients, time.monotonic() + seconds
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

    def ask(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for body in cycle(bodies):
            right = _ask(connection, "POST", "/v1/predict", body, headers)
            (answered if right else failed)[client] += 1
            if time.monotonic() > until:
                return

    began = time.monotonic()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if sum(failed):
        raise SystemExit(f"{sum(failed)} of {sum(failed) + sum(answered)} requests failed")
    return sum(answered) / (time.monotonic() - began)
