"""`results.csv.photographs.csv`: what each photograph of a study looks like; and `--refuse`."""

import csv
import tracemalloc
from dataclasses import fields

import pytest

import gantei
from gantei.inference.prediction import PhotographResult
from gantei.photographs.listing import StudyPhotograph
from gantei.study.extras import Extras
from gantei.study.measure_columns import MEASURES
from gantei.study.measures_file import MeasuresFile

from ..conftest import REGRESSION
from .studies import NAMES, interrupted_after, rows, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


@pytest.fixture
def mixed(photographs, draw):
    """Clouds of colour, one file that is none, and a disc."""
    draw(600, 450).save(photographs / "whole.png")
    return photographs


def beside(out):
    return out.with_name(f"{out.name}.photographs.csv")


def test_every_measure_has_its_column_and_every_column_its_meaning(mixed, age, tmp_path):
    out = tmp_path / "results.csv"
    run(mixed, "--with", age, "--out", out)
    names = [field.name for field in fields(gantei.Appearance)]
    assert [column.name for column in MEASURES] == names
    assert list(rows(beside(out))[0]) == ["photograph", "sha256", "person", "eye", *names]
    described = rows(tmp_path / "results.csv.dictionary.csv")
    told = [line for line in described if line["table"] == "photographs"]
    assert [line["column"] for line in told] == ["photograph", "sha256", "person", "eye", *names]
    assert all(line["meaning"] and line["meaning_ja"] for line in told)


def test_its_rows_are_those_of_the_table_with_the_numbers_of_the_library(mixed, age, tmp_path):
    out = tmp_path / "results.csv"
    run(mixed, "--with", age, "--out", out, "--persons", "names")
    assert [row["photograph"] for row in rows(beside(out))] == [*NAMES, "whole.png"]
    for row, estimated in zip(rows(beside(out)), rows(out), strict=True):
        for key in ("sha256", "person", "eye"):
            assert row[key] == estimated[key]
        if estimated["error"]:
            assert not any(row[column.name] for column in MEASURES)
            continue
        (prediction,) = gantei.load(age).predict(mixed / row["photograph"])
        for name, value in prediction.appearance.as_dict().items():
            assert row[name] == ("" if value is None else str(value))


@pytest.mark.parametrize("count", [0, 3, 6])
def test_an_interrupted_run_comes_to_the_same_bytes_and_leaves_nothing_else(
    count, mixed, age, tmp_path, monkeypatch
):
    whole, out = tmp_path / "a/results.csv", tmp_path / "b/results.csv"
    for each in (whole, out):
        each.parent.mkdir()
    run(mixed, "--with", age, "--out", whole)
    interrupted_after(count, mixed, age, out, monkeypatch)
    run(mixed, "--with", age, "--out", out)
    assert beside(out).read_bytes() == beside(whole).read_bytes()
    assert sorted(each.name for each in out.parent.iterdir()) == sorted(
        each.name for each in whole.parent.iterdir()
    )


def test_a_run_whose_measures_were_lost_measures_again(mixed, age, tmp_path, monkeypatch):
    whole, out = tmp_path / "whole.csv", tmp_path / "results.csv"
    run(mixed, "--with", age, "--out", whole)
    interrupted_after(4, mixed, age, out, monkeypatch)
    out.with_name("results.csv.photographs.partial").unlink()
    run(mixed, "--with", age, "--out", out)
    assert beside(out).read_bytes() == beside(whole).read_bytes()


def test_a_table_whose_measures_are_gone_is_not_taken_for_finished(mixed, age, tmp_path, capsys):
    out = tmp_path / "results.csv"
    run(mixed, "--with", age, "--out", out)
    beside(out).unlink()
    assert run(mixed, "--with", age, "--out", out) == 2
    assert "exists and is not the table of this run" in capsys.readouterr().err


def test_a_finding_that_is_refused_is_an_error_of_its_row_alone(mixed, age, tmp_path):
    plain, out = tmp_path / "plain.csv", tmp_path / "results.csv"
    run(mixed, "--with", age, "--out", plain)
    assert run(mixed, "--with", age, "--refuse", "no-disc", "--out", out) == 1
    for before, row in zip(rows(plain), rows(out), strict=True):
        if "no-disc" in before["warning_codes"].split():
            assert row["error_code"] == "no-disc"
            assert row["error"].startswith(f"{row['photograph']}: no round field of view")
            assert row["made-age.age"] == ""
        else:
            assert row == before
    assert [row["error_code"] for row in rows(out)].count("no-disc") == 5
    assert all(row["field"] for row in rows(beside(out)) if row["photograph"] != "left/3.png")


def test_a_finding_of_an_estimator_is_refused_likewise(mixed, make_estimator, tmp_path):
    narrow = make_estimator("narrow", spec=REGRESSION | {"range": [0, 1]})
    out = tmp_path / "results.csv"
    run(mixed, "--with", narrow, "--refuse", "outside-training-range", "--out", out)
    assert {row["error_code"] for row in rows(out)} == {"outside-training-range", "cut-off-file"}


def test_a_run_that_refuses_is_another_run(mixed, age, tmp_path, capsys):
    out = tmp_path / "results.csv"
    run(mixed, "--with", age, "--refuse", "blurred", "--refuse", "no-disc", "--out", out)
    assert run(mixed, "--with", age, "--out", out) == 2
    assert "made with --refuse blurred --refuse no-disc" in capsys.readouterr().err


def test_a_code_that_no_photograph_can_have_is_refused(mixed, age, tmp_path, capsys):
    out = tmp_path / "results.csv"
    for code in ("nodisc", "notice"):
        assert run(mixed, "--with", age, "--refuse", code, "--out", out) == 2
        assert "no finding on a photograph has that code" in capsys.readouterr().err
    assert not out.exists()


def test_standard_output_refuses_too(mixed, age, capfdbinary):
    run(mixed, "--with", age, "--refuse", "no-disc", "--out", "-")
    table = csv.DictReader(capfdbinary.readouterr().out.decode().splitlines())
    assert [row["error_code"] for row in table].count("no-disc") == 5


def test_files_beside_the_table_are_written_without_its_rows_in_memory(tmp_path):
    measures = MeasuresFile(tmp_path / "m.csv", tmp_path / "m.partial", "run", plain=True)
    extras = Extras([], None, None, measures, allow_grey=False, run="run")
    extras.keep(0)
    for _ in range(5000):
        extras.add(StudyPhotograph(tmp_path, "x"), PhotographResult("x", None))

    def journal():
        return ([f"{number:02000}", None, None, None, None, None] for number in range(5000))

    tracemalloc.start()
    extras.publish(journal)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    extras.close()
    assert (tmp_path / "m.csv").stat().st_size > 10_000_000
    assert most < 2_000_000
