"""Photographs a second over loopback: this service beside the other ways to serve the same network.

    python benchmarks/service.py --cache out/benchmarks [--litserve PYTHON] [--rounds 2]

A MobileNet of 224 px with random weights, written by tf_keras and converted by `gantei import`, is
served by `gantei serve` and by each program of servers/, in turn, on the same photograph, and their
answers are compared. `gantei serve` is measured twice: decoding in full, as the others do, and at
reduced size, which they were not given. LitServe may want other versions of packages than we do:
give it a virtual environment with the group `peers` and the extra `cpu`, and name its Python. Needs
the extras `cpu`, `convert` and `service`, and the group `reference`.
"""

import argparse
import http.client
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from running import LOOPBACK, Running, form, gantei_serve

from gantei.demo.drawing import draw_photograph
from gantei.demo.people import person
from gantei.inference.onnx_runtime import onnx_runtime
from gantei.photographs.network_view import draft_side
from gantei.photographs.photograph import open_photograph

NAME = "benchmark-sex"
SIDE = 224
SERVERS = Path(__file__).parent / "servers"
CONCURRENCY = (1, 8, 32)
OURS = "gantei serve"
REDUCED = "gantei serve, decoding at reduced size"
ALONE, BURST = 20, 64
"""Requests of the lone client, before a burst of so many and after it."""
MOST_APART = 0.02
"""Probability; of a network with random weights, one answer of which is decoded at reduced size."""
SETTINGS = ("input.scale=-1..1", "input.resampling=bilinear", "input.colour=rgb", "input.crop=none",
            "output.sex.positive=male")  # fmt: skip


def write_network(path: Path) -> None:
    """Write a MobileNet with one sigmoid output that tells photographs apart."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "export"))
    import tf_keras
    from keras_models import behave, pictures

    tf_keras.utils.set_random_seed(1)
    body = tf_keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(224, 224, 3), pooling="avg"
    )
    answer = tf_keras.layers.Dense(1, activation="sigmoid", name="sex")(body.output)
    model = tf_keras.Model(body.input, answer)
    behave(tf_keras, model, pictures(224, count=8, low=-1, high=1)).save(path)


def installed(cache: Path) -> tuple[Path, Path]:
    """The Keras file and the ONNX file of the estimator, made where the cache has none."""
    os.environ["GANTEI_HOME"] = str(cache / "home")
    keras, onnx = cache / "served.h5", cache / "home/estimators" / NAME / "model.onnx"
    if not keras.exists():
        cache.mkdir(parents=True, exist_ok=True)
        write_network(keras)
    if not onnx.exists():
        facts = [part for setting in SETTINGS for part in ("--set", setting)]
        command = ["import", NAME, str(keras), "--task", "sex", "--because", "random weights"]
        subprocess.run(
            [sys.executable, "-m", "gantei", *command, *facts],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    if not (cache / "home/estimators" / f"{NAME}-reduced").exists():
        permit(cache / "drawn")
    return keras.resolve(), onnx.resolve()


def permit(folder: Path) -> None:
    """Make a copy that decodes at reduced size, whatever that changes of random weights."""
    from gantei.photographs.listing import list_photographs
    from gantei_export.optimisation.reduced_decoding import permit_reduced_decoding

    folder.mkdir(exist_ok=True)
    image = Image.open(BytesIO(drawn(2000)))
    for number in range(32):
        image.rotate(number).save(folder / f"{number}.jpg", quality=90)
    listing = list_photographs([folder])
    permit_reduced_decoding(NAME, listing, limits={"male": 1.0}, new_name=f"{NAME}-reduced")


class Way:
    """One way to serve the network: its command, and how it is asked."""

    def __init__(self, command, network, path="/predict", field="photograph"):
        self.command = [str(part) for part in command]
        self.environment = {"NETWORK": str(network), "BENTOML_DO_NOT_TRACK": "True"}
        self.path = path
        self.field = field

    def start(self):
        """The server, ready."""
        return Running(self.command, environment=self.environment)

    def request(self, picture):
        """Path, body and content type."""
        return self.path, *form(("a.jpg", picture), field=self.field)

    @staticmethod
    def value(answer):
        """The probability in an answer, wherever the server puts it."""
        told = json.loads(answer)
        if isinstance(told, list):
            return told[0]
        if "male" in told:
            return told["male"]
        (estimate,) = told["photographs"][0]["estimates"].values()
        return estimate["values"]["male"]["value"]


def ways(keras, onnx, litserve):
    """Every way to serve that can be tried here."""
    bento = ["-m", "bentoml", "serve", "bentoml_batchable:Batchable", "--working-dir", SERVERS]
    found = {
        OURS: Way(gantei_serve(NAME), onnx, "/v1/predict", "photographs"),
        REDUCED: Way(gantei_serve(f"{NAME}-reduced"), onnx, "/v1/predict", "photographs"),
        "BentoML, batchable": Way(
            [sys.executable, *bento, "--host", LOOPBACK, "--port", "{port}"], onnx
        ),
        "FastAPI + ONNX Runtime": Way(
            [sys.executable, SERVERS / "plain_fastapi.py", "{port}"], onnx
        ),
        "FastAPI + tf_keras": Way([sys.executable, SERVERS / "keras_fastapi.py", "{port}"], keras),
    }
    if litserve:
        found["LitServe"] = Way([litserve, SERVERS / "litserve_api.py", "{port}"], onnx)
    else:
        print("without LitServe: name a Python that has it with --litserve")
    return found


def ask(connection, path, body, kind):
    """One answer, on a connection that stays open."""
    connection.request("POST", path, body, {"content-type": kind})
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise SystemExit(f"status {response.status}: {answer[:300]!r}")
    return answer


def connected(server):
    return http.client.HTTPConnection(LOOPBACK, server.port, timeout=120)


def loaded(server, request, concurrency, seconds):
    """Ask from many clients for a time: photographs a second, and the server's CPU ms for each."""
    before, began = server.cpu(), time.monotonic()

    def client(_):
        connection, done = connected(server), 0
        while time.monotonic() < began + seconds:
            ask(connection, *request)
            done += 1
        connection.close()
        return done

    with ThreadPoolExecutor(concurrency) as clients:
        done = sum(clients.map(client, range(concurrency)))
    return done / (time.monotonic() - began), 1000 * (server.cpu() - before) / done


def alone(server, request):
    """The median latency of a lone client, in ms."""
    connection, taken = connected(server), []
    for _ in range(ALONE):
        began = time.perf_counter()
        ask(connection, *request)
        taken.append(1000 * (time.perf_counter() - began))
    connection.close()
    return statistics.median(taken)


def measured(way, picture, seconds):
    """All that is measured of one server in one round."""
    request, row = way.request(picture), {}
    with way.start() as server:
        connection = connected(server)
        row["answer"] = way.value(ask(connection, *request))
        connection.close()
        loaded(server, request, 2, 1)
        row["alone"] = alone(server, request)
        for concurrency in CONCURRENCY:
            row[f"rate {concurrency}"], row[f"cpu {concurrency}"] = loaded(
                server, request, concurrency, seconds
            )
        with ThreadPoolExecutor(BURST) as clients:
            for _ in range(BURST):
                clients.submit(lambda: ask(connected(server), *request))
        row["after a burst"] = alone(server, request)
        row["MB"] = server.resident()
    return row


def drawn(side):
    """A drawn fundus photograph as a JPEG of `side` x `side` pixels."""
    who = person(1, 1)
    file = BytesIO()
    image = draw_photograph(1, who, who.eyes[0]).image
    left, top = (each - min(image.size) >> 1 for each in image.size)
    image = image.crop((left, top, left + min(image.size), top + min(image.size)))
    image.resize((side, side), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
    return file.getvalue()


def bare(picture, onnx, reduce, seconds=4):
    """CPU ms of decoding, in full or as reduced as ours, and inference, in loops.

    In one process, on all cores, as the servers have them: a busy neighbour slows a core down.
    """
    options = onnx_runtime().SessionOptions()
    options.intra_op_num_threads = 1
    session = onnx_runtime().InferenceSession(str(onnx), options)
    reduced = open_photograph(picture).scale(draft_side(SIDE), draft_side(SIDE)) if reduce else 1

    def estimate():
        image = Image.open(BytesIO(picture))
        if reduced > 1:
            image.draft("RGB", (image.width // reduced, image.height // reduced))
        small = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
        session.run(["sex"], {"photograph": np.asarray(small, np.float32)[None] / 127.5 - 1})

    def loop(_):
        done = 0
        while time.monotonic() < until:
            estimate()
            done += 1
        return done

    estimate()
    before, until = time.process_time(), time.monotonic() + seconds
    with ThreadPoolExecutor(os.cpu_count()) as cores:
        done = sum(cores.map(loop, range(os.cpu_count())))
    return 1000 * (time.process_time() - before) / done


def table(rows):
    """A Markdown table, and the ratios that matter."""
    rates = [f"rate {n}" for n in CONCURRENCY]
    columns = [*rates, *(f"cpu {n}" for n in CONCURRENCY), "alone", "after a burst", "MB"]
    lines = [f"| server | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    for name, row in rows.items():
        lines.append(f"| {name} | {' | '.join(f'{row[key]:.1f}' for key in columns)} |")
    peers = [name for name in rows if name not in (OURS, REDUCED)]
    for ours, key in itertools.product((OURS, REDUCED), rates if peers else ()):
        best = max((rows[name][key], name) for name in peers)
        lines.append(
            f"{ours}, {key}: {rows[ours][key] / best[0]:.2f} times the best of the others, which "
            f"decode in full ({best[1]})"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, required=True, help="folder for the network")
    parser.add_argument("--litserve", metavar="PYTHON", help="a Python that has LitServe")
    parser.add_argument("--side", type=int, default=2000, help="pixels of a photograph")
    parser.add_argument("--seconds", type=float, default=8, help="of each concurrency")
    parser.add_argument("--rounds", type=int, default=2, help="all servers in turn, so often")
    parser.add_argument("--only", action="append", help="leave the other servers out")
    chosen = parser.parse_args()
    keras, onnx = installed(chosen.cache)
    known = ways(keras, onnx, chosen.litserve)
    tried = {n: w for n, w in known.items() if n in (OURS, REDUCED, *(chosen.only or known))}
    picture = drawn(chosen.side)
    print(f"a JPEG of {chosen.side} px, {len(picture) // 1000} kB; {os.cpu_count()} cores")
    print("rate: photographs/s; cpu: the server's ms a photograph; alone: ms of one client")
    seen, alone_in_process = defaultdict(list), {OURS: [], REDUCED: []}
    for _ in range(chosen.rounds):
        for name, spent in alone_in_process.items():
            spent.append(bare(picture, onnx, name == REDUCED))
        for name, way in tried.items():
            seen[name].append(measured(way, picture, chosen.seconds))
            print(name, {k: round(v, 3) for k, v in seen[name][-1].items()}, flush=True)
    rows = {
        name: {key: statistics.mean(each[key] for each in rounds) for key in rounds[0]}
        for name, rounds in seen.items()
    }
    print(table(rows))
    for name, each in alone_in_process.items():
        spent, ours = statistics.mean(each), rows[name]
        print(f"{name}: decoding alike and inference alone take {spent:.1f} ms of CPU;", end=" ")
        print(*(f"at {n}: {ours[f'cpu {n}'] / spent:.2f} times" for n in CONCURRENCY), sep=", ")
        print(f"{name}: alone after a burst {ours['after a burst'] / ours['alone']:.2f} times")
    answers = [row["answer"] for row in rows.values()]
    if max(answers) - min(answers) > MOST_APART:
        raise SystemExit(f"the servers do not answer the same: {answers}")
    with Running(gantei_serve("demo-age", "demo-sex")) as server:
        print(f"ready with the demo estimators after {server.ready:.1f} s")


if __name__ == "__main__":
    main()
