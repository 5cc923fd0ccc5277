"""One input through the import path, and what must never come of it."""

import os
import re
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path

from gantei.errors import GanteiError

from . import keras_files, watching
from .outcome import Outcome

LONGEST = 10
"""Seconds of the processor that an input may take; `pool` watches the clock."""
MOST_MEMORY = 1 << 30
"""Bytes that an input may take beside its own size."""


class TooLongError(BaseException):
    """The time is over; no `except Exception` of the code under test stops it."""


def attempt(path, sandbox, lines, *, whole, family=keras_files):
    """Try one input: read it, or (`whole`) import it as an estimator.

    `sandbox` is the only folder in which it may leave anything, and there only the estimator.
    """
    before = _listing(sandbox)
    try:
        with _bounded(path), watching.forbidden(sandbox) as broken, lines.traced():
            found = family.read(path, whole)
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
    return outcome or family.judged(path, found)


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


def _listing(folder):
    return {os.path.join(root, name) for root, _, names in os.walk(folder) for name in names}


def taken():
    """Return the bytes of address space that this process has."""
    import resource

    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


@contextmanager
def _bounded(path):
    """Bound the time, and the memory to `MOST_MEMORY` and the file's size above what is taken."""
    import resource

    def ring(signum, frame):
        raise TooLongError

    usual = resource.getrlimit(resource.RLIMIT_AS)
    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    resource.setrlimit(resource.RLIMIT_AS, (taken() + MOST_MEMORY + path.stat().st_size, usual[1]))
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
