"""Photographs in a column of a Parquet file are what pyarrow wrote, in whatever order."""

import datetime
import itertools
import json
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from gantei.errors import OutputError
from gantei.storage import picture_column
from gantei.storage.parquet_cells import rows_beside
from gantei.storage.parquet_column import ParquetPlace
from gantei.storage.several_places import SeveralPlaces

from .archives import LONG_AGO, MOST, drawn_bytes, read_all, refusal_of, settled, words_of_refusal

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

IMAGE = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
CONTENTS = drawn_bytes(100)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "train-00000.parquet"


def images(contents):
    """As `datasets.Image` stores them."""
    return pyarrow.array(
        [{"bytes": content, "path": name} for name, content in contents.items()], IMAGE
    )


def table_of(path, column, rows_in_group=16, name="image", **options):
    parquet.write_table(
        pyarrow.table({name: column}), path, row_group_size=rows_in_group, **options
    )
    return settled(path)


def opened(path, column="image"):
    return ParquetPlace(path, f"parquet://{path}/", column)


@pytest.mark.parametrize("compression", ["snappy", "zstd", "none"])
@pytest.mark.parametrize("rows_in_group", [1, 7, 1000])
def test_every_row_is_what_was_written(path, compression, rows_in_group):
    table_of(path, images(CONTENTS), rows_in_group, compression=compression)
    assert read_all(opened(path)) == CONTENTS


@pytest.mark.parametrize(
    "kind", [pyarrow.binary(), pyarrow.large_binary(), pyarrow.binary_view()], ids=str
)
def test_plain_bytes_are_called_by_the_numbers_of_their_rows(path, kind):
    table_of(path, pyarrow.array([*CONTENTS.values()], kind), name="photograph")
    read = read_all(opened(path, "photograph"))
    assert read == {f"{row:06}": content for row, content in enumerate(CONTENTS.values())}


@pytest.mark.parametrize(
    "paths", [[None, "b.jpg"], ["", "b.jpg"], ["a.jpg", "a.jpg"], ["a/../..", "x"]]
)
def test_rows_are_called_by_numbers_where_a_path_is_missing_or_repeats(path, paths):
    rows = [{"bytes": b"x", "path": each} for each in paths]
    table_of(path, pyarrow.array(rows, IMAGE))
    assert [file.name for file in opened(path).files()] == ["000000", "000001"]


def test_of_a_path_that_leads_elsewhere_the_last_part_counts(path):
    paths = {
        "/home/somebody/1.jpg": "1.jpg",
        "C:\\Users\\somebody\\2.jpg": "2.jpg",
        "../3.jpg": "3.jpg",
        "https://store.example/4.jpg?signature=secret": "4.jpg",
        "zip://left/5.jpg::https://store.example/all.zip": "5.jpg",
        "./left//6.jpg": "left/6.jpg",
    }
    table_of(path, images(dict.fromkeys(paths, b"x")))
    assert [file.name for file in opened(path).files()] == [*paths.values()]


@pytest.mark.parametrize(("pages", "passed"), [(2**29, 2**28), (0, 0), (0, 5000), (20_000, 5000)])
def test_rows_are_right_in_any_order_whatever_is_kept(path, monkeypatch, pages, passed):
    monkeypatch.setattr(picture_column, "_PAGES", pages)
    monkeypatch.setattr(picture_column, "_PASSED", passed)
    place = opened(table_of(path, images(CONTENTS)))
    names = [*CONTENTS, *CONTENTS]
    random.Random(1).shuffle(names)
    for name in names:
        assert place.read(name, MOST).data == CONTENTS[name]


def test_what_is_kept_is_bounded(path, monkeypatch):
    monkeypatch.setattr(picture_column, "_PASSED", 10_000)
    place = opened(table_of(path, images(CONTENTS)))
    for name in [*CONTENTS][::-5]:
        place.read(name, MOST)
        kept = list(place.pictures._passed.values())
        assert place.pictures._size_passed == sum(map(len, kept)) <= 10_000


def test_rows_in_order_unpack_each_row_group_once(path, monkeypatch):
    place = opened(table_of(path, images(CONTENTS)))
    groups = []
    whole = place.pictures._opened
    monkeypatch.setattr(
        place.pictures, "_opened", lambda group: groups.append(group) or whole(group)
    )
    for name in CONTENTS:
        place.read(name, MOST)
    assert groups == [*range(7)]
    assert not place.pictures._groups


def test_many_threads_read_at_once(path):
    place = opened(table_of(path, images(CONTENTS)))
    with ThreadPoolExecutor(8) as threads:
        read = threads.map(lambda name: place.read(name, MOST).data, [*CONTENTS] * 3)
    assert [*read] == [*CONTENTS.values()] * 3


@pytest.mark.parametrize("row", [None, {"bytes": None, "path": "b.jpg"}])
def test_a_row_without_bytes_says_so_and_others_are_read(path, row):
    rows = [{"bytes": b"a", "path": "a.jpg"}, row, {"bytes": b"c", "path": "c.jpg"}]
    place = opened(table_of(path, pyarrow.array(rows, IMAGE)))
    names = [file.name for file in place.files()]
    assert refusal_of(place, names[1]) == "row-without-bytes"
    assert place.read(names[2], MOST).data == b"c"


def test_a_column_that_holds_no_pictures_is_refused_with_those_that_do(path):
    parquet.write_table(
        pyarrow.table({"image": ["x"], "left": images({"a": b"a"}), "right": [b"x"]}), path
    )
    with pytest.raises(OutputError, match=r"no column image .* --image-column: left, right$"):
        opened(path)
    with pytest.raises(OutputError, match="no column eye"):
        opened(path, "eye")
    table_of(path, pyarrow.array(["x"]))
    with pytest.raises(OutputError, match="it has no other"):
        opened(path)


def test_names_that_no_row_has_are_missing(path):
    place = opened(table_of(path, pyarrow.array([b"a", b"b"])))
    for name in ("000002", "1", "-00001", "0000001", "٠٠٠٠٠١", "a.jpg", ""):
        assert refusal_of(place, name) == "missing-entry"
    assert refusal_of(opened(table_of(path, images(CONTENTS))), "000001") == "missing-entry"


def test_a_picture_is_bounded(path):
    place = opened(table_of(path, images({"a.jpg": b"abcdef"})))
    assert refusal_of(place, "a.jpg", 5) == "large-file"


def test_a_row_group_for_which_memory_is_too_small_is_refused_beforehand(path, monkeypatch):
    place = opened(table_of(path, images(CONTENTS), 1000))
    limit = picture_column.memory_limit()._replace(bytes=10_000)
    monkeypatch.setattr(picture_column, "memory_limit", lambda: limit)
    assert refusal_of(place, next(iter(CONTENTS))) == "large-row-group"


def test_damage_is_an_error_and_never_another_picture(path):
    table_of(path, images(CONTENTS), compression="none", use_dictionary=False,
             write_page_checksum=True)  # fmt: skip
    whole, contents = path.read_bytes(), {*CONTENTS.values()}
    for place in itertools.chain(range(0, len(whole), 997), range(len(whole) - 300, len(whole))):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            column = opened(path)
            names = [file.name for file in column.files()]
        except OutputError:
            continue
        for name in names[:: max(1, len(names) // 7)]:
            try:
                data = column.read(name, MOST).data
            except ValueError:
                continue
            assert data in contents


def test_a_change_of_the_file_is_noticed(path):
    place = opened(table_of(path, images(CONTENTS)))
    name = next(iter(CONTENTS))
    assert place.read(name, MOST).version
    table_of(path, images(CONTENTS), 3)
    os.utime(path, (1, LONG_AGO + 1))
    assert refusal_of(place, name) == "changed-archive"


def test_other_columns_are_cells_as_a_list_has_them(path):
    classes = {"info": {"features": {"sex": {"names": ["female", "male"], "_type": "ClassLabel"}}}}
    table = pyarrow.table(
        {
            "image": images({"a.jpg": b"a", "b.jpg": b"b"}),
            "mask": images({"a": b"a", "b": b"b"}),
            "sex": pyarrow.array([1, None]),
            "Age": pyarrow.array([57.0, 60.5]),
            "seen": pyarrow.array([datetime.date(2026, 11, 30), None]),
            "boxes": pyarrow.array([[1, 2], []]),
            "site": pyarrow.array(["Kyoto", "Nara"]).dictionary_encode(),
            "photograph": pyarrow.array(["x", "y"]),
        }
    ).replace_schema_metadata({"huggingface": json.dumps(classes)})
    parquet.write_table(table, path)
    assert [row.cells for row in rows_beside(SeveralPlaces("x/", {"train/": opened(path)}))] == [
        ["photograph", "sex", "Age", "seen", "site"],
        ["train/a.jpg", "male", "57", "2026-11-30", "Kyoto"],
        ["train/b.jpg", "", "60.5", "", "Nara"],
    ]


@pytest.mark.parametrize("encoding", ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"])
def test_names_and_cells_are_read_in_every_encoding_of_texts(path, encoding):
    contents = {"a.jpg": b"a", "b.jpg": b"b"}
    table = pyarrow.table({"image": images(contents), "site": ["Uji", "Nara"]})
    columns = ["image.bytes", "image.path", "site"]
    parquet.write_table(
        table, path, use_dictionary=False, column_encoding=dict.fromkeys(columns, encoding)
    )
    place = opened(settled(path))
    assert read_all(place) == contents
    assert [row.cells for row in rows_beside(place)][1:] == [["a.jpg", "Uji"], ["b.jpg", "Nara"]]


def test_without_other_columns_there_is_no_list(path):
    place = opened(table_of(path, pyarrow.array([b"a", b"b"])))
    assert rows_beside(place) is None


@pytest.mark.parametrize("stored", ["", "[", "{}", '{"info": {"features": {"sex": {"names": 1}}}}'])
def test_metadata_of_others_name_no_classes(path, stored):
    table = pyarrow.table({"image": images({"a": b"a"}), "sex": pyarrow.array([1])})
    parquet.write_table(table.replace_schema_metadata({"huggingface": stored}), path)
    assert [row.cells for row in rows_beside(opened(path))][1] == ["a", "1"]


def test_a_text_that_stands_in_all_rows_of_a_small_file_is_refused(path):
    long = "a" * 1_000_000
    rows = pyarrow.StructArray.from_arrays(
        [pyarrow.array([b""] * 100, pyarrow.binary()), pyarrow.array([f"{long}.jpg"] * 100)],
        ["bytes", "path"],
    )
    table_of(path, rows, 100, compression="zstd", dictionary_pagesize_limit=2**24)
    assert path.stat().st_size < 10_000
    assert "more than 30,000 bytes" in words_of_refusal(lambda: next(opened(path).files()))
    table = pyarrow.table({"image": [b""] * 100, "note": [long] * 100})
    parquet.write_table(table, path, compression="zstd", dictionary_pagesize_limit=2**24)
    rows = rows_beside(opened(settled(path)))
    assert "more than 30,000 bytes" in words_of_refusal(lambda: [*rows])


def test_paths_that_are_addresses_without_sense_tell_no_name(path):
    for name in ("http://[::1/x.jpg", "https://host", "https://host/?signature=secret"):
        table_of(path, images({name: b"x"}))
        assert [*read_all(opened(path))] == ["000000"]


def test_a_signature_in_a_path_comes_into_no_name(path):
    table_of(path, images({"https://host/a/x.jpg?signature=a/b": b"x"}))
    assert [*read_all(opened(path))] == ["x.jpg"]


def test_a_path_that_is_no_text_is_damage(path):
    no_text = pyarrow.py_buffer(b"\xff\xfe")
    ends = pyarrow.py_buffer(b"\0\0\0\0\2\0\0\0")
    paths = pyarrow.Array.from_buffers(pyarrow.string(), 1, [None, ends, no_text])
    contents = pyarrow.array([b"x"], pyarrow.binary())
    table_of(path, pyarrow.StructArray.from_arrays([contents, paths], ["bytes", "path"]))
    assert "damaged" in words_of_refusal(lambda: next(opened(path).files()))


def test_names_of_columns_are_shown_short_and_without_escapes(path):
    names = ["\x1b[2J" * 100, *map(str, range(1000))]
    parquet.write_table(pyarrow.table({name: [b"x"] for name in names}), path)
    refusal = words_of_refusal(lambda: opened(settled(path)))
    assert "\x1b" not in refusal
    assert "and 991 more" in refusal
    assert len(refusal) < 500
