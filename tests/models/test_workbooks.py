"""Tables as .xlsx: what is in them, as openpyxl reads it, and what no sheet can hold."""

import io
import sys
import zipfile

import pytest

from gantei.errors import OutputError
from gantei.study.table import check_size
from gantei.table_files.workbook_writing import LONGEST_CELL, MOST_ROWS, write_workbook

from .studies import rows, run

openpyxl = pytest.importorskip("openpyxl")


def written(lines):
    file = io.BytesIO()
    write_workbook(["text", "number"], lines, file)
    return file.getvalue()


def read(data):
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return [[(cell.value, cell.data_type) for cell in line] for line in sheet.iter_rows()][1:]


@pytest.mark.parametrize(
    "text", ["=1+1", "#N/A", "007", "右眼.jpg", " a ", "a\nb", "TRUE", "2026-01-02", "<&>", "𠮟"]
)
def test_a_text_stays_a_text_whatever_it_looks_like(text):
    ((cell, number),) = read(written([[text, -1.5]]))
    assert cell == (text, "s")
    assert number == (-1.5, "n")


def test_control_characters_are_spelt_and_nothing_is_nothing():
    assert read(written([["a\x00\x1f\udce9\uffff", None]])) == [
        [(r"a\x00\x1f\udce9\uffff", "s"), (None, "n")]
    ]


@pytest.mark.parametrize("letter", ["a", "𠮟"])
def test_a_text_longer_than_a_cell_ends_visibly(letter):
    ((cell, _),) = read(written([[letter * LONGEST_CELL * 2, 1]]))
    assert cell[0].endswith(letter + "…")
    assert LONGEST_CELL - 1 <= len(cell[0].encode("utf-16-le")) // 2 <= LONGEST_CELL


def test_a_study_writes_the_same_workbook_twice_with_the_numbers_of_its_csv(
    photographs, make_estimator, tmp_path
):
    age = make_estimator("made-age")
    (photographs / "right/0.png").rename(photographs / "=1+1.png")
    for name in ("a.xlsx", "b.xlsx", "t.csv"):
        assert run(photographs, "--with", age, "--out", tmp_path / name) == 1
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    head, *lines = sheet.iter_rows(values_only=True)
    table = rows(tmp_path / "t.csv")
    table[0]["photograph"] = table[0]["photograph"].removeprefix("'")
    assert list(head) == list(table[0])
    for line, other in zip(lines, table, strict=True):
        cells = dict(zip(head, line, strict=True))
        value = cells.pop("made-age.age")
        assert value is None or value == float(other["made-age.age"])
        texts = {key: text for key, text in other.items() if key != "made-age.age"}
        assert {key: text or "" for key, text in cells.items()} == texts


def test_its_members_tell_no_time(tmp_path):
    with zipfile.ZipFile(io.BytesIO(written([["a", 1]]))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1980-01-01" in archive.read("docProps/core.xml")


def test_what_no_sheet_holds_is_refused_before_any_work(tmp_path):
    check_size(tmp_path / "t.xlsx", MOST_ROWS - 1, 10)
    check_size(tmp_path / "t.csv", MOST_ROWS, 20_000)
    for size in ((MOST_ROWS, 10), (1, 16_385)):
        with pytest.raises(OutputError, match=r"write \.csv or \.parquet"):
            check_size(tmp_path / "t.xlsx", *size)


def test_without_openpyxl_the_command_says_what_to_install(
    photographs, make_estimator, tmp_path, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    age = make_estimator("made-age")
    assert run(photographs, "--with", age, "--out", tmp_path / "t.xlsx") == 2
    assert '[xlsx]"' in capsys.readouterr().err
    assert not list(tmp_path.glob("t.xlsx*"))
