"""Room for the bytes of large files, which stay in memory until their photographs are decoded.

Most photographs are few megabytes, for which `memory_left` leaves room out. What may be more waits
until others of its kind are done, so that a folder or an archive of huge files, or of entries that
unpack to them, takes no more memory than the photographs were given.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..photographs.photograph import Photograph
from ..photographs.photograph_source import LARGEST_FILE, PhotographSource
from ..photographs.stored_photograph import StoredPhotograph
from ..system.memory_budget import MemoryBudget
from .named_results import PreparedInputs
from .read_ahead import UNKNOWN_SIZE

_PART = 8
"""Large files take at most this part of the memory for all photographs."""
_SMALL = UNKNOWN_SIZE
"""Bytes of a file that takes no room here."""

Opened = Photograph | PreparedInputs


class LargeFiles:
    """Opens photographs, whose large files share a part of the memory.

    Attributes:
        decoding: the memory that is left for decoding; None: as much as it takes.
    """

    def __init__(self, memory: MemoryBudget | None) -> None:
        """Divide the memory for all photographs."""
        self.decoding, self._room = memory, None
        if memory is not None:
            self._room = MemoryBudget(memory.total // _PART)
            self.decoding = MemoryBudget(memory.total - self._room.total)

    @contextmanager
    def opened(
        self, source: PhotographSource, opening: Callable[[int], Opened]
    ) -> Iterator[Opened]:
        """Open a photograph, whose file has room until the block ends.

        Args:
            source: of the photograph.
            opening: opens it, or gives its result; told how many bytes its file may have.
        """
        if self._room is None:
            yield opening(LARGEST_FILE)
            return
        size = _size_of(source)
        if size is None or size <= _SMALL:
            found = opening(_SMALL)
            if not _is_too_large(found):
                yield found
                return
            size = None  # nobody told, or it has grown
        most = min(self._room.total, LARGEST_FILE)
        with self._room.held(most if size is None else min(size, most)):
            yield opening(most if size is None else min(size, most))


def _size_of(source: PhotographSource) -> int | None:
    """Bytes of its file; None: that is not known before it is read."""
    if isinstance(source, StoredPhotograph):
        return source.size
    if not isinstance(source, str | os.PathLike):
        return 0  # the caller has it in memory
    try:
        return os.stat(source).st_size  # noqa: PTH116 - Path.stat does the same, more slowly
    except (OSError, ValueError):
        return None


def _is_too_large(found: Opened) -> bool:
    error = found.error if isinstance(found, PreparedInputs) else None
    return error is not None and error.code in ("large-file", "large-for-memory")
