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

from ..errors import PhotographError
from ..findings.finding import Finding
from ..system.memory_limit import memory_limit
from ..table_files.optional_packages import arrow
from .archive_file import ArchiveRefusedError, damaged
from .entry_index import MOST_ENTRIES
from .parquet_schema import leaves_of

_MOST_IN_PAGE = 1024
"""Values that Arrow writes into a page, however large; a page is unpacked as a whole."""
_PAGES = 512 * 1024**2
"""Bytes of pages that may stay open, beside those of the row group that is read."""
_PASSED = 256 * 1024**2
"""Bytes of pictures that were passed on the way to another, and are kept until they are wanted."""
_READ_AHEAD = 1024**2
_CELLS = 10_000
_LONGEST_TEXT = 30_000
"""Bytes of a name or another text in a row, of which one in a file may stand in all rows."""
_LONGEST_REASON = 200


@dataclass
class _RowGroup:
    """A row group that is read forwards: the row that comes next, and the bytes of its pages."""

    pictures: Iterator[bytes | None]
    row: int
    pages: int


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
        with self._understood():
            self._file = self._opened_file(parquet, path)
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
            with self._understood():
                for group in range(len(self._starts)):  # Arrow has a dictionary of each
                    for values in self._values(self._paths, _CELLS, [group]):
                        yield from self._short(values).to_pylist()

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """Read other columns as Arrow's record batches of some thousand rows."""
        with self._understood():
            for batch in self._file.iter_batches(_CELLS, columns=[*columns], use_threads=False):
                for values in batch.columns:
                    self._short(values)
                yield batch

    def _opened_file(self, parquet: Any, path: Path) -> Any:
        """Open the file so that a text which stands in many rows is in memory once."""
        how = {"buffer_size": _READ_AHEAD, "page_checksum_verification": True}
        first = parquet.ParquetFile(self._arrow.OSFile(str(path)), **how)
        leaves = map(first.schema.column, range(len(first.schema)))
        texts = [each.path for each in leaves if each.logical_type.type == "STRING"]
        return parquet.ParquetFile(
            self._arrow.OSFile(str(path)),
            metadata=first.metadata,
            read_dictionary=texts,
            **how,
        )

    def _short(self, values: Any) -> Any:
        """Give values of a column back, of which no text is long: a few bytes may stand for it.

        Raises:
            ArchiveRefusedError: one is.
        """
        from pyarrow import compute

        types = self._arrow.types
        texts = values.dictionary if types.is_dictionary(values.type) else values
        is_text = types.is_string(texts.type) or types.is_large_string(texts.type)
        if is_text and (compute.max(compute.binary_length(texts)).as_py() or 0) > _LONGEST_TEXT:
            raise ArchiveRefusedError(
                f"a row has a text of more than {_LONGEST_TEXT:,} bytes; leave its column out"
            )
        return values

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
        stated = self._file.metadata.row_group(number)
        chunk = stated.column(self._place)
        share = min(1, _MOST_IN_PAGE / max(stated.num_rows, 1))
        pages = int(share * (chunk.total_compressed_size + chunk.total_uncompressed_size))
        if pages > (most := memory_limit().bytes // 2):
            raise PhotographError(
                Finding("large-row-group", needed=pages // 10**6, most=most // 10**6)
            )
        while self._groups and pages + sum(each.pages for each in self._groups.values()) > _PAGES:
            self._groups.popitem(last=False)
        values = self._values(self._bytes, 1, [number])
        return _RowGroup((each[0].as_py() for each in values), self._starts[number], pages)

    def _keep(self, row: int, data: bytes | None) -> None:
        self._passed[row] = data
        self._size_passed += len(data or b"")
        while self._size_passed > _PASSED:
            self._kept(next(iter(self._passed)))

    def _kept(self, row: int) -> bytes | None:
        data = self._passed.pop(row)
        self._size_passed -= len(data or b"")
        return data

    def _values(self, leaf: str, size: int, groups: Sequence[int] | None = None) -> Iterator[Any]:
        """The values of a leaf, `size` rows at a time; null also where what holds it is."""
        batches = self._file.iter_batches(size, groups, [leaf], use_threads=False)
        for batch in batches:
            column = batch.column(0)
            yield column.flatten()[0] if leaf != batch.schema.names[0] else column

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Say in one line what Arrow finds wrong with the file."""
        try:
            yield
        except (self._arrow.ArrowException, OSError, UnicodeDecodeError) as error:
            why = " ".join(str(error).split())[:_LONGEST_REASON]
            raise damaged(why) from error
