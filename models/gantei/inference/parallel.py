"""A map over threads that keeps the order and a bound on what waits."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


def ordered(
    function: Callable[[In], Out], items: Iterable[In], workers: int, ahead: int | None = None
) -> Generator[Out]:
    """Map in parallel and in order, with at most `ahead` results waiting."""
    waiting: deque[Future[Out]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="gantei")
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= (ahead or 4 * workers):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        # Without waiting: an abandoned generator may be collected in one of these very threads.
        pool.shutdown(wait=False, cancel_futures=True)
