"""The same bytes under several names: found over a whole study, and said of each but the first."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..findings.finding import Finding
from ..inference.matched_results import matched
from ..inference.prediction import PhotographResult
from ..photographs.listing import StudyPhotograph

SAME_FILE = "same-file"
"""The code of the finding."""
RECENT = 100_000
"""Digests that are sorted together."""
_HALF = 32
"""Digits of a digest that are compared."""


class SameFiles:
    """The digests of the photographs so far, in the order of the table.

    Half of each, 128 bits, which no two files have in common by chance. A photograph takes 24 bytes
    of memory, and some 200 until `RECENT` of them are sorted.
    """

    def __init__(self, photographs: Sequence[StudyPhotograph]) -> None:
        """Begin with none; `photographs` are all those of the study."""
        self._photographs = photographs
        self._count = 0
        self._recent: dict[bytes, int] = {}
        self._sorted: list[tuple[NDArray[np.bytes_], NDArray[np.int64]]] = []

    def note(self, sha256: str | None) -> None:
        """Take the next photograph, with the digest of its bytes where they could be read."""
        if sha256 is not None:
            self._recent.setdefault(bytes.fromhex(sha256[:_HALF]), self._count)
            if len(self._recent) >= RECENT:
                self._sort()
        self._count += 1

    def first_of(self, sha256: str | None) -> str | None:
        """Take the next photograph; give the name of an earlier one with the same bytes, if any."""
        place = None if sha256 is None else self._place_of(bytes.fromhex(sha256[:_HALF]))
        self.note(sha256)
        return None if place is None else self._photographs[place].name

    def _place_of(self, digest: bytes) -> int | None:
        for digests, places in self._sorted:
            place = int(np.searchsorted(digests, np.bytes_(digest)))
            # numpy gives texts of bytes without the zeros at their ends.
            if place < len(digests) and digests[place] == digest.rstrip(b"\0"):
                return int(places[place])
        return self._recent.get(digest)

    def _sort(self) -> None:
        """Sort the recent ones; of two arrays in a row, the former stays the larger by far."""
        digests = np.array([*self._recent], f"S{_HALF // 2}")
        places = np.array([*self._recent.values()], np.int64)
        self._recent.clear()
        while self._sorted and len(self._sorted[-1][0]) < 2 * len(digests):
            before = self._sorted.pop()
            digests = np.concatenate([before[0], digests])
            places = np.concatenate([before[1], places])
        order = np.argsort(digests, kind="stable")  # so that the first is found first
        self._sorted.append((digests[order], places[order]))


def same_file(first: str) -> Finding:
    """Say that a photograph has the same bytes as the one of that name."""
    return Finding("same-file", first=first)


def with_same_files(
    photographs: Iterable[StudyPhotograph],
    results: Generator[PhotographResult],
    known: SameFiles | None,
) -> Generator[tuple[StudyPhotograph, PhotographResult]]:
    """Pair photographs with their results, which say where they are the same as an earlier one.

    `known` has those of the rows that were finished before; it is added to. None: they are not
    sought, as in a shard, which does not have all photographs.

    Raises:
        TransferError: a result is not that of its photograph; see `matched`.
    """
    with closing(results):
        for listed, result in matched(photographs, results, lambda each: each.source):
            sha256 = listed.shown_sha256(result.sha256)
            first = known.first_of(sha256) if known is not None else None
            if first is None:
                yield listed, result
                continue
            found = (*result.photograph_findings, same_file(first))
            yield listed, replace(result, photograph_findings=found)
