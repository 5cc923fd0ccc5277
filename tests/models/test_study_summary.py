"""What a study says at its end: photographs counted by what is odd about them."""

import json
from collections import Counter

import pytest
from PIL import Image

from ..conftest import SEX
from .studies import interrupted_after, rows, run


def seeks_disc(tables):
    """The pictures of the fixture are clouds of colour without one."""
    tables["input"]["crop"] = "disc"


@pytest.fixture
def age(make_estimator):
    notice = {"notice": "Demo: knows nothing.", "notice_ja": "デモ:何も知らない。"}
    return make_estimator("made-age", change=lambda each: (each.update(notice), seeks_disc(each)))


@pytest.fixture
def odd(photographs):
    """Six photographs, one of them none, and two without colour."""
    for name in ("grey-1.png", "grey-2.png"):
        Image.new("L", (64, 64), 128).save(photographs / name)
    return photographs


def summary_of(out):
    return json.loads(out.with_name(f"{out.name}.run.json").read_text("utf-8"))["summary"]


def counted_in(out):
    """By the columns of the table itself."""
    codes = [row["warning_codes"].split() for row in rows(out)]
    found = Counter(code for each in codes for code in {one.split(":")[-1] for one in each})
    del found["notice"]
    errors = Counter(row["error_code"] for row in rows(out) if row["error_code"])
    return dict(found), dict(errors)


def test_the_run_manifest_counts_photographs_by_code_most_frequent_first(odd, age, tmp_path):
    out = tmp_path / "results.csv"
    run(odd, "--with", age, "--out", out)
    summary = summary_of(out)
    assert (summary["findings"], summary["errors"]) == counted_in(out)
    assert list(summary["errors"].items()) == [("grey-picture", 2), ("cut-off-file", 1)]
    assert summary["failed"] == 3


def test_a_photograph_counts_once_however_many_estimators_say_it(
    odd, age, make_estimator, tmp_path
):
    other = make_estimator("made-sex", output="sex", factor=1 / 255, spec=SEX, change=seeks_disc)
    out, both = tmp_path / "results.csv", tmp_path / "both.csv"
    run(odd, "--with", age, "--out", out)
    run(odd, "--with", age, "--with", other, "--out", both)
    assert summary_of(both)["findings"] == summary_of(out)["findings"]
    assert summary_of(both)["findings"]["no-disc"] == 5
    codes = rows(both)[-1]["warning_codes"].split()
    assert codes[0] == "made-age:notice"
    assert codes.count("no-disc") == 1


def test_what_every_row_says_is_not_counted(odd, age, tmp_path):
    out = tmp_path / "results.csv"
    run(odd, "--with", age, "--out", out)
    assert all("made-age:notice" in row["warning_codes"] for row in rows(out) if not row["error"])
    assert "notice" not in summary_of(out)["findings"]


def test_the_last_lines_say_each_code_once_with_its_photographs(odd, age, tmp_path, capsys):
    run(odd, "--with", age, "--out", tmp_path / "results.csv")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "8 photographs: 5 estimated, 3 failed"
    assert lines[1:5] == [
        "skipped: 1 hidden file, 1 text file",
        "failed:",
        "  2 photographs: grey, without colour (grey-picture)",
        "  1 photograph: cut off (cut-off-file)",
    ]
    assert lines[5] == "warnings:"
    assert lines.count("  5 photographs: no round field of view found (no-disc)") == 1


def test_nothing_odd_is_not_spoken_of(make_estimator, draw, tmp_path, capsys):
    draw(600, 450).save(tmp_path / "eye.png")
    estimator = make_estimator("made-age")
    assert run(tmp_path / "eye.png", "--with", estimator, "--out", tmp_path / "results.csv") == 0
    said = capsys.readouterr().err
    assert "failed:" not in said
    assert "warnings:" not in said
    assert summary_of(tmp_path / "results.csv")["findings"] == {}


def test_a_resumed_run_and_a_finished_one_count_as_one_that_was_not_interrupted(
    odd, age, tmp_path, monkeypatch, capsys
):
    whole, out = tmp_path / "whole.csv", tmp_path / "results.csv"
    run(odd, "--with", age, "--out", whole)
    lines = capsys.readouterr().err.splitlines()[1:]
    interrupted_after(4, odd, age, out, monkeypatch)
    for _ in range(2):
        run(odd, "--with", age, "--out", out)
        assert summary_of(out)["findings"] == summary_of(whole)["findings"]
        assert summary_of(out)["errors"] == summary_of(whole)["errors"]
        said = capsys.readouterr().err.replace("results.csv", "whole.csv").splitlines()
        assert said[1:] == lines


def test_a_table_on_standard_output_has_the_same_last_lines_on_standard_error(
    odd, age, tmp_path, capfdbinary
):
    run(odd, "--with", age, "--out", tmp_path / "results.csv")
    of_file = capfdbinary.readouterr().err.decode().splitlines()
    assert of_file[-1].startswith("to look at the photographs of a code: gantei crops --from ")
    run(odd, "--with", age, "--out", "-")
    captured = capfdbinary.readouterr()
    assert len(captured.out.splitlines()) == 9
    of_stream = captured.err.decode().splitlines()
    command = f"gantei crops {odd} --with "
    assert of_stream[-1].startswith(f"to look at the photographs of a code: {command}")
    del of_stream[-1]
    assert of_stream == [line for line in of_file if "results.csv" not in line]
