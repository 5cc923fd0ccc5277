"""A budget of bytes: who needs some waits, first come first served, until they are free."""

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager


class MemoryBudget:
    """Bytes that may be in use at the same time, by all threads of a process.

    It knows nothing of memory itself: whoever takes bytes has estimated that many.

    Attributes:
        total: bytes.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self._lock = threading.Lock()
        self._in_use = 0
        self._waiting: deque[tuple[int, Future[None]]] = deque()

    @property
    def in_use(self) -> int:
        """Bytes that are taken."""
        return self._in_use

    @property
    def waiting(self) -> int:
        """How many wait for bytes."""
        return sum(not place.cancelled() for _, place in list(self._waiting))

    def fits(self, size: int) -> bool:
        """Whether so many bytes can ever be had."""
        return size <= self.total

    def take(self, size: int) -> Future[None]:
        """Ask for bytes; they are taken when the future is done, unless it was cancelled before.

        Raises:
            ValueError: so many are never free.
        """
        if not self.fits(size):
            raise ValueError(f"{size} bytes of {self.total}")
        place: Future[None] = Future()
        with self._lock:
            self._waiting.append((size, place))
        place.add_done_callback(self._serve_after)  # whoever gives up lets the next one in
        self._serve()
        return place

    def give_back(self, size: int) -> None:
        """Free bytes that were taken."""
        with self._lock:
            self._in_use -= size
        self._serve()

    @contextmanager
    def held(self, size: int) -> Iterator[None]:
        """Take bytes, waiting for them in this thread, and give them back at the end.

        Raises:
            ValueError: as `take`.
        """
        self.take(size).result()
        try:
            yield
        finally:
            self.give_back(size)

    def _serve_after(self, place: Future[None]) -> None:
        if place.cancelled():
            self._serve()

    def _serve(self) -> None:
        """Let in whoever is next, as long as there is room."""
        while True:
            with self._lock:
                if not self._waiting:
                    return
                size, place = self._waiting[0]
                if self._in_use + size > self.total and not place.cancelled():
                    return
                self._waiting.popleft()
                if not place.set_running_or_notify_cancel():
                    continue
                self._in_use += size
            place.set_result(None)
