"""The embeddings of a study: a vector a photograph, in the order of the table.

Until the run is whole they stand as bare float32 in a file beside the table, a row of fixed length
a photograph. That file is cut to the journal's rows when the run resumes.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..inference.prediction import PhotographResult
from ..system.files import sha256_of
from .columns import Row
from .embeddings_file import FLOAT, check_free, check_path, write_embeddings


class Embeddings:
    """The vectors of one estimator; a photograph that failed has a row of NaN, in Parquet null."""

    def __init__(self, path: Path, partial: Path, width: int) -> None:
        """Prepare to write `width` numbers a photograph into `path`, meanwhile into `partial`.

        Raises:
            OutputError, MissingExtraError: as `check_path`.
        """
        check_path(path)
        self.path = path
        self._partial = partial
        self._width = width
        self._file: BinaryIO | None = None
        self._held: BinaryIO | None = None

    def check(self) -> None:
        """Refuse to replace what is there; see `Extras.check`."""
        check_free(self.path)

    def hold(self, number: int) -> bool:
        """Whether the vector of this row of the journal is there; rows are asked one by one."""
        with suppress(OSError):
            if self._held is None:
                self._held = self._partial.open("rb", buffering=2**20)
            self._held.seek(number * self._row_size)
            row = self._held.read(self._row_size)
            return len(row) == self._row_size and any(row)  # zeros are what a power cut leaves
        return False

    def keep(self, count: int) -> None:
        """Begin to write after the first `count` vectors; cut off what stands behind them."""
        self._close_held()
        try:
            self._file = self._partial.open("ab")
            self._file.truncate(count * self._row_size)
        except OSError as error:
            raise self._unwritable(error) from error

    def add(self, result: PhotographResult) -> None:
        """Write one photograph's vector."""
        vector: NDArray[Any] = np.full(self._width, np.nan, FLOAT)
        if result.error is None:
            vector[:] = result.embeddings[0]
        try:
            if self._file is not None:
                self._file.write(vector.tobytes())
                self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def publish(self, rows: Iterable[Row]) -> None:
        """Write the file from all the vectors and the journal's rows."""
        count = self._partial.stat().st_size // self._row_size
        with self._partial.open("rb") as vectors:
            write_embeddings(self.path, rows, vectors, (count, self._width))

    def proof(self) -> Any:
        """What the run manifest says of the file: its name and digest; None where there is none."""
        if not self.path.is_file():
            return None
        return {"file": self.path.name, "sha256": sha256_of(self.path)}

    def close(self) -> None:
        """Close the unfinished file."""
        self._close_held()
        if self._file is not None:
            with suppress(OSError):  # a full disk has been told of already
                self._file.close()

    def _close_held(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    @property
    def _row_size(self) -> int:
        return self._width * FLOAT.itemsize

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self._partial}: cannot be written: {error.strerror}; what is finished is kept"
        )
