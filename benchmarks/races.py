"""Whether anybody ever gets another's answer: 39 good photographs and a bad one, at the same time.

`python benchmarks/races.py [--rounds 100]`. Needs the extras `cpu` and `service`. Asks a server of
its own, without batches and with batches of 8, and compares each answer with `Estimator.predict`.
"""

import argparse
import http.client
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
from PIL import Image
from running import LOOPBACK, Running, gantei_serve

import gantei
from gantei.catalogue.entries import SHIPPED

GOOD = 39
HEADERS = {"content-type": "image/jpeg"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    pictures = [*photographs(), photographs()[0][:-2000]]
    judge = gantei.load("demo-age").predict(pictures, on_error="record")
    expected = [each.values.get("age") for each in judge]
    apart = min(np.diff(sorted(expected[:GOOD])))
    print(f"{GOOD} photographs whose ages differ by {apart:.4f} years or more, and one cut off")
    failed = False
    for batch in ("1", "8"):
        right, errors = asked(batch, rounds, pictures, expected)
        failed |= (right, errors) != (GOOD * rounds, rounds)
        print(f"--batch {batch}: {right} of {GOOD * rounds} right, {errors} of {rounds} errors")
    sys.exit(failed)


def asked(batch, rounds, pictures, expected):
    """Ask a server for all pictures at the same time, each in a request of its own, many times."""
    with Running([*gantei_serve("demo-age"), "--batch", batch]) as server:
        right = errors = 0
        with ThreadPoolExecutor(len(pictures)) as clients:
            for _ in range(rounds):
                answers = clients.map(lambda picture: post(server.port, picture), pictures)
                for answer, age in zip(answers, expected, strict=True):
                    (entry,) = answer["photographs"]
                    if age is None:
                        errors += entry["problem"]["type"].endswith("unusable-photograph")
                    elif "estimates" in entry:
                        value = entry["estimates"]["demo-age"]["values"]["age"]["value"]
                        right += abs(value - age) <= 1e-5 * abs(age)
        return right, errors


def post(port, picture):
    """The answer to one photograph."""
    connection = http.client.HTTPConnection(LOOPBACK, port)
    try:
        connection.request("POST", "/v1/predict", picture, HEADERS)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def photographs():
    """A golden photograph in 39 shades, 500 px: JPEG files."""
    with Image.open(SHIPPED / "demo-age/golden-1.jpg") as image:
        pixels = np.asarray(image.convert("RGB").resize((500, 500)), np.float32)
    files = []
    for number in range(GOOD):
        file = BytesIO()
        shade = np.clip(pixels * (0.5 + number / (2 * GOOD)), 0, 255).astype(np.uint8)
        Image.fromarray(shade).save(file, "JPEG", quality=92)
        files.append(file.getvalue())
    return files


if __name__ == "__main__":
    main()
