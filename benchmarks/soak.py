"""The service under everything at once for a long time: right answers, none lost, memory flat.

    python benchmarks/soak.py [--minutes 20] [--clients 8]

Steady clients send 1 to 5 photographs, of which 1 % are bad; every ten seconds comes a burst of 40
requests, 39 good and 1 bad. Beside them clients vanish, send too much, trickle and stall, and one
sends very large pictures, which are answered, or refused by their size. Others ask line by line, by
the Open Inference Protocol over HTTP and gRPC, and as BentoML's client does, and one as a page of
another origin, which is refused. Half of the time nobody reads the log; now and then SIGHUP comes,
and somebody asks for a reload. Every answer is compared with what the library estimates. At the end
SIGTERM comes while requests wait, and all of them must be answered. Exits with 1 where something
went wrong. Needs psutil; gRPC is asked where tritonclient and the extra grpc are installed.
"""

import argparse
import signal
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

from known_answers import ESTIMATORS, Pictures, Tally, send
from other_protocols import PROTOCOLS, can_ask_grpc
from running import Running, free_port, gantei_serve
from soak_clients import LIMIT, bursts, large, oversized, slow, stalling, steady, vanishing
from troubles import TOKEN, StalledReader, Watched, asked_to_reload, signalled, write_token

LARGE = (24, 60, 150)
"""Megapixels of PNGs with transparency, of which the last may be more than the memory allows."""
STALL, HANGUP, RELOAD = 20, 17, 23
"""Seconds that the log is read and is not, and between two signals and two requests to reload."""
MAY_GROW = 30
"""Megabytes, from the least of the second quarter of the time to what is held at rest."""
PATIENCE = 20
"""Seconds until what large pictures took has to be given back."""


def ended(server, pictures, tally):
    """SIGTERM while requests wait; every one of them is answered, and the process ends."""
    numbers = [n % pictures.usual for n in range(8)]
    before = server.metric("gantei_photographs_total")
    with ThreadPoolExecutor(16) as clients:
        for _ in range(16):
            clients.submit(send, server, pictures, numbers, tally, "accepted before SIGTERM")
        names = ("gantei_photographs_total", "gantei_photographs_waiting")
        while sum(server.metric(name) for name in names) - before < 16 * len(numbers):
            time.sleep(0.01)
        waiting = server.metric(names[1])
        server.process.send_signal(signal.SIGTERM)
    print(f"SIGTERM came while {waiting:.0f} photographs waited")
    if server.process.wait(60) not in (0, -signal.SIGTERM):
        tally.add("end", f"exit status {server.process.returncode}")


def soaked(server, reader, pictures, tally, chosen):
    """Let all of them loose for a time; resident megabytes, by the second."""
    over = Event()
    work = [(steady, (server, pictures, tally, over, seed)) for seed in range(chosen.clients)]
    work += [(each, (server, pictures, tally, over)) for each in (vanishing, slow, large)]
    work += [(bursts, (server, pictures, tally, over, chosen.burst_every))]
    work += [(each, (server, pictures, tally, over)) for each in PROTOCOLS]
    work += [(oversized, (server, tally, over)), (stalling, (reader, over, STALL))]
    work += [(signalled, (server, over, HANGUP)), (asked_to_reload, (server, tally, over, RELOAD))]
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


def at_rest(server, enough):
    """The least resident megabytes once nobody asks, looked at until they are few enough."""
    least, until = server.resident(), time.monotonic() + PATIENCE
    while least > enough and time.monotonic() < until:
        time.sleep(0.5)
        least = min(least, server.resident())
    return least


def told_of(server, watched):
    """Tell how soon /livez answered, how often the server was reloaded, and what the log lost."""
    median, worst = statistics.median(watched.seconds), max(watched.seconds)
    done = server.metric('gantei_reloads_total{result="done"}')
    failed = server.metric('gantei_reloads_total{result="failed"}')
    dropped = server.metric("gantei_log_lines_dropped_total")
    print(f"/livez: median {1000 * median:.0f} ms, at most {1000 * worst:.0f} ms;", end=" ")
    print(f"{done:.0f} reloads, {failed:.0f} that failed; {dropped:.0f} lines of the log dropped")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--clients", type=int, default=8, help="steady ones")
    parser.add_argument("--burst-every", type=float, default=10, metavar="SECONDS")
    chosen = parser.parse_args()
    pictures, tally = Pictures(LARGE), Tally()
    reader = StalledReader()
    with tempfile.TemporaryDirectory() as folder:
        options = ["--token-file", str(write_token(Path(folder)))]
        options += ["--body-limit", str(LIMIT // 1_000_000)]
        port = free_port() if can_ask_grpc() else None
        options += ["--grpc-port", str(port)] if port else []
        command = [*gantei_serve(*ESTIMATORS), *options]
        with Running(command, log=reader.end, token=TOKEN) as server:
            server.grpc_port = port
            with Watched(server, every=0.5) as watched:
                resident = soaked(server, reader, pictures, tally, chosen)
            rest = at_rest(server, min(resident) + MAY_GROW)
            told_of(server, watched)
            ended(server, pictures, tally)
    quarter = max(1, len(resident) // 4)
    before = min(resident[quarter:][:quarter])
    slope = statistics.linear_regression(range(len(resident[quarter:])), resident[quarter:]).slope
    print(
        f"resident MB, least of the second quarter and at rest: {before:.0f}, {rest:.0f};", end=" "
    )
    print(f"after the first quarter {60 * slope:+.2f} a minute")
    print("\n".join(f"{count:>8} {what}" for what, count in sorted(tally.seen.items())))
    if rest - before > MAY_GROW:
        tally.add("memory", "grows")
    print(
        "\n".join(f"WRONG {count:>5} {what}" for what, count in tally.wrong.items()) or "all right"
    )
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
