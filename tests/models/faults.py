"""Faults during pull and import: `python -m tests.models.faults --kills 50`.

Each command runs as a process of its own and is killed (SIGKILL) at a random moment. After each
kill there must be no estimator, or the whole one; and the next call must end well. Further: a byte
that flips on the way, a short file, two processes at once, a disk that is too small, and one that
gets full midway (a tmpfs, where this machine lets its users have one).
"""

import argparse
import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from gantei.catalogue.entries import SHIPPED

from .hub import Hub

NAME = "my-age"
KERAS = Path(__file__).parents[1] / "export/data/tf215-sequential.h5"
WEIGHTS = (SHIPPED / "demo-age" / "model.onnx").stat().st_size
TMPFS = 24_000_000
"""Bytes: room for the download and what it leaves free, until something else takes it."""
PAUSE = 0.02
"""Seconds before each 16 kB: the download takes a second."""


class Bench:
    """A source, and a home of gantei's that each trial finds empty."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.home = self.folder / "home"
        self.offered = shutil.copytree(SHIPPED / "demo-age", self.folder / NAME)
        manifest = self.offered / "estimator.toml"
        text = manifest.read_text("utf-8").replace('"demo-age"', f'"{NAME}"', 1)
        manifest.write_text(text, "utf-8")
        self.hub = Hub()
        self.hub.pause = PAUSE
        self.commands = {
            "pull": ("pull", NAME, "--from", self.hub.offer(self.offered)),
            "import": ("import", NAME, str(KERAS), "--task", "categorical"),
        }
        self.expected = {}

    def start(self, kind, home=None):
        environment = {key: each for key, each in os.environ.items() if "proxy" not in key.lower()}
        environment |= {
            "GANTEI_HOME": str(home or self.home),
            "HF_ENDPOINT": self.hub.address,
            "HF_HOME": str(self.folder / "hf"),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "gantei", *self.commands[kind]],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def run(self, kind, home=None):
        """Run a command to its end; give its exit code and what it said."""
        process = self.start(kind, home)
        return process.wait(), process.communicate()[1].decode()

    def installed(self, home=None):
        """The digest of all that is installed; None where nothing is."""
        folder = (home or self.home) / "estimators" / NAME
        if not folder.exists():
            return None
        digest = hashlib.sha256()
        for path in sorted(folder.iterdir()):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def left_over(self):
        """Names of what a finished command should not leave; a lock that nobody holds may stay."""
        return [
            path.name
            for folder in (self.home / "estimators", self.home / "downloads")
            if folder.is_dir()
            for path in folder.iterdir()
            if path.name != NAME and path.suffix != ".lock" and path.name != ".lock"
        ]

    def forget(self):
        shutil.rmtree(self.home, ignore_errors=True)
        self.hub.asked.clear()


@contextlib.contextmanager
def bench():
    with tempfile.TemporaryDirectory() as folder:
        made = Bench(folder)
        try:
            yield made
        finally:
            made.hub.close()


def killed_often(bench, kind, kills, seed=1):
    """Kill a command at so many random moments; count what was found after each."""
    bench.forget()
    began = time.monotonic()
    code, said = bench.run(kind)
    assert code == 0, said
    duration = time.monotonic() - began
    whole = bench.installed()
    moments = random.Random(seed)
    found = Counter()
    number = 0
    while found["killed"] < kills:  # one that had ended before counts as none
        number += 1
        bench.forget()
        process = bench.start(kind)
        after = moments.uniform(0.1, 1.0) * duration
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        ended = process.wait()
        process.communicate()
        found["killed" if ended == -signal.SIGKILL else "ended before"] += 1
        state = bench.installed()
        assert state in (None, whole), f"{kind}, kill {number}, {after} s: a wrong folder"
        found["found whole" if state else "found nothing"] += 1
        parts = (bench.home / "downloads").rglob("model.onnx.part")
        begun = any(0 < part.stat().st_size < WEIGHTS for part in parts)
        bench.hub.asked.clear()
        code, said = bench.run(kind)
        installed_before = kind == "import" and state is not None
        assert code == (2 if installed_before else 0), f"{kind}, kill {number}, {after} s: {said}"
        assert bench.installed() == whole, f"{kind}, kill {number}, {after} s: not whole"
        assert bench.left_over() == [], f"{kind}, kill {number}, {after} s: {bench.left_over()}"
        found["went on from a part"] += begun
        assert not begun or bench.hub.gets("model.onnx")[0].get("range")
    return found


def flipped(bench):
    """A byte is sent wrong, then right."""
    bench.forget()
    bench.hub.flip = 400_000
    code, said = bench.run("pull")
    assert (code, bench.installed()) == (2, None)
    assert "another sha256" in said
    bench.hub.flip = None
    assert bench.run("pull")[0] == 0


def short(bench):
    """The connection ends midway, then does not."""
    bench.forget()
    bench.hub.cut_at = 400_000
    code, said = bench.run("pull")
    assert (code, bench.installed()) == (2, None)
    assert "cut off" in said
    bench.hub.cut_at = None
    assert bench.run("pull")[0] == 0


def two_at_once(bench):
    """Two processes share one download."""
    bench.forget()
    processes = [bench.start("pull") for _ in range(2)]
    said = [process.communicate()[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert len(bench.hub.gets("model.onnx")) == 1


def too_small(bench):
    """A disk without room is refused before the weights are asked for."""
    said = _on_tmpfs(bench, 8_000_000, fill=False)
    assert "MB are needed" in said
    assert len(bench.hub.gets("model.onnx")) == 1  # by the next call


def full_midway(bench):
    """A disk that something else fills during the download."""
    said = _on_tmpfs(bench, TMPFS, fill=True)
    assert "the disk is full" in said
    assert len(bench.hub.gets("model.onnx")) == 2


SMALL_DISK = """
mount -t tmpfs -o size="$1" none "$2" || exit 77
if [ "$3" = fill ]; then
    (until ls "$2"/downloads/*/model.onnx.part; do sleep 0.01; done
     dd if=/dev/zero of="$2/other" bs=65536) > /dev/null 2>&1 &
fi
shift 3
"$@"; code=$?
wait
ls "$GANTEI_HOME/estimators" >&2
rm -f "$GANTEI_HOME/other"
[ $code = 2 ] && { mount -o remount,size=100M none "$GANTEI_HOME" && "$@" || exit 1; }
ls "$GANTEI_HOME/estimators" >&2
exit $code
"""


class NoTmpfsError(Exception):
    """This machine does not let its users have a disk of their own."""


def _on_tmpfs(bench, size, *, fill):
    bench.forget()
    bench.home.mkdir()
    environment = {key: each for key, each in os.environ.items() if "proxy" not in key.lower()}
    environment |= {"GANTEI_HOME": str(bench.home), "HF_ENDPOINT": bench.hub.address}
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK, "sh"]
    command += [str(size), str(bench.home), "fill" if fill else "leave"]
    command += [sys.executable, "-m", "gantei", *bench.commands["pull"]]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    except FileNotFoundError as error:
        raise NoTmpfsError from error
    if done.returncode == 77 or "unshare" in done.stderr:
        raise NoTmpfsError(done.stderr)
    assert done.returncode == 2, done.stderr
    assert "GANTEI_HOME" in done.stderr, done.stderr
    assert done.stderr.strip().endswith(NAME), done.stderr
    return done.stderr


OTHERS = (flipped, short, two_at_once, too_small, full_midway)


def main():
    parsed = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parsed.add_argument("--kills", type=int, default=50, help="of each command; default: 50")
    parsed.add_argument("--seed", type=int, default=1)
    chosen = parsed.parse_args()
    with bench() as made:
        for trial in OTHERS:
            try:
                trial(made)
                outcome = "no wrong folder, the next call ended well"
            except NoTmpfsError as error:
                outcome = f"not run: no tmpfs here {error}".strip()
            say(trial.__name__.replace("_", " "), outcome)
        for kind in made.commands:
            found = killed_often(made, kind, chosen.kills, chosen.seed)
            counted = ", ".join(f"{key} {found[key]}" for key in sorted(found))
            say(f"{kind}, kill -9", f"{counted}; the next call always ended well")


def say(fault, found):
    sys.stdout.write(f"{fault:<18}{found}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
