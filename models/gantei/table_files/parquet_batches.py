"""The rows of a Parquet file, as many at once as there is memory for."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..system.file_in_turn import opened_in_turn
from ..system.memory_limit import memory_limit
from .parquet_memory import chunk_memory
from .value_lengths import check_lengths

_AS_PYTHON = 5
"""Bytes for one of Arrow's where it becomes Python's too: 4 for a letter, 32 for a number of 8."""


def batches(
    file: Any,
    path: Path,
    most: int,
    columns: Sequence[str] | None = None,
    *,
    as_python: bool = True,
    use_threads: bool = True,
) -> Iterator[Any]:
    """Read record batches; of columns whose values may be large, with fewer rows.

    Args:
        file: a `pyarrow.parquet.ParquetFile`.
        path: of the same file, whose headers of pages are read beforehand.
        most: rows of a batch.
        columns: only these, or those in them.
        as_python: whether their values become objects of Python.
        use_threads: as of `ParquetFile.iter_batches`.

    Raises:
        OutputError: a row of a row group takes more memory than there is.
        OSError, pyarrow.ArrowException: it cannot be read.
    """
    schema = file.metadata.schema
    places = [
        place
        for place in range(len(schema))
        if columns is None or _is_in(schema.column(place).path, columns)
    ]
    copies = _AS_PYTHON if as_python else 1
    for group in range(file.metadata.num_row_groups):
        rows = _rows_at_once(file.metadata, path, group, places, most, copies)
        for batch in file.iter_batches(rows, [group], columns, use_threads=use_threads):
            batch.validate(full=True)  # else Python alone finds a text that is no UTF-8
            yield batch


def _is_in(path: str, columns: Sequence[str]) -> bool:
    return any(path == column or path.startswith(f"{column}.") for column in columns)


def _rows_at_once(
    metadata: Any, path: Path, group: int, places: Sequence[int], most: int, copies: int
) -> int:
    """Tell how many rows of a row group there is memory for, so many times."""
    available = memory_limit().bytes // 2
    with opened_in_turn(path) as pages:
        chunks = [chunk_memory(pages, metadata, group, place) for place in places]
        packed: int = sum(  # Arrow may read the chunks as a whole
            metadata.row_group(group).column(place).total_compressed_size for place in places
        )

        def needed(rows: int) -> int:
            return packed + sum(each.pages + copies * each.of_rows(rows) for each in chunks)

        if needed(1) > available:
            raise OutputError(
                f"{path}: a row group takes {needed(1) // 10**6:,} MB to be read, and only "
                f"{available // 10**6:,} MB are available; write it anew with fewer rows per "
                "row group"
            )
        for place, chunk in zip(places, chunks, strict=True):
            if chunk.has_lengths:
                check_lengths(pages, metadata, group, place)
    while needed(most) > available:
        most = most // 2 or 1
    return most
