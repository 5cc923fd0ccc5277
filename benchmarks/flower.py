"""A federation that Flower carries, against the same one in files: result and seconds.

    python benchmarks/flower.py --cache DIR

In the environment of requirements/flower.txt. One SuperLink and three SuperNodes run on this
machine's loopback, with TLS and authenticated nodes; each site has drawn photographs of its own.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gantei.demo import draw_people

SITES = ("a", "b", "c")
CAMERAS = {"a": "A1400", "b": "B2000", "c": "E1620"}
PEOPLE = 45
GANTEI = [sys.executable, "-m", "gantei"]
PORT = 9310
PATIENCE = 1500
"""Seconds; a loaded machine takes minutes."""


def draw_sites(cache: Path) -> None:
    """Draw the photographs of each site, by one camera each."""
    for seed, site in enumerate(SITES, start=1601):
        draw_people(cache / site, PEOPLE, seed, scale=0.22, cameras=[CAMERAS[site]])


def make_keys(work: Path) -> None:
    """Make a key for the coordinator and one for each site, as docs/signatures.md does."""
    for name in ("lead", *SITES):
        curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        subprocess.run(["openssl", "genpkey", *curve, "-out", work / f"{name}.pem"], check=True)
        public = ["-pubout", "-out", work / f"{name}.pub"]
        subprocess.run(["openssl", "pkey", "-in", work / f"{name}.pem", *public], check=True)


def publics(work: Path, *, but: str = "") -> list[str]:
    return ["--trust", *(str(work / f"{n}.pub") for n in ("lead", *SITES) if n != but)]


def site_arguments(cache: Path, site: str) -> list[str]:
    return [str(cache / site), "--labels", str(cache / site / "labels.csv"), "--person", "person"]


def gantei(work: Path, *arguments: object, may: tuple[int, ...] = (0,)) -> int:
    """Run one command; its exit code must be one of `may`."""
    code = popen(work, list(arguments)).wait()
    assert code in may, (arguments, code)
    return code


def environment(work: Path) -> dict[str, str]:
    return {**os.environ, "GANTEI_HOME": str(work / "home"), "OMP_NUM_THREADS": "1"}


def start(work: Path, target: str, name: str) -> Path:
    gantei(
        work, "federate", "start", "--with", "demo-sex", "--target", target,
        "--key", "lead.pem", "--out", name,
    )  # fmt: skip
    return work / name


def by_files(work: Path, cache: Path, target: str) -> tuple[Path, int]:
    """The federation in files: the last round, and how many there were."""
    current, number, code = start(work, target, f"files-{target}-0"), 0, 1
    while code == 1:
        answers = []
        for site in SITES:
            answers.append(f"files-{target}-{number}-{site}")
            gantei(
                work, "federate", "site", current, *site_arguments(cache, site),
                "--key", f"{site}.pem", *publics(work), "--out", answers[-1],
            )  # fmt: skip
        number += 1
        current = work / f"files-{target}-{number}"
        code = gantei(
            work, "federate", "combine", *answers, "--key", "lead.pem",
            *publics(work, but="lead"), "--out", current, may=(0, 1),
        )  # fmt: skip
    return current, number


def by_flower(work: Path, cache: Path, target: str) -> Path:
    """The same by Flower: the last round."""
    first, out = start(work, target, f"flower-{target}-0"), work / f"flower-{target}"
    lead = [
        "federate", "lead-by-flower", first, "--port", PORT, "--key", "lead.pem",
        *publics(work, but="lead"), "--out", out,
    ]  # fmt: skip
    with started(work, lead) as leading:
        assert leading.stderr and b"waiting for" in leading.stderr.readline()
        with started_sites(work, cache, out / "certificate.pem", target) as sites:
            assert leading.wait(PATIENCE) == 0, leading.stderr.read().decode()
            assert [site.wait(PATIENCE) for site in sites] == [0, 0, 0]
    return max(out.glob("round-*"), key=lambda path: int(path.name.partition("-")[2]))


@contextmanager
def started_sites(
    work: Path, cache: Path, certificate: Path, target: str
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    programs = []
    try:
        for site in SITES:
            command = [
                "federate", "site-by-flower", "--superlink", f"127.0.0.1:{PORT}",
                "--certificate", certificate, "--key", f"{site}.pem",
                *publics(work), "--out", work / f"flower-{target}-{site}",
                "--", *site_arguments(cache, site),
            ]  # fmt: skip
            programs.append(popen(work, command))
        yield programs
    finally:
        for each in programs:
            each.terminate()
            each.wait()


@contextmanager
def started(work: Path, command: list[object]) -> Iterator["subprocess.Popen[bytes]"]:
    program = popen(work, command, stderr=subprocess.PIPE)
    try:
        yield program
    finally:
        program.terminate()
        program.wait()


def popen(
    work: Path, command: list[object], stderr: int | None = None
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*GANTEI, *map(str, command)],
        cwd=work,
        env=environment(work),
        stdout=subprocess.DEVNULL,
        stderr=stderr,
    )


def seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run both ways for a class and a number, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", metavar="DIR", type=Path, required=True)
    cache = parser.parse_args().cache.absolute()
    draw_sites(cache)
    work = cache / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    make_keys(work)
    print("| learnt | rounds | files: wall, CPU s | Flower: wall, CPU s | largest difference |")
    print("|---|---:|---:|---:|---:|")
    for target in ("age", "eye"):
        spent = []
        wall, used = time.monotonic(), seconds()
        files, rounds = by_files(work, cache, target)
        spent.append(f"{time.monotonic() - wall:.0f}, {seconds() - used:.0f}")
        wall, used = time.monotonic(), seconds()
        flower = by_flower(work, cache, target)
        spent.append(f"{time.monotonic() - wall:.0f}, {seconds() - used:.0f}")
        one, other = (np.fromfile(each / "sums.bin", "<f8") for each in (files, flower))
        same = (files / "sums.bin").read_bytes() == (flower / "sums.bin").read_bytes()
        found = "none, byte for byte" if same else f"{np.abs(one - other).max():.1e}"
        print(f"| {target} | {rounds} | {spent[0]} | {spent[1]} | {found} |", flush=True)


if __name__ == "__main__":
    main()
