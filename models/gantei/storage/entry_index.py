"""Where the entries of an archive are, found by their names, in a few bytes for each."""

from array import array

import numpy as np
from numpy.typing import NDArray

from ..errors import PhotographError
from ..findings.finding import Finding
from .archive_file import ArchiveRefusedError

MOST_ENTRIES = 20_000_000
"""Of one archive: half a gigabyte of index, and twice that while it is sorted."""
_MASK = 2**64 - 1


class EntryIndex:
    """Some numbers of each entry, by its name.

    Names are kept as digests of 64 bits, keyed anew in each process as Python's are: of ten million
    names two are alike once in 400,000 runs, and are refused then as names that repeat.
    """

    def __init__(self, numbers: int) -> None:
        """Take no entry yet; `numbers`: how many there are of each."""
        self._waiting = tuple(array("Q") for _ in range(1 + numbers))
        self._sorted: tuple[NDArray[np.uint64], ...] = ()

    def add(self, name: str, *numbers: int) -> None:
        """Take an entry with its numbers, of at most 64 bits.

        Raises:
            ArchiveRefusedError: these are more than `MOST_ENTRIES`.
        """
        if len(self._waiting[0]) >= MOST_ENTRIES:
            raise ArchiveRefusedError(
                f"more than {MOST_ENTRIES:,} entries; divide it into several archives"
            )
        for column, number in zip(self._waiting, (hash(name) & _MASK, *numbers), strict=True):
            column.append(number)

    def sort(self) -> "EntryIndex":
        """Sort the entries, after which `find` can be asked and nothing be added."""
        columns = [np.frombuffer(each, np.uint64) for each in self._waiting]
        order = np.argsort(columns[0], kind="stable")
        self._waiting = ()
        self._sorted = tuple(columns.pop(0)[order] for _ in range(len(columns)))
        return self

    def find(self, name: str) -> tuple[int, ...]:
        """Give the numbers of the entry of that name.

        Raises:
            PhotographError: there is none, or there are several.
        """
        digests, *columns = self._sorted
        wanted = np.uint64(hash(name) & _MASK)
        place = int(digests.searchsorted(wanted))
        if place == len(digests) or digests[place] != wanted:
            raise PhotographError(Finding("missing-entry"))
        if place + 1 < len(digests) and digests[place + 1] == wanted:
            raise PhotographError(Finding("repeated-entry"))
        return tuple(int(column[place]) for column in columns)

    def has_repeats(self) -> bool:
        """Whether two entries have one name."""
        digests = self._sorted[0]
        return bool((digests[1:] == digests[:-1]).any())
