"""The headers of the pages in a column chunk of a Parquet file, without the pages.

Arrow takes as much memory for a page as its header says, which the footer of the file need not tell
of, and gives nobody these headers; so they are read here, to know it beforehand. They are structs
of Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/
thrift-compact-protocol.md); their fields are told by Parquet's own
(https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift).
"""

import os
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any, BinaryIO, NamedTuple

LONGEST_HEADER = 16 * 1024**2
"""Bytes of a header, with the least and greatest value of its page: as many as Arrow takes."""
MOST_WITHOUT_VALUES = 1000
"""Pages of a chunk in which no row is."""
_FIRST_READ = 512
_LEFT_OUT = 100
"""Bytes by which old Java programs say a chunk too short: Arrow reads these, too (PARQUET-816)."""
_DEEPEST = 4
_LAST_FIELD = 2**15 - 1
"""Behind which other readers count from -32,768 again."""
_TRUE, _FALSE, _BYTE, _I32, _BINARY, _STRUCT = 1, 2, 3, 5, 8, 12
_INTEGERS = {4: 16, _I32: 32, 6: 64}
"""Bits by the kind of field."""


class PageKind(IntEnum):
    """What a page holds, as Parquet numbers it; others are passed over by who reads."""

    DATA = 0
    DICTIONARY = 2
    DATA_2 = 3


_OF_KIND = {PageKind.DATA: (5, 2), PageKind.DICTIONARY: (7, 2), PageKind.DATA_2: (8, 4)}
"""The part of a header that tells of a page of that kind, and there, the encoding of values."""


class Encoding(IntEnum):
    """How pages hold values, as Parquet numbers it: those that ask for a closer look."""

    DELTA_LENGTH_BYTE_ARRAY = 6
    DELTA_BYTE_ARRAY = 7


class PageHeader(NamedTuple):
    """What a header says of its page.

    Attributes:
        kind: as `PageKind` numbers it.
        packed: bytes in the file, behind the header.
        unpacked: bytes in memory.
        values: how many there are, with those that are null.
        encoding: of the values, one of `Encoding` or another; of a page of another kind, none.
        start: where the page begins in the file, behind its header.
        fields: of the part of the header for this kind, by Parquet's numbers.
    """

    kind: int
    packed: int
    unpacked: int
    values: int
    encoding: int | None
    start: int
    fields: Mapping[int, Any]


def page_headers(file: BinaryIO, chunk: Any) -> Iterator[PageHeader]:
    """Read the headers of those pages of a column chunk that Arrow would read.

    Args:
        file: the Parquet file; only headers are read of it.
        chunk: a `pyarrow.parquet.ColumnChunkMetaData` of it.

    Raises:
        pyarrow.ArrowInvalid: a header is damaged, its page does not lie in the chunk, or the chunk
            has fewer values than it says.
    """
    place = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < place:
        place = chunk.dictionary_page_offset
    size = file.seek(0, os.SEEK_END)
    if not 0 <= place <= size:
        raise damaged_page("it lies outside the file")
    end = min(place + chunk.total_compressed_size + _LEFT_OUT, size)
    values = without = 0
    while values < chunk.num_values:
        header, place = _header(file, place)
        if header.packed > end - place:
            raise damaged_page("it goes on behind its column chunk")
        yield header
        place += header.packed
        if header.kind == PageKind.DICTIONARY or not header.values:
            without += 1
            if without > MOST_WITHOUT_VALUES:
                raise damaged_page(f"more than {MOST_WITHOUT_VALUES} of its chunk are empty")
        else:
            values += header.values


def _header(file: BinaryIO, place: int) -> tuple[PageHeader, int]:
    """Read the header at a place, and say where its page begins."""
    size = _FIRST_READ
    while True:
        file.seek(place)
        data = file.read(size)
        try:
            fields, length = _struct(data, 0)
        except IndexError:
            if len(data) < size or size >= LONGEST_HEADER:
                raise damaged_page("its header is cut off") from None
            size *= 8
        else:
            return _page(fields, place + length), place + length


def _page(fields: Mapping[int, Any], start: int) -> PageHeader:
    try:
        kind, unpacked, packed = fields[1], fields[2], fields[3]
        place, of_encoding = _OF_KIND.get(kind, (None, None))
        own = {} if place is None else fields[place]
        values = 0 if place is None else own[1]
        encoding = None if place is None else own[of_encoding]
        is_negative = min(packed, unpacked, values) < 0
    except (KeyError, TypeError):
        raise damaged_page("its header lacks what each must have") from None
    if is_negative:
        raise damaged_page("its header has a negative size")
    return PageHeader(kind, packed, unpacked, values, encoding, start, own)


def _struct(data: bytes, place: int, depth: int = 0) -> tuple[dict[int, Any], int]:
    """Read the fields of a struct by their numbers, and say where it ends.

    Only integers of 32 bits, truth values and structs are kept: nothing here asks for others. What
    two readers may take for different numbers is damage: a field twice, or one that is too long.

    Raises:
        IndexError: it goes on behind the data.
    """
    if depth > _DEEPEST:
        raise damaged_page("its header is nested too deeply")
    fields: dict[int, Any] = {}
    number, seen = 0, set()
    while head := data[place]:
        place, kind = place + 1, head & 0x0F
        if head >> 4:
            number += head >> 4
        else:
            number, place = _integer(data, place, 16)
        if number in seen or number > _LAST_FIELD:
            raise damaged_page("its header has a field twice")
        seen.add(number)
        value, place = _read(data, place, kind, depth)
        if value is not None:
            fields[number] = value
    return fields, place + 1


def _read(data: bytes, place: int, kind: int, depth: int) -> tuple[Any, int]:
    if kind in _INTEGERS:
        value, place = _integer(data, place, _INTEGERS[kind])
        return (value if kind == _I32 else None), place
    if kind == _STRUCT:
        return _struct(data, place, depth + 1)
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, place
    if kind == _BYTE:
        return None, place + 1
    if kind == _BINARY:
        length, place = varint(data, place, 32)
        return None, place + length
    raise damaged_page("its header has a field of a kind that none has")


def _integer(data: bytes, place: int, bits: int) -> tuple[int, int]:
    value, place = varint(data, place, bits)
    return value >> 1 ^ -(value & 1), place


def varint(data: bytes | memoryview, place: int, bits: int) -> tuple[int, int]:
    """Read a number of at most so many bits, seven in each byte, and say where it ends.

    Raises:
        IndexError: it goes on behind the data.
        pyarrow.ArrowInvalid: it has more bits.
    """
    value = shift = 0
    while (byte := data[place]) >= 0x80 and shift <= bits:
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
    value |= byte << shift
    if value >> bits:
        raise damaged_page("it has a number that is too long")
    return value, place + 1


def damaged_page(why: str) -> Exception:
    """Give the error that Arrow has for damage."""
    from pyarrow import ArrowInvalid

    error: Exception = ArrowInvalid(f"a page is damaged: {why}")
    return error
