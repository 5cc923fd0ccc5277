"""A study's files as LibreOffice opens them: Japanese right, text as text, nothing calculated."""

import shutil
import subprocess

import pytest
from PIL import Image

from ..conftest import made_picture
from .studies import rows, run

openpyxl = pytest.importorskip("openpyxl")

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here"),
]
UTF_8 = "CSV:44,34,76,1"
"""Comma, quote, UTF-8, from line 1. A window proposes this by the byte order mark; without one,
LibreOffice 7.4 looks at no mark."""
NAMES = ["=1+1.png", "@SUM(A1).png", "右眼が.png", "＝合計.png"]
WARD = {"=1+1.png": "007", "@SUM(A1).png": "2026-01-02", "右眼が.png": "緑内障", "＝合計.png": "-1"}


@pytest.fixture
def study(tmp_path, monkeypatch, make_estimator):
    """`study(out)` writes a table of files and a list with what spreadsheets calculate."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(NAMES):
        Image.fromarray(made_picture(number + 30)).save(name)
    lines = "".join(f"{name},{WARD[name]}\n" for name in NAMES)
    (tmp_path / "list.csv").write_text(f"photograph,ward\n{lines}", "utf-8")
    age = make_estimator("made-age")
    return lambda out: run("--from", "list.csv", "--with", age, "--out", out, "--persons", "names")


def opened(path, *options):
    """The cells of a file as LibreOffice has them after opening it, as (value, type)."""
    folder = path.parent / "opened"
    command = ["soffice", f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"]
    command += ["--headless", *options, "--convert-to", "xlsx", "--outdir", folder, path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    sheet = openpyxl.load_workbook(folder / f"{path.stem}.xlsx").active
    head, *lines = [[(cell.value, cell.data_type) for cell in line] for line in sheet.iter_rows()]
    names = [name for name, _ in head if name is not None]
    found = [dict(zip(names, line, strict=False)) for line in lines]
    return [line for line in found if any(value is not None for value, _ in line.values())]


def test_the_csv_opens_with_its_letters_and_calculates_nothing(study, tmp_path):
    assert study("t.csv") == 0
    table = opened(tmp_path / "t.csv", f"--infilter={UTF_8}")
    defused = ["'=1+1.png", "'@SUM(A1).png", "右眼が.png", "'＝合計.png"]
    assert [line["photograph"] for line in table] == [(name, "s") for name in defused]
    assert all(kind != "f" for line in table for _, kind in line.values())
    ages = [float(row["made-age.age"]) for row in rows(tmp_path / "t.csv")]
    assert [line["made-age.age"] for line in table] == [(pytest.approx(age), "n") for age in ages]


@pytest.mark.parametrize("name", ["dictionary", "persons"])
def test_the_tables_beside_it_open_with_their_letters(name, study, tmp_path):
    assert study("t.csv") == 0
    table = opened(tmp_path / f"t.csv.{name}.csv", f"--infilter={UTF_8}")
    read = rows(tmp_path / f"t.csv.{name}.csv")
    texts = [[value for value, kind in line.values() if kind == "s"] for line in table]
    assert len(texts) == len(read)
    for line, row in zip(texts, read, strict=True):
        assert {*line} <= {*row.values()}
    japanese = {"dictionary": "年齢の推定値", "persons": "が"}[name]
    assert japanese in [text for line in texts for text in line]


def test_the_workbook_opens_as_it_is_and_is_a_list_again(study, tmp_path, make_estimator):
    assert study("t.xlsx") == 0
    table = opened(tmp_path / "t.xlsx")
    assert [line["photograph"] for line in table] == [(name, "s") for name in NAMES]
    assert [line["ward"] for line in table] == [(WARD[name], "s") for name in NAMES]
    assert all(kind in "ns" for line in table for _, kind in line.values())
    sheet = openpyxl.load_workbook(tmp_path / "opened/t.xlsx")
    for column in range(sheet.active.max_column, 1, -1):
        if sheet.active.cell(1, column).value != "ward":
            sheet.active.delete_cols(column)
    sheet.save(tmp_path / "list.xlsx")
    age = make_estimator("other-age")
    assert run("--from", "list.xlsx", "--with", age, "--out", "again.csv", "--plain-csv") == 0
    again = rows(tmp_path / "again.csv")
    assert [(row["photograph"], row["ward"]) for row in again] == [*WARD.items()]
