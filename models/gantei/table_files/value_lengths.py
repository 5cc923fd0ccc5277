"""The lengths of texts that stand before them in pages of a Parquet file, counted.

Of pages in two encodings Arrow first unpacks how long each value is: as many lengths as stand
there, be it two thousand million in twenty bytes. So they are counted before
(https://parquet.apache.org/docs/file-format/data-pages/encodings/).
"""

from typing import Any, BinaryIO

from .page_headers import Encoding, PageHeader, PageKind, damaged_page, page_headers, varint

_RLE = 3
_IN_BLOCK, _IN_MINIBLOCK = 128, 32
"""The values in either are a multiple of that."""


def check_lengths(file: BinaryIO, metadata: Any, group: int, column: int) -> None:
    """See that no page of a column chunk has more lengths than its header says values.

    Args:
        file: the Parquet file.
        metadata: its `pyarrow.parquet.FileMetaData`.
        group: which of its row groups, for whose pages there is memory.
        column: which of its columns that have values, counted as in `metadata.schema`.

    Raises:
        pyarrow.ArrowException, OSError: one has, or is damaged.
    """
    chunk, kind = metadata.row_group(group).column(column), metadata.schema.column(column)
    for page in page_headers(file, chunk):
        if page.kind in (PageKind.DATA, PageKind.DATA_2) and page.encoding in (*Encoding,):
            file.seek(page.start)
            data = file.read(page.packed)
            try:
                _check(_values(data, page, kind, chunk.compression), page)
            except (IndexError, KeyError, TypeError):
                raise damaged_page("it is cut off, or its header lacks something") from None


def _values(data: bytes, page: PageHeader, kind: Any, compression: str) -> memoryview:
    """What stands in a page behind its levels, which say where values are missing."""
    if page.kind == PageKind.DATA_2:
        levels = page.fields[5] + page.fields[6]
        if not 0 <= levels <= page.unpacked:
            raise damaged_page("its levels are longer than itself")
        is_packed = page.fields.get(7, True)
        return _unpacked(data[levels:], page.unpacked - levels, compression if is_packed else None)
    values = _unpacked(data, page.unpacked, compression)
    for level, encoding in ((kind.max_repetition_level, 4), (kind.max_definition_level, 3)):
        if level:
            if page.fields[encoding] != _RLE:
                raise damaged_page("its levels are packed in a way that is given up")
            values = values[4 + int.from_bytes(values[:4], "little") :]
    return values


def _unpacked(data: bytes, size: int, compression: str | None) -> memoryview:
    if compression in (None, "UNCOMPRESSED") or not size:
        return memoryview(data)
    from pyarrow import Codec

    name = "lz4_raw" if compression == "LZ4" else compression.lower()
    return memoryview(Codec(name).decompress(data, size)).cast("B")


def _check(data: memoryview, page: PageHeader) -> None:
    place = _behind_lengths(data, 0, page.values)
    if page.encoding == Encoding.DELTA_BYTE_ARRAY:  # of what is repeated; then, of what is new
        _behind_lengths(data, place, page.values)


def _behind_lengths(data: memoryview, place: int, most: int) -> int:
    """Where numbers end that are packed as differences: a head, then blocks of miniblocks."""
    in_block, place = varint(data, place, 32)
    miniblocks, place = varint(data, place, 32)
    count, place = varint(data, place, 32)
    _, place = varint(data, place, 64)
    if count > most:
        raise damaged_page("it has more lengths than values")
    if not miniblocks or not in_block or in_block % _IN_BLOCK:
        raise damaged_page("the lengths of its values are packed in blocks of another size")
    in_miniblock = in_block // miniblocks
    if not in_miniblock or in_miniblock % _IN_MINIBLOCK:
        raise damaged_page("the lengths of its values are packed in blocks of another size")
    left = count - 1
    while left > 0:
        _, place = varint(data, place, 64)
        widths = data[place : place + miniblocks]
        place += miniblocks
        for width in widths[: -(-left // in_miniblock)]:
            place += width * in_miniblock // 8
        left -= in_block
        if place > len(data):
            raise IndexError
    return place
