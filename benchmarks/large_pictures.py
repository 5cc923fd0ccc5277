"""The service in a container of 3 GiB, asked for very large pictures beside small ones.

    python benchmarks/large_pictures.py [--minutes 10] [--gigabytes 3] [--group DIR] [--cache DIR]

Forms of 1 to 100 pictures of 10 to 196 megapixels (PNG of RGB, RGBA, a palette and 16 bits, JPEG,
WebP, TIFF) go to `gantei serve --workers 2` in a memory control group of its own, two at a time,
while one client asks for a small photograph again and again. Every answer has to be the library's,
or 413 or 503 with a reason. The group is made below DIR, by default this process's own, which needs
a superuser: version 1 or 2, whichever counts memory there. Exits with 1 where something went wrong.
"""

import argparse
import http.client
import io
import json
import math
import random
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from threading import Event, Lock, Thread

import numpy as np
from memory_group import MemoryGroup
from PIL import Image
from running import LOOPBACK, Running, form, gantei_serve, photograph

import gantei

NAME = "demo-age"
MEGAPIXELS = (10, 24, 50, 100, 196)
FORMS = (1, 2, 3, 6, 20, 100)
LARGE_CLIENTS = 2
SETTLED = 10
"""Seconds after the last decoding in which memory has to be back."""
BACK, SLOWER = 1.2, 2.0
"""What is allowed: resident memory of that of the start, and the median of small photographs."""
ALONE_SECONDS = 20
PAUSE = 0.05


def drawn(megapixels, mode):
    """A disc of a retina's colours on black, of 4 by 3."""
    height = round(math.sqrt(megapixels * 1e6 * 3 / 4))
    width = round(megapixels * 1e6 / height)
    small = Image.open(io.BytesIO(photograph(900, 1))).convert("RGB")
    image = small.resize((width, height), Image.Resampling.NEAREST)
    return image.quantize(64) if mode == "P" else image.convert(mode)


def encoded(image, kind, **options):
    """The file of a picture."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def sixteen_bits(image):
    """A PPM of 16 bits, of which PNG would take minutes to write."""
    head = f"P6 {image.width} {image.height} 65535\n".encode()
    return head + (np.asarray(image).astype(">u2") * 257).tobytes()


def pictures(largest_file, cache):
    """Names and files; from a folder, where an earlier run has put them."""
    if cache and cache.is_dir():
        return {path.name: path.read_bytes() for path in cache.iterdir()}
    kinds = {
        "PNG": ("RGB", {"compress_level": 1}), "PNG RGBA": ("RGBA", {"compress_level": 1}),
        "PNG palette": ("P", {"compress_level": 1}), "JPEG": ("RGB", {"quality": 60}),
        "JPEG progressive": ("RGB", {"quality": 60, "progressive": True}),
    }  # fmt: skip
    Image.MAX_IMAGE_PIXELS = None
    made = {}
    for megapixels in MEGAPIXELS:
        for kind, (mode, options) in kinds.items():
            image = drawn(megapixels, mode)
            made[f"{kind}, {megapixels} MP"] = encoded(image, kind.split()[0], **options)
        if megapixels <= 24:
            image = drawn(megapixels, "RGB")
            made[f"TIFF, {megapixels} MP"] = encoded(image, "TIFF", compression="tiff_lzw")
            made[f"WebP, {megapixels} MP"] = encoded(image, "WEBP", quality=40, method=0)
        if megapixels == MEGAPIXELS[0]:
            made["PPM of 16 bits, 10 MP"] = sixteen_bits(drawn(megapixels, "RGB"))
    kept = {name: data for name, data in made.items() if len(data) < largest_file}
    if cache:
        cache.mkdir()
        for name, data in kept.items():
            (cache / name).write_bytes(data)
    return kept


class Seen:
    """What was seen by all clients."""

    def __init__(self):
        self.lock = Lock()
        self.counts, self.wrong, self.small = Counter(), Counter(), []

    def add(self, what, *, wrong=False):
        """Count an answer."""
        with self.lock:
            (self.wrong if wrong else self.counts)[what] += 1


def ask(port, body, kind, timeout=120):
    """Status, headers and text of one request."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        connection.request("POST", "/v1/predict", body, {"content-type": kind})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def metric(server, name):
    """A number of /metrics."""
    for line in server.ask("GET", "/metrics")[1].decode().splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[1])
    return 0.0


def close(given, expected):
    """Whether a value is the library's."""
    return math.isclose(given, expected, rel_tol=1e-5, abs_tol=1e-4)


def check(entry, name, expected, seen):
    """Look at one photograph's entry."""
    if "estimates" in entry:
        value = entry["estimates"][NAME]["values"]["age"]["value"]
        seen.add("photographs answered", wrong=not close(value, expected[name]))
    elif entry["problem"]["status"] == 413 and entry["problem"].get("detail"):
        seen.add(f"413: {name}")
    else:
        seen.add(f"{name}: {entry['problem']['type']}", wrong=True)


def large(port, files, expected, seen, over, seed):
    """Forms of large pictures, one after the other."""
    rng = random.Random(seed)
    while not over.is_set():
        names = [rng.choice([*files]) for _ in range(rng.choice(FORMS))]
        while sum(len(files[name]) for name in names) > 60e6:
            names.pop()
        body, kind = form(*((name, files[name]) for name in names))
        try:
            status, headers, text = ask(port, body, kind)
        except (OSError, http.client.HTTPException) as error:
            seen.add(f"lost: {type(error).__name__}", wrong=True)
            continue
        problem = {} if status == 200 else json.loads(text)
        if status == 200:
            seen.add("forms answered")
            for name, entry in zip(names, json.loads(text)["photographs"], strict=True):
                check(entry, name, expected, seen)
        elif status in (413, 503) and problem.get("title"):
            seen.add(f"{status}: {problem['type'].rpartition(':')[2]}")
            over.wait(min(float(headers.get("retry-after", 0)), 2))
        else:
            seen.add(f"status {status}", wrong=True)


def small(port, data, expected, seen, over):
    """A small photograph, again and again."""
    body, kind = form(("small.jpg", data))
    while not over.wait(PAUSE):
        began = time.perf_counter()
        try:
            status, _, text = ask(port, body, kind)
        except (OSError, http.client.HTTPException) as error:
            seen.add(f"small one lost: {type(error).__name__}", wrong=True)
            continue
        taken = time.perf_counter() - began
        entry = json.loads(text)["photographs"][0] if status == 200 else {}
        value = entry.get("estimates", {NAME: {"values": {"age": {"value": 0}}}})
        right = close(value[NAME]["values"]["age"]["value"], expected)
        seen.add("small ones" if right else f"small one: {status}", wrong=not right)
        with seen.lock:
            seen.small.append(taken)


def loosed(work, seconds):
    """Run functions in threads of their own for a time."""
    over = Event()
    threads = [Thread(target=function, args=(*arguments, over)) for function, arguments in work]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    over.set()
    for thread in threads:
        thread.join()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--gigabytes", type=float, default=3, help="GiB of the control group")
    parser.add_argument("--group", metavar="DIR", help="control group to make one below")
    parser.add_argument("--cache", metavar="DIR", type=Path, help="keeps the pictures")
    chosen = parser.parse_args()
    files = pictures(60e6, chosen.cache)
    model = gantei.load(NAME, "cpu")
    expected = {name: model.predict(data)[0].values["age"] for name, data in files.items()}
    tiny = photograph(600, 3)
    tiny_age = model.predict(tiny)[0].values["age"]
    print(f"{len(files)} pictures of {MEGAPIXELS[0]} to {MEGAPIXELS[-1]} megapixels", flush=True)
    seen, alone = Seen(), Seen()
    with (
        MemoryGroup(int(chosen.gigabytes * 2**30), chosen.group) as group,
        Running(group.command([*gantei_serve(NAME), "--workers", "2"])) as server,
    ):
        loosed([(small_of, (server.port, tiny, tiny_age, alone))], ALONE_SECONDS)
        start = server.resident()
        work = [(small_of, (server.port, tiny, tiny_age, seen))]
        work += [
            (large_of, (server.port, files, expected, seen, seed)) for seed in range(LARGE_CLIENTS)
        ]
        loosed(work, 60 * chosen.minutes)
        began = time.monotonic()
        while metric(
            server, "gantei_memory_in_use_bytes"
        ):  # what was given up is decoded to its end
            time.sleep(0.2)
        underway = time.monotonic() - began
        time.sleep(SETTLED)
        end, peak, killed = server.resident(), group.peak(), server.process.poll() is not None
    medians = [1000 * statistics.median(each.small) for each in (alone, seen)]
    ratio = medians[1] / medians[0]
    print("\n".join(f"{count:>8} {what}" for what, count in sorted(seen.counts.items())))
    print(f"group: peak {peak / 2**20:.0f} MiB of {1024 * chosen.gigabytes:.0f}, {group.kind}")
    print(f"decoding went on for {underway:.0f} s after the last answer")
    print(f"resident: {start:.0f} MB before, {end:.0f} after ({end / start:.2f} times)")
    print(f"small ones, median: {medians[0]:.1f} ms alone, {medians[1]:.1f} beside ({ratio:.2f})")
    if killed:
        seen.add("the server was killed", wrong=True)
    if end > BACK * start:
        seen.add("memory is not back", wrong=True)
    if ratio > SLOWER:
        seen.add("small ones are slower", wrong=True)
    print("\n".join(f"WRONG {n:>5} {what}" for what, n in seen.wrong.items()) or "all right")
    return 1 if seen.wrong else 0


def small_of(port, data, expected, seen, over):
    """`small`, as `loosed` calls it."""
    small(port, data, expected, seen, over)


def large_of(port, files, expected, seen, seed, over):
    """`large`, as `loosed` calls it."""
    large(port, files, expected, seen, over, seed)


if __name__ == "__main__":
    sys.exit(main())
