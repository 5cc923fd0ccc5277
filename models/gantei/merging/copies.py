"""Photographs with the same bytes among those of all shards, found with memory that stays flat."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..system.stored_texts import ExternalSort

_DIGEST, _PLACE = 64, 13
"""Letters of a digest, and of a row's place."""


class CopySearch:
    """Which rows of a whole table are copies of an earlier one: first add all rows, then `find`."""

    def __init__(self, folder: Path) -> None:
        """Begin with none; they wait in unnamed files in `folder`."""
        self._photographs, self._copies = ExternalSort(folder), ExternalSort(folder)

    def add(self, start: int, names: Sequence[str], sha256s: Sequence[str | None]) -> None:
        """Note rows of the whole table, in its order, the first of them at `start`."""
        cells = enumerate(zip(names, sha256s, strict=True), start)
        self._photographs.extend(
            [f"{sha256}{place:0{_PLACE}}{name}" for place, (name, sha256) in cells if sha256]
        )

    def find(self) -> int:
        """Find the copies, and give their number."""
        last, first = "", ""
        for texts in self._photographs.sorted():
            for text in texts:
                if (sha256 := text[:_DIGEST]) != last:
                    last, first = sha256, text[_DIGEST + _PLACE :]
                else:
                    self._copies.add(f"{text[_DIGEST : _DIGEST + _PLACE]}{first}")
        return self._copies.count

    def found(self) -> Iterator[tuple[int, str]]:
        """The place of each copy, in the table's order, with the name of the first one."""
        for texts in self._copies.sorted():
            yield from ((int(text[:_PLACE]), text[_PLACE:]) for text in texts)
