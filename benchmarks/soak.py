"""The service under everything at once for a long time: right answers, none lost, memory flat.

    python benchmarks/soak.py [--minutes 20] [--clients 8]

Steady clients send 1 to 5 photographs, of which 1 % are bad; every ten seconds comes a burst of 40
requests, 39 good and 1 bad. Beside them clients vanish, send too much, trickle and stall. Every
answer is compared with what the library estimates. At the end SIGTERM comes while requests wait,
and all of them must be answered. Exits with 1 where something went wrong. Needs psutil.
"""

import argparse
import contextlib
import http.client
import json
import math
import random
import signal
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread

from running import LOOPBACK, Running, form, gantei_serve, photograph

import gantei

ESTIMATORS = ("demo-age", "demo-sex")
BAD = 0.01
BURST = 40
LIMIT = 4_000_000
"""Bytes of a body; little, so that the clients that send too much are soon refused."""
STALLED = 408
MAY_GROW = 30
"""Megabytes, from the second quarter of the time to the last."""


class Pictures:
    """Photographs, and what the library says of them."""

    def __init__(self):
        self.good = [photograph(200 + 90 * n, 1 + n % 3, 80 + n) for n in range(12)]
        whole = self.good[0]
        self.bad = [whole[: len(whole) // 2], b"no picture", whole[:3] + whole[9:2000], b"\0" * 99]
        self.expected = [{} for _ in self.good]
        for name in ESTIMATORS:
            for each, said in zip(
                self.expected, gantei.load(name, "cpu").predict(self.good), strict=True
            ):
                each[name] = dict(said.values)

    def chosen(self, rng, count):
        """Numbers of pictures; those below 0 are bad ones."""
        return [
            -1 - rng.randrange(len(self.bad))
            if rng.random() < BAD
            else rng.randrange(len(self.good))
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
            elif not self._right(number, entry.get("estimates", {})):
                return "an estimate"
        return ""

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
            own.request("POST", "/v1/predict", body, {"content-type": kind})
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


def steady(server, pictures, tally, over, seed):
    """Photographs without a pause, on one connection."""
    rng = random.Random(seed)
    connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=90)
    while not over.is_set():
        send(server, pictures, pictures.chosen(rng, rng.randint(1, 5)), tally, "steady", connection)
    connection.close()


def bursts(server, pictures, tally, over, every):
    """39 good pictures and 1 bad, each in a request of its own, at once."""
    numbers = [-1] + [n % len(pictures.good) for n in range(BURST - 1)]
    while not over.wait(every):
        with ThreadPoolExecutor(BURST) as clients:
            for number in numbers:
                what = "burst, a good picture" if number >= 0 else "burst, a bad picture"
                clients.submit(send, server, pictures, [number], tally, what)


def vanishing(server, pictures, tally, over):
    """Clients that go in the middle of the body, or before the answer."""
    rng = random.Random(1)
    while not over.wait(0.2):
        request = raw(*pictures.body(pictures.chosen(rng, 3)))
        with contextlib.suppress(OSError), server.connect() as connection:
            connection.sendall(request[: rng.choice([len(request), rng.randrange(len(request))])])
        tally.add("vanished")


def oversized(server, tally, over):
    """Bodies above the limit, announced or not."""
    announced = raw(b"", "image/jpeg", LIMIT + 1)
    chunked = raw(b"", "image/jpeg", None) + b"10000\r\n" + bytes(65536) + b"\r\n"
    while not over.wait(0.5):
        tally.add("oversized", expected(server, [announced], 413))
        chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
        pieces = [chunked] + [chunk] * (LIMIT // 65536 + 1)
        tally.add("oversized", expected(server, pieces, 413))


def slow(server, pictures, tally, over):
    """Bodies that trickle are waited for; those that stall are given up."""
    while not over.is_set():
        request = raw(*pictures.body([0]))
        step = len(request) // 5 + 1
        pieces = [request[at : at + step] for at in range(0, len(request), step)]
        tally.add("trickling", expected(server, pieces, 200, pause=0.5))
        tally.add("stalled", expected(server, [raw(b"x", "image/jpeg", 9)], STALLED))


def raw(body, kind, length=-1):
    """Head and body for the wire; a length of None stands for chunks."""
    said = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    said = f"content-length: {len(body)}" if length == -1 else said
    head = f"POST /v1/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\n{said}\r\n\r\n"
    return head.encode() + body


def expected(server, pieces, status, pause=0.0):
    """Send pieces; say what is wrong with the answer's status, if it is another."""
    received = b""
    with contextlib.suppress(OSError), server.connect() as connection:
        with contextlib.suppress(OSError):  # refused while it was sent
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
        received = connection.recv(65536)
    given = received[9:12].decode()
    return "" if given in (str(status), "503") else f"status {given or 'none'}, not {status}"


def ended(server, pictures, tally):
    """SIGTERM while requests wait; every one of them is answered, and the process ends."""
    numbers = [n % len(pictures.good) for n in range(8)]
    before = metric(server, "gantei_photographs_total")
    with ThreadPoolExecutor(16) as clients:
        for _ in range(16):
            clients.submit(send, server, pictures, numbers, tally, "accepted before SIGTERM")
        names = ("gantei_photographs_total", "gantei_photographs_waiting")
        while sum(metric(server, name) for name in names) - before < 16 * len(numbers):
            time.sleep(0.01)
        waiting = metric(server, names[1])
        server.process.send_signal(signal.SIGTERM)
    print(f"SIGTERM came while {waiting:.0f} photographs waited")
    if server.process.wait(60) not in (0, -signal.SIGTERM):
        tally.add("end", f"exit status {server.process.returncode}")


def metric(server, name):
    """A number of /metrics."""
    for line in server.ask("GET", "/metrics")[1].decode().splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[1])
    return 0.0


def soaked(server, pictures, tally, chosen):
    """Let all of them loose for a time; resident megabytes, by the second."""
    over = Event()
    work = [(steady, (server, pictures, tally, over, seed)) for seed in range(chosen.clients)]
    work += [(each, (server, pictures, tally, over)) for each in (vanishing, slow)]
    work += [(bursts, (server, pictures, tally, over, chosen.burst_every))]
    work += [(oversized, (server, tally, over))]
    threads = [Thread(target=each, args=arguments) for each, arguments in work]
    for thread in threads:
        thread.start()
    resident, until = [], time.monotonic() + 60 * chosen.minutes
    while time.monotonic() < until:
        resident.append(server.resident())
        time.sleep(1)
    over.set()
    for thread in threads:
        thread.join()
    return resident


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--clients", type=int, default=8, help="steady ones")
    parser.add_argument("--burst-every", type=float, default=10, metavar="SECONDS")
    chosen = parser.parse_args()
    pictures, tally = Pictures(), Tally()
    command = [*gantei_serve(*ESTIMATORS), "--body-limit", str(LIMIT // 1_000_000)]
    with Running(command) as server:
        resident = soaked(server, pictures, tally, chosen)
        ended(server, pictures, tally)
    quarter = max(1, len(resident) // 4)
    second, last = (statistics.median(resident[at:][:quarter]) for at in (quarter, -quarter))
    slope = statistics.linear_regression(range(len(resident[quarter:])), resident[quarter:]).slope
    print("resident MB, second quarter and last:", f"{second:.0f}, {last:.0f};", end=" ")
    print(f"after the first quarter {60 * slope:+.2f} a minute")
    print("\n".join(f"{count:>8} {what}" for what, count in sorted(tally.seen.items())))
    if last - second > MAY_GROW:
        tally.add("memory", "grows")
    print(
        "\n".join(f"WRONG {count:>5} {what}" for what, count in tally.wrong.items()) or "all right"
    )
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
