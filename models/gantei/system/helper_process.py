"""The process in which a stranger's file meets native code: it does one job after the other.

`helper_pool` starts it and hands it jobs over its standard input; answers go over its standard
output. It writes to no disk, says nothing on the terminal, and ends with the process that started
it. What kills it, such as a decoder that writes where it must not, kills nothing else.
"""

import contextlib
import importlib
import json
import os
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ..errors import PhotographError

Job = Callable[[Mapping[str, Any], bytes], tuple[Mapping[str, Any], bytes]]
"""What a job is: facts that JSON holds and bytes become facts and bytes.

It raises a `PhotographError` for what its caller is to say of the file."""

_LENGTHS = struct.Struct("<QQ")
_LONGEST_REASON = 200
_MAPPED = Path("/proc/self/statm")
_SECONDS_BETWEEN_LOOKS = 2.0


def send(pipe: IO[bytes], facts: Mapping[str, Any], data: bytes) -> None:
    """Write facts and bytes, after the lengths of both."""
    head = json.dumps(facts).encode()
    pipe.write(_LENGTHS.pack(len(head), len(data)) + head)
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes], most: int | None = None) -> tuple[dict[str, Any], bytes]:
    """Read what `send` wrote.

    Args:
        pipe: from the other side.
        most: bytes that it may claim to send; None: it is trusted.

    Raises:
        EOFError: the other side has ended, or claims to send more.
        ValueError: what it sent is no answer.
    """
    of_head, of_data = _LENGTHS.unpack(_whole(pipe, _LENGTHS.size))
    if most is not None and of_head + of_data > most:
        raise EOFError
    return json.loads(_whole(pipe, of_head)), _whole(pipe, of_data)


def _whole(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


def main() -> None:
    """Do jobs until the standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the starting process decides what Ctrl-C ends
    if sys.platform != "win32":  # what a process ignores or blocks, those that it starts do too
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF])
    orders = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # what libraries print may quote the file
        os.dup2(nothing, standard)
    _forbid_files()
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            order, data = receive(orders)
            facts, result = _answer(order, data)
            send(answers, {"number": order["number"], **facts}, result)
            del data, result


def _end_with(starter: int) -> None:
    """End, whatever the job is doing, when the starting process has ended."""
    while os.getppid() == starter:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(0)


def _answer(order: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
    try:
        module = importlib.import_module(order["module"])
        if "function" not in order:  # libraries load before time and memory are counted
            return {"facts": {}}, b""
        job: Job = getattr(module, order["function"])
        with _limits(order["seconds"], order["memory"]):
            facts, result = job(order["facts"], data)
    except PhotographError as error:
        return {"finding": [error.finding.code, dict(error.finding.values)]}, b""
    except MemoryError:
        return {"ended": "memory"}, b""
    except Exception as error:  # noqa: BLE001 - libraries raise what they like about such a file
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return {"failed": reason[:_LONGEST_REASON]}, b""
    return {"facts": facts}, result


@contextlib.contextmanager
def _limits(seconds: float, memory: int) -> Iterator[None]:
    """Bound the computing time and the further memory of one job, where the system can.

    SIGPROF ends the process then, whether or not its code ever comes back to Python.
    """
    if sys.platform == "win32":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    if _MAPPED.exists():
        mapped = int(_MAPPED.read_text("ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + memory, before[1]))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, before)


def _forbid_files() -> None:
    """Write neither a core dump nor any other file: it could hold a picture."""
    if sys.platform == "win32":
        return
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # such a write fails, and ends nothing
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
