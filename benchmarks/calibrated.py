"""What a calibration costs a server: photographs a second and CPU time with and without one.

`python benchmarks/calibrated.py [--rounds 5] [--photographs 200]`. Needs the extras `cpu` and
`service`. Three servers of demo-age, without a calibration, with one, and with one that has
embeddings (64 directions), run at the same time and are asked in turn, so that a ratio comes from
one run. Raw values must be the same of all three.
"""

import argparse
import itertools
import json
import os
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import BytesIO

import numpy as np
from PIL import Image
from running import Running, gantei_serve

from gantei.calibrations.calibration import (
    CalibratedPeople,
    Calibration,
    EmbeddingReference,
    IntervalBand,
    LineCalibration,
    facts_of,
)
from gantei.calibrations.calibration_store import save_calibration
from gantei.catalogue.entries import SHIPPED, find

WIDTH, DIRECTIONS, CLIENTS = 256, 64, 4
SITES = ("none", "plain", "embeddings")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--photographs", type=int, default=200)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        os.environ["GANTEI_HOME"] = home
        write_calibrations()
        servers = {
            site: stack.enter_context(
                Running([*gantei_serve("demo-age"), *(["--calibration", site] * (site != "none"))])
            )
            for site in SITES
        }
        check_answers(servers)
        found = {site: [] for site in SITES}
        for number in range(chosen.rounds):
            # Each comes first in turn, as a machine that warms up, or is shared, changes its pace.
            for site in (*SITES[number % 3 :], *SITES[: number % 3]):
                found[site].append(measured(servers[site], chosen.photographs))
    report(found)


def report(found):
    """Print medians, and the ratios of each round to the server without a calibration."""
    for site, rounds in found.items():
        rate, cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
        pairs = list(zip(rounds, found["none"], strict=True))
        rates = statistics.median(one[0] / other[0] for one, other in pairs)
        cpus = statistics.median(one[1] / other[1] for one, other in pairs)
        print(
            f"{site}: {rate:.1f} photographs/s, {cpu:.2f} ms of CPU a photograph; "
            f"{rates:.3f} of the rate and {cpus:.3f} of the CPU without a calibration"
        )


def measured(server, photographs):
    """Photographs a second, and milliseconds of the server's CPU for each."""
    began, computed = time.perf_counter(), server.cpu()
    with ThreadPoolExecutor(CLIENTS) as clients:
        statuses = list(clients.map(lambda _: ask(server)[0], range(photographs)))
    if {*statuses} != {200}:
        raise SystemExit("a photograph was not answered")
    seconds = time.perf_counter() - began
    return photographs / seconds, 1000 * (server.cpu() - computed) / photographs


def check_answers(servers):
    """See that raw values are the same, and calibrated ones are where they should be."""
    answers = {site: json.loads(ask(server)[1]) for site, server in servers.items()}
    estimates = {
        site: each["photographs"][0]["estimates"]["demo-age"] for site, each in answers.items()
    }
    if len({json.dumps(each["values"]) for each in estimates.values()}) != 1:
        raise SystemExit("a calibration changes raw values")
    has = [("calibrated" in each, "distance" in each) for each in estimates.values()]
    if has != [(False, False), (True, False), (True, True)]:
        raise SystemExit("a server has another calibration than it was given")


def ask(server):
    return server.ask("POST", "/v1/predict", PICTURE, "image/jpeg")


def picture():
    """A golden photograph, 500 px: small, so that a cost would show."""
    file = BytesIO()
    with Image.open(SHIPPED / "demo-age/golden-1.jpg") as image:
        image.convert("RGB").resize((500, 500)).save(file, "JPEG", quality=92)
    return file.getvalue()


def write_calibrations():
    """Write both calibrations of made numbers, which nobody reads."""
    manifest = find("demo-age").manifest
    people = CalibratedPeople(people=200, photographs=400, ages=(20.0, 90.0), sexes={}, cameras={})
    edges = np.linspace(0, 120, 7).tolist()
    bands = [
        IntervalBand(least=low, greatest=high, people=60, down=8.0, up=8.0)
        for low, high in itertools.pairwise(edges)
    ]
    age = LineCalibration(
        unit="years", people=200, intercept=5.0, slope=0.9, bands=tuple(bands), covered_at_least=0.8
    )
    axes = np.linalg.qr(np.random.default_rng(1).normal(size=(WIDTH, DIRECTIONS)))[0].T
    reference = EmbeddingReference.of(np.zeros(WIDTH), axes, np.full(DIRECTIONS, 2.0), 1.0, 9.0)
    for site, embeddings in (("plain", None), ("embeddings", reference)):
        save_calibration(
            Calibration(
                site=site, estimator="demo-age", weights_sha256=manifest.weights.sha256,
                facts=facts_of(manifest), date="2026-11-29", gantei="0", level=0.9,
                labels_sha256="0" * 64, people=people, outputs={"age": age}, embeddings=embeddings,
            )
        )  # fmt: skip


PICTURE = picture()

if __name__ == "__main__":
    main()
