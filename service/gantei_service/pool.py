"""The workers: threads that decode and estimate; how many photographs wait for them is bounded."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

from .metrics import Metrics
from .problems import Problem

T = TypeVar("T")


class _Queued(Generic[T]):
    """A step that can be dropped: the executor keeps what it has queued, cancelled or not."""

    def __init__(self, step: Callable[[], T]) -> None:
        self.step: Callable[[], T] | None = step

    def run(self) -> T:
        if (step := self.step) is None:
            raise CancelledError
        return step()


class Pool:
    """Threads that share the work of all requests, a few photographs of each at a time."""

    def __init__(self, workers: int, capacity: int, metrics: Metrics) -> None:
        self._workers = workers
        self._capacity = capacity
        self._metrics = metrics
        self._waiting = 0
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="gantei")

    @property
    def idle(self) -> bool:
        """Whether no photograph is being looked at, and none waits."""
        return not self._waiting

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

    async def run_all(
        self, jobs: Sequence[Callable[[], Awaitable[T]]], at_once: int | None = None
    ) -> list[T]:
        """Do all jobs and give their results in order; if cancelled, drop those that still wait.

        A request begins `at_once` jobs at a time, by default as many as there are workers, so that
        a large one does not keep the small ones behind it waiting until it is done.

        Raises:
            Problem: `busy`, when too much waits already.
        """
        results: dict[int, T] = {}
        remaining = iter(enumerate(jobs))

        async def lane() -> None:
            for index, job in remaining:
                results[index] = await job()
                finished()

        with self._admitted(len(jobs)) as finished:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(min(at_once or self._workers, len(jobs))):
                    lanes.create_task(lane())
        return [results[index] for index in range(len(jobs))]

    def close(self) -> None:
        """Let the threads end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

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
