"""Batches: what waits for a network goes through it together, on each device one after the other.

Greedy: nothing waits for a batch to fill. On a GPU a second one is made and copied while one runs,
but only a full one: what would be fewer are more by the time that it can run. Batches are padded to
a few fixed sizes, because a GPU keeps memory for every size that it has once run.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

from gantei.errors import WeightsError
from gantei.estimator.estimator import Estimator
from gantei.explanations.explanation import ExplanationKind
from gantei.inference.batches import IN_FLIGHT, black, bytes_of_photograph
from gantei.inference.network import InputArray, RawOutputs
from gantei.inference.pipeline import infer

from .logs import failure, log
from .metrics import Metrics


@dataclass(frozen=True, eq=False)
class _Item:
    """One photograph's input, and who waits for its row."""

    number: int
    input: InputArray
    explain: ExplanationKind | None
    row: asyncio.Future[RawOutputs] = field(default_factory=asyncio.Future)


class Batching:
    """The batchers of all devices, and the room for photographs on their way through them."""

    def __init__(
        self, estimators: Sequence[Estimator], size: int, workers: int, metrics: Metrics
    ) -> None:
        devices = {each.device: _Batcher(size, metrics, each.device) for each in estimators}
        self._batchers = {each.name: devices[each.device] for each in estimators}
        self.size = size
        in_flight = max(each.in_flight for each in devices.values())
        self.underway = workers + (in_flight + 1) * size
        """Photographs between decoding and answer: batches in flight, and the next being made."""
        self.room = asyncio.Semaphore(self.underway)
        self.most_bytes = 2 * self.underway * bytes_of_photograph(estimators)
        """Of inputs that wait, and of the batches that are made of them."""

    async def infer(
        self, estimator: Estimator, prepared: InputArray, explain: ExplanationKind | None
    ) -> RawOutputs:
        """Give a photograph's row; cancelled while it waits, it never reaches the network.

        Raises:
            GanteiError, MemoryError: the network could not be run on it.
        """
        return await self._batchers[estimator.name].infer(estimator, prepared, explain)

    def warm_up(self, estimator: Estimator) -> None:
        """Run every size once on a GPU, so that no client pays for the first time.

        Raises:
            GanteiError: the network could not be run.
        """
        if estimator.device == "cuda":
            for size in sizes(self.size):
                infer(estimator, [*black(estimator, 1)], size=size)

    def close(self) -> None:
        """Let the threads end."""
        for each in set(self._batchers.values()):
            each.close()


class _Batcher:
    """One device, with a queue per estimator. Its state belongs to the event loop alone."""

    def __init__(self, size: int, metrics: Metrics, device: str) -> None:
        self.in_flight = IN_FLIGHT if device == "cuda" else 1
        """Batches at most; two would share the cores of a CPU."""
        self._size = size
        self._metrics = metrics
        self._queues: dict[Estimator, deque[_Item]] = {}
        self._numbers = count()
        self._running: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(self.in_flight, thread_name_prefix="gantei-batch")

    async def infer(
        self, estimator: Estimator, prepared: InputArray, explain: ExplanationKind | None
    ) -> RawOutputs:
        item = _Item(next(self._numbers), prepared, explain)
        self._queues.setdefault(estimator, deque()).append(item)
        self._metrics.inputs_waiting.labels(estimator.name).inc()
        asyncio.get_running_loop().call_soon(self._start)  # when those beside it wait, too
        return await item.row

    def _start(self) -> None:
        """Run what may run now; whoever has waited longest comes first."""
        while len(self._running) < self.in_flight and (next_batch := self._next()):
            task = asyncio.create_task(self._run(*next_batch))
            self._running.add(task)
            task.add_done_callback(self._go_on)

    def _go_on(self, done: asyncio.Task[None]) -> None:
        self._running.discard(done)
        if not done.cancelled():  # else the service ends
            self._start()

    def _next(self) -> tuple[Estimator, list[_Item]] | None:
        """Take the next batch; beside one that runs, only a full one."""
        least = self._size if self._running else 1
        ready = {each: queue for each, queue in self._queues.items() if len(queue) >= least}
        for estimator in sorted(ready, key=lambda each: ready[each][0].number):
            if items := self._taken(estimator):
                return estimator, items
        return None

    async def _run(self, estimator: Estimator, items: Sequence[_Item]) -> None:
        loop = asyncio.get_running_loop()
        outcomes = await loop.run_in_executor(self._threads, self._outcomes, estimator, items)
        for item, outcome in zip(items, outcomes, strict=True):
            if item.row.done():
                continue  # its request was given up meanwhile
            if isinstance(outcome, Exception):
                item.row.set_exception(outcome)
            else:
                item.row.set_result(outcome)

    def _taken(self, estimator: Estimator) -> list[_Item]:
        """Take the next batch off a queue, without those whose request was given up."""
        queue = self._queues[estimator]
        items: list[_Item] = []
        while queue and len(items) < self._size:
            item = queue.popleft()
            self._metrics.inputs_waiting.labels(estimator.name).dec()
            if not item.row.done():
                items.append(item)
        return items

    def _outcomes(
        self, estimator: Estimator, items: Sequence[_Item]
    ) -> list[RawOutputs | Exception]:
        """Run a batch; where it fails, each photograph alone, so that none fails for another."""
        try:
            return [*self._rows(estimator, items)]
        except WeightsError as error:  # of the network itself: what fits whom cannot be known
            return [error] * len(items)
        except Exception as error:  # noqa: BLE001 - whoever waits must get an answer
            if len(items) == 1:
                return [error]
            log("batch failed", logging.ERROR, photographs=len(items), **failure(error))
            return [self._outcomes(estimator, [item])[0] for item in items]

    def _rows(self, estimator: Estimator, items: Sequence[_Item]) -> list[RawOutputs]:
        with self._metrics.inferring(estimator.name, len(items)):
            rows = infer(
                estimator,
                [item.input for item in items],
                _enough_for(item.explain for item in items),
                size=next(size for size in sizes(self._size) if size >= len(items)),
            )
        if len(rows) != len(items):
            raise WeightsError(f"{estimator.name}: {len(rows)} rows for {len(items)} photographs")
        return rows

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def sizes(most: int) -> tuple[int, ...]:
    """The sizes that batches have: powers of two, and the most there may be."""
    return (*(1 << power for power in range(most.bit_length()) if 1 << power < most), most)


def _enough_for(wanted: Iterable[ExplanationKind | None]) -> ExplanationKind | None:
    """Give what a batch has to compute so that every request in it has what it wants."""
    every = set(wanted)
    return "map" if "map" in every else "embedding" if "embedding" in every else None
