"""The service while something around it goes wrong: what is lost, and how soon /livez answers.

    python benchmarks/bad_day.py [--seconds 30] [--clients 4]

Clients send photographs without a pause, one of them AVIF, which other processes decode; every
answer is compared with what the library estimates. Meanwhile, one trouble after the other: nobody
reads the log until it is full and lines are dropped; the log's disk is full; SIGHUP comes every
second; every second somebody asks for a reload; every second the processes that decode are killed,
which may cost the photograph that they had, and must say so. Exits with 1 where something was lost
or wrong. Needs psutil, and Linux for the full disk.
"""

import argparse
import contextlib
import io
import random
import sys
import tempfile
import time
from pathlib import Path
from threading import Event, Thread

from known_answers import ESTIMATORS, Pictures, Tally, estimated, send
from PIL import Image
from running import Running, gantei_serve
from troubles import (
    TOKEN,
    StalledReader,
    Watched,
    asked_to_reload,
    fill_log,
    kill_decoders,
    signalled,
    write_token,
)

EVERY = 1.0
"""Seconds between two signals, reloads or killed processes."""
MOST = 1.0
"""Seconds that an answer of /livez may take."""


def nothing(server, tally, over):
    """No trouble, for comparison."""
    over.wait()


def log_unread(server, tally, over):
    """The log is full already when the clients begin: see `measured`."""
    over.wait()
    tally.add("log lines dropped", count=int(server.metric("gantei_log_lines_dropped_total")))


def log_disk_full(server, tally, over):
    """Every line of the log fails."""
    log_unread(server, tally, over)


def hangups(server, tally, over):
    """SIGHUP again and again."""
    signalled(server, over, EVERY)
    tally.add("reloads", count=int(server.metric('gantei_reloads_total{result="done"}')))


def reloads(server, tally, over):
    """A reload again and again, by a request."""
    asked_to_reload(server, tally, over, EVERY)


def killed_decoders(server, tally, over):
    """SIGKILL to the processes that decode."""
    kill_decoders(server, tally, over, EVERY)


TROUBLES = (nothing, log_unread, log_disk_full, hangups, reloads, killed_decoders)


class AvifPictures(Pictures):
    """Those that a helper process decodes; where it was killed, a problem may say so."""

    def __init__(self, usual):
        self.usual = 4
        self.good = [self._as_avif(each) for each in usual.good[: self.usual]]
        self.bad = usual.bad
        self.expected = estimated(self.good)
        self.decoders_die = False

    def may_be_refused(self, number, problem):
        """Whether it was in a process that was killed."""
        return self.decoders_die and problem.get("code") == "decoder-died"

    @staticmethod
    def _as_avif(data):
        file = io.BytesIO()
        with Image.open(io.BytesIO(data)) as image:
            image.save(file, "AVIF", quality=80, speed=9)
        return file.getvalue()


def client(server, pictures, tally, over, seed, what):
    """Photographs without a pause."""
    rng = random.Random(seed)
    while not over.is_set():
        send(server, pictures, pictures.chosen(rng, rng.randint(1, 3)), tally, what)


def loaded(server, trouble, pictures, avif, chosen):
    """Let clients and a trouble loose for a time; what was seen, and the seconds of /livez."""
    over, tally = Event(), Tally()
    work = [
        Thread(target=client, args=(server, pictures, tally, over, seed, "requests"))
        for seed in range(chosen.clients - 1)
    ]
    work.append(Thread(target=client, args=(server, avif, tally, over, 99, "requests with AVIF")))
    work.append(Thread(target=trouble, args=(server, tally, over)))
    with Watched(server) as watched:
        for thread in work:
            thread.start()
        time.sleep(chosen.seconds)
        over.set()
        for thread in work:
            thread.join()
    return tally, watched.seconds


def measured(trouble, pictures, avif, chosen):
    """All of one trouble."""
    reader = StalledReader()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        log = reader.end
        if trouble is log_disk_full:
            log = stack.enter_context(Path("/dev/full").open("wb"))
        command = [*gantei_serve(*ESTIMATORS), "--token-file", str(write_token(folder))]
        server = stack.enter_context(Running(command, log=log, token=TOKEN))
        avif.decoders_die = trouble is killed_decoders
        if trouble is log_unread:
            reader.stands_still.set()
            fill_log(server)
        return loaded(server, trouble, pictures, avif, chosen)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30, help="of each trouble")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--only", action="append", choices=[each.__name__ for each in TROUBLES])
    chosen = parser.parse_args()
    pictures = Pictures()
    avif, failed = AvifPictures(pictures), False
    print("| trouble | requests | lost or wrong | /livez: median, 99 %, most (ms) | beside |")
    print("|---|---:|---:|---:|---|")
    for trouble in TROUBLES:
        if chosen.only and trouble.__name__ not in chosen.only:
            continue
        tally, seconds = measured(trouble, pictures, avif, chosen)
        requests = sum(n for what, n in tally.seen.items() if what.startswith("requests"))
        beside = {w: n for w, n in tally.seen.items() if not w.startswith("requests")}
        ordered = [1000 * each for each in sorted(seconds)]
        places = (len(ordered) // 2, 99 * len(ordered) // 100, len(ordered) - 1)
        told = ", ".join(f"{ordered[place]:.0f}" for place in places)
        lost = sum(tally.wrong.values())
        row = f"| {trouble.__name__.replace('_', ' ')} | {requests} | {lost} | {told} |"
        print(f"{row} {', '.join(f'{w} {n}' for w, n in sorted(beside.items()))} |", flush=True)
        for what, count in tally.wrong.items():
            print(f"WRONG {count:>5} {what}")
        failed |= bool(lost) or ordered[-1] > 1000 * MOST
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
