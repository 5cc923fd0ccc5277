"""docs/study.md, run whole on drawn people: what it plants in the study is found."""

import contextlib
import csv
import io
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from gantei.catalogue.entries import find
from gantei.command_line import main

TOP = Path(__file__).parent.parent
PAGE = (TOP / "docs/study.md").read_text("utf-8")
SOME_LEFT_OUT = 1
"""Of a study with missing labels: the report lists whom."""


def run(line):
    name, *arguments = shlex.split(line)
    if name == "cp":  # of the checkout
        shutil.copyfile(TOP / arguments[0], arguments[1])
        return
    assert name == "gantei"
    assert main(arguments) in (0, SOME_LEFT_OUT), line


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The folder in which the page has run; `printed.txt` is what its Python printed."""
    for package in ("scipy", "sklearn", "matplotlib", "onnx"):
        pytest.importorskip(package, reason="needs the extras study and convert")
    folder = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("GANTEI_HOME", str(folder / "home"))
        for language, block in re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL):
            if language == "sh":
                for line in block.replace("\\\n", " ").splitlines():
                    run(line)
            else:
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    exec(compile(block, "study.md", "exec"), {})
                (folder / "printed.txt").write_text(printed.getvalue(), "utf-8")
        yield folder


def rows(path):
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def persons(path, column):
    return {row["person"]: row[column] for row in rows(path)}


def test_facts_are_settled_as_they_are(study, monkeypatch):
    monkeypatch.setenv("GANTEI_HOME", str(study / "home"))
    facts = {fact.key: fact for fact in find("my-sex").manifest.facts()}
    truth = {fact.key: fact.value for fact in find("demo-sex").manifest.facts()}
    for key in ("input.scale", "input.colour", "output.sex.positive"):
        assert (facts[key].value, facts[key].basis.origin) == (truth[key], "fitted")


def test_intervals_of_the_clinic_hold_nine_in_ten_people_of_the_study(study):
    ages = {row["photograph"]: float(row["age"]) for row in rows(study / "study/labels.csv")}
    held = [
        float(row["demo-age.age.low"]) <= ages[row["photograph"]] <= float(row["demo-age.age.high"])
        for row in rows(study / "study.csv")
        if row["demo-age.age.low"]
    ]
    assert len(held) > 400
    assert 0.85 < sum(held) / len(held) < 0.95


def test_the_wrong_records_stand_first_and_are_as_many_as_expected(study):
    truth = persons(study / "study/labels.csv", "sex")
    recorded = persons(study / "registry.csv", "sex")
    wrong = {each for each, sex in recorded.items() if sex and sex != truth[each]}
    listed = [row for row in rows(study / "disagreements/records.csv") if "sex" in row["output"]]
    assert wrong
    assert wrong <= {row["person"] for row in listed[:10]}
    tenth = listed[9]
    assert int(tenth["true_errors_low"]) <= len(wrong) <= int(tenth["true_errors_high"])


def test_imputed_sexes_are_mostly_right_and_the_planted_difference_is_found(study):
    truth = persons(study / "study/labels.csv", "sex")
    imputed = [
        row for row in rows(study / "imputed/imputed.csv")
        if row[".imp"] != "0" and row["imputed"] == "1"
    ]  # fmt: skip
    assert len({row[".imp"] for row in imputed}) == 20
    assert sum(row["sex"] == truth[row["person"]] for row in imputed) > 0.8 * len(imputed)
    combined = rows(study / "imputed/combined.csv")
    (found,) = (
        row for row in combined
        if (row["method"], row["shift"], row["adjusted_for"]) == ("imputed", "0.0", "")
    )  # fmt: skip
    assert float(found["low"]) < 0.5 < float(found["high"])


def test_the_planted_difference_between_frequencies_is_found(study):
    (found,) = (
        row for row in rows(study / "frequencies/frequencies.csv")
        if (row["who"], row["method"], row["figure"], row["category"])
        == ("everybody", "corrected", "difference", "yes")
    )  # fmt: skip
    assert 0 < float(found["low"]) < 0.25 < float(found["high"])


def test_the_planted_gap_is_found(study):
    metrics = rows(study / "gap/metrics.csv")
    found = [row for row in metrics if row["metric"] == "group_difference"]
    (difference,) = found
    assert 0 < float(difference["low"]) < 3 < float(difference["high"])


def test_every_report_says_that_the_results_were_changed(study):
    for report in ("disagreements", "imputed", "frequencies", "gap"):
        told = json.loads((study / report / "report.json").read_text("utf-8"))
        (results,) = (each for each in told["files"] if each["role"] == "results")
        assert results["is_changed"], report
        assert "changed" in (study / report / "report.html").read_text("utf-8"), report


def test_python_gives_the_same_as_the_commands(study):
    printed = (study / "printed.txt").read_text("utf-8")
    assert re.search(r"years \(\d\.\d to \d\.\d\), 200 people", printed)
    assert "the age gap changes by -0." in printed  # the old are estimated too young
    assert "Ages and sexes were estimated from fundus photographs with gantei" in printed
