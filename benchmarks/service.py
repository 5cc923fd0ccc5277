"""Photographs a second over loopback: this service beside a plain FastAPI + ONNX Runtime loop.

`python benchmarks/service.py [--estimator demo-age] [--side 2000] [--seconds 8]`. Needs the extras
`cpu` and `service`. Both run in processes of their own, one after the other, twice, on the same
photographs; the plain one decodes with Pillow in full and resizes, in FastAPI's thread pool.
"""

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import psutil
from PIL import Image

from gantei.catalogue import SHIPPED

PLAIN = """
import io, sys
import numpy as np, onnxruntime, uvicorn
from fastapi import FastAPI, UploadFile
from PIL import Image
from gantei.catalogue import find
entry = find(sys.argv[1])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(str(entry.folder / entry.manifest.weights.file), options)
height, width = entry.manifest.input.size
app = FastAPI()
@app.get("/readyz")
def ready():
    return {}
@app.post("/v1/predict")
def predict(photographs: UploadFile):
    image = Image.open(io.BytesIO(photographs.file.read())).convert("RGB")
    pixels = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), np.float32)
    (age, *_) = session.run(None, {"photograph": (pixels[None] - 127.5) / 127.5})
    return {"age": float(age.reshape(-1)[0])}
uvicorn.run(app, port=int(sys.argv[2]), log_level="critical")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--estimator", default="demo-age")
    parser.add_argument("--side", type=int, default=2000, help="pixels of a photograph")
    parser.add_argument("--seconds", type=float, default=8)
    chosen = parser.parse_args()
    body, kind = form(photograph(chosen.side))
    print(
        f"one JPEG of {chosen.side} x {chosen.side}, {len(body) // 1000} kB, {os.cpu_count()} cores"
    )
    print(
        "| server | concurrency | photographs/s | server's CPU ms a photograph |\n|---|---|---|---|"
    )
    rates: dict[tuple[str, int], list[float]] = {}
    for _ in range(2):
        for name in ("gantei serve", "plain FastAPI"):
            for concurrency, rate, cpu in measured(name, chosen, body, kind):
                rates.setdefault((name, concurrency), []).append(rate)
                print(f"| {name} | {concurrency} | {rate:.1f} | {cpu:.1f} |", flush=True)
    for concurrency in (1, 8, 32):
        ours, plain = (
            statistics.mean(rates[name, concurrency]) for name in ("gantei serve", "plain FastAPI")
        )
        print(f"ratio at concurrency {concurrency}: {ours / plain:.2f}")


def measured(name, chosen, body, kind):
    """Start a server and load it: concurrency, rate and CPU time for each concurrency."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    ours = [sys.executable, "-m", "gantei", "serve", "--with", chosen.estimator, "--port", port]
    plain = [sys.executable, "-c", PLAIN, chosen.estimator, port]
    process = subprocess.Popen(ours if name == "gantei serve" else plain, stderr=subprocess.DEVNULL)
    try:
        while status(port, "GET", "/readyz") != 200:
            time.sleep(0.1)
        for concurrency in (1, 8, 32):
            yield concurrency, *load(process, port, body, kind, concurrency, chosen.seconds)
    finally:
        process.terminate()
        process.wait()


def load(process, port, body, kind, concurrency, seconds):
    """Send one photograph a request from many clients; photographs/s and CPU ms of the server."""
    for _ in range(4):
        assert status(port, "POST", "/v1/predict", body, kind) == 200
    times = psutil.Process(process.pid).cpu_times()
    began = time.monotonic()

    def client(_):
        connection = http.client.HTTPConnection("127.0.0.1", int(port))
        done = 0
        while time.monotonic() < began + seconds:
            connection.request("POST", "/v1/predict", body, {"content-type": kind})
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            done += 1
        connection.close()
        return done

    with ThreadPoolExecutor(concurrency) as clients:
        done = sum(clients.map(client, range(concurrency)))
    spent = time.monotonic() - began
    after = psutil.Process(process.pid).cpu_times()
    cpu = after.user + after.system - times.user - times.system
    return done / spent, 1000 * cpu / done


def status(port, method, path, body=None, kind="text/plain"):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", int(port))
        connection.request(method, path, body, {"content-type": kind})
        return connection.getresponse().status
    except OSError:
        return 0


def form(picture):
    """A multipart body with one photograph, and its content type."""
    head = b'--b\r\ncontent-disposition: form-data; name="photographs"; filename="a.jpg"\r\n'
    return head + b"\r\n" + picture + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"


def photograph(side):
    """A golden photograph of the demo estimator, enlarged: a JPEG."""
    file = BytesIO()
    with Image.open(SHIPPED / "demo-age/golden-1.jpg") as image:
        image.resize((side, side), Image.Resampling.BICUBIC).save(file, "JPEG", quality=92)
    return file.getvalue()


if __name__ == "__main__":
    main()
