"""`gantei gap`: a report that is printed, what it warns of, and what it leaves out."""

import csv
import json

import pytest

from gantei.command_line import main

from .evaluated import AGE
from .gapped import gap_tables, gapped

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")
HEALTHY = ("--group", "group", "--reference-group", "healthy")


def run(tables, out, *options):
    return main(["gap", str(tables[0]), "--labels", str(tables[1]), "--out", str(out), *options])


def records_of(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gap")
    tables = gap_tables(folder, gapped(60, 60, visits=2, repeats=2))
    assert run(tables, folder / "report", *HEALTHY, "--covariates", "sex,camera,bmi") == 0
    return folder / "report"


def test_the_folder_has_page_figures_tables_methods_and_sums(report):
    names = {each.relative_to(report).as_posix() for each in report.rglob("*") if each.is_file()}
    drawn = ("gap-by-age", "group-differences", "right-against-left", "repeats", "change-over-time")
    assert names == {
        "report.html", "report.json", "metrics.csv", "persons.csv", "methods.md", "dictionary.csv",
        "SHA256SUMS", *(f"figures/{each}.{kind}" for each in drawn for kind in ("svg", "png")),
    }  # fmt: skip


def test_each_person_has_raw_and_adjusted_gaps_that_fit_each_other(report):
    rows = records_of(report / "persons.csv")
    assert len(rows) == 240
    metrics = {row["metric"]: row for row in records_of(report / "metrics.csv")}
    start, slope = (float(metrics[each]["value"]) for each in ("line_intercept", "line_slope"))
    for row in rows:
        age, estimate = float(row["age"]), float(row["estimate"])
        assert float(row["raw_gap"]) == pytest.approx(estimate - age, abs=1e-5)
        adjusted = estimate - start - slope * age
        assert float(row["adjusted_gap"]) == pytest.approx(adjusted, abs=1e-5)
    cases = [float(row["adjusted_gap"]) for row in rows if row["group"] == "case"]
    assert sum(cases) / len(cases) == pytest.approx(float(metrics["adjusted_gap"]["value"]))
    assert {row["eyes"] for row in rows} == {"1", "2"}
    assert {row["photographs"] for row in rows} == {"2", "4"}


def test_every_column_is_explained_in_both_languages(report):
    dictionary = records_of(report / "dictionary.csv")
    for name in ("metrics", "persons"):
        explained = [row["column"] for row in dictionary if row["table"] == name]
        assert explained == [*records_of(report / f"{name}.csv")[0]]
    assert all(row["meaning"] and not row["meaning_ja"].isascii() for row in dictionary)


def test_page_and_json_name_nobody(report):
    for name in ("report.html", "report.json", "methods.md"):
        text = (report / name).read_text("utf-8")
        assert not [each for each in ("p17-", '"p17"', ">p17<") if each in text]


def test_methods_say_what_was_taken_as_what(report):
    english, japanese = (report / "methods.md").read_text("utf-8").split("# 方法")
    for said in (
        "gap ~ group + age + age²", "sex (categories, reference", "bmi (a number, mean", "CR2",
        "2,000 bootstrap draws of persons",
    ):  # fmt: skip
        assert said in english
    assert "年齢差 ~ 群 + 年齢 + 年齢²" in japanese
    assert "です" not in japanese
    assert "accuracy" not in english


def test_no_accuracy_stands_in_the_report(report):
    told = json.loads((report / "report.json").read_text("utf-8"))
    metrics = {each["metric"] for each in told["figures"]}
    assert not metrics & {"mae", "rmse", "r2", "correlation"}
    assert told["format"] == "gantei gap"


def test_the_terminal_has_main_figures_and_says_where_the_report_is(tmp_path, capsys):
    records = gapped(40, 40)
    records[0]["group"] = ""
    assert run(gap_tables(tmp_path, records), tmp_path / "report", *HEALTHY) == 1
    said = capsys.readouterr()
    assert "case against healthy" in said.out
    assert "At the same age, the group case is estimated" in said.err
    assert "1 of 80 visits lack a group or a covariate, or are of several groups" in said.err
    (row,) = records_of(tmp_path / "report" / "excluded.csv")
    assert (row["left_out_of"], row["code"], row["person"]) == ("model", "no-group", "p0")
    assert row["reason_ja"]


def cautions(folder, records, *options, manifest=()):
    tables = gap_tables(folder, records)
    path = tables[0].with_name("results.csv.run.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), **dict(manifest)}))
    assert run(tables, folder / "report", *HEALTHY, *options) in (0, 1)
    told = json.loads((folder / "report" / "report.json").read_text("utf-8"))
    page = (folder / "report" / "report.html").read_text("utf-8")
    assert all(each.split(":")[0].split("(")[0] in page for each in told["cautions"])
    return " ".join(told["cautions"])


def test_little_overlap_in_age_is_said(tmp_path):
    said = cautions(tmp_path, gapped(40, 40, older=30))
    assert "case and healthy share less than half of their ages" in said


def test_other_cameras_are_said_and_alike_ones_are_not(tmp_path):
    records = gapped(40, 40)
    (tmp_path / "alike").mkdir()
    alike = [{**each, "camera": "A"} for each in records]
    assert "camera" not in cautions(tmp_path / "alike", alike)
    for each in records:
        if each["group"] == "case" and int(each["person"][1:]) % 4:
            each["camera"] = "C"
    said = cautions(tmp_path, records)
    assert "photographed by different cameras: C took" in said
    assert "hold it constant by --covariates" in said


def test_another_slope_on_age_is_said(tmp_path):
    records = gapped(80, 80)
    for each in records:
        if each["group"] == "case":
            away = float(each["age"]) - 65
            each["net.age"] = f"{float(each['net.age']) + 0.5 * away:.4f}"
    assert "no single difference holds at every age" in cautions(tmp_path, records)


def test_estimates_that_bend_with_age_are_said(tmp_path):
    records = gapped(80, 80)
    for each in records:
        bend = 0.02 * (float(each["age"]) - 55) ** 2
        each["net.age"] = f"{float(each['net.age']) - bend:.4f}"
    said = cautions(tmp_path, records)
    assert "Estimates bend with age (p < 0.001 for age²)" in said


def test_people_unlike_those_of_the_calibration_are_said(tmp_path):
    line = {"kind": "line", "unit": "years", "people": 200, "intercept": 1.0, "slope": 0.9,
            "bands": [{"least": 0, "greatest": 99, "people": 200, "down": 5, "up": 5}],
            "covered_at_least": None}  # fmt: skip
    record = {
        "format": 1, "site": "kyoto", "estimator": AGE["estimator"],
        "weights_sha256": AGE["weights_sha256"], "facts": {"task": "age"}, "date": "2026-11-01",
        "gantei": "0.1.0", "level": 0.9, "labels_sha256": "3" * 64,
        "people": {"people": 200, "photographs": 200, "ages": [40, 60],
                   "sexes": {"female": 180, "male": 20}, "cameras": {}},
        "outputs": {"age": line},
    }  # fmt: skip
    manifest = {"calibrations": {AGE["estimator"]: record}}
    said = cautions(tmp_path, gapped(40, 40), manifest=manifest)
    assert "outside the ages that the calibration of kyoto was made on (40 to 60)" in said
    assert "of those of the calibration of kyoto 90%" in said
