"""Parquet files of one column, written by hand so that their headers may say what is not so."""

from itertools import pairwise

BYTE_ARRAY = 6
DATA, DICTIONARY, DATA_2 = 0, 2, 3
PLAIN, RLE, RLE_DICTIONARY, DELTA_LENGTH, DELTA_BYTES = 0, 3, 8, 6, 7
NONE, GZIP, BROTLI, ZSTD = 0, 2, 4, 6
_BINARY, _LIST, _STRUCT = 8, 9, 12


class Long(int):
    """An integer of 64 bits, which Thrift tells from one of 32."""


def varint(number):
    """A number as Thrift's compact protocol has it, seven bits at a time."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(0x80 | number & 0x7F)
        number >>= 7
    return bytes([*parts, number])


def zigzag(number):
    return varint(2 * number if number >= 0 else -2 * number - 1)


def struct(fields):
    """Fields by their numbers: integers, bytes, dictionaries for structs, and lists of them."""
    parts = []
    for before, number in pairwise([0, *sorted(fields)]):
        kind, data = _encoded(fields[number])
        parts += [bytes([(number - before) << 4 | kind]), data]
    return b"".join([*parts, b"\0"])


def _encoded(value):
    if isinstance(value, bool):
        return (1 if value else 2), b""
    if isinstance(value, int):
        return (6 if isinstance(value, Long) else 5), zigzag(value)
    if isinstance(value, bytes):
        return _BINARY, varint(len(value)) + value
    if isinstance(value, dict):
        return _STRUCT, struct(value)
    kinds, items = zip(*map(_encoded, value), strict=True)
    return _LIST, bytes([len(items) << 4 | kinds[0]]) + b"".join(items)


def differences(count):
    """So many zeros, packed as differences in one block of one miniblock of no bits."""
    return varint(-(-count // 128) * 128) + varint(1) + varint(count) + bytes(3)


def page(body, size, values=1, kind=DATA, encoding=PLAIN, **others):
    """A page whose header says that it unpacks to `size` bytes with `values` values.

    `others`: what its header says else, by the numbers of its fields, as `_3=2**31 - 1`.
    """
    if kind == DICTIONARY:
        of_kind = {7: {1: values, 2: PLAIN}}
    elif kind == DATA_2:
        of_kind = {8: {1: values, 2: 0, 3: values, 4: encoding, 5: 0, 6: 0}}
    else:
        of_kind = {5: {1: values, 2: encoding, 3: RLE, 4: RLE}}
    header = {1: kind, 2: size, 3: len(body), **of_kind}
    return struct(header | {int(name[1:]): each for name, each in others.items()}) + body


def packed_page(body, codec, values=1, **others):
    """A page that unpacks to `body`, packed by Arrow; the rest as of `page`."""
    from pyarrow import Codec

    name = {GZIP: "gzip", BROTLI: "brotli", ZSTD: "zstd"}[codec]
    return page(Codec(name).compress(body, asbytes=True), len(body), values, **others)


def parquet_of(pages, rows=1, codec=NONE, stated=None, encodings=(PLAIN,), *, is_text=False):
    """A file with one column that must have a value in each row.

    Args:
        pages: of its one column chunk.
        rows: that its one row group has.
        codec: that its pages are packed with.
        stated: bytes that the chunk takes unpacked; as many as it has packed, where it is None.
        encodings: that the chunk says it has.
        is_text: whether the column, `image`, is of texts.
    """
    data = b"".join(pages)
    rows, size = Long(rows), Long(len(data))
    stated = size if stated is None else Long(stated)
    chunk = {
        1: BYTE_ARRAY, 2: [*encodings], 3: [b"image"], 4: codec, 5: rows, 6: stated,
        7: size, 9: Long(4),
    }  # fmt: skip
    leaf = {1: BYTE_ARRAY, 3: 0, 4: b"image"} | ({6: 0, 10: {1: {}}} if is_text else {})
    footer = struct(
        {
            1: 1,
            2: [{4: b"schema", 5: 1}, leaf],
            3: rows,
            4: [{1: [{2: Long(4), 3: chunk}], 2: stated, 3: rows}],
        }
    )
    return b"PAR1" + data + footer + len(footer).to_bytes(4, "little") + b"PAR1"
