"""`gantei describe`: from results and labels to a folder of frequencies by sex."""

import csv
import json

import pytest

from gantei.command_line import main

from .evaluated import SEX, write_labels, write_results
from .sexless import LABELS, people

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")


def run(*arguments):
    return main(["describe", *map(str, arguments)])


def records_of(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder, records = tmp_path_factory.mktemp("tables"), people(500, seed=3, missing=0.5)
    results = write_results(folder / "results.csv", records, (SEX,))
    return results, write_labels(folder / "labels.csv", records, LABELS), folder


@pytest.fixture(scope="module")
def report(tables):
    results, labels, folder = tables
    out = folder / "report"
    assert run(results, "--labels", labels, "--outcome", "retinopathy", "--out", out) == 0
    return out


def test_the_folder_has_the_tables_and_every_column_of_them_is_described(report):
    described = {(row["table"], row["column"]) for row in records_of(report / "dictionary.csv")}
    for name in ("frequencies", "accuracy"):
        columns = {(name, each) for each in records_of(report / f"{name}.csv")[0]}
        assert columns <= described
    told = json.loads((report / "report.json").read_text("utf-8"))
    rows = records_of(report / "frequencies.csv")
    assert [row["value"] for row in told["frequencies"]] == pytest.approx(
        [float(row["value"]) for row in rows]
    )


def test_the_page_and_the_methods_say_what_was_done_in_both_languages(report):
    page = (report / "report.html").read_text("utf-8")
    for said in ("naive", "recorded sexes alone", "補正なし", "感度"):
        assert said in page
    methods = (report / "methods.md").read_text("utf-8")
    for said in ("within each category of the outcome", "10.1002/sim.4780070704", "行列法"):
        assert said in methods


def test_an_overall_accuracy_is_marked_as_assumed_wherever_it_stands(tables, tmp_path, capsys):
    results, labels, _ = tables
    given = ("--sensitivity", "90/100", "--specificity", "90/100", "--out", tmp_path / "out")
    assert run(results, "--labels", labels, "--outcome", "retinopathy", *given) == 0
    assert "Assumed non-differential" in capsys.readouterr().err
    assert "Assumed non-differential" in (tmp_path / "out/report.html").read_text("utf-8")
    assert "非差異的" in (tmp_path / "out/methods.md").read_text("utf-8")
    assert json.loads((tmp_path / "out/report.json").read_text("utf-8"))["assumed_non_differential"]


def test_what_is_refused_leaves_no_folder(tables, tmp_path, capsys):
    results, labels, _ = tables
    assert run(results, "--labels", labels, "--outcome", "hba1c", "--out", tmp_path / "o") == 2
    assert "write it in steps, such as hba1c:10" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_why_figures_have_no_interval_stands_once_below_the_table(tmp_path):
    records = people(60, seed=3, missing=0.5)
    for each in records:
        each["retinopathy"] = "yes" if each["person"] in ("p1", "p2", "p3") else "no"
    results = write_results(tmp_path / "results.csv", records, (SEX,))
    labels = write_labels(tmp_path / "labels.csv", records, LABELS)
    given = ("--sensitivity", "108/120", "--specificity", "110/120")
    run(results, "--labels", labels, "--outcome", "retinopathy", *given, "--out", tmp_path / "out")
    page = (tmp_path / "out/report.html").read_text("utf-8")
    assert page.count("* no interval: fewer than 10 people of that sex") == 1
