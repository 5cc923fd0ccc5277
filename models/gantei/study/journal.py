"""The journal: rows that are finished, kept beside the table until the table is whole.

One JSON line per photograph, appended in the table's order after a first line that says which run
it belongs to: `{"file": stamp, "row": [cells]}`, see `file_stamps`; without a stamp, the cells.
A process killed at any moment leaves whole lines and at most one broken one, which is cut off when
the run resumes.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from ..errors import OutputError
from .columns import Row
from .run_differences import differences, shard_differences

_entry = json.JSONDecoder().raw_decode
"""Takes three quarters of the time of `json.loads`, and no white space around."""


class Journal:
    """Rows of one run, for one process at a time."""

    def __init__(
        self,
        path: Path,
        run: str,
        identity: Mapping[str, Any] | None = None,
        *,
        overwrite: bool = False,
    ) -> None:
        """Open the journal at `path`, or begin it.

        Args:
            path: of the journal.
            run: digest of the run that it belongs to.
            identity: what rows of that run may depend on, and its shard; another run is told what
                differs.
            overwrite: drop the rows of another run.

        Raises:
            OutputError: it belongs to another run than `run` and `overwrite` is not set, or it
                cannot be written.
        """
        self.path = path
        self._head = _head(run, identity)
        _refuse_no_file(path)
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
        if _read_head(first).get("run") == self._head["run"]:
            return
        if not overwrite:
            _refuse_other(self.path, first, self._head)
        self._file.truncate(0)
        self._append(self._head)

    def rows(self) -> Iterator[Row]:
        """Read the whole rows from the start."""
        return (row for row, _ in self.stamped_rows())

    def stamped_rows(self) -> Iterator[tuple[Row, str | None]]:
        """Read the whole rows from the start, each with the stamp of its photograph's file."""
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                try:
                    entry, end = _entry(text := line.decode())
                except (ValueError, RecursionError):  # what a power cut leaves, or nobody wrote
                    return
                if text[end:] != "\n":
                    return
                row, stamp = entry, None
                if isinstance(entry, dict):
                    row, stamp = entry.get("row"), entry.get("file")
                if not isinstance(row, list):
                    return
                yield row, stamp

    def count(self) -> int:
        """Count the rows from the start that are whole, without looking into them."""
        with self.path.open("rb") as file:
            file.readline()
            return sum(1 for _ in takewhile(_is_whole, file))

    def keep(self, count: int) -> int:
        """Cut off everything after the first `count` rows; give the number of whole ones in it."""
        self._file.seek(0)
        for _ in range(count + 1):
            self._file.readline()
        end = self._file.tell()
        cut = sum(1 for _ in takewhile(_is_whole, self._file))
        self._file.truncate(end)
        return cut

    def append(self, row: Row, stamp: str | None = None) -> None:
        """Add one row, and the stamp of its photograph's file where there is one.

        It survives the death of this process from here on.
        """
        self._append(row if stamp is None else {"file": stamp, "row": row})

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
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _read_head(file.readline()).get("run") == run


def check_place(path: Path, run: str, identity: Mapping[str, Any]) -> None:
    """Refuse to begin the journal of a run where there is one of another.

    Raises:
        OutputError: there is one, or it cannot be read.
    """
    _refuse_no_file(path)
    try:
        with path.open("rb") as file:
            first = file.readline()
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror}") from error
    _refuse_other(path, first, _head(run, identity))


def _refuse_no_file(path: Path) -> None:
    """Refuse a pipe or device, which may keep whoever opens it waiting, and a folder."""
    if path.exists() and not path.is_file():
        raise OutputError(f"{path}: is no file, and the finished rows of this run belong there")


def _head(run: str, identity: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"run": run} | ({"identity": identity} if identity else {})


def _read_head(line: bytes) -> dict[str, Any]:
    try:
        head = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return head if isinstance(head, dict) else {}


def _refuse_other(path: Path, first: bytes, head: Mapping[str, Any]) -> None:
    # The beginning of our line is what a process leaves that was killed while it began.
    if _line(head).startswith(first):
        return
    other = "other estimators, options, files or versions"
    with suppress(KeyError, TypeError, AttributeError):  # of an earlier gantei, or no journal
        before, now = _read_head(first)["identity"], head["identity"]
        told = [*shard_differences(before, now), *differences(before, now)]
        other = ", ".join(told) or "its maps or embeddings go elsewhere"
    raise OutputError(
        f"{path} holds rows of another run ({other}): finish that one, or start anew with "
        "--overwrite"
    )


def discard(path: Path, run: str) -> None:
    """Delete the journal at `path`, if there is one of that run."""
    if is_of(path, run):
        path.unlink()


def _is_whole(line: bytes) -> bool:
    """Whether it was written to its end, and no power cut left zeros in it."""
    return line.endswith(b"\n") and b"\0" not in line


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
