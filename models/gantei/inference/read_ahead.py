"""Reading photographs over a network before anybody decodes them, many at once.

A read waits for its server nearly all of its time, so more of them are in flight than there are
workers. How many bytes they may hold is bounded beforehand, by the sizes that the place has told or
by `UNKNOWN_SIZE`; a photograph that is larger is read by the worker that decodes it, as one of a
folder is.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar

from ..errors import PhotographError
from ..photographs.photograph_source import PhotographSource
from ..photographs.stored_photograph import Place, ReadFile, StoredFile, StoredPhotograph
from ..system.memory_budget import MemoryBudget
from .stage_times import StageTimes

Source = TypeVar("Source", bound=PhotographSource)

MOST_AHEAD = 256 * 2**20
"""Bytes that are in flight or read ahead: at 2 MB each, more photographs than are ever ahead."""
_PART = 8
"""Reading ahead takes at most this part of the memory for all photographs."""
UNKNOWN_SIZE = 8 * 2**20
"""Bytes that are reserved for a photograph whose size the place does not tell."""


class ReadAhead:
    """Photographs that are read before they are asked for; others pass as they are.

    Attributes:
        decoding: the memory that is left for decoding; None: as much as it takes.
    """

    def __init__(self, memory: MemoryBudget | None, times: StageTimes) -> None:
        """Begin with nothing; `memory` is that of all photographs, `times` those of all stages."""
        self.decoding = memory
        self._memory, self._times = memory, times
        self._bytes = MemoryBudget(MOST_AHEAD)
        self._pool: ThreadPoolExecutor | None = None
        self._begun: set[Future[ReadFile]] = set()

    def __enter__(self) -> Self:
        """Read until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Begin no more reads, and let nobody wait for those that were not begun."""
        for each in [*self._begun]:
            each.cancel()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def each(self, sources: Iterable[Source]) -> Iterator[Source | StoredPhotograph]:
        """Give the photographs on, in order, while those behind them are being read."""
        waiting: deque[Source | StoredPhotograph] = deque()
        for source in sources:
            ahead = 0
            if isinstance(source, StoredPhotograph) and source.place.is_remote:
                ahead = source.place.reads_at_once
                waiting.append(self._being_read(source))
            else:
                waiting.append(source)
            while len(waiting) > ahead:
                yield waiting.popleft()
        yield from waiting

    def _being_read(self, photograph: StoredPhotograph) -> StoredPhotograph:
        """Begin to read a photograph as soon as there is room for it; itself, where it is large."""
        pool = self._pool or self._begin(photograph.place.reads_at_once)
        size = UNKNOWN_SIZE if photograph.size is None else photograph.size
        if size > UNKNOWN_SIZE or not self._bytes.fits(size):
            return photograph
        read: Future[ReadFile] = Future()
        self._begun.add(read)
        read.add_done_callback(self._begun.discard)
        room = self._bytes.take(size)
        room.add_done_callback(lambda _: _submit(pool, read, photograph, size))
        place = _BeingRead(photograph.place, read, size, self._bytes)
        return replace(photograph, place=place)

    def _begin(self, reads_at_once: int) -> ThreadPoolExecutor:
        self._times.over_network = True
        self._pool = ThreadPoolExecutor(reads_at_once, thread_name_prefix="gantei-read")
        if self._memory is not None:
            ahead = min(MOST_AHEAD, self._memory.total // _PART)
            self._bytes = MemoryBudget(ahead)
            self.decoding = MemoryBudget(self._memory.total - ahead)
        return self._pool


def _submit(
    pool: ThreadPoolExecutor, read: "Future[ReadFile]", photograph: StoredPhotograph, size: int
) -> None:
    def run() -> None:
        if not read.set_running_or_notify_cancel():
            return
        try:
            read.set_result(photograph.place.read(photograph.name, size))
        except BaseException as error:  # noqa: BLE001 - raised where the bytes are asked for
            read.set_exception(error)

    try:
        pool.submit(run)
    except RuntimeError:  # nobody asks for it any more
        read.cancel()


class _BeingRead(Place):
    """A place of one photograph, whose bytes are on their way."""

    def __init__(
        self, place: Place, read: "Future[ReadFile]", size: int, room: MemoryBudget
    ) -> None:
        self.address, self.reads_at_once = place.address, place.reads_at_once
        self._place, self._size, self._room = place, size, room
        self._read: Future[ReadFile] | None = read

    def read(self, name: str, most: int) -> ReadFile:
        """Give the bytes once they are there; from then on they are the caller's."""
        read, self._read = self._read, None
        if read is None:
            return self._place.read(name, most)
        try:
            return read.result()
        except PhotographError as error:
            if error.code != "large-file":
                raise
        finally:
            self._room.give_back(self._size)
        return self._place.read(name, most)  # larger than it was taken for

    def files(self) -> Iterator[StoredFile]:
        return self._place.files()

    def version(self, name: str) -> str | None:
        return self._place.version(name)
