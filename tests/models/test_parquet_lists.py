"""A folder of Parquet files as a list of photographs, whichever program wrote it."""

import os

import pytest

from gantei.errors import OutputError
from gantei.study.collecting import GivenPhotographs, collect
from gantei.table_files.list_reading import read_table_file

from .studies import NAMES, run

parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


@pytest.fixture
def table(photographs, age, tmp_path):
    """Three files of two rows."""
    out = tmp_path / "results.parquet"
    assert run(photographs, "--with", age, "--out", out, "--rows-per-file", 2) == 1
    return out


def test_a_folder_is_a_list_of_photographs(table, photographs):
    listing = collect(GivenPhotographs(list_name=os.fspath(table), root=photographs))
    assert [*listing.names()] == NAMES
    assert "sha256" in listing.columns


def test_a_table_of_another_program_is_read_and_what_it_marks_as_none_is_passed_by(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    folder = tmp_path / "list.parquet"
    folder.mkdir()
    for number, name in ((10, "a.jpg"), (11, "b.jpg")):
        cells = pyarrow.table({"photograph": [name], "visit": [number]})
        parquet.write_table(cells, folder / f"part-000{number}-c0.snappy.parquet")
    (folder / "_SUCCESS").touch()
    (folder / ".part-0.parquet.crc").write_bytes(b"crc")
    found = read_table_file(os.fspath(folder), expected=("photograph",))
    assert [row.cells for row in found.rows] == [["a.jpg", "10"], ["b.jpg", "11"]]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda folder: (folder / "sex=male").mkdir(), "holds sex=male, which is no .parquet file"),
        (lambda folder: (folder / "notes.txt").touch(), "holds notes.txt"),
        (
            lambda folder: [path.unlink() for path in folder.iterdir()],
            "is a folder without any .parquet file",
        ),
        (
            lambda folder: parquet.write_table(
                parquet.read_table(folder / "part-00000.parquet").drop_columns(["eye"]),
                folder / "part-00001.parquet",
            ),
            "part-00001.parquet: has other columns than part-00000.parquet",
        ),
        (
            lambda folder: (folder / "part-00001.parquet").write_bytes(b"PAR1 is none"),
            "cannot be read as Parquet",
        ),
    ],
)
def test_a_folder_that_is_no_table_says_what_is_wrong(spoil, expected, table):
    spoil(table)
    with pytest.raises(OutputError, match=expected):
        read_table_file(os.fspath(table), expected=("photograph",))
