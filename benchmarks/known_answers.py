"""Photographs whose estimates are known, and requests whose answers are compared with them."""

import http.client
import io
import json
import math
import time
from collections import Counter
from threading import Lock

from PIL import Image
from running import LOOPBACK, form, photograph

import gantei

ESTIMATORS = ("demo-age", "demo-sex")
BAD = 0.01
USUAL = 12
"""Pictures of usual size, before the large ones."""


def estimated(pictures):
    """What the library estimates of each, by estimator."""
    expected = [{} for _ in pictures]
    for name in ESTIMATORS:
        for each, said in zip(expected, gantei.load(name, "cpu").predict(pictures), strict=True):
            each[name] = dict(said.values)
    return expected


class Pictures:
    """Photographs, and what the library says of them."""

    def __init__(self, large=()):
        """`large`: megapixels of PNGs with transparency, maybe more than there is memory for."""
        self.usual = USUAL
        self.good = [photograph(200 + 90 * n, 1 + n % 3, 80 + n) for n in range(USUAL)]
        whole = self.good[0]
        self.bad = [whole[: len(whole) // 2], b"no picture", whole[:3] + whole[9:2000], b"\0" * 99]
        self.good += [self._large(megapixels) for megapixels in large]
        self.expected = estimated(self.good)

    def _large(self, megapixels):
        side = round((megapixels * 1e6) ** 0.5)
        Image.MAX_IMAGE_PIXELS = None
        with Image.open(io.BytesIO(self.good[0])) as image:
            large = image.resize((side, side), Image.Resampling.NEAREST).convert("RGBA")
        file = io.BytesIO()
        large.save(file, "PNG", compress_level=1)
        return file.getvalue()

    def chosen(self, rng, count):
        """Numbers of pictures; those below 0 are bad ones."""
        return [
            -1 - rng.randrange(len(self.bad)) if rng.random() < BAD else rng.randrange(self.usual)
            for _ in range(count)
        ]

    def body(self, numbers):
        """The request for pictures of these numbers."""
        data = [self.bad[-1 - n] if n < 0 else self.good[n] for n in numbers]
        return form(
            *(
                (f"{place}:{n}.jpg", each)
                for place, (n, each) in enumerate(zip(numbers, data, strict=True))
            )
        )

    def wrong(self, numbers, answer):
        """What is not as it should be in an answer."""
        entries = json.loads(answer)["photographs"]
        if [each["name"] for each in entries] != [f"{p}:{n}.jpg" for p, n in enumerate(numbers)]:
            return "names or their order"
        for number, entry in zip(numbers, entries, strict=True):
            if number < 0:
                if "estimates" in entry or "unusable-photograph" not in entry["problem"]["type"]:
                    return "a bad picture is no problem of its own"
            elif self.may_be_refused(number, entry.get("problem", {})):
                continue
            elif not self._right(number, entry.get("estimates", {})):
                return "an estimate"
        return ""

    def may_be_refused(self, number, problem):
        """Whether a good picture may have this problem: a large one that it has no memory for."""
        return number >= self.usual and problem.get("status") == 413

    def _right(self, number, estimates):
        return estimates.keys() == self.expected[number].keys() and all(
            math.isclose(estimates[name]["values"][key]["value"], value, rel_tol=1e-5, abs_tol=1e-5)
            for name, values in self.expected[number].items()
            for key, value in values.items()
        )


class Tally:
    """What was seen, by all clients together."""

    def __init__(self):
        self._lock = Lock()
        self.seen = Counter()
        self.wrong = Counter()

    def add(self, what, wrong="", count=1):
        """Count an answer, and what is wrong with it."""
        with self._lock:
            self.seen[what] += count
            if wrong:
                self.wrong[f"{what}: {wrong}"] += 1


def send(server, pictures, numbers, tally, what, connection=None):
    """One request, again where the server says 503; its answer is compared."""
    body, kind = pictures.body(numbers)
    while True:
        own = connection or http.client.HTTPConnection(LOOPBACK, server.port, timeout=90)
        try:
            own.request("POST", "/v1/predict", body, {"content-type": kind, **server.headers})
            response = own.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            return tally.add(what, f"lost: {type(error).__name__}")
        finally:
            if own is not connection:
                own.close()
        if response.status == 503:
            tally.add("503, sent again")
            time.sleep(float(response.headers["retry-after"]))
            continue
        if response.status != 200:
            return tally.add(what, f"status {response.status}")
        tally.add("photographs", count=len(numbers))
        return tally.add(what, pictures.wrong(numbers, answer))
