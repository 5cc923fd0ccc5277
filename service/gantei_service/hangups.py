"""SIGHUP: read everything again; but end, where it comes because the server's terminal closed."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal

OUTLIVED = 5.0
"""Seconds without its terminal, and without a signal, after which a server has outlived it.

A terminal that closes signals its foreground at once, and a shell its jobs, but not those that it
was told to disown.
"""


class Hangups:
    """The signals that came since they were last looked for."""

    def __init__(self) -> None:
        self._came = False
        # nohup has the signal ignored, so that a terminal's end is none of the server's.
        self._in_terminal = not _ignored() and _has_terminal()
        self._gone_since: float | None = None

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note signals until the end of the block, instead of being ended by the first."""
        if not hasattr(signal, "SIGHUP") or threading.current_thread() != threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGHUP, self._note)
        try:
            yield
        finally:
            signal.signal(signal.SIGHUP, before)

    def asked(self) -> Literal["reload", "end"] | None:
        """Tell what the signals since the last call ask for; None: none came.

        It has to be called all the time: that the terminal closed without a signal is seen here.
        """
        came, self._came = self._came, False
        gone = self._in_terminal and not _has_terminal()
        if came:
            return "end" if gone else "reload"
        if not gone:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = time.monotonic()
        elif time.monotonic() - self._gone_since > OUTLIVED:
            self._in_terminal = False
        return None

    def _note(self, _: int, __: FrameType | None) -> None:
        self._came = True


def _ignored() -> bool:
    return hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def _has_terminal() -> bool:
    if sys.platform == "win32":
        return False
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return False
    os.close(terminal)
    return True
