"""Worker processes, watched: each that dies or hangs is replaced, and its input is replayed."""

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from . import inputs
from .families import FAMILIES

SILENCE = 5
"""Seconds without a report after which a worker is taken to hang, and the input is replayed."""


@dataclass
class Summary:
    """What came of a run."""

    counts: Counter = field(default_factory=Counter)
    """(kind of input, outcome) -> number."""
    failures: list = field(default_factory=list)
    new: int = 0
    lines: int = 0
    seconds: float = 0.0

    @property
    def inputs(self):
        """The number of inputs tried."""
        return self.counts.total()


class Worker:
    """One worker process and what it reported last."""

    def __init__(self, family, seed, start, step, end):
        self.family, self.seed = family, seed
        self.next, self.step, self.end = start, step, end
        self.kept, self.recipe, self.process, self.sandbox = [], None, None, None
        self._start()

    def _start(self):
        self._clean()
        numbers = map(str, (self.seed, self.next, self.step, self.end))
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.worker", *numbers, self.family],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        self.process.stdin.write(json.dumps(self.kept).encode() + b"\n")
        self.process.stdin.flush()
        self.recipe, self.heard, self._text = None, time.monotonic(), b""

    def _clean(self):
        if self.sandbox:
            shutil.rmtree(self.sandbox, ignore_errors=True)

    def reports(self):
        """Read what is there; None at the end of the worker's output."""
        data = os.read(self.process.stdout.fileno(), 1 << 16)
        if not data:
            return None
        self.heard = time.monotonic()
        *lines, self._text = (self._text + data).split(b"\n")
        found = []
        for line in lines:
            word, _, rest = line.decode().partition(" ")
            if word == "ready":
                self.sandbox = rest
            elif word == "begin":
                self.recipe = tuple(json.loads(rest))
            elif word == "end":
                report = json.loads(rest)
                self.next, self.recipe = report["number"] + self.step, None
                if report["new"] and report["word"] != "FAILED":
                    self.kept.append(report["recipe"])
                found.append(report)
        return found

    def replace(self):
        """Go on behind the input that killed it."""
        self.stop()
        if self.recipe is None:
            raise RuntimeError("a worker died before its first input")
        self.next += self.step
        self._start()

    def stop(self):
        """End the process."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self._clean()


def fuzz(count, seed, workers=1, minutes=None, say=lambda text: None, first=0, family="keras"):
    """Try `count` inputs, fewer where the minutes are over, and return a `Summary`."""
    began, summary = time.monotonic(), Summary()
    end = first + count
    running = [Worker(family, seed, first + one, workers, end) for one in range(workers)]
    said = began
    try:
        while running:
            now = time.monotonic()
            if minutes is not None and now - began > 60 * minutes:
                break
            outputs = {worker.process.stdout.fileno(): worker for worker in running}
            ready, _, _ = select.select(list(outputs), [], [], 1)
            for worker in [outputs[one] for one in ready]:
                reports = worker.reports()
                if reports is None:
                    _ended(worker, running, summary, say)
                for report in reports or ():
                    _count(_confirmed(worker, report, say), summary)
            for worker in list(running):
                if worker.recipe and now - worker.heard > SILENCE:
                    _died(worker, f"is silent for {SILENCE} s", summary, say)
                    worker.replace()
            if now - said > 30:
                said = now
                say(line(summary, now - began))
    finally:
        for worker in running:
            worker.stop()
    summary.seconds = time.monotonic() - began
    return summary


def line(summary, seconds):
    """Say how far a run is."""
    words = Counter()
    for (_, word), number in summary.counts.items():
        words[word] += number
    said = ", ".join(f"{number:,} {word}" for word, number in words.most_common())
    return (
        f"{summary.inputs:,} inputs in {seconds:.0f} s: {said}; "
        f"{summary.new} kept, {summary.lines} lines reached"
    )


def _ended(worker, running, summary, say):
    code = worker.process.wait()
    if code == 0 and worker.recipe is None:
        worker.stop()
        running.remove(worker)
        return
    _died(worker, f"dies ({code})", summary, say)
    worker.replace()


def _count(report, summary):
    summary.counts[report["kind"], report["word"]] += 1
    summary.new += report["new"]
    summary.lines = max(summary.lines, report["lines"])
    if report["word"] == "FAILED":
        summary.failures.append((tuple(report["recipe"]), report["detail"]))


def _confirmed(worker, report, say):
    """Repeat a failure in a process of its own: its worker may carry damage of earlier inputs."""
    if report["word"] != "FAILED":
        return report
    recipe = name(report["recipe"])
    code, _ = _again(worker, report["recipe"])
    if code == 0:
        say(f"not repeated: --only {recipe}: {report['detail']}")
        return {**report, "word": "not repeated"}
    say(f"FAILED --only {recipe}: {report['detail']}")
    return report


def _died(worker, how, summary, say):
    """Have the probe read what killed a worker: it refuses it, or a second try shows more."""
    recipe = worker.recipe
    kind = inputs.kind_of(worker.seed, recipe, worker.family)
    if caught_by_probe(worker.family, worker.seed, recipe):
        summary.counts[kind, "caught by the probe"] += 1
        return
    code, said = _again(worker, recipe)
    if code == 0:  # slow on a busy machine, or brought down by what was read before
        summary.counts[kind, "not repeated"] += 1
        say(f"a worker {how}, and passes when repeated: --only {name(recipe)}")
        return
    summary.counts[kind, "FAILED"] += 1
    detail = f"a worker {how}; the probe passes it; {code}: {said}"
    summary.failures.append((recipe, detail))
    say(f"FAILED --only {name(recipe)}: {detail}")


def _again(worker, recipe):
    """Return how a second process ends over an input, and what it says last."""
    options = ("--family", worker.family, "--seed", str(worker.seed), "--only", name(recipe))
    command = [sys.executable, "-m", __package__, *options]
    top = Path(__file__).parents[2]
    try:
        done = subprocess.run(command, cwd=top, capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return 1, "it does not end"
    return done.returncode, done.stdout.decode().splitlines()[-1:]


def caught_by_probe(family, seed, recipe):
    """Return whether the probe refuses an input."""
    with tempfile.TemporaryDirectory() as folder:
        path = inputs.make(seed, recipe, Path(folder), family)
        return FAMILIES[family].caught_by_probe(path)


def name(recipe):
    """Write a recipe as `--only` takes it."""
    return "+".join(map(str, recipe))
