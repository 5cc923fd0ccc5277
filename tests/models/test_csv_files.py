"""CSV as gantei writes it, read back by itself, by Python, and as Excel decodes it."""

import codecs
import csv
import io
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gantei.errors import OutputError
from gantei.table_files.csv_reading import read_csv
from gantei.table_files.csv_writing import write_csv

from .studies import rows, run

ODD = "=+-@\t\r\n'\"',; 　＝＋－＠\ufeff\0\u2028\x85眼a1"
texts = st.text(st.sampled_from(ODD) | st.characters(exclude_categories=["Cs"]), max_size=8)


def written(head, lines, **options):
    file = io.BytesIO()
    write_csv(head, lines, file, **options)
    return file.getvalue()


@settings(deadline=None)
@given(st.lists(st.lists(texts, min_size=3, max_size=3), max_size=5), st.booleans())
def test_every_text_is_read_back_as_it_was_written(lines, plain):
    head = ["photograph", "person", "note"]
    lines = [["x", *line] for line in lines]
    data = written(["number", *head], lines, plain=plain)
    if plain:
        read = list(csv.reader(io.StringIO(data.decode(), newline="")))
        assert read == [["number", *head], *lines]
    table = read_csv(data.decode("utf-8" if plain else "utf-8-sig"), "t.csv", is_defused=not plain)
    assert list(table.columns) == ["number", *head]
    assert [list(row.cells) for row in table.rows] == lines


@settings(deadline=None)
@given(texts)
def test_no_cell_begins_as_something_that_a_spreadsheet_calculates(text):
    data = written(["a", "b"], [["x", text]])
    ((_, cell),) = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    visible = cell.lstrip(string.whitespace + "\u3000\ufeff\0\u2028\x85")
    assert not visible.startswith(tuple("=+-@＝＋－＠"))
    assert not cell.startswith(("\t", "\r", "\n"))


def test_numbers_stay_numbers_and_nothing_is_nothing():
    data = written(["age", "count", "none"], [[-1.5, -3, None], [1e-07, 0, None]])
    assert data == codecs.BOM_UTF8 + b"age,count,none\n-1.5,-3,\n1e-07,0,\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_head_tells_the_delimiter(delimiter):
    text = delimiter.join(["photograph", "eye"]) + "\n" + delimiter.join(["a.jpg", "R"])
    assert read_csv(text, "t").rows[0].cells == ["a.jpg", "R"]


def test_an_expected_column_tells_the_delimiter_before_the_number_of_columns():
    odd = "photograph\ta,b;c,d;e,f;g\n1\t2\n"
    table = read_csv(odd, "t", expected=["photograph"])
    assert table.columns == ("photograph", "a,b;c,d;e,f;g")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "t.csv: is empty"),
        ("\n , \n", "t.csv: is empty"),
        ("a,a\n", "t.csv, line 1: two columns are called a"),
        ("\na,b\n\n1\n", "t.csv, line 4: 1 cells under 2 columns"),
        ('a,b\n"1', "t.csv, line 2: no CSV: unexpected end"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(text, said):
    with pytest.raises(OutputError, match=said):
        read_csv(text, "t.csv")


def as_excel_in_japan_reads(path):
    """By the byte order mark, else in the code page of Windows in Japan."""
    data = path.read_bytes()
    return data.decode("utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "cp932")


def test_a_study_opens_in_japanese_excel_with_its_letters_and_calculates_nothing(
    photographs, make_estimator, tmp_path
):
    source = (photographs / "right/0.png").read_bytes()
    for name in ("右眼.png", "=1+1.png", "@SUM(A1).png", "+81.png", "－左.png", "\u2066-b.png"):
        (photographs / name).write_bytes(source)
    estimator = make_estimator("made-age")
    assert run(photographs, "--with", estimator, "--out", tmp_path / "t.csv") == 1
    table = as_excel_in_japan_reads(tmp_path / "t.csv")
    for name in ("\n右眼.png,", "\n'=1+1.png,", "\n'@SUM(A1).png,", "\n'+81.png,", "\n'－左.png,"):
        assert name in table
    assert "推定値" in as_excel_in_japan_reads(tmp_path / "t.csv.dictionary.csv")
    assert "\n=1+1.png," not in table


def test_plain_csv_has_neither_mark_nor_apostrophes(photographs, make_estimator, tmp_path, capsys):
    (photographs / "right/0.png").rename(photographs / "=1+1.png")
    estimator, out = make_estimator("made-age"), tmp_path / "t.csv"
    assert run(photographs, "--with", estimator, "--out", out, "--plain-csv") == 1
    for path in (out, tmp_path / "t.csv.dictionary.csv"):
        assert not path.read_bytes().startswith(codecs.BOM_UTF8)
    assert rows(out)[0]["photograph"] == "=1+1.png"
    capsys.readouterr()
    assert run(photographs, "--with", estimator, "--out", out) == 2
    assert "it was made with --plain-csv" in capsys.readouterr().err
