"""Lists as .xlsx workbooks: formulas, damage, and what is too large to read."""

import io
import re
import zipfile

import numpy as np
import pytest
from PIL import Image

from gantei.errors import OutputError
from gantei.table_files import table_read, workbook_reading
from gantei.table_files.list_reading import read_table_file

from ..conftest import made_picture
from .lists import TABLE, as_workbook
from .studies import rows, run

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A photograph in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photographs").mkdir()
    Image.fromarray(made_picture(5)).save(tmp_path / "photographs/b.png")
    return tmp_path


def with_formula(path, cell):
    """A workbook whose C2 is this XML, as a spreadsheet program saves it."""
    book = openpyxl.Workbook()
    book.active.append(["photograph", "n", "m"])
    book.active.append(["photographs/b.png", 1, 12345])
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(path, "w") as other:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "xl/worksheets/sheet1.xml":
                changed = re.sub(rb'<c r="C2"[^>]*><v>12345</v></c>', cell.encode(), content)
                assert changed != content
                content = changed
            other.writestr(name, content)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="C2"><f>1+1</f><v>2</v></c>', "2"),
        ('<c r="C2" t="str"><f>B2&amp;"x"</f><v>1x</v></c>', "1x"),
        ('<c r="C2" t="str"><f>IF(B2=1,"",B2)</f><v></v></c>', ""),
    ],
)
def test_of_a_formula_the_saved_value_is_read(cell, value, here, age):
    with_formula(here / "list.xlsx", cell)
    assert run("--from", "list.xlsx", "--with", age, "--out", "t.csv") == 0
    assert rows(here / "t.csv")[0]["m"] == value


@pytest.mark.parametrize("cell", ['<c r="C2"><f>1+1</f><v/></c>', '<c r="C2"><f>1+1</f></c>'])
def test_a_formula_whose_value_nobody_has_saved_is_an_error_with_its_cell(cell, here, age, capsys):
    with_formula(here / "list.xlsx", cell)
    assert run("--from", "list.xlsx", "--with", age, "--out", "t.csv") == 2
    assert "list.xlsx, cell C2: a formula whose value was not saved" in capsys.readouterr().err


def damaged(data, seed):
    """A workbook with a few bytes of one of its parts replaced, or of the archive itself."""
    random = np.random.default_rng(seed)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    victim = random.choice([*parts, None])
    odd = [b'r="99999999"', b'r="ZZZZ1"', b't="e"', b't="s"', b"</row>", b"&x;", b"\xff", b"-1"]

    def hurt(content):
        content = bytearray(content)
        for place in random.integers(0, len(content), 3):
            content[place : place + random.integers(0, 9)] = random.choice(odd)
        return bytes(content)

    if victim is None:
        return hurt(data)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, hurt(content) if name == victim else content)
    return file.getvalue()


def test_a_damaged_workbook_is_an_error_or_a_table(tmp_path):
    data, read = as_workbook(TABLE), 0
    path = tmp_path / "list.xlsx"
    for seed in range(150):
        path.write_bytes(damaged(data, seed))
        try:
            read += read_table_file(str(path), expected=["photograph"]) is not None
        except OutputError as error:
            assert str(error).startswith(str(path)), seed
    assert 0 < read < 150


@pytest.mark.parametrize("place", ['r="1048577"', 'r="99999999"'])
def test_a_workbook_that_claims_more_rows_than_a_sheet_has_is_refused(place, tmp_path):
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_workbook(TABLE))) as archive,
        zipfile.ZipFile(file, "w") as changed,
    ):
        for name in archive.namelist():
            content = archive.read(name)
            changed.writestr(name, content.replace(b'<row r="3"', f"<row {place}".encode()))
    (tmp_path / "list.xlsx").write_bytes(file.getvalue())
    with pytest.raises(OutputError, match="more rows or columns than a sheet can"):
        read_table_file(str(tmp_path / "list.xlsx"), expected=["photograph"])


def test_a_workbook_that_unpacks_to_too_much_is_refused(here, age, monkeypatch, capsys):
    (here / "list.xlsx").write_bytes(as_workbook(TABLE))
    with monkeypatch.context() as patch:
        patch.setattr(workbook_reading, "LARGEST_UNPACKED", 100)
        assert run("--from", "list.xlsx", "--with", age, "--out", "t.csv") == 2
        assert "more than 100 bytes unpacked" in capsys.readouterr().err
    monkeypatch.setattr(table_read, "MOST_CELLS", 9)
    words = ("--from", "list.xlsx", "--eyes", "list.xlsx", "--with", age, "--out", "t.csv")
    assert run(*words) == 2
    assert "list.xlsx: more than 9 cells" in capsys.readouterr().err
