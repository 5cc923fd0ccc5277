"""Labels that a program has in memory: records, or a frame of pandas or polars."""

from datetime import date

import numpy as np
import pytest

import gantei
from gantei.errors import OutputError
from gantei.labels.rows_in_memory import table_in_memory

from .evaluated import people, write_labels, write_results


def cells(rows):
    table = table_in_memory(rows, "labels")
    return [*table.columns], [row.cells for row in table.rows]


def test_records_are_read_as_a_file_would_be():
    rows = [
        {"photograph": "a.jpg", "age": np.float64(57), "visit": date(2026, 11, 29), "sex": None},
        {"photograph": "b.jpg", "age": float("nan"), "sex": "女", "site": 3},
    ]
    assert cells(rows) == (
        ["photograph", "age", "visit", "sex", "site"],
        [["a.jpg", "57", "2026-11-29", "", ""], ["b.jpg", "", "", "女", "3"]],
    )


@pytest.mark.reference
def test_a_frame_of_pandas_is_read_with_its_missing_cells():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "photograph": ["a.jpg", "b.jpg"],
            "age": [57, None],
            "visit": pandas.to_datetime(["2026-11-29", None]),
            "count": pandas.array([1, None], dtype="Int64"),
        }
    )
    assert cells(frame)[1] == [["a.jpg", "57", "2026-11-29", "1"], ["b.jpg", "", "", ""]]


@pytest.mark.reference
def test_a_named_index_of_pandas_is_a_column_and_a_numbered_one_is_none():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"photograph": ["a.jpg"], "person": ["p"], "age": [57]})
    expected = cells(frame)
    assert expected == (["photograph", "person", "age"], [["a.jpg", "p", "57"]])
    assert cells(frame.set_index("photograph")) == expected
    assert cells(frame.set_index(["photograph", "person"])) == expected
    assert cells(frame.set_index("photograph", drop=False)) == expected


@pytest.mark.reference
def test_two_columns_of_one_name_and_a_column_alone_are_refused():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([["a.jpg", 57, 58]], columns=["photograph", "age", "age"])
    with pytest.raises(OutputError, match="labels: several columns are called age"):
        cells(frame)
    with pytest.raises(OutputError, match="neither a path, nor records"):
        cells(frame["photograph"])


@pytest.mark.parametrize("rows", [{"photograph": ["a.jpg"]}, [["a.jpg"]], 5])
def test_what_is_no_table_is_refused(rows):
    with pytest.raises(OutputError, match="neither a path, nor records"):
        table_in_memory(rows, "labels")


def test_a_cell_that_is_no_text_is_named_with_its_row():
    with pytest.raises(OutputError, match="labels, row 2: age holds list"):
        table_in_memory([{"age": 1}, {"age": [1]}], "labels")


def test_labels_in_memory_give_the_figures_of_the_same_file(tmp_path):
    pytest.importorskip("sklearn", reason="needs the extra study")
    records = people(30)
    results = write_results(tmp_path / "results.csv", records)
    of_file = gantei.evaluate(results, write_labels(tmp_path / "labels.csv", records))
    names = ("photograph", "person", "age", "sex", "camera")
    in_memory = gantei.evaluate(results, [{key: each[key] for key in names} for each in records])
    assert in_memory.rows() == of_file.rows()
    assert [each.name for each in in_memory.files] == ["results.csv", "labels"]
