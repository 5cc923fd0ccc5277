"""Pictures in a column of a Parquet file, by the numbers of their rows, in bounded memory."""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from ..errors import OutputError, PhotographError
from ..findings.finding import Finding
from ..system.file_in_turn import opened_in_turn
from ..system.memory_limit import memory_limit
from ..table_files.optional_packages import arrow
from ..table_files.parquet_batches import batches
from ..table_files.parquet_memory import chunk_memory
from ..table_files.value_lengths import check_lengths
from .archive_file import ArchiveRefusedError, damaged
from .entry_index import MOST_ENTRIES
from .parquet_schema import leaves_of

_PAGES = 512 * 1024**2
"""Bytes that row groups may take which stay open, beside the one that is read."""
_PASSED = 256 * 1024**2
"""Bytes of pictures that were passed on the way to another, and are kept until they are wanted."""
_READ_AHEAD = 1024**2
_CELLS = 10_000
_LONGEST_TEXT = 30_000
"""Bytes of a name or another text in a row."""
_LONGEST_REASON = 200


@dataclass
class _RowGroup:
    """A row group that is read forwards: the row that comes next, and the bytes that it takes."""

    pictures: Iterator[bytes | None]
    row: int
    bytes: int


class PictureColumn:
    """A column of pictures: `struct<bytes, path>`, as `datasets` writes it, or plain bytes.

    Within a row group rows are read forwards, which is the order of a study whose names are in the
    order of the rows. Another order unpacks a row group again where `_PAGES` and `_PASSED` do not
    hold what was unpacked of it.

    Attributes:
        rows: how many there are.
        schema: Arrow's, of all columns.
    """

    def __init__(self, path: Path, name: str) -> None:
        """Open the file and find the column.

        Raises:
            ArchiveRefusedError: it has no such column of pictures.
            PhotographError: it is damaged, or no Parquet.
            MissingExtraError: pyarrow is not installed.
        """
        self._arrow, parquet = arrow()
        self._path = path
        with self._understood():
            self._file = parquet.ParquetFile(
                self._arrow.OSFile(str(path)),
                buffer_size=_READ_AHEAD,
                page_checksum_verification=True,
            )
        self.schema = self._file.schema_arrow
        self._bytes, self._paths = leaves_of(self.schema, name)
        schema, metadata = self._file.schema, self._file.metadata
        self._place = [schema.column(each).path for each in range(len(schema))].index(self._bytes)
        counts = (metadata.row_group(each).num_rows for each in range(metadata.num_row_groups))
        *self._starts, self.rows = accumulate(counts, initial=0)
        if self.rows > MOST_ENTRIES:
            raise ArchiveRefusedError(
                f"more than {MOST_ENTRIES:,} rows; divide it into several files"
            )
        self._groups: OrderedDict[int, _RowGroup] = OrderedDict()
        self._passed: OrderedDict[int, bytes | None] = OrderedDict()
        self._size_passed = 0
        self._reading = threading.Lock()

    def paths(self) -> Iterator[str | None]:
        """The path that each row gives its picture; nothing where the column has none."""
        if self._paths is not None:
            for batch in self._batches([self._paths]):
                values = self._leaf(batch, self._paths)
                self._check_short(values)
                yield from values.to_pylist()

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """Read other columns as Arrow's record batches of at most some thousand rows.

        Raises:
            ArchiveRefusedError: a text in them is long.
            OutputError: a row takes more memory than there is.
            PhotographError: the file is damaged.
        """
        for batch in self._batches(columns):
            for values in batch.columns:
                self._check_short(values)
            yield batch

    def _batches(self, columns: Sequence[str]) -> Iterator[Any]:
        with self._understood():
            yield from batches(self._file, self._path, _CELLS, columns, use_threads=False)

    def _check_short(self, values: Any) -> None:
        """See that none of some texts is long; what is no text is passed by."""
        from pyarrow import compute

        types = self._arrow.types
        texts = values.dictionary if types.is_dictionary(values.type) else values
        is_text = types.is_string(texts.type) or types.is_large_string(texts.type)
        if is_text and (compute.max(compute.binary_length(texts)).as_py() or 0) > _LONGEST_TEXT:
            raise ArchiveRefusedError(
                f"a row has a text of more than {_LONGEST_TEXT:,} bytes; leave its column out"
            )

    def picture(self, row: int) -> bytes:
        """Read the bytes in a row.

        Raises:
            PhotographError: there are none, the file is damaged, or reading it takes more memory
                than there is.
        """
        with self._reading, self._understood():
            data = self._kept(row) if row in self._passed else self._read(row)
        if data is None:
            raise PhotographError(Finding("row-without-bytes"))
        return data

    def _read(self, row: int) -> bytes | None:
        number = bisect_right(self._starts, row) - 1
        group = self._groups.pop(number, None)
        if group is None or group.row > row:
            group = self._opened(number)
        while True:
            try:
                data = next(group.pictures)
            except StopIteration as error:
                raise damaged("a row group has fewer rows than it says") from error
            group.row += 1
            if group.row > row:
                break
            self._keep(group.row - 1, data)
        if bisect_right(self._starts, group.row) - 1 == number and group.row < self.rows:
            self._groups[number] = group
        return data

    def _opened(self, number: int) -> _RowGroup:
        most = memory_limit().bytes // 2  # the other half is for Python's copies
        with opened_in_turn(self._path) as pages:
            chunk = chunk_memory(pages, self._file.metadata, number, self._place)
            if (needed := _READ_AHEAD + chunk.pages + chunk.of_rows(1)) > most:
                raise PhotographError(
                    Finding("large-row-group", needed=needed // 10**6, most=most // 10**6)
                )
            if chunk.has_lengths:
                check_lengths(pages, self._file.metadata, number, self._place)
        while self._groups and needed + sum(each.bytes for each in self._groups.values()) > _PAGES:
            self._groups.popitem(last=False)
        found = self._file.iter_batches(1, [number], [self._bytes], use_threads=False)
        values = (self._leaf(batch, self._bytes)[0].as_py() for batch in found)
        return _RowGroup(values, self._starts[number], needed)

    def _keep(self, row: int, data: bytes | None) -> None:
        self._passed[row] = data
        self._size_passed += len(data or b"")
        while self._size_passed > _PASSED:
            self._kept(next(iter(self._passed)))

    def _kept(self, row: int) -> bytes | None:
        data = self._passed.pop(row)
        self._size_passed -= len(data or b"")
        return data

    @staticmethod
    def _leaf(batch: Any, name: str) -> Any:
        """The values of the only leaf in a column; null also where what holds it is."""
        column = batch.column(0)
        return column if name == batch.schema.names[0] else column.flatten()[0]

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Say in one line what Arrow finds wrong with the file."""
        try:
            yield
        except OutputError:  # which is an OSError
            raise
        except (self._arrow.ArrowException, OSError, UnicodeDecodeError) as error:
            why = " ".join(str(error).split())[:_LONGEST_REASON]
            raise damaged(why) from error
