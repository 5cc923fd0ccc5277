"""The journal: rows that are finished, kept beside the table until the table is whole.

One JSON line a photograph, appended in the table's order behind a first line that says which run
it belongs to. A process killed at any moment leaves whole lines and at most one broken one, which
is cut off when the run goes on.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ..errors import ResultsError
from .columns import Row


class Journal:
    """Rows of one run, for one process at a time."""

    def __init__(self, path: Path, run: str) -> None:
        """Open the journal at `path`, or begin it.

        Raises:
            ResultsError: it belongs to another run than `run`, or cannot be written.
        """
        self.path = path
        self._run = run
        try:
            self._file: BinaryIO = path.open("a+b")
        except OSError as error:
            raise ResultsError(f"{path}: cannot be written: {error.strerror}") from error
        try:
            self._begin()
        except BaseException:
            self._file.close()
            raise

    def _begin(self) -> None:
        self._file.seek(0)
        first = self._file.readline()
        if not first.endswith(b"\n"):  # new, or killed before its first line was whole
            self._file.truncate(0)
            self._append({"run": self._run})
        elif json.loads(first) != {"run": self._run}:
            raise ResultsError(
                f"{self.path} holds rows of another run (other estimators, options or versions): "
                "finish that one, or start anew with --overwrite"
            )

    def rows(self) -> Iterator[Row]:
        """Read the whole rows from the start."""
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                if not line.endswith(b"\n"):
                    return
                yield json.loads(line)

    def keep(self, count: int) -> None:
        """Cut everything behind the first `count` rows off."""
        self._file.seek(0)
        for _ in range(count + 1):
            self._file.readline()
        self._file.truncate(self._file.tell())

    def append(self, row: Row) -> None:
        """Add one row; it survives the death of this process from here on."""
        self._append(row)

    def _append(self, value: object) -> None:
        try:
            self._file.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise ResultsError(
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
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()
