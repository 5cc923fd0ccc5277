"""The file of a study's embeddings: .npy, or .parquet with photograph, sha256, person and eye."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Protocol

import numpy as np

from ..errors import OutputError
from ..system.files import atomic_write
from ..table_files.optional_packages import arrow
from .columns import ERROR, Row
from .leading_columns import EYE, PERSON

ENDINGS = (".npy", ".parquet")
ROWS_AT_ONCE = 1_000
"""Rows of one Parquet row group: 5 MB of vectors of 1280."""
COPIED = 1_000_000
"""Bytes that are copied at once."""
FLOAT = np.dtype("<f4")


class Vectors(Protocol):
    """Bare float32 of one photograph after the other, as they are read from a file."""

    def read(self, size: int, /) -> bytes:
        """Read at most so many bytes; fewer only at the end."""


def check_path(path: Path) -> None:
    """See that embeddings can be written to `path`.

    Raises:
        OutputError: it has an unknown ending, or cannot become a file.
        MissingExtraError: Parquet needs pyarrow.
    """
    if path.suffix.lower() not in ENDINGS:
        raise OutputError(f"{path}: unknown ending {path.suffix!r}; known: {', '.join(ENDINGS)}")
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


def check_free(path: Path) -> None:
    """Refuse to replace embeddings.

    Raises:
        OutputError: there is something at `path`.
    """
    if path.exists():
        raise OutputError(
            f"{path} exists; choose another --embeddings, or replace it with --overwrite"
        )


def write_embeddings(
    path: Path, rows: Iterable[Row], vectors: Vectors, shape: tuple[int, int]
) -> None:
    """Write the file, `.npy` or `.parquet`.

    Args:
        path: of the file.
        rows: of the table.
        vectors: of the rows.
        shape: photographs, and numbers for each.

    Raises:
        OutputError: it cannot be written.
    """
    with atomic_write(path) as file:
        if path.suffix.lower() == ".npy":
            header = {"descr": "<f4", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            while data := vectors.read(COPIED):
                file.write(data)
        else:
            _write_parquet(rows, vectors, shape[1], file)


def _write_parquet(rows: Iterable[Row], vectors: Vectors, width: int, file: IO[bytes]) -> None:
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
            data = vectors.read(len(chunk) * width * FLOAT.itemsize)
            block = np.frombuffer(data, FLOAT).reshape(len(chunk), width)
            good = [row[ERROR] is None for row in chunk]
            ends = (np.cumsum(good) * width).tolist()
            # A list without a beginning is null.
            begins = [end - width if ok else None for end, ok in zip(ends, good, strict=True)]
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
