"""What must not be missed before a figure is quoted stands on terminal, page and in the tables."""

import hashlib
import json
import shutil

import pytest

import gantei
from gantei.catalogue.entries import SHIPPED, find
from gantei.catalogue.store import installing
from gantei.command_line import main
from gantei.evaluation.estimator_settings import FittedFact
from gantei.report import report_page, report_writing
from gantei.report.cautions import cautions
from gantei.report.methods_text import methods
from gantei.report.participants import excluded_tables, flow_boxes, people_table

from .evaluated import AGE, SEX, people, write_labels, write_results

pytest.importorskip("sklearn", reason="needs the extra study")

ON_OTHERS = "b" * 64


def evaluated(folder, records, outputs=(SEX, AGE), **options):
    results = write_results(folder / "results.csv", records, outputs)
    return gantei.evaluate(results, write_labels(folder / "labels.csv", records), **options)


def codes(evaluation, key):
    return [each.code for each in cautions(evaluation) if each.key == key]


@pytest.fixture
def settled(tmp_path, monkeypatch):
    """An estimator with facts fitted on the labels of this folder, on others, stated, assumed."""
    monkeypatch.setenv("GANTEI_HOME", str(tmp_path / "home"))
    records = people(40)
    labels = write_labels(tmp_path / "labels.csv", records)
    digest = hashlib.sha256(labels.read_bytes()).hexdigest()
    evidence = "settled: the best of the 5 tried. {} people with known labels (table sha256 {})"
    bases = {
        "input.colour": ("fitted", evidence.format(40, digest)),
        "input.scale": ("fitted", evidence.format(57, ON_OTHERS)),
        "input.resampling": ("assumed", "not told apart from nearest"),
        "input.crop": ("stated", "the hospital says so"),
        "input.mirror": ("assumed", "nobody says that eyes were mirrored"),
    }
    with installing("my-age") as folder:
        shutil.copytree(SHIPPED / "demo-age", folder, dirs_exist_ok=True)
        manifest = folder / "estimator.toml"
        text = manifest.read_text("utf-8").replace('"demo-age"', '"my-age"')
        for key, (origin, why) in bases.items():
            head, rest = text.split(f'[basis."{key}"]\n')
            text = (
                f'{head}[basis."{key}"]\norigin = "{origin}"\nevidence = "{why}"\n'
                + (rest.split("\n", 2)[2])
            )
        manifest.write_text(text, "utf-8")
        provenance = json.loads((folder / "provenance.json").read_text("utf-8"))
        told = {"people": 40, "labels_sha256": digest}
        provenance["changed"] = [
            {"facts": ["input.colour", "input.resampling", "input.crop"], "settled": told},
            {"facts": ["input.crop"]},
        ]
        (folder / "provenance.json").write_text(json.dumps(provenance), "utf-8")
    output = {**AGE, "estimator": "my-age",
              "weights_sha256": find("my-age").manifest.weights.sha256}  # fmt: skip
    return write_results(tmp_path / "results.csv", records, (output, SEX)), labels, digest


def test_labels_that_have_settled_the_estimator_are_told_wherever_figures_are(
    settled, tmp_path, capsys
):
    results, labels, _ = settled
    words = ["evaluate", results, "--labels", labels, "--out", tmp_path / "report"]
    assert main([str(word) for word in words]) == 0
    said = capsys.readouterr()
    assert "mean absolute error* " in said.out
    assert "* facts of the estimator were fitted on these same labels" in said.err
    report = tmp_path / "report"
    page = (report / "report.html").read_text("utf-8")
    sentence = "These same labels have settled input.colour of my-age: the"
    assert page.count(sentence) == 1
    assert "このラベル自身で決めました" in page
    methods_page = (report / "methods.md").read_text("utf-8")
    assert "Settings of my-age were fitted on the same labels" in methods_page
    told = json.loads((report / "metrics.json").read_text("utf-8"))
    assert told["settled_on_these_labels"] == {"my-age.age": ["input.colour"]}
    notes = {(row["estimator"], row.get("notes", "")) for row in told["figures"]}
    assert notes == {("my-age", "settled-on-these-labels"), ("net", "")}


def test_labels_of_others_are_no_reason_for_a_note(settled, tmp_path):
    results, labels, _ = settled
    other = tmp_path / "other.csv"
    other.write_text(labels.read_text("utf-8") + "\n", "utf-8")
    found = gantei.evaluate(results, other)
    assert "settled-on-these-labels" not in codes(found, "my-age.age")
    assert not any(row.notes for row in found.table)
    assert "optimistic" not in methods(found)[0]


def test_methods_say_which_facts_were_fitted_stated_and_assumed(settled):
    results, labels, digest = settled
    found = gantei.evaluate(results, labels)
    (settings,) = found.settings
    assert settings.fitted == (
        FittedFact("input.colour", 40, digest),
        FittedFact("input.scale", 57, ON_OTHERS),
    )
    assert settings.stated == ("input.crop",)
    assert settings.assumed == ("input.mirror", "input.resampling")  # by custom; not told apart
    english, japanese = methods(found)
    assert (
        "Of the settings of my-age, input.colour was fitted on labelled photographs of 40 people "
        f"(SHA-256 of the labels {digest[:12]}…); input.scale was fitted on labelled photographs "
        f"of 57 people (SHA-256 of the labels {ON_OTHERS[:12]}…); input.crop was stated by the "
        "user; input.mirror and input.resampling were assumed."
    ) in english
    assert "input.scale は 57 人のラベル付きの写真" in japanese


def test_nothing_is_said_of_settings_that_the_publisher_states(tmp_path):
    weights = find("demo-age").manifest.weights.sha256
    output = {**AGE, "estimator": "demo-age", "weights_sha256": weights}
    found = evaluated(tmp_path, people(20), (output,))
    assert "Of the settings" not in methods(found)[0]


def test_what_is_left_out_of_one_level_is_counted_and_nothing_is_said_to_be_complete(
    tmp_path, capsys
):
    records = people(30)
    records[0]["eye"] = records[1]["eye"] = ""
    found = evaluated(tmp_path, records, (SEX,))
    tables = excluded_tables(found)
    assert "Nothing was left out" not in tables
    assert "left out of the figures per eye" in tables
    page = report_page.report_page(found, report_writing.drawn_figures(found)).decode()
    assert "excluded.csv, in the folder of this report, lists each of them" in page
    words = ["evaluate", tmp_path / "results.csv", "--labels", tmp_path / "labels.csv"]
    assert main([str(word) for word in [*words, "--out", tmp_path / "report"]]) == 1
    said = capsys.readouterr().err
    assert "net.sex: left out of the figures by eye: 2 photographs of an unknown eye" in said
    assert (tmp_path / "report" / "excluded.csv").exists()


def test_nothing_left_out_is_said_where_the_list_is_empty(tmp_path):
    found = evaluated(tmp_path, people(20), (SEX,))
    assert not found.lists_excluded
    assert "Nothing was left out." in excluded_tables(found)


def test_an_auc_below_chance_asks_whether_the_labels_are_the_other_way_round(tmp_path, capsys):
    records = [{**each, "net.male": 1 - each["net.male"]} for each in people(60)]
    found = evaluated(tmp_path, records)
    assert "worse-than-chance" in codes(found, "net.sex")
    words = ["evaluate", tmp_path / "results.csv", "--labels", tmp_path / "labels.csv"]
    assert main([str(word) for word in [*words, "--out", tmp_path / "report"]]) == 0
    said = capsys.readouterr()
    assert "net.sex  AUC* " in said.out
    assert "may be the other way round" in said.err
    assert "labels may be coded the other way round" in (
        (tmp_path / "report" / "report.html").read_text("utf-8")
    )


def test_an_auc_of_exactly_zero_is_one_too_and_a_good_one_is_none(tmp_path):
    apart = [{**each, "net.male": 0.1 if each["sex"] == "male" else 0.9} for each in people(60)]
    assert "worse-than-chance" in codes(evaluated(tmp_path, apart, (SEX,)), "net.sex")
    assert "worse-than-chance" not in codes(evaluated(tmp_path, people(60), (SEX,)), "net.sex")


def test_one_standard_deviation_stands_on_the_page(tmp_path):
    found = evaluated(tmp_path, people(12), (AGE,))
    truths = found.cohorts["net.age", "person"].units.truths
    said = f"standard deviation {truths.std(ddof=1):.1f}"
    caution = next(each for each in cautions(found) if each.code == "range-of-ages")
    assert f"{truths.std():.1f}" not in said
    assert said in caution.text[0]
    assert said in people_table(found)


def test_a_difference_is_not_said_to_be_at_an_end_itself(tmp_path):
    records = [
        {**each, "net.male": float(each["sex"] == "male")} if each["camera"] == "A" else each
        for each in people(90, noise=2.0)
    ]
    found = evaluated(tmp_path, records, (SEX,), by="camera")
    texts = {
        row["why_text"]
        for row in found.rows()
        if row["compared_with"] == "rest" and row["why"] == "at-the-end"
    }
    assert texts == {"one of the two figures is at the end of its range"}


def test_people_without_visits_are_counted_as_people(tmp_path):
    found = evaluated(tmp_path, people(20), (SEX,))
    assert flow_boxes(found)[-1][0].text == "net.sex: 20 people"
    assert "visit" not in people_table(found)
    page = report_page.report_page(found, report_writing.drawn_figures(found)).decode()
    assert "Local validation, per person," in page
    assert "at one visit" not in page
    assert "The unit of analysis was a person: net.sex 20 units of 20 people" in methods(found)[0]


def test_visits_that_are_given_are_counted_as_visits(tmp_path):
    records = [{**each, "visit": "2024-05-01"} for each in people(20)]
    results = write_results(tmp_path / "results.csv", records, (SEX,))
    columns = ("photograph", "person", "visit", "age", "sex")
    labels = write_labels(tmp_path / "labels.csv", records, columns)
    found = gantei.evaluate(results, labels)
    assert flow_boxes(found)[-1][0].text == "net.sex: 20 visits of 20 people"
    assert "The unit of analysis was a person at one visit" in methods(found)[0]
    page = report_page.report_page(found, report_writing.drawn_figures(found)).decode()
    assert "Local validation, per person and visit," in page
    assert "Each point is a person at one visit:" in page
