"""A Parquet table that is a folder of files: as other programs read it, whole or not at all."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

from gantei.command_line import main
from gantei.labels.results_table import read_results

from .lists import as_parquet
from .sharded import ShardedStudy, drawn_study
from .studies import NAMES, interrupted_after, run

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


def said_by(capsys, *words):
    capsys.readouterr()
    code = main([*map(str, words)])
    told = capsys.readouterr()
    return code, told.out + told.err


def parts(table):
    return sorted(path.name for path in table.iterdir())


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_pyarrow_and_pandas_read_the_folder_as_they_read_one_file(
    table, photographs, age, tmp_path
):
    dataset = pytest.importorskip("pyarrow.dataset")
    pandas = pytest.importorskip("pandas")
    one = tmp_path / "one.parquet"
    run(photographs, "--with", age, "--out", one)
    expected = parquet.read_table(one)
    assert parts(table) == [f"part-0000{number}.parquet" for number in range(3)]
    assert dataset.dataset(table).to_table().equals(expected)
    pandas.testing.assert_frame_equal(pandas.read_parquet(table), pandas.read_parquet(one))
    assert dataset.dataset(table).to_table()["photograph"].to_pylist() == NAMES


def test_all_files_have_the_same_columns_though_one_has_no_values_at_all(table):
    schemas = [parquet.read_schema(path) for path in table.iterdir()]
    assert all(each.equals(schemas[0], check_metadata=True) for each in schemas)


def test_the_digest_in_the_run_manifest_is_that_of_what_sha256sum_prints(table):
    listed = "".join(
        f"{hashlib.sha256((table / name).read_bytes()).hexdigest()}  {name}\n"
        for name in parts(table)
    )
    told = json.loads((table.parent / "results.parquet.run.json").read_bytes())
    assert told["table_sha256"] == hashlib.sha256(listed.encode()).hexdigest()
    assert told["rows_per_file"] == 2


def test_the_same_command_finds_the_table_finished(table, photographs, age, capsys):
    before = content(table)
    words = ("predict", photographs, "--with", age, "--out", table, "--rows-per-file", 2)
    code, said = said_by(capsys, *words)
    assert code == 1
    assert "6 photographs, already finished" in said
    assert content(table) == before


def test_other_numbers_of_rows_need_overwrite(table, photographs, age, capsys):
    words = ("predict", photographs, "--with", age, "--out", table, "--rows-per-file", 4)
    code, said = said_by(capsys, *words)
    assert code == 2
    assert "it is divided into files otherwise (--rows-per-file)" in said
    assert len(parts(table)) == 3
    assert said_by(capsys, *words, "--overwrite")[0] == 1
    assert len(parts(table)) == 2
    assert not [path for path in table.parent.iterdir() if path.name.startswith(".")]


def test_a_folder_is_not_replaced_by_a_file_and_a_file_only_if_that_is_asked_for(
    table, photographs, age, tmp_path, capsys
):
    words = ("predict", photographs, "--with", age, "--out")
    code, said = said_by(capsys, *words, table, "--overwrite")
    assert code == 2
    assert "is a folder" in said
    assert "--rows-per-file" in said
    one = tmp_path / "one.parquet"
    one.write_bytes(b"a year of work")
    assert said_by(capsys, *words, one, "--rows-per-file", 5)[0] == 2
    assert one.read_bytes() == b"a year of work"
    assert said_by(capsys, *words, one, "--rows-per-file", 5, "--overwrite")[0] == 1
    assert len(parts(one)) == 2


@pytest.mark.parametrize("name", ["notes.txt", "part-00007.parquet", ".hidden", "part-0.parquet"])
def test_a_folder_that_holds_anything_else_is_never_replaced(name, table, photographs, age, capsys):
    (table / name).write_bytes(b"mine")
    before = content(table)
    words = ("--out", table, "--rows-per-file", 4, "--overwrite")
    code, said = said_by(capsys, "predict", photographs, "--with", age, *words)
    assert code == 2
    assert "holds other files than a table's part-00000.parquet" in said
    assert content(table) == before


def test_a_file_of_the_folder_is_not_replaced_while_it_is_the_list(photographs, age, capsys):
    listed = photographs.parent / "list.parquet/part-00000.parquet"
    listed.parent.mkdir()
    listed.write_bytes(as_parquet([["photograph"], *([name] for name in NAMES)]))
    before = content(listed.parent)
    words = ("--from", listed, "--root", photographs, "--with", age)
    out = ("--out", listed.parent, "--rows-per-file", 4, "--overwrite")
    code, said = said_by(capsys, "predict", *words, *out)
    assert code == 2
    assert "is read by --from, and would be replaced" in said
    assert content(listed.parent) == before


KILLED = """
import os, sys
from gantei.command_line import main
from gantei.study import table_writing
part_name = table_writing.part_name
table_writing.part_name = lambda number: os._exit(9) if number else part_name(number)
main(sys.argv[1:])
"""


def test_a_kill_while_files_are_written_leaves_no_table_and_resuming_gives_the_same(
    table, photographs, age, tmp_path
):
    out = tmp_path / "killed" / "results.parquet"
    out.parent.mkdir()
    words = ("--with", age, "--out", out, "--rows-per-file", 2)
    command = [sys.executable, "-c", KILLED, "predict", photographs, *words]
    assert subprocess.run([*map(str, command)], check=False).returncode == 9
    assert not out.exists()
    assert not (out.parent / "results.parquet.run.json").exists()
    (hidden,) = (path for path in out.parent.iterdir() if path.is_dir())
    assert hidden.name.startswith(".results.parquet.")
    assert run(photographs, *words) == 1
    assert content(out) == content(table)
    assert not hidden.exists()


def test_a_run_that_is_interrupted_resumes_with_other_numbers_of_rows(
    table, photographs, age, tmp_path, monkeypatch
):
    out = tmp_path / "later.parquet"
    interrupted_after(4, photographs, age, out, monkeypatch, "--rows-per-file", "4")
    assert run(photographs, "--with", age, "--out", out, "--rows-per-file", 2) == 1
    assert content(out) == content(table)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_shards_merge_into_the_folder_of_one_machine(ending, age, tmp_path):
    study = ShardedStudy(
        tmp_path, drawn_study(tmp_path / "photographs"), ("--with", age), ending="parquet"
    )
    study.run_whole("--rows-per-file", 5)
    study.ending = ending
    study.run_shards(*(("--rows-per-file", 2) if ending == "parquet" else ()))
    study.ending = "parquet"
    tables = [path.with_suffix(f".{ending}") for path in study.tables]
    assert study.merge("--rows-per-file", 5, tables=tables) == 1
    study.check_same()
    assert study.merge("--rows-per-file", 5, tables=tables) == 1  # which was done before
    assert study.merge(tables=tables) == 2
    assert study.merge("--rows-per-file", 7, tables=tables) == 2


def test_a_shard_in_a_folder_that_was_changed_is_not_merged(age, tmp_path, capsys):
    study = ShardedStudy(
        tmp_path, drawn_study(tmp_path / "photographs"), ("--with", age), ending="parquet"
    )
    study.run_shards("--rows-per-file", 2)
    (study.table(2) / "part-00000.parquet").unlink()
    assert study.merge() == 2
    assert "was changed since gantei predict wrote it" in capsys.readouterr().err


def test_results_in_a_folder_are_read_as_those_in_a_file(table, photographs, age, tmp_path):
    one = tmp_path / "one.parquet"
    run(photographs, "--with", age, "--out", one)
    expected, found = read_results(one), read_results(table)
    assert [each.photograph for each in found.rows] == NAMES
    np.testing.assert_array_equal(found.values, expected.values)
    assert not found.is_changed
    assert (table / "part-00002.parquet").rename(table / "part-00009.parquet")
    assert read_results(table).is_changed


def test_verify_table_reads_the_folder_and_notices_a_file_that_is_gone(table, photographs, capsys):
    code, said = said_by(capsys, "verify-table", table, photographs)
    assert (code, "results.parquet: as the run wrote it" in said) == (0, True)
    (table / "part-00001.parquet").unlink()
    code, said = said_by(capsys, "verify-table", table, photographs)
    assert code == 1
    assert "results.parquet: changed since the run wrote it" in said
    assert "2 photographs without a row" in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--out", "results.csv", "--rows-per-file", 2), "--rows-per-file is for .parquet"),
        (("--out", "-", "--rows-per-file", 2), "belong to a table in files"),
        (
            ("--out", "t.parquet", "--rows-per-file", 2, "--embeddings", "t.parquet/e.npy"),
            "lies in the folder of the table",
        ),
    ],
)
def test_what_does_not_go_with_a_folder_is_refused(
    words, expected, photographs, age, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    code, said = said_by(capsys, "predict", photographs, "--with", age, *words)
    assert code == 2
    assert expected in said


def test_more_files_than_five_digits_number_are_refused_before_any_work(
    photographs, age, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("gantei.study.table_writing.MOST_PARTS", 2)
    out = tmp_path / "results.parquet"
    code, said = said_by(
        capsys, "predict", photographs, "--with", age, "--out", out, "--rows-per-file", 2
    )
    assert code == 2
    assert "6 rows are more than 2 files of 2" in said
    assert [*tmp_path.glob("results*")] == []
