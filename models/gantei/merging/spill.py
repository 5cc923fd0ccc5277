"""Records that wait on disk in parts, of which each fits into memory."""

import marshal
import zlib
from array import array
from collections.abc import Iterator
from heapq import merge
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

SpilledRecord = tuple[Any, ...]
"""Texts, numbers and None: what `marshal` holds."""
RECORDS_OF_PART = 20_000
"""Some 20 MB, once they are objects of Python."""
MOST_PARTS = 4_096
"""For 80 million records; of more, each part is larger."""
MOST_WAITING = 32_768
"""Records of all parts together that wait in memory for their turn to be written."""
LEAST_AT_ONCE = 8
"""Records of a part that are written at once."""


class Spill:
    """Records in parts, in the order in which they came.

    They stand in one temporary file. On Linux it never has a name, so nothing of it stays, however
    the process ends.
    """

    def __init__(self, folder: Path, records: int) -> None:
        """Prepare for so many records.

        Args:
            folder: where the file is made; beside the results, as it may be as large.
            records: about how many there will be.
        """
        self.count = min(records // RECORDS_OF_PART + 1, MOST_PARTS)
        self._at_once = max(LEAST_AT_ONCE, MOST_WAITING // self.count)
        self._waiting: list[list[SpilledRecord]] = [[] for _ in range(self.count)]
        self._places = [array("Q") for _ in range(self.count)]
        self._end = 0
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - see close()

    def part_of(self, key: str) -> int:
        """The part of a key: the same for the same, and about as many keys in each."""
        return zlib.crc32(key.encode()) % self.count

    def add(self, part: int, record: SpilledRecord) -> None:
        """Put a record behind the others of its part.

        Raises:
            OSError: the disk is full, or fails.
        """
        waiting = self._waiting[part]
        waiting.append(record)
        if len(waiting) >= self._at_once:
            written = marshal.dumps(waiting)
            self._file.seek(self._end)
            self._file.write(written)
            self._places[part].extend((self._end, len(written)))
            self._end += len(written)
            waiting.clear()

    def parts(self) -> Iterator[Iterator[SpilledRecord]]:
        """Read each part."""
        return map(self._part, range(self.count))

    def merged(self) -> Iterator[SpilledRecord]:
        """Read all parts at once, where each of them is in order, in the order of all."""
        return merge(*self.parts())

    def _part(self, part: int) -> Iterator[SpilledRecord]:
        places = iter(self._places[part])
        for start, size in zip(places, places, strict=True):
            self._file.seek(start)
            yield from marshal.loads(self._file.read(size))  # noqa: S302 - we wrote it
        yield from self._waiting[part]

    def close(self) -> None:
        """Delete what is on disk."""
        self._file.close()
