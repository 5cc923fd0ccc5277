"""Damaged requests: none may be answered with a 5xx but 503, none may leave a trace in the log.

    python benchmarks/malformed.py [--requests 10000] [--seed 1] [--only NUMBER]

Starts `gantei serve` and sends what no client would: damaged heads, lengths and chunks, forms with
damaged boundaries, damaged pictures, huge headers, other protocols. Every request carries a name
that must not be found in the log. What the server's log says of its own answers counts too, so that
answers that nobody waited for are seen. Needs psutil.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from damage import MARK, damaged
from running import Running, form, gantei_serve, photograph

ESTIMATORS = ("demo-age", "demo-sex")
CLIENTS = 8
PATIENCE = {True: 60.0, False: 0.2}
"""Seconds to wait for an answer: where the request is whole, and where the server may wait too."""
MAY_GROW = 60
"""Megabytes between the first tenth and the end."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="one request, printed")
    chosen = parser.parse_args()
    numbers = [chosen.only] if chosen.only is not None else range(chosen.requests)
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch, "log")
        with log.open("wb") as file, Running(gantei_serve(*ESTIMATORS), file) as server:
            wrong = attacked(server, numbers, chosen)
        wrong += told_by(log)
    print("\n".join(wrong) or "nothing went wrong")
    return 1 if wrong else 0


def attacked(server, numbers, chosen):
    """Send everything; print what was answered, and give what went wrong."""
    good = form(("good.jpg", photograph(300)))
    before = server.ask("POST", "/v1/predict", *good)
    assert before[0] == 200, before
    seen, wrong = Counter(), []

    def send(number):
        request = damaged(random.Random(f"{chosen.seed}/{number}"))
        if chosen.only is not None:
            print(request)
        return number, request.kind, answer(server, request)

    tenth, resident = max(1, len(numbers) // 10), [server.resident()]
    with ThreadPoolExecutor(CLIENTS) as clients:
        for done, (number, kind, status) in enumerate(clients.map(send, numbers), 1):
            seen[kind, status] += 1
            if status.startswith("5") and status != "503":
                wrong.append(f"--seed {chosen.seed} --only {number}: {kind}: {status}")
            if done % tenth == 0:
                resident.append(server.resident())
    print(table(seen))
    print("resident MB after each tenth:", *(f"{each:.0f}" for each in resident))
    if server.ask("POST", "/v1/predict", *good) != before:
        wrong.append("a good photograph is not answered as before")
    if resident[-1] - resident[1] > MAY_GROW:
        wrong.append("memory grows")
    return wrong


def answer(server, request):
    """The status of the answer; `none` where the server hung up, `-` where both wait."""
    received = b""
    try:
        with server.connect(PATIENCE[request.whole]) as connection:
            with suppress(OSError):  # refused while it was sent; the answer may be there
                connection.sendall(request.data)
            while not complete(received):
                piece = connection.recv(65536)
                if not piece:
                    break
                received += piece
    except TimeoutError:
        if not received:
            return "late" if request.whole else "-"
    except OSError:
        pass
    status = received[9:12].decode("latin-1") if received.startswith(b"HTTP/1.") else "none"
    return "500 of a photograph" if b'"status":500' in received else status


def complete(received):
    head, _, body = received.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.lower() == b"content-length":
            return len(body) >= int(value)
    return False


def table(seen):
    """Rows of what was sent, columns of what was answered."""
    kinds = sorted({kind for kind, _ in seen})
    statuses = sorted({status for _, status in seen})
    lines = [f"{'':24}" + "".join(f"{status:>7}" for status in statuses)]
    lines += [
        f"{kind:24}" + "".join(f"{seen[kind, status] or '':>7}" for status in statuses)
        for kind in kinds
    ]
    return "\n".join(lines)


def told_by(log):
    """What is wrong in the server's log."""
    text = log.read_text("utf-8")
    wrong = [f"the log tells {word!r}" for word in MARK if word.lower() in text.lower()]
    statuses, events = Counter(), Counter()
    for line in text.splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            wrong.append(f"a line of the log is no JSON: {line[:200]!r}")
            continue
        events[told["event"], told.get("error", "")] += 1
        if told["event"] == "request":
            statuses[told["status"]] += 1
    print("answers by the server's own log:", dict(sorted(statuses.items())))
    print("events:", dict(events))
    wrong += [f"{status} in the log" for status in statuses if status >= 500 and status != 503]
    wrong += [f"{event} in the log" for event in events if event[1]]
    return wrong


if __name__ == "__main__":
    sys.exit(main())
