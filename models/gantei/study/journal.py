"""The journal: rows that are finished, kept beside the table until the table is whole.

One JSON line a photograph, appended in the table's order after a first line that says which run
it belongs to. A process killed at any moment leaves whole lines and at most one broken one, which
is cut off when the run resumes.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ..errors import OutputError
from .columns import Row


class Journal:
    """Rows of one run, for one process at a time."""

    def __init__(self, path: Path, run: str, *, overwrite: bool = False) -> None:
        """Open the journal at `path`, or begin it.

        Raises:
            OutputError: it belongs to another run than `run` and `overwrite` is not set, or it
                cannot be written.
        """
        self.path = path
        self._run = run
        try:
            self._file: BinaryIO = path.open("a+b")
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
        try:
            self._begin(overwrite)
        except BaseException:
            self._file.close()
            raise

    def _begin(self, overwrite: bool) -> None:
        self._file.seek(0)
        first = self._file.readline()
        if first == _line({"run": self._run}):
            return
        if not overwrite:
            _refuse_other(self.path, first, self._run)
        self._file.truncate(0)
        self._append({"run": self._run})

    def rows(self) -> Iterator[Row]:
        """Read the whole rows from the start."""
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                try:
                    row = json.loads(line) if line.endswith(b"\n") else None
                except ValueError:  # what a power cut leaves
                    row = None
                if not isinstance(row, list):
                    return
                yield row

    def keep(self, count: int) -> None:
        """Cut off everything after the first `count` rows."""
        self._file.seek(0)
        for _ in range(count + 1):
            self._file.readline()
        self._file.truncate(self._file.tell())

    def append(self, row: Row) -> None:
        """Add one row; it survives the death of this process from here on."""
        self._append(row)

    def _append(self, value: object) -> None:
        try:
            self._file.write(_line(value))
            self._file.flush()
        except OSError as error:
            raise OutputError(
                f"{self.path}: cannot be written: {error.strerror}; what is finished is kept"
            ) from error

    def remove(self) -> None:
        """Delete it, once the table holds its rows."""
        self._file.close()
        self.path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # a full disk has been told of already
            self._file.close()


def is_of(path: Path, run: str) -> bool:
    """Whether there is a journal of that run at `path`."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return file.readline() == _line({"run": run})


def check_place(path: Path, run: str) -> None:
    """Refuse to begin the journal of a run where there is one of another.

    Raises:
        OutputError: there is one, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            first = file.readline()
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror}") from error
    _refuse_other(path, first, run)


def _refuse_other(path: Path, first: bytes, run: str) -> None:
    # The beginning of our line is what a process leaves that was killed while it began.
    if not _line({"run": run}).startswith(first):
        raise OutputError(
            f"{path} holds rows of another run (other estimators, options, files or versions): "
            "finish that one, or start anew with --overwrite"
        )


def discard(path: Path, run: str) -> None:
    """Delete the journal at `path`, if there is one of that run."""
    if is_of(path, run):
        path.unlink()


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
