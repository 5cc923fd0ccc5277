"""The embeddings of a whole study, in the order of its table, read from those of its shards."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from ..errors import OutputError
from ..study.embeddings_file import FLOAT
from ..system.file_in_turn import opened_in_turn
from ..table_files.optional_packages import arrow
from ..table_files.parquet_batches import batches
from .row_order import taken_in_order
from .shard_table import ShardTable

_OTHER_LENGTH = "has not one vector for each row of the table; take it as gantei predict wrote it"
AT_ONCE = 100
"""Vectors of a Parquet file that are held in memory."""


class MergedVectors:
    """Bare float32 of one photograph after the other; `width` numbers each."""

    def __init__(self, shards: Sequence[ShardTable], order: Iterable[int]) -> None:
        """Open the files of the shards; `order`: see `columns_in_order`.

        Raises:
            OutputError: one is damaged, or has vectors of another length.
        """
        paths = [path for each in shards if (path := each.embeddings_path) is not None]
        widths = {width for each in shards if (width := _width(each))}
        if len(widths) > 1:
            raise OutputError(f"{paths[0]}: has vectors of another length than other shards")
        self.width = next(iter(widths), 0)
        self._rows = taken_in_order([_vectors(path, self.width) for path in paths], order)

    def read(self, size: int) -> bytes:
        """Read as many whole vectors as so many bytes hold, but at least one."""
        count = max(1, size // max(1, self.width * FLOAT.itemsize))
        return b"".join(islice(self._rows, count))


def _width(shard: ShardTable) -> int:
    """Numbers of each vector; 0 where no photograph has one, or there are no embeddings."""
    if (path := shard.embeddings_path) is None:
        return 0
    if path.suffix.lower() == ".npy":
        with opened_in_turn(path) as file:
            count, width = _shape(path, file)
            size = path.stat().st_size - file.tell()
        if count != shard.photographs or size != count * width * FLOAT.itemsize:
            raise OutputError(f"{path}: {_OTHER_LENGTH}")
        return width
    pyarrow, _ = arrow()
    try:
        return _width_of_lists(path, shard.photographs)
    except (ValueError, KeyError, pyarrow.ArrowException) as error:
        raise OutputError(f"{path}: is no file of embeddings: {error}") from error


def _width_of_lists(path: Path, photographs: int) -> int:
    pyarrow, parquet = arrow()
    with parquet.ParquetFile(opened_in_turn(path), pre_buffer=False) as file:
        if file.metadata.num_rows != photographs:
            raise OutputError(f"{path}: {_OTHER_LENGTH}")
        kind = file.schema_arrow.field("embedding").type
        if kind != pyarrow.list_(pyarrow.float32()):
            raise OutputError(f"{path}: holds {kind} where gantei predict writes lists of {FLOAT}")
        for batch in batches(file, path, AT_ONCE, ["embedding"], as_python=False):
            for vector in batch.column(0):
                if vector.is_valid:
                    return len(vector)
    return 0


def _vectors(path: Path, width: int) -> Iterator[bytes]:
    if path.suffix.lower() == ".npy":
        with opened_in_turn(path) as file:
            _shape(path, file)
            while vector := file.read(width * FLOAT.itemsize):
                yield vector
        return
    _, parquet = arrow()
    nothing = np.full(width, np.nan, FLOAT).tobytes()
    with parquet.ParquetFile(opened_in_turn(path), pre_buffer=False) as file:
        for batch in batches(file, path, AT_ONCE, ["embedding"], as_python=False):
            for vector in batch.column(0):
                if not vector.is_valid:
                    yield nothing
                elif len(vector) == width:
                    yield np.asarray(vector.values, FLOAT).tobytes()
                else:
                    raise OutputError(f"{path}: has vectors of different lengths")


def _shape(path: Path, file: Any) -> tuple[int, int]:
    """Read the head of a .npy file, up to where the vectors begin."""
    try:
        version = np.lib.format.read_magic(file)
        shape, by_columns, kind = np.lib.format.read_array_header_1_0(file)
        count, width = shape
    # What the head of a stranger's file makes of Python's own reader of it.
    except (ValueError, TypeError, SyntaxError, TokenError, RecursionError, MemoryError) as error:
        raise OutputError(f"{path}: is no file of embeddings: {error}") from error
    if version != (1, 0) or by_columns or count < 0 or width < 0:
        raise OutputError(f"{path}: is no file of embeddings as gantei predict writes it")
    if kind != FLOAT:
        raise OutputError(f"{path}: holds {kind} where gantei predict writes {FLOAT}")
    return count, width
