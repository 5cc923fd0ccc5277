"""What long work says while it lasts where no terminal is: lines in the log of a batch system."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from types import TracebackType
from typing import Self

from .plural import per_second
from .text_table import visible

FIRST, THEN = 60.0, 600.0
"""Seconds until the first line, which says that all is well, and between the others: 145 a day."""

_MEGABYTE = 1e6


class ProgressLog:
    """A line every few minutes on standard error: what is done of all, the rate, the time left.

    What takes less than `FIRST` says nothing. It has what a tqdm bar has that is used of one.
    """

    def __init__(
        self,
        total: int,
        unit: str,
        what: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin; arguments as of `progress`, and the clock, in seconds."""
        self.total, self._unit, self._what = total, unit, what
        self._clock = clock
        self.resume(0)

    def resume(self, done: int) -> None:
        """Begin anew with so much done, which is not counted in the rate."""
        self._done, self._before = done, done
        self._began = self._clock()
        self._due = self._began + FIRST

    def update(self, done: int) -> None:
        """Add what was done since, and write a line where one is due."""
        self._done += done
        if (now := self._clock()) >= self._due:
            self._due = now + THEN
            write_line(self._line(now - self._began))

    def set_description(self, what: str) -> None:
        """Put something else before the next lines."""
        self._what = what.removesuffix(": ")

    def close(self) -> None:
        """End; nothing is left to be written."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _line(self, seconds: float) -> str:
        rate = (self._done - self._before) / seconds
        scale, unit = (_MEGABYTE, "MB") if self._unit == "B" else (1, f"{self._unit}s")
        parts = [
            f"{self._done / scale:,.0f} of {self.total / scale:,.0f} {unit}",
            f"{per_second(rate / scale)} {unit}/s",
        ]
        if rate > 0 and self.total > self._done:
            parts.append(f"{duration((self.total - self._done) / rate)} left")
        return f"{self._what}: {', '.join(parts)}" if self._what else ", ".join(parts)


def log_step(what: str, done: Event) -> None:
    """Write as often how long a step has taken, until it is done."""
    seconds, wait = 0.0, FIRST
    while not done.wait(wait):
        seconds += wait
        wait = THEN
        write_line(f"{what}: {duration(seconds)} so far")


def write_line(line: str) -> None:
    """Write a line of progress; where the log takes no more, the work goes on without."""
    with suppress(OSError):
        sys.stderr.write(visible(f"{line}\n"))
        sys.stderr.flush()


def duration(seconds: float) -> str:
    """Give a time in its two largest units.

    >>> duration(41.3), duration(330), duration(3600 * 26.5)
    ('41 s', '6 min', '1 d 2 h')
    """
    if (whole := round(seconds)) < 60:
        return f"{whole} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min"
