"""`gantei impute`: from results and labels to a folder of probabilities and sets."""

import csv
import hashlib
import json

import pytest

from gantei.command_line import main

from .evaluated import SEX, write_labels, write_results
from .sexless import LABELS, people

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")
FILES = {
    "report.html", "persons.csv", "counts.csv", "imputed.csv", "combined.csv", "methods.md",
    "report.json", "dictionary.csv", "SHA256SUMS",
}  # fmt: skip


def run(*arguments):
    return main(["impute", *map(str, arguments)])


def records_of(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder, records = tmp_path_factory.mktemp("tables"), people(250, seed=3)
    results = write_results(folder / "results.csv", records, (SEX,))
    return results, write_labels(folder / "labels.csv", records, LABELS), folder


@pytest.fixture(scope="module")
def report(tables):
    results, labels, folder = tables
    out = folder / "report"
    chosen = ("--with", "hba1c,age,site", "--sets", "5", "--out", out)
    assert run(results, "--labels", labels, *chosen) == 0
    return out


def test_the_folder_has_the_tables_and_every_column_of_them_is_described(report):
    files = {each.name for each in report.iterdir() if each.is_file()}
    assert files == FILES
    described = {(row["table"], row["column"]) for row in records_of(report / "dictionary.csv")}
    for name in ("persons", "counts", "imputed", "combined"):
        columns = {(name, each) for each in records_of(report / f"{name}.csv")[0]}
        assert columns <= described


def test_the_page_and_the_methods_say_what_was_done_in_both_languages(report):
    page = (report / "report.html").read_text("utf-8")
    for said in ("complete cases", "missing at random", "完全ケース", "−0.5", "likelier sex"):
        assert said in page
    methods = (report / "methods.md").read_text("utf-8")
    for said in ("Firth", "10.1093/biomet/86.4.948", "seed 1954", "補完した。モデルは"):
        assert said in methods


def test_no_name_of_a_person_is_on_the_page_or_in_the_json(report):
    told = (report / "report.html").read_text("utf-8") + (report / "report.json").read_text("utf-8")
    for row in records_of(report / "persons.csv")[:20]:
        assert f">{row['person']}<" not in told
        assert f'"{row["person"]}"' not in told


def test_the_json_has_the_combined_figures_of_the_table(report):
    told = json.loads((report / "report.json").read_text("utf-8"))
    rows = records_of(report / "combined.csv")
    assert [row["estimate"] for row in told["combined"]] == pytest.approx(
        [float(row["estimate"]) for row in rows]
    )
    assert (told["sets"], told["with"]) == (5, ["hba1c", "age", "site"])


def test_the_same_tables_and_seed_give_the_same_files(tables, report, tmp_path):
    results, labels, _ = tables
    chosen = ("--with", "hba1c,age,site", "--sets", "5", "--out", tmp_path / "again")
    assert run(results, "--labels", labels, *chosen) == 0
    for name in ("imputed.csv", "combined.csv", "report.html", "figures/probabilities.svg"):
        both = [(folder / name).read_bytes() for folder in (report, tmp_path / "again")]
        assert len({hashlib.sha256(each).hexdigest() for each in both}) == 1, name


def test_without_an_outcome_the_reason_is_said_and_no_set_is_written(tables, tmp_path, capsys):
    results, labels, _ = tables
    assert run(results, "--labels", labels, "--out", tmp_path / "out") == 0
    assert "--with names no outcome" in capsys.readouterr().err
    assert not (tmp_path / "out/imputed.csv").exists()
    assert (tmp_path / "out/persons.csv").exists()


def test_what_is_refused_leaves_no_folder(tables, tmp_path, capsys):
    results, labels, _ = tables
    assert run(results, "--labels", labels, "--with", "bmi", "--out", tmp_path / "out") == 2
    assert "--with bmi: nothing is called so" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
