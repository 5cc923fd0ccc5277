"""A journal whose lines no run wrote: rows end before them, and its head is no run's."""

import json
import os

import pytest

from gantei.errors import OutputError
from gantei.study.journal import Journal

from .studies import interrupted_after, run

DEEP = b"[" * 200_000 + b"\n"


def test_a_line_that_is_nested_too_deep_ends_the_rows(tmp_path):
    path = tmp_path / "r.csv.partial"
    with Journal(path, "run") as journal:
        journal.append(["a.png"], "3:1")
        path.write_bytes(path.read_bytes() + DEEP)
        assert [*journal.stamped_rows()] == [(["a.png"], "3:1")]


def test_a_head_that_is_nested_too_deep_is_of_another_run(tmp_path):
    path = tmp_path / "r.csv.partial"
    path.write_bytes(DEEP)
    with pytest.raises(OutputError, match="rows of another run"):
        Journal(path, "run")
    assert path.read_bytes() == DEEP


@pytest.mark.parametrize(
    "changed",
    [
        lambda _: [],
        lambda row: row[:3],
        lambda row: [*row, None],
        lambda row: [row[0], 5, *row[2:]],
        lambda row: [row[0], "ff", *row[2:]],
        lambda row: [*row[:6], "44", *row[7:]],
        lambda row: [*row[:6], float("nan"), *row[7:]],
        lambda row: [*row[:-4], {}, *row[-3:]],
        lambda row: [*row[:-1], 5],
    ],
    ids=["empty", "short", "long", "digest-number", "digest-short", "text", "nan", "table", "code"],
)
def test_a_line_that_is_no_row_of_the_table_is_estimated_again(
    changed, photographs, make_estimator, tmp_path, monkeypatch
):
    age = make_estimator("made-age")
    whole, out = tmp_path / "whole.csv", tmp_path / "results.csv"
    run(photographs, "--with", age, "--out", whole)
    interrupted_after(4, photographs, age, out, monkeypatch)
    path = tmp_path / "results.csv.partial"
    lines = path.read_text("utf-8").splitlines()
    entry = json.loads(lines[3])
    row, lines[3] = (entry["row"], entry) if isinstance(entry, dict) else (entry, {"row": entry})
    lines[3] = json.dumps({**lines[3], "row": changed(row)})
    path.write_text("\n".join(lines) + "\n", "utf-8")
    assert run(photographs, "--with", age, "--out", out) == 1
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_a_pipe_in_the_journals_place_is_refused_and_nobody_waits(
    photographs, make_estimator, tmp_path, capsys
):
    os.mkfifo(tmp_path / "results.csv.partial")
    options = ("--with", make_estimator("made-age"), "--out", tmp_path / "results.csv")
    assert run(photographs, *options) == 2
    assert "results.csv.partial: is no file" in capsys.readouterr().err
    assert run(photographs, *options, "--overwrite") == 2
