"""Photographs with the same bytes among those of all shards, found with memory that stays flat."""

from collections.abc import Callable, Iterator
from typing import cast

from ..study.same_files import SameFiles
from .spill import Spill


class CopySearch:
    """Which rows of a whole table are copies of an earlier one: first add all rows, then `find`."""

    def __init__(self, spill: Callable[[], Spill]) -> None:
        """Begin with none; `spill` makes a place for records on disk."""
        self._photographs = spill()
        self._copies = spill()

    def add(self, place: int, name: str, sha256: str | None) -> None:
        """Note the row at `place` of the whole table, counted from 0; rows come in its order."""
        if sha256 is not None:
            record = (place, name, sha256)
            self._photographs.add(self._photographs.part_of(sha256), record)

    def find(self) -> int:
        """Find the copies, and give their number."""
        count = 0
        for part, photographs in enumerate(self._photographs.parts()):
            known = SameFiles()
            for place, name, sha256 in photographs:
                if (first := known.first_of(name, sha256)) is not None:
                    self._copies.add(part, (place, first))
                    count += 1
        return count

    def found(self) -> Iterator[tuple[int, str]]:
        """The place of each copy, in the table's order, with the name of the first one."""
        return cast("Iterator[tuple[int, str]]", self._copies.merged())
