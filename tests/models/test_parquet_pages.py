"""What pages of a Parquet file take is known before Arrow reads them, whatever its footer says."""

import itertools
import random
import struct

import pytest

from gantei.errors import OutputError
from gantei.storage import picture_column
from gantei.storage.parquet_column import ParquetPlace
from gantei.system.memory_limit import MemoryLimit
from gantei.table_files import parquet_batches
from gantei.table_files.page_headers import MOST_WITHOUT_VALUES, PageKind, page_headers
from gantei.table_files.parquet_batches import batches
from gantei.table_files.parquet_memory import chunk_memory
from gantei.table_files.parquet_reading import read_parquet

from .archives import refusal_of, settled, words_of_refusal
from .parquet_by_hand import (
    BROTLI,
    DATA_2,
    DELTA_BYTES,
    DELTA_LENGTH,
    DICTIONARY,
    GZIP,
    NONE,
    PLAIN,
    RLE_DICTIONARY,
    ZSTD,
    differences,
    packed_page,
    page,
    parquet_of,
)  # fmt: skip

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

LIMIT = 2**26
BOMB = 2**27


@pytest.fixture
def path(tmp_path):
    return tmp_path / "train.parquet"


@pytest.fixture
def little_memory(monkeypatch):
    for module in (picture_column, parquet_batches):
        monkeypatch.setattr(module, "memory_limit", lambda: MemoryLimit(LIMIT, "machine"))


@pytest.fixture
def counted():
    """What counts Arrow's memory while the test runs."""
    before = pyarrow.default_memory_pool()
    pool = pyarrow.proxy_memory_pool(pyarrow.system_memory_pool())
    pyarrow.set_memory_pool(pool)
    yield pool
    pyarrow.set_memory_pool(before)


def values(*sizes):
    """Values of zeros, in the plain encoding."""
    return b"".join(struct.pack("<i", size) + bytes(size) for size in sizes)


def written(path, *pages, **options):
    path.write_bytes(parquet_of(pages, **options))
    return settled(path)


def opened(path):
    return ParquetPlace(path, f"parquet://{path}/")


def mixed_table(rows=1000):
    draw = random.Random(1)
    return pyarrow.table(
        {
            "image": [draw.randbytes(draw.randrange(5000)) for _ in range(rows)],
            "site": [draw.choice(["Kyoto", "Nara", None]) for _ in range(rows)],
            "age": [draw.uniform(20, 90) for _ in range(rows)],
            "vector": [[1.5] * draw.randrange(4) for _ in range(rows)],
        }
    )


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["snappy", "gzip", "zstd", "brotli", "lz4", "none"])
def test_the_headers_of_pages_add_up_to_what_their_chunk_says(path, version, compression):
    table = mixed_table()
    for dictionary, in_group, size in itertools.product((True, False), (700, 5000), (2**20, 5000)):
        parquet.write_table(
            table, path, row_group_size=in_group, data_page_size=size, use_dictionary=dictionary,
            compression=compression, data_page_version=version, write_page_checksum=True,
        )  # fmt: skip
        metadata = parquet.read_metadata(path)
        places = itertools.product(range(metadata.num_row_groups), range(4))
        with path.open("rb") as file:
            for chunk in (metadata.row_group(group).column(place) for group, place in places):
                place = chunk.dictionary_page_offset or chunk.data_page_offset
                count = unpacked = 0
                for each in page_headers(file, chunk):
                    unpacked += each.unpacked + each.start - place
                    count += each.values if each.kind != PageKind.DICTIONARY else 0
                    place = each.start + each.packed
                assert unpacked == chunk.total_uncompressed_size
                assert count == chunk.num_values


OF_DICTIONARY = packed_page(b"\1\2\0", ZSTD, encoding=RLE_DICTIONARY)
"""A data page of one row that has the first value of the dictionary."""
BOMBS = {
    "zeros": [packed_page(values(BOMB), ZSTD)],
    "of the second kind": [packed_page(values(BOMB), ZSTD, kind=DATA_2)],
    "a dictionary": [packed_page(values(BOMB), ZSTD, kind=DICTIONARY), OF_DICTIONARY],
    "nothing, often": [
        packed_page(bytes(BOMB // 4), ZSTD, BOMB // 16, kind=DICTIONARY),
        OF_DICTIONARY,
    ],
    "lengths": [packed_page(differences(2**30), ZSTD, 2**30, encoding=DELTA_LENGTH)],
}


@pytest.mark.parametrize("pages", BOMBS.values(), ids=BOMBS)
def test_a_page_that_swells_is_refused_before_it_does(path, little_memory, counted, pages):
    written(path, *pages, codec=ZSTD, stated=100)
    assert path.stat().st_size < 20_000
    assert refusal_of(opened(path), "000000") == "large-row-group"
    written(path, *pages, codec=ZSTD, stated=100, is_text=True)
    with pytest.raises(OutputError, match=r"a row group takes .* MB to be read, and only 33 MB"):
        read_parquet(path)
    assert counted.max_memory() < 2**20


def test_a_page_of_names_that_swells_is_refused_with_the_file(path, little_memory):
    images = pyarrow.array(
        [{"bytes": b"x", "path": f"{row}{'a' * 2**24}"} for row in range(3)],
        pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())]),
    )
    parquet.write_table(pyarrow.table({"image": images}), path, compression="zstd")
    place = opened(settled(path))
    assert "a row group takes" in words_of_refusal(lambda: next(place.files()))


@pytest.mark.parametrize("codec", [GZIP, BROTLI])
def test_other_codecs_swell_too(path, little_memory, codec):
    written(path, packed_page(values(BOMB), codec), codec=codec, stated=100)
    assert refusal_of(opened(path), "000000") == "large-row-group"


def test_a_large_page_is_refused_also_where_a_row_group_has_many_rows(path, little_memory):
    written(path, packed_page(values(*[50_000] * 2000), ZSTD, 2000), codec=ZSTD, rows=2000)
    assert refusal_of(opened(path), "000000") == "large-row-group"


@pytest.mark.parametrize("encoding", [DELTA_LENGTH, DELTA_BYTES])
def test_more_lengths_than_values_are_damage(path, little_memory, counted, encoding):
    body = differences(2**30) + bytes(8)
    written(path, page(body, len(body), encoding=encoding), encodings=[encoding])
    assert refusal_of(opened(path), "000000") == "damaged-entry"
    written(path, page(body, len(body), encoding=encoding), encodings=[encoding], is_text=True)
    with pytest.raises(OutputError, match="more lengths than values"):
        read_parquet(path)
    assert counted.max_memory() < 2**20


def test_values_that_repeat_the_one_before_are_read_few_at_once(path, little_memory, counted):
    rows, size = 1000, 100_000
    text = pyarrow.array(["a" * size] * rows)
    parquet.write_table(
        pyarrow.table({"note": text}), path, use_dictionary=False, data_page_size=2**30,
        column_encoding="DELTA_BYTE_ARRAY", compression="zstd",
    )  # fmt: skip
    del text
    before = counted.bytes_allocated()
    assert path.stat().st_size < 50_000
    with parquet.ParquetFile(path, pre_buffer=False) as file:
        assert sum(batch.num_rows for batch in batches(file, path, 10_000)) == rows
    assert counted.max_memory() - before < 10**9


SIZE = 2**23
TEXTS = b"".join(struct.pack("<ii", 4, number) for number in range(SIZE // 8))
TAKEN = {
    "one value": (1, ZSTD, [packed_page(values(SIZE), ZSTD)]),
    "one that is not packed": (1, NONE, [page(values(SIZE), SIZE + 4)]),
    "many values": (8000, ZSTD, [packed_page(values(*[1000] * 8000), ZSTD, 8000)]),
    "a dictionary": (
        1,
        ZSTD,
        [packed_page(TEXTS, ZSTD, SIZE // 8, kind=DICTIONARY), OF_DICTIONARY],
    ),
    "lengths": (
        SIZE,
        ZSTD,
        [packed_page(differences(SIZE), ZSTD, SIZE, encoding=DELTA_LENGTH)],
    ),
}


@pytest.mark.parametrize(("rows", "codec", "pages"), TAKEN.values(), ids=TAKEN)
def test_arrow_takes_no_more_than_is_told(path, counted, rows, codec, pages):
    written(path, *pages, codec=codec, rows=rows)
    assert_takes_no_more(path, counted, columns=[])


def test_arrow_takes_no_more_for_a_dictionary_of_its_own(path, counted):
    rows, codec, pages = TAKEN["a dictionary"]
    written(path, *pages, codec=codec, rows=rows)
    assert_takes_no_more(path, counted, columns=["image"])


def assert_takes_no_more(path, counted, columns):
    how = {"buffer_size": 1, "pre_buffer": False, "read_dictionary": columns}
    with parquet.ParquetFile(path, **how) as file:
        with path.open("rb") as headers:
            chunk = chunk_memory(headers, file.metadata, 0, 0)
        next(file.iter_batches(1, use_threads=False))
    assert counted.max_memory() <= chunk.pages + chunk.of_rows(1) + 2**16


def test_what_is_missing_takes_its_fixed_length(path):
    rows, size = 20, 2**20
    parquet.write_table(pyarrow.table({"id": pyarrow.nulls(rows, pyarrow.binary(size))}), path)
    with path.open("rb") as file:
        chunk = chunk_memory(file, parquet.read_metadata(path), 0, 0)
    assert path.stat().st_size < 5000
    assert rows * size < chunk.of_rows(rows) < 1.01 * rows * size


@pytest.mark.parametrize("available", [10**6, 10**7, 10**9])
def test_rows_are_the_same_however_little_memory_there_is(path, monkeypatch, available):
    table = mixed_table()
    parquet.write_table(table, path, row_group_size=700, data_page_size=2000)
    limit = MemoryLimit(2 * available, "machine")
    monkeypatch.setattr(parquet_batches, "memory_limit", lambda: limit)
    with parquet.ParquetFile(path) as file:
        columns = ["site", "age", "vector"]
        read = [*batches(file, path, 10_000, columns)]
        assert pyarrow.Table.from_batches(read).equals(table.select(columns))
    assert (max(batch.num_rows for batch in read) < 700) == (available == 10**6)


@pytest.mark.parametrize("encoding", ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["snappy", "gzip", "zstd", "brotli", "lz4", "none"])
def test_pages_with_lengths_are_read_as_they_were_written(path, encoding, version, compression):
    texts = [
        None if row % 7 == 0 else f"folder {row // 50}/{'x' * (row % 90)}" for row in range(2000)
    ]
    table = pyarrow.table(
        {
            "text": texts,
            "some": [[text, text] if text else None for text in texts],
            "whole": pyarrow.array([text or "" for text in texts]),
        },
        pyarrow.schema(
            [
                ("text", pyarrow.string()),
                ("some", pyarrow.list_(pyarrow.string())),
                pyarrow.field("whole", pyarrow.string(), nullable=False),
            ]
        ),
    )
    parquet.write_table(
        table, path, row_group_size=900, data_page_size=3000, use_dictionary=False,
        compression=compression, data_page_version=version,
        column_encoding=dict.fromkeys(["text", "some.list.element", "whole"], encoding),
    )  # fmt: skip
    with parquet.ParquetFile(path) as file:
        assert encoding in file.metadata.row_group(0).column(1).encodings
        assert pyarrow.Table.from_batches(batches(file, path, 100)).equals(table)


def header_of(pages, **options):
    """Read what a file of these pages says of its pages."""
    from io import BytesIO

    data = parquet_of(pages, **options)
    metadata = parquet.read_metadata(BytesIO(data))
    return [*page_headers(BytesIO(data), metadata.row_group(0).column(0))]


WHOLE = page(values(3), 7)
DAMAGED = {
    "goes on behind its column chunk": [page(values(3), 7, _3=1000)],
    "negative size": [page(values(3), -7)],
    "lacks": [page(values(3), 7, kind=DATA_2, _8=5)],
    "what each must have": [page(values(3), 7, _5={1: {1: 1}, 2: 0})],
    "a field twice": [b"\x15\0\x15\x0e\x15\x0e" + b"\x06\x02" + WHOLE],
    "of a kind that none has": [page(values(3), 7, _9=[1, 2])],
    "nested too deeply": [page(values(3), 7, _9={1: {1: {1: {1: {1: 1}}}}})],
    "a number that is too long": [b"\x15\xff\xff\xff\xff\xff\x0f" + WHOLE],
    "is cut off": [b"\x15\0" + b"\x18\xff\xff\xff\x7f" + WHOLE],
    "more than 1000": [page(b"", 0, 0)] * (MOST_WITHOUT_VALUES + 1),
}


def test_a_whole_header_tells_of_its_page():
    (header,) = header_of([page(values(3), 7, _4=12345, _9=b"x" * 5000)])
    assert (header.kind, header.packed, header.unpacked, header.values) == (PageKind.DATA, 7, 7, 1)
    assert header.encoding == PLAIN


@pytest.mark.parametrize(("why", "pages"), DAMAGED.items(), ids=DAMAGED)
def test_what_contradicts_itself_is_damage(why, pages):
    with pytest.raises(pyarrow.ArrowInvalid, match=why):
        header_of(pages)


def test_a_header_that_does_not_tell_of_levels_is_damage(path):
    body = differences(1)
    pages = [page(body, len(body), kind=DATA_2, _8={1: 1, 4: DELTA_LENGTH})]
    assert refusal_of(opened(written(path, *pages)), "000000") == "damaged-entry"


def test_fewer_values_than_a_chunk_says_are_damage():
    with pytest.raises(pyarrow.ArrowInvalid, match="a page is damaged"):
        header_of([WHOLE, WHOLE], rows=3)


def test_a_dictionary_with_fewer_values_than_it_says_is_damage(path):
    pages = [page(values(3), 7, 2**31 - 1, DICTIONARY), page(b"\1\2\0", 3, encoding=RLE_DICTIONARY)]
    assert refusal_of(opened(written(path, *pages)), "000000") == "damaged-entry"


def test_whatever_stands_in_a_header_is_read_or_is_damage(path):
    draw = random.Random(1)
    whole = parquet_of([page(values(3), 7), page(values(4), 8)], rows=2)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(draw.randrange(1, 4)):
            data[4 + draw.randrange(len(WHOLE) - 7)] = draw.randrange(256)
        path.write_bytes(data)
        place = opened(settled(path))
        for name in ("000000", "000001"):
            try:
                place.read(name, 10**9)
            except ValueError:
                continue
