"""`gantei predict --calibration`: calibrated columns, intervals, and what lies outside."""

import csv
import hashlib
import io
import json
import math

import numpy as np
import pytest

from gantei.calibrations.calibration_file import calibration_json
from gantei.calibrations.calibration_store import save_calibration
from gantei.estimator.estimator import load
from gantei.labels.joining import join_results
from gantei.labels.label_table import LabelOptions, read_labels
from gantei.labels.results_table import read_results

from .. import calibrated
from ..conftest import SEX
from .studies import NAMES, interrupted_after, rows, run


def calibrated_at(folder, site="clinic", **changes):
    """Put a calibration of an estimator's folder into the store."""
    calibration = calibrated.calibration_of(load(folder).manifest, site=site, **changes)
    return save_calibration(calibration, replace=True), calibration


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


@pytest.fixture
def sex(make_estimator):
    return make_estimator("made-sex", 0.004, output="sex", spec=SEX)


@pytest.fixture
def study(photographs, age, sex, tmp_path):
    """Run with both estimators; gives the rows of the table."""
    for folder in (age, sex):
        calibrated_at(folder)

    def fill(*options, name="results.csv"):
        out = tmp_path / name
        run(photographs, "--with", age, "--with", sex, "--out", out, *options)
        return out

    return fill


def test_calibrated_values_stand_behind_each_value_with_their_interval(study):
    found = rows(study("--calibration", "clinic"))
    assert [row["photograph"] for row in found] == NAMES
    columns = [name for name in found[0] if name.startswith("made-")]
    assert columns == [
        f"{value}{suffix}"
        for value in ("made-age.age", "made-sex.male")
        for suffix in ("", ".calibrated", ".low", ".high")
    ]
    for row in found:
        if row["error"]:
            assert not any(row[name] for name in columns)
            continue
        raw = float(row["made-age.age"])
        beside = [float(row[f"made-age.age.{end}"]) for end in ("calibrated", "low", "high")]
        assert beside == pytest.approx([5 + raw / 2, raw / 2 - 5, raw / 2 + 15], abs=1e-4)
        male = float(row["made-sex.male"])
        logit = 0.5 + 0.8 * math.log(male / (1 - male))
        assert float(row["made-sex.male.calibrated"]) == pytest.approx(1 / (1 + math.exp(-logit)))
        assert float(row["made-sex.male.low"]) < float(row["made-sex.male.calibrated"])


def test_without_a_calibration_the_table_is_as_before_whatever_is_in_the_store(study):
    plain = study(name="plain.csv").read_bytes()
    names = plain.decode("utf-8-sig").splitlines()[0].split(",")
    assert [name for name in names if name.startswith("made-")] == ["made-age.age", "made-sex.male"]
    manifest = json.loads(study(name="plain.csv").with_name("plain.csv.run.json").read_bytes())
    assert not {"calibrations", "calibration_sha256", "cameras"} & manifest.keys()
    calibrated_table = study("--calibration", "clinic", name="with.csv")
    kept = [[row[name] for name in names] for row in rows(calibrated_table)]
    assert kept == [list(row.values()) for row in rows(calibrated_table.with_name("plain.csv"))]


def test_the_data_dictionary_says_what_each_column_means_in_both_languages(study):
    out = study("--calibration", "clinic")
    described = {row["column"]: row for row in rows(out.with_name(f"{out.name}.dictionary.csv"))}
    low = described["made-age.age.low"]
    assert low["unit"] == "years"
    assert "for 90 % of people like those of clinic" in low["meaning"]
    assert "90%" in low["meaning_ja"]
    assert described["made-sex.male.high"]["range"] == "0 to 1"
    assert "calibrated at clinic on 200 people" in described["made-sex.male.calibrated"]["meaning"]


def test_the_run_manifest_has_the_calibrations_without_embeddings(study, age, capsys):
    _, calibration = calibrated_at(age)
    out = study("--calibration", "clinic")
    manifest = json.loads(out.with_name("results.csv.run.json").read_bytes())
    assert manifest["calibrations"].keys() == {"made-age", "made-sex"}
    assert manifest["calibrations"]["made-age"] == calibration.described()
    digest = hashlib.sha256(calibration_json(calibration)).hexdigest()
    assert manifest["calibration_sha256"]["made-age"] == digest
    assert manifest["cameras"] == "unknown"
    said = capsys.readouterr().err
    assert "made-age: calibrated at clinic on 200 people aged 30 to 80" in said
    assert "cameras were not compared with those calibrated on" in said


def test_every_estimator_needs_a_calibration_before_any_photograph(
    age, photographs, tmp_path, capsys
):
    calibrated_at(age, site="only-age")
    with_both = ["--with", age, "--with", "demo-sex", "--out", tmp_path / "none.csv"]
    assert run(photographs, *with_both, "--calibration", "only-age") == 2
    said = capsys.readouterr().err
    assert "no calibration of demo-sex at 'only-age'" in said
    assert "--calibration NAME=SITE for each" in said
    assert "gantei calibrate demo-sex" in said
    assert not list(tmp_path.glob("none.csv*"))


def test_a_calibration_is_named_by_its_path_too_one_for_each_estimator(study, age, sex):
    by_site = study("--calibration", "clinic").read_bytes()
    options = []
    for folder in (age, sex):
        path, _ = calibrated_at(folder, site="elsewhere")
        options += ["--calibration", f"{folder.name}={path / 'calibration.json'}"]
    out = study(*options, name="by-path.csv")
    assert out.read_bytes() == by_site


def test_two_calibrations_of_one_estimator_are_refused(study, age, capsys):
    calibrated_at(age, site="other")
    out = study("--calibration", "clinic", "--calibration", "other")
    assert "are both for all estimators" in capsys.readouterr().err
    assert not out.exists()


def test_a_run_with_another_calibration_is_another_run(study, age, capsys):
    study("--calibration", "clinic")
    study("--calibration", "clinic")
    assert "already finished" in capsys.readouterr().err
    calibrated_at(age, outputs={"age": calibrated.line(slope=0.6)})
    study("--calibration", "clinic")
    said = capsys.readouterr().err
    assert "it was made with the calibration of made-age at clinic (2026-11-29)" in said
    study()
    assert "this run without --calibration" in capsys.readouterr().err


def test_an_interrupted_run_with_another_calibration_does_not_resume(
    photographs, age, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "results.csv"
    options = ("--calibration", "clinic")
    calibrated_at(age)
    interrupted_after(2, photographs, age, out, monkeypatch, *options)
    calibrated_at(age, outputs={"age": calibrated.line(slope=0.6)})
    assert run(photographs, "--with", age, "--out", out, *options) == 2
    assert "holds rows of another run" in capsys.readouterr().err


def test_a_run_that_is_interrupted_ends_with_the_same_table(
    photographs, age, tmp_path, monkeypatch
):
    calibrated_at(age)
    whole, resumed = tmp_path / "whole.csv", tmp_path / "resumed.csv"
    run(photographs, "--with", age, "--out", whole, "--calibration", "clinic")
    interrupted_after(3, photographs, age, resumed, monkeypatch, "--calibration", "clinic")
    run(photographs, "--with", age, "--out", resumed, "--calibration", "clinic")
    assert resumed.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("ending", ["xlsx", "parquet", "jsonl"])
def test_every_format_holds_the_calibrated_values(study, ending):
    pytest.importorskip({"xlsx": "openpyxl", "parquet": "pyarrow"}.get(ending, "json"))
    expected = rows(study("--calibration", "clinic"))
    found = read_results(study("--calibration", "clinic", name=f"results.{ending}"))
    assert [row.photograph for row in found.rows] == [row["photograph"] for row in expected]
    assert found.calibrations["made-age"].site == "clinic"
    if ending == "jsonl":
        lines = [json.loads(line) for line in found.path.read_text("utf-8").splitlines()]
        assert lines[0]["made-age.age.low"] == float(expected[0]["made-age.age.low"])
        assert lines[1]["made-age.age.low"] is None


def test_standard_output_has_the_same_columns(study, photographs, age, sex, capfdbinary):
    table = rows(study("--calibration", "clinic"))
    capfdbinary.readouterr()
    run(photographs, "--with", age, "--with", sex, "--calibration", "clinic", "--out", "-")
    streamed = list(csv.DictReader(io.StringIO(capfdbinary.readouterr().out.decode())))
    assert streamed == table


def test_results_know_calibrated_columns_as_neither_groups_nor_outputs(study):
    plain = read_results(study(name="plain.csv"))
    found = read_results(study("--calibration", "clinic"))
    assert found.groups == plain.groups == ()
    assert found.outputs == plain.outputs
    assert np.array_equal(found.values, plain.values, equal_nan=True)
    assert found.calibrations["made-sex"].outputs["sex"].slope == 0.8


def test_whoever_reads_the_table_is_told_that_calibrated_columns_are_not_used(study, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("photograph,age\n" + "".join(f"{name},50\n" for name in NAMES))
    table = read_labels(LabelOptions(str(labels)))
    plain = join_results(read_results(study(name="plain.csv")), table).flow
    found = join_results(read_results(study("--calibration", "clinic")), table).flow
    assert "calibrated-columns" not in plain.notes
    assert "calibrated-columns" in found.notes
    assert "were not used" in found.note_texts("calibrated-columns")[0]


def test_persons_are_averages_of_the_values_alone(study):
    who = ("--persons", "(?P<person>[0-9])")
    plain = study(*who, name="plain.csv")
    with_calibration = study(*who, "--calibration", "clinic", name="with.csv")
    persons = [path.with_name(f"{path.name}.persons.csv") for path in (plain, with_calibration)]
    assert persons[0].read_bytes() == persons[1].read_bytes()


def test_an_anonymous_study_has_calibrated_values_too(study, tmp_path):
    key = tmp_path / "key.csv"
    found = rows(study("--calibration", "clinic", "--anonymous", key))
    assert all(row["photograph"].startswith("photograph-") for row in found)
    assert sum(bool(row["made-age.age.calibrated"]) for row in found) == 5
