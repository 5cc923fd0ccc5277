"""Lists with columns of any length: what each row says, in memory that does not grow."""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gantei.errors import OutputError
from gantei.photographs.told_by_list import told_of_text, told_text
from gantei.study import told_rows
from gantei.study.collecting import GivenPhotographs, collect
from gantei.study.shard import Shard, in_shard
from gantei.system import stored_texts
from gantei.table_files import list_reading, text_lines
from gantei.table_files.list_reading import read_list_file

from .lists import as_parquet

NAMES = st.sampled_from(
    ["a.jpg", "a", "a/b_OD.jpg", "a-b.jpg", "右/é_L.jpg", "右/é_R.jpg", "a\\n.jpg"]
)
TEXTS = st.sampled_from(["", "P1", "山田", '"quoted", twice', "two\nlines", "é", "null", "\\"])
SIDES = st.sampled_from(["", "OD", "左"])
WORDS = {"": None, "OD": "right", "左": "left"}
ROWS = st.lists(st.tuples(NAMES, TEXTS, SIDES, TEXTS, TEXTS), min_size=1, max_size=12)


@pytest.fixture
def in_small_runs(monkeypatch):
    """Everything that is done in pieces is done in pieces of a few."""
    monkeypatch.setattr(stored_texts, "RUN_TEXTS", 3)
    monkeypatch.setattr(stored_texts, "IN_MEMORY", 10)
    monkeypatch.setattr(stored_texts, "_BLOCK", 2)
    monkeypatch.setattr(stored_texts, "_READ", 7)
    monkeypatch.setattr(told_rows, "_AT_ONCE", 2)
    monkeypatch.setattr(text_lines, "_CHUNK", 64)


def write(path, *lines, head=("photograph", "Person", "eye", "site", "visit")):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *lines])
    return str(path)


def told(listing):
    return {
        each.name: (
            each.person and each.person.name,
            getattr(each.eye, "origin", None) == "list" and each.eye.side,
            each.cells,
        )
        for each in listing.photographs
    }


def expected(lines):
    found = {}
    for name, person, side, *cells in lines:
        says = (person or None, WORDS[side] or False, tuple(cell or None for cell in cells))
        if found.setdefault(name, says) != says:
            return None
    return found


@given(ROWS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_photograph_is_told_what_its_rows_say_or_they_contradict_each_other(
    in_small_runs, lines
):
    with tempfile.TemporaryDirectory() as folder:
        name = write(Path(folder, "list.csv"), *lines)
        given_ = GivenPhotographs(list_name=name, root=Path(folder))
        if (right := expected(lines)) is None:
            with pytest.raises(OutputError, match="says something else of its photograph"):
                collect(given_)
            return
        listing = collect(given_)
        assert {name.replace("\\\\", "\\"): of for name, of in told(listing).items()} == right
        parts = [in_shard(listing, Shard(number, 2))[0] for number in (1, 2)]
        assert told(parts[0]) | told(parts[1]) == told(listing)
        backwards = [listing.photographs[-place] for place in range(1, len(right) + 1)]
        assert backwards == [*listing.photographs][::-1]


def test_rows_of_one_photograph_that_differ_are_named_by_their_lines_in_order(
    tmp_path, in_small_runs
):
    lines = [(f"{number}.jpg", "P", "", "", "") for number in range(20)]
    name = write(
        tmp_path / "list.csv", *lines, ("7.jpg", "P", "", "", ""), ("7.jpg", "Q", "", "", "")
    )
    with pytest.raises(OutputError) as raised:
        collect(GivenPhotographs(list_name=name, root=tmp_path))
    said = str(raised.value)
    assert said == f"{name}, line 23: says something else of its photograph than line 9"


def test_a_list_and_a_table_of_eyes_that_contradict_each_other_are_both_named(tmp_path):
    listed = write(tmp_path / "list.csv", ("a.jpg", "", "", "", ""), ("b.jpg", "", "R", "", ""))
    eyes = write(tmp_path / "eyes.csv", ("b.jpg", "left"), head=("photograph", "eye"))
    with pytest.raises(OutputError) as raised:
        collect(GivenPhotographs(list_name=listed, root=tmp_path, eyes=[eyes]))
    said = str(raised.value)
    assert said == f"{eyes}, line 2: states b.jpg as left, but {listed}, line 3 as right"
    write(tmp_path / "eyes.csv", ("b.jpg", "OD"), ("a.jpg", "L"), head=("photograph", "eye"))
    listing = collect(GivenPhotographs(list_name=listed, root=tmp_path, eyes=[eyes]))
    assert [each.eye.origin for each in listing.photographs] == ["stated", "list"]


def test_photographs_of_a_folder_that_a_list_does_not_name_are_told_nothing(tmp_path):
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (tmp_path / name).touch()
    name = write(tmp_path / "list.csv", ("b.jpg", "P", "", "Kyoto", ""))
    listing = collect(GivenPhotographs([tmp_path], list_name=name))
    nothing = (None, False, (None, None))
    assert told(listing) == {
        "a.jpg": nothing, "b.jpg": ("P", False, ("Kyoto", None)), "c.jpg": nothing
    }  # fmt: skip


def test_windows_where_paths_differ_in_case_alone_is_told_the_same(tmp_path, monkeypatch):
    name = write(tmp_path / "list.csv", ("b.jpg", "P", "", "Kyoto", ""), ("a.jpg", "Q", "", "", ""))
    given_ = GivenPhotographs(list_name=name, root=tmp_path)
    right = told(collect(given_))
    monkeypatch.setattr(told_rows, "ON_WINDOWS", True)
    assert told(collect(given_)) == right


@given(
    st.none() | st.text(min_size=1),
    st.sampled_from([None, "left", "right"]),
    st.lists(st.none() | st.text()),
)
def test_what_is_told_is_one_line_that_is_read_back(person, side, cells):
    text = told_text(person, side, cells)
    found = told_of_text(text)
    assert text.isprintable() or "\x7f" in text
    assert "\n" not in text
    assert (found.side, found.cells) == (side, tuple(cells))
    assert told_text(found.person and found.person.name, found.side, found.cells) == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_streamed_whatever_ends_its_lines(end, tmp_path):
    lines = ["", "photograph,visit", 'a.jpg,"two', 'lines"', "", "b.jpg,2"]
    (tmp_path / "list.csv").write_bytes(end.join(lines).encode())
    table = read_list_file(str(tmp_path / "list.csv"), expected=["photograph"])
    found = [(row.where.rpartition(", ")[2], row.cells) for row in table.rows]
    assert found == [("line 4", ["a.jpg", f"two{end}lines"]), ("line 6", ["b.jpg", "2"])]


def test_a_table_of_lines_that_end_as_on_old_macs_may_be_long(tmp_path, monkeypatch):
    monkeypatch.setattr(text_lines, "LONGEST_LINE", 20)
    monkeypatch.setattr(list_reading, "_HEAD", 30)
    rows = "\r".join(f"{number}.jpg,2" for number in range(20))
    (tmp_path / "list.csv").write_text(f"photograph,visit\r{rows}", "utf-8", newline="")
    table = read_list_file(str(tmp_path / "list.csv"), expected=["photograph"])
    assert [row.cells[0] for row in table.rows] == [f"{number}.jpg" for number in range(20)]


MEASURED = """
import resource, sys
from pathlib import Path
from gantei.study.collecting import GivenPhotographs, collect
listing = collect(GivenPhotographs(list_name=sys.argv[1], root=Path(sys.argv[1]).parent))
assert len(listing.photographs) == int(sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _peak(tmp_path, count):
    lines = (
        (f"p{number:06}/OD.jpg", f"P{number}", "R", "Kyoto", number) for number in range(count)
    )
    name = write(tmp_path / f"{count}.csv", *lines)
    command = [sys.executable, "-c", MEASURED, name, str(count)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory in kB, as Linux says it")
def test_five_times_as_many_rows_take_no_more_memory(tmp_path):
    few, many = (_peak(tmp_path, count) for count in (10_000, 50_000))
    assert many < few + 25_000  # kB; 40,000 rows in memory took 40,000


def test_a_list_in_a_folder_of_parquet_files_is_read_row_by_row(tmp_path):
    folder = tmp_path / "list.parquet"
    folder.mkdir()
    for number in (0, 1):
        lines = [["photograph", "person"], [f"{number}.jpg", f"P{number}"]]
        (folder / f"part-0000{number}.parquet").write_bytes(as_parquet(lines))
    listing = collect(GivenPhotographs(list_name=os.fspath(folder), root=tmp_path))
    assert [each.person.name for each in listing.photographs] == ["P0", "P1"]
