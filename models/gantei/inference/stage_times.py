"""Where the time of estimating many photographs goes: reading, decoding, networks, writing."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, TypeVar

StageName = Literal["reading", "decoding", "networks", "writing"]
STAGES: tuple[StageName, ...] = ("reading", "decoding", "networks", "writing")
Clock = Callable[[], float]

Out = TypeVar("Out")


@dataclass
class StageTime:
    """What a stage took, over all threads: seconds by the clock, and of them on a processor.

    Threads and processes that work for a stage, such as those of decoders, are not among the
    latter.
    """

    seconds: float = 0.0
    cpu: float = 0.0

    @property
    def waited(self) -> float:
        """Seconds in which its threads did not run."""
        return max(self.seconds - self.cpu, 0.0)


@dataclass
class StageTimes:
    """The times of the stages of one process, added up by any number of threads.

    `writing` is what happens to a result before the next one is asked for: rows, maps, embeddings.
    `seconds` and `photographs` are those of the whole, also while it goes on. `over_network` says
    that photographs were read over one.
    """

    clock: Clock = time.perf_counter
    thread_clock: Clock = time.thread_time
    workers: int = 1
    batched: bool = False
    seconds: float = 0.0
    photographs: int = 0
    over_network: bool = False
    of: dict[StageName, StageTime] = field(
        default_factory=lambda: {stage: StageTime() for stage in STAGES}
    )
    _lock: Lock = field(default_factory=Lock, repr=False)

    @contextmanager
    def stage(self, stage: StageName) -> Iterator[None]:
        """Add the time of the block to a stage; some two microseconds."""
        began, cpu = self.clock(), self.thread_clock()
        try:
            yield
        finally:
            cpu, seconds = self.thread_clock() - cpu, self.clock() - began
            with self._lock:
                self.of[stage].seconds += seconds
                self.of[stage].cpu += cpu

    def add(self, of: "Mapping[StageName, StageTime]") -> None:
        """Add what another process has taken for its stages."""
        with self._lock:
            for stage, each in of.items():
                self.of[stage].seconds += each.seconds
                self.of[stage].cpu += each.cpu

    def whole(self, results: Generator[Out], workers: int, *, batched: bool) -> Generator[Out]:
        """Give the results on, and take the time until the last of them.

        Args:
            results: one per photograph.
            workers: threads that read and decode, and, unless `batched`, run the networks.
            batched: whether networks run beside the workers, as on a GPU.
        """
        self.workers, self.batched = workers, batched
        before = self.seconds - self.clock()
        with closing(results):
            for each in results:
                self.photographs += 1
                self.seconds = before + self.clock()
                with self.stage("writing"):
                    yield each

    def by_workers(self) -> dict[StageName, float]:
        """The share of the workers' time that each of their stages took.

        Reading is waiting for files; what bytes of files cost the processor counts as decoding.
        """
        reading, decoding = self.of["reading"], self.of["decoding"]
        shares: dict[StageName, float] = {
            "reading": reading.waited,
            "decoding": reading.cpu + decoding.seconds,
        }
        if not self.batched:
            shares["networks"] = self.of["networks"].seconds
        return {stage: each / (self.workers * self.seconds) for stage, each in shares.items()}

    def beside_workers(self) -> dict[StageName, float]:
        """The share of the time in which each of the other stages was at work."""
        stages: tuple[StageName, ...] = ("writing", "networks") if self.batched else ("writing",)
        return {stage: self.of[stage].seconds / self.seconds for stage in stages}

    def bottleneck(self) -> StageName:
        """The stage that holds up the others: the busiest of those that run beside each other.

        The workers are as busy as all that they do together, of which the largest part counts.
        """
        workers, busy = self.by_workers(), self.beside_workers()
        largest = max(workers, key=lambda stage: workers[stage])
        busy[largest] = sum(workers.values())
        return max(busy, key=lambda stage: busy[stage])
