"""A list of photographs with columns, as the kinds of file that people have."""

import io

import pytest

TABLE = [
    ["photograph", "Person", "eye", "diagnosis", "visit"],
    ["photographs/右眼.png", "山田", "OD", "緑内障", "2026-01-02"],
    ["photographs/b.png", "007", "", "", "2"],
]


def as_text(delimiter):
    return "".join(delimiter.join(line) + "\r\n" for line in TABLE)


def as_workbook(lines):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["a sheet", "about the study"])
    sheet = book.create_sheet("list")
    for line in lines:
        sheet.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_parquet(lines):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    head, *data = lines
    file = io.BytesIO()
    cells = [list(cells) for cells in zip(*data, strict=True)]
    parquet.write_table(pyarrow.table(dict(zip(head, cells, strict=True))), file)
    return file.getvalue()
