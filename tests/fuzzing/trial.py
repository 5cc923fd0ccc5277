"""One input through the import path, and what must never come of it."""

import os
import re
import signal
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gantei.errors import GanteiError
from gantei_export.conversion import convert
from gantei_export.forms.weights_file import weights_file
from gantei_export.importing import import_estimator

from . import stored, watching
from .reference import answers, input_size
from .reference_layers import Unjudged, Unknown

LONGEST = 10
"""Seconds of the processor that an input may take; `pool` watches the clock."""
MOST_MEMORY = 1 << 30
"""Bytes that an input may take beside its own size."""
TOLERANCE = 1e-4


@dataclass
class Outcome:
    """What came of an input: `refused`, `right`, `unjudged`, or `FAILED` with the reason."""

    word: str
    detail: str = ""
    signature: str = field(default="", compare=False)
    """What tells it from others: the kind of message, or the operators of the graph."""


class TooLongError(BaseException):
    """The time is over; no `except Exception` of the code under test stops it."""


def attempt(path, sandbox, lines, *, whole):
    """Try one input: convert it, or (`whole`) import it as an estimator.

    `sandbox` is the only folder in which it may leave anything, and there only the estimator.
    """
    before = _listing(sandbox)
    try:
        with _bounded(path), watching.forbidden(sandbox) as broken, lines.traced():
            bytes_, operators = _import(path) if whole else _convert(path)
    except GanteiError as error:
        outcome = _refusal(error)
    except TooLongError:
        outcome = Outcome("FAILED", f"takes more than {LONGEST} s")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        outcome = Outcome("FAILED", f"ends in {type(error).__name__}: {error}"[:500])
    else:
        outcome = None
    if broken:
        return Outcome("FAILED", f"does what nothing may do: {broken[:5]}")
    if left := _listing(sandbox) - before:
        return Outcome("FAILED", f"leaves {sorted(left)[:5]}")
    return outcome or _judged(path, bytes_, operators)


def _convert(path):
    with weights_file(path) as file:
        conversion = convert(file)
        bytes_ = conversion.to_bytes()
        if bytes_[-1] % 8 == 0 and convert(file).to_bytes() != bytes_:
            raise AssertionError("the same file gives other bytes the second time")
    operators = Counter(node.op_type for node in conversion.model.graph.node)
    return bytes_, operators


def _import(path):
    """Import as a user does, but for the process that reads the file first."""
    from gantei import store

    imported = import_estimator("fuzzed", path, task="regression", replace=True)
    folder = store.installed()["fuzzed"]
    assert imported.entry.name == "fuzzed"
    try:
        return (folder / "model.onnx").read_bytes(), Counter()
    finally:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def _refusal(error):
    message = str(error)
    cause = error.__cause__
    while cause is not None:
        if isinstance(cause, MemoryError):
            return Outcome("FAILED", f"runs out of memory: {message}"[:500])
        cause = cause.__cause__
    if not message or len(message) > 20_000:
        return Outcome("FAILED", f"a message of {len(message)} characters: {message[:200]}")
    return Outcome(
        "refused", message[:300], re.sub(r"'[^']*'|[0-9]+|\[.*\]|\(.*\)", "_", message)[:120]
    )


def _judged(path, bytes_, operators):
    signature = " ".join(f"{name}{count}" for name, count in sorted(operators.items()))
    try:
        config, weights = stored.read(path)
        height, width = input_size(config)
        if height * width > 1 << 14:
            return Outcome("unjudged", f"{height} x {width} pixels", signature)
        photographs = np.random.default_rng(5).random((2, height, width, 3), np.float32) * 3
        expected = answers(config, weights, photographs)
    except Unjudged as reason:
        return Outcome("unjudged", str(reason), signature)
    except Unknown as reason:
        if str(reason) in _BEYOND_THE_REFERENCE:
            return Outcome("unjudged", str(reason), signature)
        return Outcome("FAILED", f"accepted, but the reference knows no answer: {reason}"[:500])
    try:
        given = _run(bytes_, photographs)
    except Exception as error:  # noqa: BLE001 a graph that cannot run is wrong, however it fails
        return Outcome("FAILED", f"its graph does not run: {error}"[:500])
    return _compared(expected, given, signature)


_BEYOND_THE_REFERENCE = {"class TensorFlowOpLayer"}
"""What TensorFlow's own files in tests/export/data hold and the reference does not know."""


def _run(bytes_, photographs):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(bytes_, options, providers=providers)
    return session.run(None, {"photograph": photographs})


def _compared(expected, given, signature):
    given = given[: len(expected)]  # what the graph gives beside the estimates is not judged here
    if [one.shape for one in expected] != [one.shape for one in given]:
        shapes = [one.shape for one in expected], [one.shape for one in given]
        return Outcome("FAILED", f"other shapes than the reference: {shapes}")
    for one, other in zip(expected, given, strict=True):
        limit = TOLERANCE * max(1.0, float(np.abs(one).max(initial=0)))
        difference = float(np.abs(one - other).max(initial=0))
        if not difference <= limit:
            return Outcome("FAILED", f"differs from the reference by {difference}")
    return Outcome("right", "", signature)


def _listing(folder):
    return {os.path.join(root, name) for root, _, names in os.walk(folder) for name in names}


@contextmanager
def _bounded(path):
    """Bound the time, and the memory to `MOST_MEMORY` and the file's size above what is taken."""
    import resource

    def ring(signum, frame):
        raise TooLongError

    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    usual = resource.getrlimit(resource.RLIMIT_AS)
    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    resource.setrlimit(resource.RLIMIT_AS, (taken + MOST_MEMORY + path.stat().st_size, usual[1]))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, usual)


def own_sandbox():
    """Make a folder for a worker, in which all that it writes is written."""
    sandbox = Path(tempfile.mkdtemp(prefix="fuzzing-"))
    for name in ("home", "temporary", "inputs", "here"):
        (sandbox / name).mkdir()
    os.environ |= {"GANTEI_HOME": str(sandbox / "home"), "TMPDIR": str(sandbox / "temporary")}
    tempfile.tempdir = None
    os.chdir(sandbox / "here")
    return sandbox
