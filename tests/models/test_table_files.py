"""The files of a study as other programs read them: metadata, letters, and what a kill leaves."""

import json

import pytest
from PIL import Image

from gantei.command_line import main

from ..conftest import made_picture
from .studies import interrupted_after


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


def run(photographs, estimator, out):
    return main(["predict", str(photographs), "--with", str(estimator), "--out", str(out)])


def test_parquet_says_of_each_column_what_it_means_in_which_unit(photographs, age, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    run(photographs, age, tmp_path / "results.parquet")
    told = parquet.read_schema(tmp_path / "results.parquet").field("made-age.age").metadata
    assert told == {
        b"meaning": b"estimated age", b"unit": b"years", b"range": b"training: 0 to 255"
    }  # fmt: skip


def test_json_lines_hold_letters_as_they_are(age, tmp_path):
    folder = tmp_path / "写真"
    folder.mkdir()
    Image.fromarray(made_picture(1)).save(folder / "右眼.png")
    assert run(folder, age, tmp_path / "results.jsonl") == 0
    assert '"photograph": "右眼.png"' in (tmp_path / "results.jsonl").read_text("utf-8")


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_run_that_was_killed_while_it_began_is_begun_again(
    share, photographs, age, tmp_path, monkeypatch
):
    out, journal = tmp_path / "results.csv", tmp_path / "results.csv.partial"
    interrupted_after(0, photographs, age, out, monkeypatch)
    first = journal.read_bytes().splitlines(keepends=True)[0]
    assert json.loads(first).keys() == {"run", "identity"}
    journal.write_bytes(first[: int(len(first) * share)])
    assert run(photographs, age, out) == 1
    assert out.is_file()
