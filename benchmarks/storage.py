"""Photographs in an object store of which one request in a hundred fails, against a folder.

    python benchmarks/storage.py [--photographs 2000] [--width 1500] [--rounds 2] [--kind s3]

Draws photographs and runs `gantei predict` on their folder and on a store that has the same files,
turn by turn, each in a process of its own. The store is a server on loopback, in a process of its
own too: of its requests one in a hundred answers 503 or breaks off, and three photographs always
answer 503. Every other row must be that of the folder, and those three must have an error. The
smaller CPU time of the rounds counts, of gantei and the processes that it started.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from gantei import demo

DRAWN = 8
"""Photographs that are drawn; the others are their copies, each with a comment of its own."""
FAILING = 0.01
GONE = ("0000007.jpg", "0000777.jpg", "0001777.jpg")
PAGE = 1000
DATE = "Mon, 01 Jan 2024 00:00:00 GMT"
SHORT_OF = 1.25


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=int, default=2000)
    parser.add_argument("--width", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--estimator", default="demo-age")
    parser.add_argument("--kind", choices=("s3", "http"), default="s3")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.serve)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch, "study"), chosen.photographs, chosen.width)
        server = subprocess.Popen(
            [sys.executable, __file__, "--serve", scratch], stdout=subprocess.PIPE, text=True
        )
        try:
            url = f"http://127.0.0.1:{int(server.stdout.readline())}"
            return compare(Path(scratch), chosen, url)
        finally:
            server.kill()
            server.wait()


def write(folder: Path, count: int, width: int) -> None:
    """Photographs of one size."""
    folder.mkdir()
    pictures = []
    for number in range(1, DRAWN + 1):
        who = demo.person(7, number)
        image = demo.draw_photograph(7, who, who.eyes[0], scale=0.5).image
        file = BytesIO()
        height = image.height * width // image.width
        image.resize((width, height)).save(file, "JPEG", quality=90)
        pictures.append(file.getvalue())
    for number in range(count):
        name, jpeg = f"{number:07}.jpg", pictures[number % DRAWN]
        (folder / name).write_bytes(jpeg[:2] + b"\xff\xfe\x00\x09" + name[:7].encode() + jpeg[2:])
    mean = sum(map(len, pictures)) / DRAWN
    print(f"{count} photographs {width} px wide, {mean / 1e3:.0f} kB on average")


@dataclass
class Used:
    """What a process and those that it started took."""

    seconds: float
    megabytes: float


def compare(scratch: Path, chosen: argparse.Namespace, url: str) -> int:
    """Run both, and say what they took and whether their rows are equal."""
    names = scratch / "list.txt"
    names.write_text("".join(f"{n:07}.jpg\n" for n in range(chosen.photographs)))
    place = "s3://eyes/study/" if chosen.kind == "s3" else f"{url}/eyes/study/"
    below = [place] if chosen.kind == "s3" else ["--from", str(names), "--root", place]
    used: dict[str, list[Used]] = {"folder": [], chosen.kind: []}
    for turn in range(chosen.rounds):
        for kind, what in (("folder", [str(scratch / "study")]), (chosen.kind, below)):
            table = scratch / f"{kind}-{turn}.csv"
            used[kind].append(predict(what, table, chosen.estimator, url))
    for kind, each in used.items():
        print(
            f"{kind:<6} {', '.join(f'{one.seconds:.1f}' for one in each)} s of the processor, "
            f"at most {max(one.megabytes for one in each):.0f} MB in one process"
        )
    folder, store = (min(one.seconds for one in each) for each in used.values())
    wrong = wrong_rows(scratch / "folder-0.csv", scratch / f"{chosen.kind}-0.csv")
    print(f"{store / folder:.2f} times the folder (must: {SHORT_OF}); wrong rows: {wrong}")
    return int(store / folder > SHORT_OF or wrong > 0)


def predict(what: list[str], table: Path, estimator: str, url: str) -> Used:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "gantei", "predict", *what, "--with", estimator]
    environment = {**os.environ, "AWS_ENDPOINT_URL": url, "AWS_SKIP_SIGNATURE": "true"}
    process = subprocess.Popen(
        [*command, "--out", str(table)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, took = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if not table.exists():
        raise SystemExit(f"{' '.join(command)} wrote no table")
    return Used(took.ru_utime + took.ru_stime, took.ru_maxrss / 1024)


def wrong_rows(expected: Path, found: Path) -> int:
    """How many rows of a table are not those of another, or lack the error that they must have."""
    tables = []
    for path in (expected, found):
        with path.open(newline="", encoding="utf-8-sig") as file:
            tables.append({row["photograph"]: row for row in csv.DictReader(file)})
    wrong = 0
    for name in tables[0].keys() | tables[1].keys():
        rows = [table.get(name) for table in tables]
        if name in GONE:
            wrong += rows[1] is None or rows[1]["error_code"] != "stored-status"
        else:
            wrong += rows[0] != rows[1]
    return wrong


def serve(folder: Path) -> None:
    """Answer for the files below a folder as S3 does, until killed; print the port first."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.folder, server.chance = folder, random.Random(1)
    server.tags = {
        path.name: (path.stat().st_size, hashlib.md5(path.read_bytes()).hexdigest())
        for path in sorted((folder / "study").iterdir())
    }
    print(server.server_port, flush=True)
    server.serve_forever()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        """Send a file, a part of one, or a list."""
        url = urlsplit(self.path)
        if "list-type" in url.query:
            self.send_list(parse_qs(url.query).get("continuation-token", [""])[0])
            return
        name = unquote(url.path).rpartition("/")[2]
        size, tag = self.server.tags[name]
        first = int(self.headers.get("range", "bytes=0-")[6:].split("-")[0])
        fails = self.server.chance.random() < FAILING
        if name in GONE or (fails and self.server.chance.random() < 0.5):
            self.send(503, {}, b"")
            return
        data = (self.server.folder / "study" / name).read_bytes()[first:]
        headers = {"etag": f'"{tag}"', "last-modified": DATE}
        if first:
            headers["content-range"] = f"bytes {first}-{size - 1}/{size}"
        self.send(206 if first else 200, headers, data, cut=len(data) // 2 if fails else None)

    def send_list(self, after):
        """Send a page of the list."""
        names = [name for name in self.server.tags if name > after][:PAGE]
        entries = "".join(
            f"<Contents><Key>study/{escape(name)}</Key><Size>{self.server.tags[name][0]}</Size>"
            f"<ETag>{json.dumps(self.server.tags[name][1])}</ETag>"
            "<LastModified>2024-01-01T00:00:00.000Z</LastModified></Contents>"
            for name in names
        )
        more = len(names) == PAGE
        token = f"<NextContinuationToken>{names[-1]}</NextContinuationToken>" if more else ""
        body = f"<ListBucketResult>{entries}{token}</ListBucketResult>".encode()
        self.send(200, {}, body)

    def send(self, status, headers, body, cut=None):
        """Send an answer, or its first bytes."""
        self.send_response(status)
        for name, value in {**headers, "content-length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.wfile.flush()
            self.connection.shutdown(2)
            self.close_connection = True


if __name__ == "__main__":
    sys.exit(main())
