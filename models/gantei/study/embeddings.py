"""The embeddings of a study: a vector a photograph, in the order of the table.

Until the run is whole they stand as bare float32 in a file beside the table, a row of fixed length
a photograph. That file is cut to the journal's rows when the run resumes.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..inference.prediction import PhotographResult
from ..system.files import atomic_write, sha256_of
from ..table_files.optional_packages import arrow
from .columns import ERROR, Row
from .leading_columns import EYE, PERSON

ENDINGS = (".npy", ".parquet")
ROWS_AT_ONCE = 1_000
"""Rows of one Parquet row group: 5 MB of vectors of 1280."""
FLOAT = np.dtype("<f4")


class Embeddings:
    """The vectors of one estimator; a photograph that failed has a row of NaN, in Parquet null."""

    def __init__(self, path: Path, partial: Path, width: int) -> None:
        """Prepare to write `width` numbers a photograph into `path`, meanwhile into `partial`.

        Raises:
            OutputError: `path` has an unknown ending, or cannot become a file.
            MissingExtraError: Parquet needs pyarrow.
        """
        if path.suffix.lower() not in ENDINGS:
            raise OutputError(
                f"{path}: unknown ending {path.suffix!r}; known: {', '.join(ENDINGS)}"
            )
        if path.suffix.lower() == ".parquet":
            arrow()
        try:
            # atomic_write() writes under a longer name first.
            path.with_name(f".{path.name}.{os.getpid()}").exists()
            fits = path.parent.is_dir() and not path.is_dir()
        except OSError as error:
            raise OutputError(
                f"{path}: cannot be written: {error.strerror}; choose another name for --embeddings"
            ) from error
        if not fits:
            raise OutputError(f"{path}: cannot be written: name a file in a folder that exists")
        self.path = path
        self._partial = partial
        self._width = width
        self._file: BinaryIO | None = None

    def check(self) -> None:
        """Refuse to replace what is there; see `Extras.check`."""
        if self.path.exists():
            raise OutputError(
                f"{self.path} exists; choose another --embeddings, or replace it with --overwrite"
            )

    def hold(self, number: int) -> bool:
        """Whether the vector of this row of the journal is there."""
        with suppress(OSError), self._partial.open("rb") as file:
            file.seek(number * self._row_size)
            row = file.read(self._row_size)
            return len(row) == self._row_size and any(row)  # zeros are what a power cut leaves
        return False

    def keep(self, count: int) -> None:
        """Begin to write after the first `count` vectors; cut off what stands behind them."""
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
        with self._partial.open("rb") as vectors, atomic_write(self.path) as file:
            if self.path.suffix.lower() == ".npy":
                count = self._partial.stat().st_size // self._row_size
                shape = {"descr": "<f4", "fortran_order": False, "shape": (count, self._width)}
                np.lib.format.write_array_header_1_0(file, shape)
                shutil.copyfileobj(vectors, file)
            else:
                self._write_parquet(rows, vectors, file)

    def proof(self) -> Any:
        """What the run manifest says of the file: its name and digest; None where there is none."""
        if not self.path.is_file():
            return None
        return {"file": self.path.name, "sha256": sha256_of(self.path)}

    def close(self) -> None:
        """Close the unfinished file."""
        if self._file is not None:
            with suppress(OSError):  # a full disk has been told of already
                self._file.close()

    @property
    def _row_size(self) -> int:
        return self._width * FLOAT.itemsize

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self._partial}: cannot be written: {error.strerror}; what is finished is kept"
        )

    def _write_parquet(self, rows: Iterable[Row], vectors: BinaryIO, file: IO[bytes]) -> None:
        pyarrow, parquet = arrow()
        schema = pyarrow.schema(
            [
                ("photograph", pyarrow.string()),
                ("sha256", pyarrow.string()),
                ("person", pyarrow.string()),
                ("eye", pyarrow.string()),
                ("embedding", pyarrow.list_(pyarrow.float32())),
            ]
        )
        with parquet.ParquetWriter(file, schema) as writer:
            for chunk in _chunks(rows):
                data = vectors.read(len(chunk) * self._row_size)
                block = np.frombuffer(data, FLOAT).reshape(len(chunk), self._width)
                good = [row[ERROR] is None for row in chunk]
                ends = (np.cumsum(good) * self._width).tolist()
                # A list without a beginning is null.
                begins = [
                    end - self._width if ok else None for end, ok in zip(ends, good, strict=True)
                ]
                offsets = pyarrow.array([*begins, ends[-1]], pyarrow.int32())
                flat = pyarrow.array(block[good].reshape(-1), pyarrow.float32())
                lists = pyarrow.ListArray.from_arrays(offsets, flat)
                places = (0, 1, PERSON, EYE)
                columns = [*([row[place] for row in chunk] for place in places), lists]
                writer.write_table(pyarrow.table(columns, schema=schema))


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS_AT_ONCE)):
        yield chunk
