"""What long work says while it lasts: on a terminal a bar, elsewhere now and then a line."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .progress_log import ProgressLog, log_step, write_line
from .text_table import visible

PATIENCE = 2.0
"""Seconds that work may take before anybody wonders."""


def progress(total: int, unit: str, what: str | None = None) -> Any:
    """Give a tqdm bar on standard error: count, rate and remaining time; else a `ProgressLog`.

    Bytes, of the unit `B`, are counted in kB, MB and GB. `what` stands before the bar.
    """
    if not sys.stderr.isatty():
        return ProgressLog(total, unit, what)
    from tqdm import tqdm

    return tqdm(
        total=total,
        unit=unit,
        desc=what,
        unit_scale=unit == "B",
        dynamic_ncols=True,
        delay=0.5,  # what is refused at once is refused without a bar
    )


def resuming(bar: Any) -> Callable[[int], object]:
    """Give what updates a bar of `progress`, first with what was done before it was made.

    That stands in its count, and not in its rate, nor in the time that is left.
    """
    is_begun = False

    def update(done: int) -> None:
        nonlocal is_begun
        if is_begun:
            bar.update(done)
            return
        is_begun = True
        if isinstance(bar, ProgressLog):
            bar.resume(done)
            return
        bar.reset()
        bar.initial = bar.n = bar.last_print_n = done
        bar.refresh()

    return update


def say_beside(bar: Any, line: str) -> None:
    """Write a line that stays, above a bar of `progress`."""
    if isinstance(bar, ProgressLog):
        write_line(line)
    else:
        bar.write(visible(line), file=sys.stderr)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is being done and for how long, once it takes longer than `PATIENCE`.

    For work that cannot tell how much of it is left. The line is gone when the work is done; off a
    terminal there is one as seldom as those of a `ProgressLog`, and it stays.
    """
    done = threading.Event()
    tell = _tell if sys.stderr.isatty() else log_step
    teller = threading.Thread(target=tell, args=(visible(what), done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(what: str, done: threading.Event) -> None:
    started, line = time.monotonic(), ""
    while not done.wait(1.0 if line else PATIENCE):
        line = f"{what}: {time.monotonic() - started:.0f} s"
        sys.stderr.write(f"\r{line}")
        sys.stderr.flush()
    if line:
        sys.stderr.write(f"\r{' ' * len(line)}\r")
        sys.stderr.flush()
