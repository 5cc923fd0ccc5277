"""Photographs in a ZIP archive are what zipfile reads, and hostile archives are refused."""

import io
import os
import struct
import tracemalloc
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gantei.errors import OutputError
from gantei.storage.zip_archive import ZipPlace

from .archives import MOST, drawn_bytes, read_all, refusal_of, settled, words_of_refusal, zip_of

END = b"PK\x05\x06"
RECORD = b"PK\x01\x02"


def opened(path, encoding=None):
    return ZipPlace(path, f"zip://{path}/", encoding)


def changed(path, *changes):
    """Replace bytes in an archive, as somebody hostile would."""
    data = path.read_bytes()
    for old, new in changes:
        assert old in data
        data = data.replace(old, new)
    path.write_bytes(data)
    return settled(path)


def in_record(path, offset, layout, value):
    """Set a field of the first record of the table of files."""
    data = bytearray(path.read_bytes())
    struct.pack_into(layout, data, data.index(RECORD) + offset, value)
    path.write_bytes(data)
    return settled(path)


@pytest.fixture
def one(tmp_path):
    return zip_of(tmp_path / "one.zip", {"right.jpg": b"picture" * 1000})


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_entry_is_what_zipfile_reads(tmp_path, method):
    path = zip_of(tmp_path / "a.zip", drawn_bytes(200), method)
    with zipfile.ZipFile(path) as archive:
        expected = {each.filename: archive.read(each) for each in archive.infolist()}
    assert read_all(opened(path)) == expected


def test_zip64_bytes_before_the_archive_and_a_comment_change_nothing(tmp_path):
    contents = drawn_bytes(20)
    path = tmp_path / "a.zip"
    packed = io.BytesIO(b"")
    with zipfile.ZipFile(packed, "w", allowZip64=True) as archive:
        for name, content in contents.items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(content)
        archive.comment = b"PK\x05\x06 is in here"
    path.write_bytes(b"#!/bin/sh\n" * 100 + packed.getvalue())
    assert read_all(opened(settled(path))) == contents


def test_more_entries_than_16_bits_count_are_zip64_and_read(tmp_path):
    path = zip_of(tmp_path / "a.zip", {f"{number}.jpg": b"" for number in range(66_000)})
    place = opened(path)
    assert sum(1 for _ in place.files()) == 66_000
    assert place.read("65999.jpg", MOST).data == b""


def test_folders_are_no_files(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("folder")
        archive.writestr("folder/./a.jpg", "a")
    assert read_all(opened(path)) == {"folder/a.jpg": b"a"}


def test_many_threads_read_at_once(tmp_path):
    contents = drawn_bytes(100)
    place = opened(zip_of(tmp_path / "a.zip", contents))
    with ThreadPoolExecutor(8) as threads:
        read = threads.map(lambda name: place.read(name, MOST).data, [*contents] * 5)
    assert [*read] == [*contents.values()] * 5


def test_names_without_the_mark_of_utf_8_are_utf_8_or_what_is_said(tmp_path):
    contents = {"患者1/右.jpg": b"right", "患者1/表.jpg": b"table"}
    path = zip_of(tmp_path / "a.zip", contents)
    for name in contents:  # "表" ends in a backslash in cp932
        changed(path, (name.encode(), name.encode("cp932").ljust(len(name.encode()), b"x")))
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (RECORD, 8)):
        start = -1
        while (start := data.find(mark, start + 1)) >= 0:
            struct.pack_into("<H", data, start + place, 0)
    path.write_bytes(data)
    with pytest.raises(OutputError, match="--encoding: cp932 where Windows packed it in Japan"):
        list(opened(path).files())
    with zipfile.ZipFile(path, metadata_encoding="cp932") as archive:
        expected = {each.filename: archive.read(each) for each in archive.infolist()}
    assert read_all(opened(path, "cp932")) == expected
    assert {name[:5] for name in expected} == {"患者1/右", "患者1/表"}


def test_macs_write_utf_8_without_saying_so(tmp_path):
    path = zip_of(tmp_path / "a.zip", {"右.jpg": b"right"})
    in_record(path, 8, "<H", 0)
    assert read_all(opened(path)) == {"右.jpg": b"right"}


def test_programs_of_windows_write_backslashes_between_folders(tmp_path):
    path = zip_of(tmp_path / "a.zip", {"left@1.jpg": b"left"})
    changed(path, (b"left@1.jpg", b"left\\1.jpg"))
    assert read_all(opened(path)) == {"left\\1.jpg": b"left"}
    in_record(path, 5, "<B", 0)  # made on FAT
    assert read_all(opened(path)) == {"left/1.jpg": b"left"}


@pytest.mark.parametrize(
    "name", ["../1.jpg", "/1.jpg", "C:1.jpg", "a/../../1.jpg", "a/..", "..", "a\0.jpg"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path, name):
    path = zip_of(tmp_path / "a.zip", {"x" * len(name): b"a", "b.jpg": b"b"})
    changed(path, (b"x" * len(name), name.encode()))
    with pytest.raises(OutputError, match=r"a\.zip: holds an entry called .* leads out"):
        list(opened(path).files())


def test_a_name_that_repeats_is_refused_alone(tmp_path):
    path = zip_of(tmp_path / "a.zip", {"aa.jpg": b"first", "bb.jpg": b"second", "cc.jpg": b"c"})
    place = opened(changed(path, (b"bb.jpg", b"aa.jpg")))
    assert refusal_of(place, "aa.jpg") == "repeated-entry"
    assert place.read("cc.jpg", MOST).data == b"c"


def test_a_missing_entry_is_said_to_be_missing(one):
    assert refusal_of(opened(one), "left.jpg") == "missing-entry"


@pytest.mark.parametrize(
    ("offset", "layout", "value", "code"),
    [
        (8, "<H", 1, "encrypted-entry"),
        (10, "<H", 99, "encrypted-entry"),
        (10, "<H", 14, "entry-method"),
        (10, "<H", 0, "damaged-entry"),  # stored, and of another size
        (16, "<L", 1, "damaged-entry"),  # its checksum
        (24, "<L", 10, "damaged-entry"),  # its size
        (24, "<L", 2 * 10**9, "large-file"),
        (20, "<L", 10**8, "damaged-entry"),  # what it takes
        (42, "<L", 1, "damaged-entry"),  # where it is
        (40, "<H", 0o120777, "linked-entry"),
    ],
)
def test_an_entry_that_cannot_be_read_has_its_finding(one, offset, layout, value, code):
    assert refusal_of(opened(in_record(one, offset, layout, value)), "right.jpg") == code


def test_a_bomb_is_not_unpacked_beyond_the_size_it_states(tmp_path, one):
    path = zip_of(tmp_path / "bomb.zip", {"a.jpg": bytes(50_000_000)})
    assert refusal_of(opened(path), "a.jpg", 10_000_000) == "large-file"
    assert refusal_of(opened(in_record(path, 24, "<L", 1000)), "a.jpg") == "damaged-entry"


def test_bytes_behind_the_end_of_what_was_deflated_are_not_read(tmp_path):
    """As `zipfile` reads such an entry; here they are a hole of 400 MB in the archive."""
    deflating = zlib.compressobj(9, zlib.DEFLATED, -15)
    body, hole = deflating.compress(b"x") + deflating.flush(), 400_000_000
    facts = (0, zlib.crc32(b"x"), len(body) + hole, 1, 4, 0)
    path = tmp_path / "hole.zip"
    with path.open("wb") as file:
        file.write(struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, *facts) + b"scan" + body)
        start = file.seek(hole, os.SEEK_CUR)
        file.write(struct.pack("<4s6H3L5H2L", RECORD, 20, 20, 0, 8, 0, *facts, 0, 0, 0, 0, 0))
        file.write(b"scan")
        file.write(struct.pack("<4s4H2LH", END, 0, 0, 1, 1, file.tell() - start, start, 0))
    place = opened(settled(path))
    tracemalloc.start()
    assert place.head("scan", 4096) == place.read("scan", MOST).data == b"x"
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_an_archive_behind_another_is_refused(tmp_path):
    """`zipfile` reads the last alone, and nobody sees that photographs are missing."""
    first, last = (zip_of(tmp_path / f"{each}.zip", {"a.jpg": b"a"}) for each in (1, 2))
    both = tmp_path / "both.zip"
    both.write_bytes(first.read_bytes() + last.read_bytes())
    with pytest.raises(OutputError, match=r"both\.zip: begins with another ZIP archive"):
        opened(settled(both))


def test_entries_that_share_bytes_are_refused(tmp_path):
    """As in bombs of one kernel with a table of many entries (Fifield 2019)."""
    quoted = zip_of(tmp_path / "quoted.zip", {"inner.jpg": b"x" * 100}, zipfile.ZIP_STORED)
    inner = quoted.read_bytes()[: 30 + 9 + 100]
    path = zip_of(tmp_path / "a.zip", {"outer.jpg": inner}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    end = data.index(END)
    record = bytearray(data[data.index(RECORD) : end])
    struct.pack_into("<L", record, 16, zlib.crc32(b"x" * 100))
    struct.pack_into("<2L", record, 20, 100, 100)
    struct.pack_into("<L", record, 42, 30 + 9)
    record[46:55] = b"inner.jpg"
    data[end:end] = record
    end += len(record)
    struct.pack_into("<2HL", data, end + 8, 2, 2, 2 * len(record))
    path.write_bytes(data)
    place = opened(path)
    assert refusal_of(place, "outer.jpg") == "damaged-entry"
    assert place.read("inner.jpg", MOST).data == b"x" * 100


def test_an_archive_that_is_cut_off_is_refused(one):
    whole = one.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        one.write_bytes(whole[:length])
        with pytest.raises(OutputError, match=r"one\.zip: "):
            list(opened(one).files())


@pytest.mark.parametrize("place", [4, 6, 8])
def test_one_part_of_several_is_refused(one, place):
    data = bytearray(one.read_bytes())
    struct.pack_into("<H", data, data.index(END) + place, 7)
    one.write_bytes(data)
    if place != 6:
        with pytest.raises(OutputError, match="zip -s 0"):
            opened(one)


def test_a_masked_table_of_files_is_refused(one):
    with pytest.raises(OutputError, match="encrypted"):
        list(opened(in_record(one, 8, "<H", 0x2001)).files())


def test_any_change_of_one_byte_gives_the_same_bytes_or_an_error(one):
    whole = one.read_bytes()
    for place in range(len(whole)):
        one.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            contents = read_all(opened(one))
        except (OutputError, ValueError):
            continue
        assert [*contents.values()] == [b"picture" * 1000]


def test_a_change_of_the_archive_is_noticed(one):
    place = opened(one)
    assert place.read("right.jpg", MOST).version
    zip_of(one, {"right.jpg": b"another" * 1000})
    os.utime(one, (1, 1))
    assert refusal_of(place, "right.jpg") == "changed-archive"
    one.unlink()
    assert refusal_of(place, "right.jpg") == "unreadable-file"


def test_what_was_changed_just_now_has_no_version(one):
    os.utime(one)
    assert [file.version for file in opened(one).files()] == [None]


def test_what_is_no_regular_file_is_refused(tmp_path):
    for path in (Path("/dev/zero"), tmp_path, tmp_path / "none.zip"):
        with pytest.raises(OutputError, match=str(path)):
            opened(path)


def test_first_bytes_are_read_alone(one, tmp_path):
    assert opened(one).head("right.jpg", 10) == b"picturepic"
    short = opened(zip_of(tmp_path / "short.zip", {"a": b"ab"}))  # which deflate makes longer
    assert short.head("a", 10) == b"ab"


def test_an_entry_behind_its_own_record_is_damage(tmp_path, one):
    """Also where its place, counted from the archive's first byte, has more than 64 bits."""
    name = b"right.jpg"
    wide = struct.pack("<2HQ", 1, 8, 2**64 - 1)
    record = struct.pack("<4s6H3L5H2L", RECORD, 0x31E, 20, 0, 0, 0, 0, 0, 7, 7, len(name),
                         len(wide), 0, 0, 0, 0, 2**32 - 1) + name + wide  # fmt: skip
    end = struct.pack("<4s4H2LH", END, 0, 0, 1, 1, len(record), 0, 0)
    path = tmp_path / "a.zip"
    path.write_bytes(b"before" + record + end)
    assert "behind itself" in words_of_refusal(lambda: [*opened(settled(path)).files()])


def test_a_name_that_cannot_be_read_is_shown_short_and_without_escapes(one):
    changed(one, (b"right.jpg", b"\x1b[2J\xff.jpg"))
    refusal = words_of_refusal(lambda: [*opened(one).files()])
    assert "\\x1b[2J\\xff.jpg" in refusal
    assert "\x1b" not in refusal
