"""A local file that holds many photographs, read in pieces; changes between them are noticed."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from ..errors import OutputError, PhotographError
from ..findings.finding import Finding
from ..system.files import SETTLED, open_regular

_AT_ONCE = 1024**2


class ArchiveRefusedError(Exception):
    """Why an archive as a whole is not read; `naming` says which."""


class ArchiveReader:
    """An opened archive, of which any bytes can be read; one thread has it."""

    def __init__(self, file: BufferedReader, size: int) -> None:
        self._file, self.size = file, size

    def bytes_at(self, start: int, length: int) -> bytes:
        """Read exactly so many bytes.

        Raises:
            PhotographError: the archive ends before them.
        """
        if start < 0 or length < 0 or start + length > self.size:
            raise damaged("it ends before the entry does")
        self._file.seek(start)
        data = self._file.read(length)
        if len(data) < length:
            raise PhotographError(Finding("changed-archive"))
        return data

    def pieces(self, start: int, length: int) -> Iterator[bytes]:
        """Read so many bytes, a mebibyte at a time.

        Raises:
            PhotographError: as `bytes_at`.
        """
        while length > 0:
            piece = self.bytes_at(start, min(length, _AT_ONCE))
            yield piece
            start, length = start + len(piece), length - len(piece)


class ArchiveFile:
    """A file on this machine whose pieces are photographs, as it was when this was made.

    It is opened for each read, so that threads share no position in it, a thousand of them take no
    descriptors, and another file in its place is noticed.

    Attributes:
        path: as it was given.
        stamp: `size:mtime_ns`, by which a resumed run knows it; None where it was changed so
            recently that another change may not show.
    """

    def __init__(self, path: Path) -> None:
        """Look the file up.

        Raises:
            OutputError: it is missing, cannot be read, or is no regular file.
        """
        self.path = path
        self._state: tuple[int, ...] | None = None
        with naming(path), self.opened():
            pass
        _, _, self.size, mtime = self._state or (0, 0, 0, 0)
        is_settled = time.time_ns() - mtime >= SETTLED
        self.stamp = f"{self.size}:{mtime}" if is_settled else None

    @contextmanager
    def opened(self) -> Iterator[ArchiveReader]:
        """Open it for reading.

        Raises:
            PhotographError: it cannot be opened, or was changed since this was made, also during
                the block.
        """
        try:
            file = open_regular(self.path)
        except OSError as error:
            raise unreadable(error) from error
        if file is None:
            raise PhotographError(Finding("not-a-file"))
        with file:
            state = self._same(file)
            try:
                yield ArchiveReader(file, state[2])
            except OSError as error:
                if isinstance(error, OutputError):
                    raise
                raise unreadable(error) from error
            self._same(file)

    def _same(self, file: BufferedReader) -> tuple[int, ...]:
        found = os.fstat(file.fileno())
        # Not the time of the last change of its rights, which change no byte.
        state = found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
        if self._state is None:
            self._state = state
        if state != self._state:
            raise PhotographError(Finding("changed-archive"))
        return state


def damaged(why: str) -> PhotographError:
    """Give the error of an entry, or an archive, whose bytes contradict each other."""
    return PhotographError(Finding("damaged-entry", why=why))


def unreadable(error: OSError) -> PhotographError:
    """Give the error of a file that the system does not let us read."""
    return PhotographError(Finding("unreadable-file", why=error.strerror or str(error)))


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Say of the whole archive what is found of a part of it.

    Raises:
        OutputError: instead of a refusal, or of an error of a photograph.
    """
    try:
        yield
    except ArchiveRefusedError as refusal:
        raise OutputError(f"{path}: {refusal}") from refusal
    except PhotographError as error:
        raise OutputError(f"{path}: {error.finding.text()}") from error
