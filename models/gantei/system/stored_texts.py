"""More texts than memory should hold: sorted by way of an unnamed file, and kept in one.

Such a file has no name that could stay behind, whatever ends the process: on Linux it never has
one, elsewhere it loses it at once (macOS) or when its process ends (Windows). Small ones stay in
memory.
"""

import os
import tempfile
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import BinaryIO, cast
from weakref import finalize

from ..errors import OutputError

IN_MEMORY = 4_000_000
"""Bytes of an unnamed file that are kept in memory instead."""
RUN_TEXTS, RUN_LETTERS = 100_000, 16_000_000
"""How many are sorted at once; some 130 bytes each where paths have 80 letters."""
_TAKEN = 1_000
"""Texts that are counted together."""
_BLOCK = 256
"""Texts that are read together: a position of 8 bytes is kept in memory for so many."""
_READ = 1 << 16
"""Bytes of each run that are in memory while runs are merged."""


class StoredTexts:
    """Texts without line breaks, in an unnamed file: by number, or one after the other.

    It takes 8 bytes of memory for each 256 texts, whatever their length.
    """

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        """Store texts, which come in lists of any length.

        Raises:
            OutputError: there is no room for them.
        """
        self._file = _unnamed_file(self)
        self._starts, self._count = array("Q"), 0
        self._last: tuple[int, list[str]] = (-1, [])
        self._reading = Lock()
        waiting: list[str] = []
        with told_of_room():
            for some in texts:
                waiting += some
                whole = len(waiting) - len(waiting) % _BLOCK
                self._write(waiting[:whole])
                del waiting[:whole]
            self._write(waiting)
            self._starts.append(self._file.tell())

    def _write(self, texts: Sequence[str]) -> None:
        for start in range(0, len(texts), _BLOCK):
            block = texts[start : start + _BLOCK]
            self._starts.append(self._file.tell())
            self._file.write("\n".join(block).encode())
            self._count += len(block)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> str:
        block, place = divmod(number, _BLOCK)
        known, texts = self._last
        if known != block:
            texts = self._block(block)
            self._last = block, texts
        return texts[place]

    def between(self, start: int, stop: int) -> Iterator[str]:
        """Give those from number `start` on, before `stop`, one after the other."""
        stop = min(stop, self._count)
        for block in range(start // _BLOCK, -(-stop // _BLOCK)):
            first = block * _BLOCK
            yield from self._block(block)[max(start - first, 0) : stop - first]

    def __iter__(self) -> Iterator[str]:
        return self.between(0, self._count)

    def _block(self, number: int) -> list[str]:
        start, end = self._starts[number : number + 2]
        with self._reading, told_of_room():
            self._file.seek(start)
            data = self._file.read(end - start)
        return data.decode().split("\n")


class ExternalSort:
    """Texts without line breaks, taken in any order and given back sorted, each once.

    In memory are `RUN_TEXTS` of them, and later some 100 kB for each time so many.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Begin with nothing; nothing is written before `RUN_TEXTS` are there.

        Args:
            folder: where the unnamed file is made; None: that of the system for such files.
        """
        self._folder = folder
        self._count = 0
        self._new: list[str] = []
        self._texts: list[str] = []
        self._letters = 0
        self._runs: list[_Run] = []
        self._file: BinaryIO | None = None

    def add(self, text: str) -> None:
        """Take one.

        Raises:
            OutputError: there is no room for them.
        """
        self._new.append(text)
        if len(self._new) >= _TAKEN:
            self._take()

    def extend(self, texts: Sequence[str]) -> None:
        """Take some, in a tenth of the time.

        Raises:
            OutputError: there is no room for them.
        """
        self._new += texts
        self._take()

    @property
    def count(self) -> int:
        """How many were taken."""
        return self._count + len(self._new)

    def _take(self) -> None:
        self._count += len(self._new)
        self._letters += sum(map(len, self._new))
        self._texts += self._new
        self._new.clear()
        if len(self._texts) >= RUN_TEXTS or self._letters >= RUN_LETTERS:
            self._write()

    def _write(self) -> None:
        texts = self._sorted()
        with told_of_room(self._folder):
            if self._file is None:
                self._file = _unnamed_file(self, self._folder)
            start = self._file.seek(0, os.SEEK_END)
            for place in range(0, len(texts), _BLOCK):
                self._file.write("\n".join([*texts[place : place + _BLOCK], ""]).encode())
            self._runs.append(_Run(self._file, start, self._file.tell()))

    def _sorted(self) -> list[str]:
        self._texts.sort()
        once = [*dict.fromkeys(self._texts)]
        self._texts, self._letters = [], 0
        return once

    def sorted(self) -> Iterator[list[str]]:
        """Give them in the order of their letters' code points, in lists; it holds none after.

        Raises:
            OutputError: there is no room for them.
        """
        self._take()
        if not self._runs:
            yield self._sorted()
            return
        if self._texts:
            self._write()
        with told_of_room(self._folder):
            yield from _merged(self._runs)


class _Run:
    """A sorted part of a file, of which some texts are in memory: those from `place` on."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file, self._next, self._end = file, start, end
        self.texts: list[str] = []
        self.place = 0

    def has_more(self) -> bool:
        """Whether there is a text left; reads some where few are in memory."""
        # All runs are read on early: one that is nearly empty would let few of the others go by.
        if self._next < self._end and 2 * (len(self.texts) - self.place) <= len(self.texts):
            self._file.seek(self._next)
            lines = self._file.read(min(_READ, self._end - self._next))
            lines = lines[: lines.rfind(b"\n") + 1] or self._longer_than(lines)
            self._next += len(lines)
            self.texts = self.texts[self.place :] + lines.decode().split("\n")[:-1]
            self.place = 0
        return self.place < len(self.texts)

    def _longer_than(self, beginning: bytes) -> bytes:
        return beginning + self._file.readline()


def _merged(runs: Sequence[_Run]) -> Iterator[list[str]]:
    """Merge sorted runs, in lists that are sorted and follow each other."""
    while runs := [run for run in runs if run.has_more()]:
        # What is not beyond the last of any run in memory precedes all that is not in memory.
        limit = min(run.texts[-1] for run in runs)
        found: list[str] = []
        for run in runs:
            end = bisect_right(run.texts, limit, run.place)
            found += run.texts[run.place : end]
            run.place = end
        found.sort()  # of a few runs, which it merges
        yield [*dict.fromkeys(found)]


def _unnamed_file(owner: object, folder: Path | None = None) -> BinaryIO:
    """Make a file without a name, in memory up to `IN_MEMORY` bytes, closed with its owner."""
    place = None if folder is None else str(folder)
    file = cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY, dir=place))  # noqa: SIM115
    finalize(owner, file.close)
    return file


@contextmanager
def told_of_room(folder: Path | None = None) -> Iterator[None]:
    """Say where the folder of unnamed files has no room.

    Raises:
        OutputError: it has none, or nothing can be written there.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        said = "cannot hold the names of the photographs meanwhile"
        advice = (
            "; name a folder that can be written, with more room, by TMPDIR"
            if folder is None
            else ""
        )
        # That of the system is known unless it was looked for in vain, which the error tells then.
        where = folder or tempfile.tempdir or "temporary files"
        raise OutputError(f"{where}: {said}: {error.strerror or error}{advice}") from error
