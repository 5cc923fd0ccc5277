"""Processes that are used again and again, for jobs that may crash, hang or fill the memory.

A job is named by text, `package.module:function`, and runs in a process of its own, one at a time
(see `helper_process.Job`). As many work at once as there are cores; further callers wait. One that
died, or had to be ended, is replaced at the next call, which finds nothing of it.

What bounds a job is the computing time that its process has used, by which a busy computer takes no
more of it than an idle one. Behind it stands a longer time by the clock, for a job that sleeps.
"""

import atexit
import os
import secrets
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Literal, cast

from ..errors import PhotographError
from ..findings.finding import Finding
from .cores import cores
from .helper_answer import check_answer
from .helper_process import receive, send
from .python_command import python_command

How = Literal["died", "time", "memory"]

_MOST_JOBS = 500  # then a fresh process, whatever a library has not freed
_SECONDS_TO_START = 600.0  # Python and libraries from a cold disk of a busy computer
_LEAST_WAIT, _WAIT = 60.0, 20.0  # by the clock: seconds, and times the computing time
_STEP = 0.25
_SECONDS_TO_DIE = 10
_LONGEST_HEAD = 100_000  # bytes of an answer beside its data
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPJ_NUM_THREADS"), "1")


class HelperEndedError(Exception):
    """A job that did not come to its end: the process `died`, or ran out of `time` or `memory`."""

    def __init__(self, how: How) -> None:
        super().__init__(how)
        self.how = how


class JobFailedError(Exception):
    """A job in which a library raised an error, of which this is the text."""


def run_apart(
    job: str, facts: Mapping[str, Any], data: bytes, *, seconds: float, memory: int
) -> tuple[dict[str, Any], bytes]:
    """Do a job in a process of its own, and wait for it; any thread may call.

    Args:
        job: `package.module:function`, a `Job`.
        facts: what it gets beside `data`, of what JSON holds.
        data: what it works on.
        seconds: of computing, after which it is ended; loading its libraries does not count. One
            that does not compute is ended after 20 times as long, at least a minute, in which
            time for which this process itself was stopped does not count. Windows has only these.
        memory: bytes that it may map beyond what its libraries have mapped.

    Raises:
        PhotographError: what the job raised.
        JobFailedError: another error of the job.
        HelperEndedError: the process died, or was ended.
    """
    module, _, function = job.partition(":")
    order = {"function": function, "facts": facts, "memory": memory}
    order["seconds"] = seconds
    with _places:
        helper, answer, result = _answered(module, order, data, max(_LEAST_WAIT, _WAIT * seconds))
    if answer.get("ended") == "memory":
        helper.end()
        raise HelperEndedError("memory")
    _put_back(helper)
    if finding := answer.get("finding"):
        raise PhotographError(Finding(finding[0], **finding[1]))
    if failed := answer.get("failed"):
        raise JobFailedError(failed)
    return cast(dict[str, Any], answer["facts"]), result


def _answered(
    module: str, order: Mapping[str, Any], data: bytes, wait: float
) -> tuple["_Helper", dict[str, Any], bytes]:
    """Ask a helper; one that dies over it, having done other jobs before, may owe it to those."""
    while True:
        helper = _taken()
        is_fresh = not helper.jobs
        try:
            helper.load(module)
            return helper, *helper.ask(module, order, data, wait)
        except HelperEndedError as error:
            helper.end()
            if is_fresh or error.how != "died":
                raise
        except BaseException:  # the caller is interrupted: this answer is not the next one's
            helper.end()
            raise


class _Helper:
    """One process, and the pipes to it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            python_command(f"{__package__}.helper_process"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # One process per caller; and what each thread of a library maps would count.
            env={**os.environ, **_ONE_THREAD, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self._loaded: set[str] = set()
        self.jobs = 0

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def load(self, module: str) -> None:
        """Import a module there, with its libraries, once."""
        if module not in self._loaded:
            self.ask(module, {}, b"", _SECONDS_TO_START)
            self._loaded.add(module)

    def ask(
        self, module: str, order: Mapping[str, Any], data: bytes, wait: float
    ) -> tuple[dict[str, Any], bytes]:
        assert self._process.stdin and self._process.stdout  # noqa: S101 - both are pipes
        self.jobs += 1
        number = secrets.token_hex(8)  # so that what was answered twice is nobody's answer
        with self._ended_after(wait) as late:
            try:
                send(self._process.stdin, {"module": module, "number": number, **order}, data)
                # A decoder that a file has taken over may answer what it likes.
                most = _LONGEST_HEAD + order.get("memory", 0)
                answer, result = receive(self._process.stdout, most)
                check_answer(answer, number)
            except (EOFError, OSError) as error:
                is_time = late.is_set() or self._has_used_its_time()
                raise HelperEndedError("time" if is_time else "died") from error
            except (ValueError, RecursionError) as error:
                raise HelperEndedError("died") from error
        if late.is_set():
            raise HelperEndedError("time")
        return answer, result

    @contextmanager
    def _ended_after(self, wait: float) -> Iterator[threading.Event]:
        """End the process if the block takes so many seconds, and tell so.

        They are counted in steps: one in which this process was stopped, as by Ctrl-Z, is one.
        """
        late, done = threading.Event(), threading.Event()

        def watch() -> None:
            left = wait
            while not done.wait(min(_STEP, left)):
                left -= _STEP
                if left <= 0:
                    late.set()
                    self._process.kill()
                    return

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        try:
            yield late
        finally:
            done.set()
            watching.join()  # so that it ends nobody else's job

    def _has_used_its_time(self) -> bool:
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(_SECONDS_TO_DIE) == -getattr(signal, "SIGPROF", 0)
        return False

    def end(self) -> None:
        """End the process, whatever it is doing, and wait until it is gone."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        """Let the process end by itself, as it does where its input ends."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # the rest of an order, which nobody takes any more
                if pipe:
                    pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_DIE)
            return
        self._process.kill()  # it answered, and goes on all the same
        self._process.wait()


_places = threading.BoundedSemaphore(cores())
_lock = threading.Lock()
_idle: list[_Helper] = []


def _taken() -> _Helper:
    while True:
        with _lock:
            helper = _idle.pop() if _idle else None
        if helper is None:
            return _Helper()
        if helper.is_alive:  # somebody may have ended it, as systems do that lack memory
            return helper
        helper.close()


def _put_back(helper: _Helper) -> None:
    if helper.jobs > _MOST_JOBS:
        helper.close()
        return
    with _lock:
        _idle.append(helper)


@atexit.register
def end_helpers() -> None:
    """End the processes that wait for work."""
    while _idle:
        with suppress(IndexError):  # another thread took it
            _idle.pop().close()


def _start_anew() -> None:
    """The pipes are the starting process's, and so are the threads that hold locks."""
    global _lock, _places
    _lock, _places = threading.Lock(), threading.BoundedSemaphore(cores())
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
