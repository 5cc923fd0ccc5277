"""The workers: threads that decode and estimate; how many photographs wait for them is bounded.

Large photographs have threads of their own, and wait for memory before they get one: a small one
waits for none of them.
"""

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

from gantei.system.allocator import USUAL, give_back_freed

from .memory_plan import large_threads
from .metrics import Metrics
from .problems import Problem
from .service_memory import ServiceMemory

T = TypeVar("T")
NICE = 5
"""By so much threads of large photographs stand behind the others, where the system can say so."""
SETTLED = 2.0
"""Seconds between looks whether nothing is on its way any more, after an unusual photograph."""
MOST_WAITING = 8
"""Large photographs that wait for each thread of theirs: as many as a minute is enough for."""


class _Queued(Generic[T]):
    """A step that can be dropped: the executor keeps what it has queued, cancelled or not."""

    def __init__(self, step: Callable[[], T]) -> None:
        self.step: Callable[[], T] | None = step

    def run(self) -> T:
        if (step := self.step) is None:
            raise CancelledError
        return step()


def _stand_back() -> None:
    """Let the threads of small photographs go before this one; Linux counts for each thread."""
    if sys.platform.startswith("linux"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def _give_back_all() -> None:
    """Give back what nothing needs; requests whose time was over leave circles of references."""
    gc.collect()
    give_back_freed()


def _and_give_back(step: Callable[[], T]) -> T:
    """Run a step, and give back to the system what it has freed."""
    try:
        return step()
    finally:
        give_back_freed()


class Pool:
    """Threads that share the work of all requests, a few photographs of each at a time."""

    def __init__(
        self, workers: int, capacity: int, metrics: Metrics, memory: ServiceMemory
    ) -> None:
        self.memory = memory
        self._workers = workers
        self._capacity = capacity
        self._metrics = metrics
        self._waiting = 0
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="gantei")
        self._large = ThreadPoolExecutor(large_threads(workers), thread_name_prefix="gantei-large")
        self._will_tidy = False
        self._most_large = MOST_WAITING * large_threads(workers)

    @property
    def idle(self) -> bool:
        """Whether no photograph is being looked at, and none waits."""
        return not self._waiting

    @property
    def threads(self) -> Executor:
        """The workers, for a photograph that has all of them to itself."""
        return self._executor

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Run a job of the service itself."""
        return self._executor.submit(job)

    async def run(self, step: Callable[[], T]) -> T:
        """Run one step of a job in a worker; if it is cancelled before it starts, drop it."""
        queued = _Queued(step)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, queued.run)
        except asyncio.CancelledError:
            queued.step = None
            raise

    async def run_large(self, step: Callable[[], T], needed: int) -> T:
        """Run a step of a large photograph, once there are so many bytes for it.

        What is cancelled gives them back when its thread has come to its end.

        Raises:
            Problem: `busy`, when too many of them wait already.
        """
        room = self.memory.large
        if room.waiting >= self._most_large:
            raise Problem("busy", headers={"retry-after": "10"})
        place = room.take(needed)

        def given_up(taken: Future[None]) -> None:
            if not taken.cancelled():  # it was given all the same, at that moment
                room.give_back(needed)

        try:
            await asyncio.wrap_future(place)
        except asyncio.CancelledError:
            place.add_done_callback(given_up)
            raise
        queued = _Queued(step)
        self._tidy_later()
        done = self._large.submit(_and_give_back, queued.run)
        done.add_done_callback(lambda _: room.give_back(needed))
        try:
            return await asyncio.wrap_future(done)
        except asyncio.CancelledError:
            queued.step = None
            raise

    async def run_all(
        self, jobs: Sequence[Callable[[], Awaitable[T]]], at_once: int | None = None
    ) -> list[T]:
        """Do all jobs and give their results in order; if cancelled, drop those that still wait.

        A request begins `at_once` jobs at a time, by default as many as there are workers, so that
        a large one does not keep the small ones behind it waiting until it is done.

        Raises:
            Problem: `busy`, when too much waits already; or what the first job raises.
        """
        results: dict[int, T] = {}
        remaining = iter(enumerate(jobs))

        async def lane() -> None:
            for index, job in remaining:
                results[index] = await job()
                finished()

        with self._admitted(len(jobs)) as finished:
            try:
                async with asyncio.TaskGroup() as lanes:
                    for _ in range(min(at_once or self._workers, len(jobs))):
                        lanes.create_task(lane())
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from None
        return [results[index] for index in range(len(jobs))]

    def tidy_after(self, needed: int) -> None:
        """Once nothing is on its way, give back what a photograph of so many bytes has left."""
        if needed > USUAL:
            self._tidy_later()

    def _tidy_later(self) -> None:
        if not self._will_tidy:
            self._will_tidy = True
            asyncio.get_running_loop().call_later(SETTLED, self._tidy)

    def _tidy(self) -> None:
        """Give back what is free once nothing is on its way, and the bodies have gone too."""
        self._will_tidy = False
        if not self.idle or self.memory.in_use:
            self._tidy_later()
            return
        with suppress(RuntimeError):  # the service has ended meanwhile
            self._executor.submit(_give_back_all)

    def close(self) -> None:
        """Let the threads end."""
        for each in (self._executor, self._large):
            each.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def _admitted(self, count: int) -> Iterator[Callable[[], None]]:
        # A request that the photographs' limit allows always fits into an empty queue.
        if self._waiting and self._waiting + count > self._capacity:
            raise Problem("busy", headers={"retry-after": "1"})
        left = count

        def change(by: int) -> None:
            self._waiting += by
            self._metrics.waiting.set(self._waiting)

        def finished() -> None:
            nonlocal left
            left -= 1
            change(-1)

        change(count)
        try:
            yield finished
        finally:
            change(-left)
