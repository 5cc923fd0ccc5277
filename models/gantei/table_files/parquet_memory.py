"""The memory that reading a column chunk of a Parquet file takes, known before Arrow does."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from .page_headers import Encoding, PageKind, damaged_page, page_headers

_COPIES_OF_DICTIONARY = 4
"""Its page, Arrow's copy, and two where columns become dictionaries of Arrow."""
_PER_TEXT_IN_DICTIONARY, _PER_NUMBER_IN_DICTIONARY = 200, 8
"""Bytes for a value of a dictionary beside its own: where it is, and its part of a hash table."""
_PER_VALUE, _PER_NUMBER_IN_LIST = 16, 5
"""Bytes beside a value: where it begins, whether there is one, in which list it is."""
_FIXED = {"BOOLEAN": 1, "INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 12}
_FIXED_LENGTH, _TEXTS = "FIXED_LEN_BYTE_ARRAY", "BYTE_ARRAY"
_LENGTHS = 8
"""Bytes for how long a value is, where Arrow reads the lengths of a page before its values."""


@dataclass(frozen=True)
class ChunkMemory:
    """Bytes that reading a column chunk takes, some rows at once.

    Attributes:
        pages: for its dictionary, and for its largest page with what that is unpacked from, since
            a page is there as a whole, with the lengths of its values.
        largest: no value takes more, with what stands beside it.
        mean: in no page do they take more on average; None where few bytes stand for many values.
        has_lengths: some of its pages are such as `check_lengths` looks into.
        in_lists: how many values it has, where a row may have any number of them.
    """

    pages: int
    largest: int
    mean: float | None
    has_lengths: bool
    in_lists: int | None = None

    def of_rows(self, rows: int) -> int:
        """Bytes that the values of so many rows take in Arrow's arrays."""
        values = rows if self.in_lists is None else self.in_lists
        if self.mean is None:
            return values * self.largest
        # Of the first page and the last one it may be the largest values alone.
        return min(values * self.largest, int(values * self.mean) + 2 * self.largest)


def chunk_memory(file: BinaryIO, metadata: Any, group: int, column: int) -> ChunkMemory:
    """Tell from the headers of its pages what a column chunk takes.

    Args:
        file: the Parquet file.
        metadata: its `pyarrow.parquet.FileMetaData`.
        group: which of its row groups.
        column: which of its columns that have values, counted as in `metadata.schema`.

    Raises:
        pyarrow.ArrowInvalid: its pages contradict it, or each other.
    """
    row_group, kind = metadata.row_group(group), metadata.schema.column(column)
    chunk, has_lists = row_group.column(column), kind.max_repetition_level > 0
    if not has_lists and chunk.num_values != row_group.num_rows:
        raise damaged_page("its column has more or fewer values than rows")
    is_packed = chunk.compression != "UNCOMPRESSED"
    packed = unpacked = dictionary = lengths = 0
    mean: float | None = 0.0
    for page in page_headers(file, chunk):
        size = page.unpacked if is_packed else page.packed
        unpacked = max(unpacked, size)
        packed = max(packed, page.packed if is_packed else 0)
        if page.kind == PageKind.DICTIONARY:
            dictionary += _of_dictionary(size, page.values, chunk.physical_type)
            mean = None
        elif page.values and mean is not None:
            mean = max(mean, size / page.values)
        if page.encoding in (*Encoding,):
            lengths = max(lengths, _LENGTHS * page.values)
        if page.encoding == Encoding.DELTA_BYTE_ARRAY:
            mean = None  # a value may repeat all of the value before it
    pages = packed + unpacked + dictionary + lengths
    # What has a fixed length takes as much where it is missing, which no page tells of.
    fixed = kind.length if chunk.physical_type == _FIXED_LENGTH else _FIXED.get(chunk.physical_type)
    beside = _PER_NUMBER_IN_LIST if has_lists and fixed else _PER_VALUE
    return ChunkMemory(
        pages,
        (fixed or unpacked) + beside,
        None if mean is None or fixed else mean + beside,
        lengths > 0,
        chunk.num_values if has_lists else None,
    )


def _of_dictionary(size: int, values: int, kind: str) -> int:
    if values > size:
        raise damaged_page("it has fewer values than it says")
    per_value = _PER_TEXT_IN_DICTIONARY if kind == _TEXTS else _PER_NUMBER_IN_DICTIONARY
    return _COPIES_OF_DICTIONARY * size + per_value * values
