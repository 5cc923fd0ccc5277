"""Log lines on their way out: nobody who logs waits for whoever reads.

Lines stand in a queue of bounded length, which one thread writes. Where the reader stalls or the
disk is full, lines are dropped and counted; one line tells how many, where they would have stood.
"""

import logging
import os
import select
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

MOST_LINES = 10_000
"""Lines that wait for a reader; a request's has about 300 bytes."""
END_TIMEOUT = 2.0
"""Seconds that the end of the process waits for what is not written."""


class LogWriter(logging.Handler):
    """Writes each record as a line to a file descriptor, in a thread of its own."""

    def __init__(
        self, descriptor: int, gap: Callable[[int], logging.LogRecord], most: int = MOST_LINES
    ) -> None:
        """Start the thread.

        Args:
            descriptor: where lines go.
            gap: makes the record that tells how many lines were dropped.
            most: lines that may wait.
        """
        super().__init__()
        self.dropped = 0
        """Lines that were never written."""
        self._descriptor = descriptor
        self._gap = gap
        self._most = most
        self._lines: deque[str] = deque()
        self._changed = Condition()
        self._skipped = 0
        """Lines dropped since the queue was full; it takes none until half of it is written."""
        self._writing = False
        self._stalled = False
        """Whether somebody has waited for the reader in vain, and nothing was written since."""
        self._failed = 0
        """Lines that could not be written, and are not told of; the thread's own."""
        self._torn = False
        """Whether what was written ends within a line; the thread's own."""
        Thread(target=self._write_all, name="gantei-log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Put a line into the queue, or drop it."""
        line = self.format(record)
        with self._changed:
            if self._skipped or len(self._lines) >= self._most:
                self._skipped += 1
                self.dropped += 1
            else:
                self._lines.append(line)
                self._changed.notify_all()

    def flush(self) -> None:
        """Wait until all is written, for `END_TIMEOUT` at most; `logging` does so at the end.

        A reader that was waited for in vain, and has read nothing since, is not waited for again.
        """
        with self._changed:
            if not self._stalled:
                written = self._changed.wait_for(
                    lambda: not (self._lines or self._writing), END_TIMEOUT
                )
                self._stalled = not written

    def _write_all(self) -> None:
        while True:
            with self._changed:
                self._writing = False
                self._stalled = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._lines)
                self._writing = True
                line = self._lines.popleft()
                if self._skipped and len(self._lines) <= self._most // 2:
                    self._lines.append(self.format(self._gap(self._skipped)))
                    self._skipped = 0
            if self._failed and self._written(self.format(self._gap(self._failed))):
                self._failed = 0
            if not self._written(line):
                self._failed += 1
                self.dropped += 1

    def _written(self, line: str) -> bool:
        """Write a line; a disk that is full, or a reader that has gone, is no matter of others."""
        left = (("\n" if self._torn else "") + line + "\n").encode("utf-8", "backslashreplace")
        try:
            while left:
                try:
                    count = os.write(self._descriptor, left)
                except BlockingIOError:  # whoever shares the descriptor does not want to wait
                    select.select([], [self._descriptor], [])
                    continue
                left, self._torn = left[count:], count < len(left)
        except OSError:
            return False
        return True
