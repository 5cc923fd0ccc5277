"""The life of a bundle where there is no network: its size, its times, and every socket it opens.

python benchmarks/closed_network.py --work DIR [--gpu]

Makes two bundles with the real wheels (a package registry must be within reach), then, in an empty
network namespace and under strace: verifies, installs, predicts, serves and answers, installs the
second beside the first, and goes back. Linux, with unshare, strace and ip. Every line that strace
saw of `socket`, `socketpair` and `connect` is printed.
"""

import argparse
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PORT = 3999
ALONE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "-")
CALLS = re.compile(r"\d+ +((?:socket|socketpair|connect)\(.*)")


def traced(trace, *command):
    """The words of a command whose calls of the network go to a file."""
    return (
        "strace",
        "-f",
        "-qq",
        "-e",
        "trace=network",
        "-e",
        "signal=none",
        "-o",
        trace,
        *command,
    )


def step(name, work, *command):
    """Run a command alone and traced; print what it took and which sockets it opened."""
    trace = work / f"{name}.trace"
    started = time.perf_counter()
    done = subprocess.run(
        [*ALONE, *traced(trace, *command)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{name}: {done.stdout}{done.stderr}")
    report(name, time.perf_counter() - started, trace)


def report(name, seconds, trace):
    """Print a step: every kind of call with how often it came."""
    calls = [found[1] for line in trace.read_text().splitlines() if (found := CALLS.match(line))]
    print(f"{name:12}{seconds:8.1f} s under strace   sockets: {len(calls)}")
    for call in calls:
        print(f"{'':12}{call}")


def serve_and_ask(site, photograph, trace):
    """Within the namespace: serve under strace, ask from outside of strace, end it by SIGTERM."""
    gantei = site / "current/gantei"
    command = traced(trace, gantei, "serve", "--port", str(PORT))
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{PORT}"
    for _ in range(600):
        time.sleep(0.1)
        try:
            urllib.request.urlopen(f"{url}/readyz").close()
            break
        except OSError:
            if server.poll() is not None:
                sys.exit("the server ended")
    headers = {"Content-Type": "image/jpeg"}
    asked = urllib.request.Request(f"{url}/v1/predict", photograph.read_bytes(), headers)
    with urllib.request.urlopen(asked) as answer:
        assert answer.status == 200
    (traced_process,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    os.kill(int(traced_process), 15)
    server.wait(60)


def bundle(names, out, gpu):
    """Make a bundle; print its size and time."""
    wanted = [word for name in names for word in ("--with", name)] + ["--gpu"] * gpu
    started = time.perf_counter()
    command = [sys.executable, "-m", "gantei", "bundle", *wanted, "--out", out]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    files = [path for path in out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"{out.name:12}{seconds:8.1f} s   {len(files)} files, {size:.0f} MB")


def main():
    """Make the bundles and live their life."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="a folder that does not exist")
    parser.add_argument("--gpu", action="store_true")
    parser.add_argument("--inside", type=Path, metavar="PHOTOGRAPH", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    work = chosen.work.resolve()
    site, photographs = work / "site", work / "photographs"
    if chosen.inside:
        return serve_and_ask(site, chosen.inside, work / "serve.trace")
    work.mkdir()
    bundle(("demo-age", "demo-sex"), work / "first", chosen.gpu)
    bundle(("demo-age",), work / "second", chosen.gpu)
    gantei = [sys.executable, "-m", "gantei"]
    subprocess.run([*gantei, "demo-photos", photographs, "--people", "2"], check=True)
    os.environ.pop("PYTHONPATH", None)
    step("verify", work, sys.executable, work / "first/verify.py")
    step("install", work, sys.executable, work / "first/install.py", "--into", site)
    before = (site / "current").resolve()
    both = ("--with", "demo-age", "--with", "demo-sex", "--out", work / "results.csv")
    step("predict", work, site / "current/gantei", "predict", photographs, *both)
    started = time.perf_counter()
    photograph = next(photographs.glob("*.jpg"))
    itself = [sys.executable, __file__, "--work", work, "--inside", photograph]
    subprocess.run([*ALONE, *itself], check=True)
    report("serve", time.perf_counter() - started, work / "serve.trace")
    step("upgrade", work, sys.executable, work / "second/install.py", "--into", site)
    assert (site / "current").resolve() != before
    subprocess.run(["ln", "-sfn", f"versions/{before.name}", site / "current"], check=True)
    step("rolled-back", work, site / "current/gantei", "list")
    files = [path for path in before.rglob("*") if path.is_file() and not path.is_symlink()]
    installed = sum(path.stat().st_size for path in files) / 1e6
    print(f"installed: {len(files)} files, {installed:.0f} MB a version")
    return None


if __name__ == "__main__":
    main()
