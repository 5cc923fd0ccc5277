"""What a second `gantei serve` brings on one machine, and what passing through nginx takes.

    python benchmarks/replicas.py [--seconds 8] [--rounds 2] [--clients 8]

In turn: one service, the same behind nginx, two behind nginx, and one and two that have one core
each; the demo estimators, a drawn photograph of 2000 px. nginx runs with the file of
docs/deployment, without TLS. Then each of two services is ended and started again while clients
ask. Needs nginx, Linux, the extras `cpu` and `service`, and psutil.
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from statistics import mean
from threading import Event

import httpx
import psutil
from running import LOOPBACK, Running, form, free_port, gantei_serve

from service import drawn

SITE = Path(__file__).parents[1] / "docs/deployment/nginx.conf"
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    include {folder}/site.conf;
}}
"""
TOKEN = "of-this-benchmark"
ALL = set(range(os.cpu_count()))
WAYS = {
    "one": (False, [ALL]),
    "one, nginx": (True, [ALL]),
    "two, nginx": (True, [ALL, ALL]),
    "one of 1 core, nginx": (True, [{0}]),
    "two of 1 core, nginx": (True, [{0}, {1}]),
}
"""Whether nginx is in front, and the cores of each service."""


def site(ports, port, folder):
    """The file of docs/deployment for these services, on loopback and without TLS."""
    servers = "".join(f"    server {LOOPBACK}:{each} fail_timeout=1s;\n" for each in ports)
    text = SITE.read_text("utf-8").replace("listen 443 ssl", f"listen {LOOPBACK}:{port}")
    text = text.replace(f"    server {LOOPBACK}:3000;\n", f"    least_conn;\n{servers}")
    text = text.replace("/var/log/nginx/gantei.log gantei", "off")
    lines = [line for line in text.splitlines() if not line.strip().startswith("ssl_")]
    (folder / "site.conf").write_text("\n".join(lines), "utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), "utf-8")


class Nginx:
    """nginx in front of services."""

    def __init__(self, ports, folder):
        self.port = free_port()
        site(ports, self.port, folder)
        command = ["nginx", "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"]
        self.process = subprocess.Popen(command)
        self.url = f"http://{LOOPBACK}:{self.port}/gantei"
        for _ in range(100):
            time.sleep(0.05)
            if (folder / "nginx.pid").exists():
                return
        raise SystemExit((folder / "error.log").read_text())

    def cpu(self):
        """Seconds that it and its workers have computed."""
        first = psutil.Process(self.process.pid)
        times = [each.cpu_times() for each in (first, *first.children())]
        return sum(each.user + each.system for each in times)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def service(tokens, cores):
    """A service of the demo estimators on these cores, ready."""
    command = [*gantei_serve("demo-age", "demo-sex"), "--token-file", str(tokens)]
    allowed = ",".join(map(str, sorted(cores)))
    return Running(["taskset", "--cpu-list", allowed, *command], token=TOKEN)


def event_loop(server):
    """Seconds that the thread of a service's event loop, its first, has computed."""
    pid = server.process.pid
    fields = Path(f"/proc/{pid}/task/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def private(server):
    """MB of memory that would be free without this service (Linux counts shared pages apart)."""
    return psutil.Process(server.process.pid).memory_full_info().uss / 1e6


def asking(url, request, count, until):
    """What many clients were answered: (status, seconds after the start) of each request."""
    body, kind = request
    headers = {"content-type": kind, "authorization": f"Bearer {TOKEN}"}
    began = time.monotonic()

    def client(_):
        answers = []
        with httpx.Client(headers=headers, timeout=60, trust_env=False) as opened:
            while not until():
                try:
                    status = opened.post(f"{url}/v1/predict", content=body).status_code
                except httpx.TransportError as error:
                    status = type(error).__name__
                answers.append((status, time.monotonic() - began))
        return answers

    with ThreadPoolExecutor(count) as clients:
        return [each for answers in clients.map(client, range(count)) for each in answers]


def measured(way, request, chosen, tokens):
    """All that is measured of one way in one round."""
    proxied, cores = WAYS[way]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        services = [stack.enter_context(service(tokens, each)) for each in cores]
        row = {"ready s": mean(each.ready for each in services),
               "start CPU s": mean(each.cpu() for each in services)}  # fmt: skip
        ports = [each.port for each in services]
        nginx = stack.enter_context(Nginx(ports, folder)) if proxied else None
        url = nginx.url if nginx else f"http://{LOOPBACK}:{ports[0]}"
        asking(url, request, chosen.clients, _after(1))
        spent = [each.cpu() for each in services]
        looped = [event_loop(each) for each in services]
        passed, began = nginx.cpu() if nginx else 0, time.monotonic()
        answers = asking(url, request, chosen.clients, _after(chosen.seconds))
        taken, done = time.monotonic() - began, len(answers)
        assert {status for status, _ in answers} == {200}
        shares = [each.cpu() - before for each, before in zip(services, spent, strict=True)]
        row["photographs/s"] = done / taken
        row["CPU ms each"] = 1000 * sum(shares) / done
        row["event loop ms"] = 1000 * (sum(map(event_loop, services)) - sum(looped)) / done
        row["nginx ms"] = 1000 * (nginx.cpu() - passed) / done if nginx else 0
        row["least share"] = min(shares) / sum(shares)
        row["private MB"] = mean(map(private, services))
    return row


def _after(seconds):
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until


def replaced(request, chosen, tokens):
    """Statuses while each of two services is ended and started again, one after the other."""
    over = Event()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        services = [service(tokens, ALL) for _ in range(2)]
        nginx = stack.enter_context(Nginx([each.port for each in services], folder))
        clients = stack.enter_context(ThreadPoolExecutor(1))
        asked = clients.submit(asking, nginx.url, request, chosen.clients, over.is_set)
        try:
            for each in services:
                time.sleep(2)
                each.process.terminate()
                each.process.wait()
                each.start()
            time.sleep(2)
        finally:
            over.set()
            for each in services:
                each.stop()
        return Counter(status for status, _ in asked.result())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8, help="of each way in each round")
    parser.add_argument("--rounds", type=int, default=2, help="all ways in turn, so often")
    parser.add_argument("--clients", type=int, default=8)
    chosen = parser.parse_args()
    request = form(("a.jpg", drawn(2000)))
    with tempfile.TemporaryDirectory() as folder:
        tokens = Path(folder) / "tokens"
        tokens.write_text(f"{sha256(TOKEN.encode()).hexdigest()} benchmark\n")
        rounds = [{way: measured(way, request, chosen, tokens) for way in WAYS}
                  for _ in range(chosen.rounds)]  # fmt: skip
        keys = list(rounds[0]["one"])
        print(f"{chosen.clients} clients, {os.cpu_count()} cores")
        print(f"| services | {' | '.join(keys)} |", f"|---|{'---:|' * len(keys)}", sep="\n")
        for way in WAYS:
            cells = (f"{mean(each[way][key] for each in rounds):.2f}" for key in keys)
            print(f"| {way} | {' | '.join(cells)} |")
        print("each of two replaced:", dict(replaced(request, chosen, tokens)))


if __name__ == "__main__":
    main()
