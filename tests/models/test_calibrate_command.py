"""`gantei calibrate`: from photographs or results, and labels, to a calibration and its report."""

import csv
import json
from pathlib import Path

import pytest

from gantei.calibrations.calibration_file import read_calibration
from gantei.calibrations.calibration_store import calibration_folder
from gantei.command_line import main
from gantei.demo.folder import draw_people

from .calibratable import write_embeddings, write_tables
from .evaluated import AGE, SEX, people, write_labels

pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")

COLUMNS = ("photograph", "person", "age", "sex", "camera")


def run(name, *arguments, site="clinic"):
    return main(["calibrate", name, *map(str, arguments), "--site", site])


@pytest.fixture
def ages(tmp_path):
    return write_tables(tmp_path, "demo-age", AGE)


def test_it_says_what_was_made_where_it_is_and_how_to_use_it(ages, capsys):
    results, labels, _ = ages
    assert run("demo-age", results, "--labels", labels) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "Calibration of demo-age at clinic: 200 people, 400 photographs." in said.err
    assert "cover 87% or more" in said.err
    assert "note: The calibration cannot tell how far a photograph lies" in said.err
    assert str(calibration_folder("demo-age", "clinic")) in said.err
    assert "gantei predict PHOTOGRAPHS --with demo-age --calibration clinic" in said.err


def test_a_report_shows_errors_of_people_whom_the_line_has_not_seen(ages, tmp_path):
    results, labels, _ = ages
    vectors = write_embeddings(results, 400)
    out = tmp_path / "report"
    given = ("--labels", labels, "--embeddings", vectors, "--out", out)
    assert run("demo-age", results, *given) == 0
    page = (out / "report.html").read_text("utf-8")
    assert "Calibration of demo-age at clinic" in page
    assert "clinic での demo-age の較正" in page
    names = {each.name for each in (out / "figures").iterdir()}
    kinds = ("line", "after", "coverage")
    assert names == {f"age-{each}.svg" for each in kinds} | {f"age-{each}.png" for each in kinds}
    with (out / "bands.csv").open(encoding="utf-8-sig") as file:
        bands = list(csv.DictReader(file))
    made = read_calibration(calibration_folder("demo-age", "clinic"))
    assert [float(each["down"]) for each in bands] == [
        each.down for each in made.outputs["age"].bands
    ]
    told = json.loads((out / "report.json").read_text("utf-8"))
    assert told["format"] == "gantei calibrate"
    figures = told["figures"]["demo-age.age"]
    assert figures["mae"]["after"] < figures["mae"]["before"] < figures["mae"]["without"]
    assert 0.85 < figures["covered"] < 0.96
    assert "mean" not in told["calibration"]
    methods = (out / "methods.md").read_text("utf-8")
    assert "on 200 people (400 photographs)" in methods
    assert not any(f"{each}-right" in page + methods for each in range(200))


def test_the_page_of_probabilities_has_them_before_and_after(tmp_path):
    results, labels, _ = write_tables(tmp_path, "demo-sex", SEX, 120)
    out = tmp_path / "report"
    assert run("demo-sex", results, "--labels", labels, "--out", out) == 0
    names = {each.stem for each in (out / "figures").iterdir()}
    assert names == {"sex-1-before", "sex-1-after"}


def test_photographs_are_estimated_with_their_embeddings_first(tmp_path):
    folder, out = tmp_path / "photographs", tmp_path / "report"
    draw_people(folder, 50, 9, scale=0.1)
    given = (folder, "--labels", folder / "labels.csv")
    assert run("demo-age", *given, "--out", out, site="drawn") == 0
    made = read_calibration(calibration_folder("demo-age", "drawn"))
    assert made.people.people == 50
    assert sum(made.people.cameras.values()) == made.people.photographs
    assert len(made.embeddings.mean) == 256
    again = ("--replace", "--overwrite", "--out", out)
    vectors = ("--embeddings", out / "results.csv.embeddings.npy")
    given = (out / "results.csv", "--labels", folder / "labels.csv", *vectors, *again)
    assert run("demo-age", *given, site="drawn") == 0
    assert read_calibration(calibration_folder("demo-age", "drawn")) == made
    assert (out / "results.csv").is_file()
    table = tmp_path / "calibrated.csv"
    predict = ("--with", "demo-age", "--calibration", "drawn", "--out", str(table))
    assert main(["predict", str(folder), *predict]) == 0
    with table.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    line = made.outputs["age"]
    for row in rows:
        expected = line.intercept + line.slope * float(row["demo-age.age"])
        assert float(row["demo-age.age.calibrated"]) == pytest.approx(expected, rel=1e-5)
    assert sum(float(row["demo-age.distance"]) <= 1 for row in rows) >= 0.9 * len(rows)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--age", "nothing"), "0 people with a label"),
        ((), "12 people with a label; a calibration takes 50 at least"),
        (("--camera", "zz"), "--camera zz: nothing is called so"),
        (("--person", "unknown"), "nothing says whose eye each photograph shows"),
    ],
)
def test_what_the_labels_rule_out_is_refused_before_photographs_are_estimated(
    tmp_path, capsys, given, said
):
    folder = tmp_path / "drawn"
    draw_people(folder, 12, 9, scale=0.1)
    with (folder / "labels.csv").open(encoding="utf-8-sig") as file:
        records = [each | {"unknown": "", "nothing": ""} for each in csv.DictReader(file)]
    labels = write_labels(tmp_path / "labels.csv", records, (*COLUMNS, "unknown", "nothing"))
    assert run("demo-age", folder, "--labels", labels, *given) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "estimated," not in told


def test_a_signature_that_goes_or_is_demanded_is_told(ages, capsys, monkeypatch):
    results, labels, _ = ages
    monkeypatch.setenv("GANTEI_TRUST", "require")
    assert run("demo-age", results, "--labels", labels) == 0
    place = calibration_folder("demo-age", "clinic")
    told = f"to sign it: gantei sign {place} --key"
    assert f"it is not signed; {told}" in capsys.readouterr().err
    monkeypatch.delenv("GANTEI_TRUST")
    (place / "model.sig").write_text("{}")
    assert run("demo-age", results, "--labels", labels, "--replace") == 0
    assert f"the one before was signed, this one is not; {told}" in capsys.readouterr().err
    assert not (place / "model.sig").exists()


def test_what_cannot_go_together_is_refused_before_any_work(ages, tmp_path, capsys):
    results, labels, _ = ages
    for arguments, said in (
        ((results, results), "one table of results, or photographs, not both"),
        ((results, "--workers", "2"), "--workers: for photographs"),
        ((tmp_path, "--embeddings", "e.npy"), "belongs to a table of results"),
        ((tmp_path, "--out", tmp_path / "report"), "choose a folder outside"),
        ((results, "--level", "90"), "a level of 90; give 0.5 to 0.999"),
        ((results, "--camera", "lens"), "--camera lens: nothing is called so"),
    ):
        assert run("demo-age", *arguments, "--labels", labels) == 2
        assert said in capsys.readouterr().err
    assert run("demo-age", results, "--labels", labels, site="a b") == 2
    assert "no name of a site" in capsys.readouterr().err
    assert run("nobody", results, "--labels", labels) == 2
    assert not Path(calibration_folder("demo-age", "clinic")).exists()


def test_a_site_that_has_one_keeps_it_unless_it_is_to_be_replaced(ages, capsys):
    results, labels, _ = ages
    assert run("demo-age", results, "--labels", labels, "--level", "0.8") == 0
    assert run("demo-age", results, "--labels", labels) == 2
    assert "--replace puts another" in capsys.readouterr().err
    assert read_calibration(calibration_folder("demo-age", "clinic")).level == 0.8
    assert run("demo-age", results, "--labels", labels, "--replace") == 0


@pytest.mark.parametrize(("change", "said"), [
    (lambda each: each | {"camera": each["sex"]}, "Camera and sex go together"),
    (lambda each: each | {"camera": str(int(each["age"]) // 20)}, "Camera and age go together"),
    (lambda each: each, ""),
])  # fmt: skip
def test_a_camera_that_goes_with_what_is_estimated_is_told(ages, capsys, change, said):
    results, labels, records = ages
    write_labels(labels, [change(each) for each in records], COLUMNS)
    assert run("demo-age", results, "--labels", labels) == 0
    err = capsys.readouterr().err
    assert said in err
    assert ("go together" in err) == bool(said)


def test_narrow_ages_and_few_people_are_told(tmp_path, capsys):
    records = [each for each in people(400) if 50 <= int(each["age"]) < 60]
    results, labels, _ = write_tables(tmp_path, "demo-age", AGE, records=records)
    assert run("demo-age", results, "--labels", labels) == 0
    err = capsys.readouterr().err
    assert "these ages lie close together (50 to 59 years" in err
    assert "people are few" in err


def test_who_was_left_out_is_counted_listed_and_told_by_the_exit_code(ages, tmp_path, capsys):
    results, labels, records = ages
    write_labels(labels, records[:-20], COLUMNS)
    out = tmp_path / "report"
    assert run("demo-age", results, "--labels", labels, "--out", out) == 1
    assert "left out: 20 photographs not in the table of labels" in capsys.readouterr().err
    with (out / "excluded.csv").open(encoding="utf-8-sig") as file:
        assert sum(row["code"] == "no-label-row" for row in csv.DictReader(file)) == 20
