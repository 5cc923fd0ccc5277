"""What `gantei settle` writes is true of every verdict: on a terminal, in page and record."""

import csv
import json

import pytest

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")

from gantei.command_line import main

from .settling_cases import GRADES, cohort, graded, install


def settled(people, folder, *more):
    given = ["settle", "hidden", str(people.folder), "--labels", str(people.labels)]
    code = main([*given, "--out", str(folder), *more])
    record = json.loads((folder / "settled.json").read_text("utf-8"))
    return code, record, (folder / "settled.html").read_text("utf-8")


def values(measured):
    return {each["metric"]: each["value"] for each in measured}


def relabelled(people, change):
    with people.labels.open(encoding="utf-8") as file:
        rows = [change(row) for row in csv.DictReader(file)]
    with people.labels.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def stated(tables):
    tables["basis"]["output.sex.positive"] = {"origin": "publisher", "evidence": "page 2"}


def test_figures_of_a_contradicted_order_are_those_of_the_stated_one_too(tmp_path, capsys):
    install(hidden=("input.colour",), change=stated)
    _, record, page = settled(cohort(tmp_path, flipped=True), tmp_path / "out")
    found = record["performance"][0]
    for metric, value in values(found["measured"]).items():
        assert values(found["as_stated"])[metric] == pytest.approx(1 - value)
        assert value > 0.8
    said = capsys.readouterr().out
    assert "with the order that the labels say: AUC" in said
    assert "sex, as stated: AUC" in said
    assert "with the order that the labels say" in page
    row = next(line for line in said.splitlines() if line.startswith("output.sex.positive"))
    assert row.split()[1] == "male"


def test_figures_of_a_contradicted_order_of_five_are_those_of_the_stated_one_too(tmp_path):
    def as_sorted(tables):
        tables["output"]["grade"]["classes"] = list(GRADES)

    install(task="grade", hidden=("input.colour",), change=as_sorted)
    _, record, _ = settled(graded(tmp_path), tmp_path / "out")
    found = record["performance"][0]
    assert values(found["measured"])["accuracy"] > 0.8
    # The network calls c, e, a, d, b what is stated as a, b, c, d, e: d alone is the same.
    truths = [row.split(",")[2] for row in (tmp_path / "labels.csv").read_text().split()[1:]]
    share = truths.count("d") / len(truths)
    assert values(found["as_stated"])["accuracy"] == pytest.approx(share, abs=0.06)


def test_nothing_is_called_the_best_where_nothing_tells_the_labels(tmp_path, capsys):
    install(hidden=("input.colour", "input.scale", "input.decoder", "output.sex.positive"))
    _, record, page = settled(cohort(tmp_path, 40, shuffled=True), tmp_path / "out")
    for said in (page, capsys.readouterr().out):
        assert "is settled relative to this table" not in said
        assert "with the best of them" not in said  # the decoders were not tried
    assert record["signal"] == "too early"
    assert record["performance"] == []
    assert "best candidate" not in page
    assert "最良の候補" not in page
    assert "Settled on" not in page


def test_what_is_stated_rightly_is_no_failure_to_settle(tmp_path, capsys):
    install(hidden=(), change=stated)
    code, record, _ = settled(cohort(tmp_path), tmp_path / "out")
    assert code == 0
    assert record["said"].startswith("Nothing stated is contradicted by the labels of 60 people")
    assert "0 of 1" not in capsys.readouterr().out


def test_what_is_stated_is_no_part_of_what_is_settled(tmp_path):
    install(hidden=("input.colour",), change=stated)
    _, record, _ = settled(cohort(tmp_path), tmp_path / "out")
    assert record["said"] == "1 of 1 facts settled by 60 people."


def test_people_without_a_label_are_not_counted_as_with_one(tmp_path, capsys):
    install()
    people = cohort(tmp_path)
    relabelled(
        people, lambda row: row | {"sex": "" if row["person"] < "patient020" else row["sex"]}
    )
    _, record, page = settled(people, tmp_path / "out")
    assert record["photographs"]["with_labels"] == 60
    assert record["photographs"]["left_out"] == {"no-label": 30}
    assert "60 photographs with labels, 30 without or left out" in capsys.readouterr().out
    assert "60 photographs have labels" in page
    assert "写真60枚" in page


def test_candidates_are_counted_alike_in_both_languages(tmp_path):
    install(hidden=("input.scale", "input.colour", "input.resampling", "output.sex.positive"))
    _, record, page = settled(cohort(tmp_path), tmp_path / "out", "--apply")
    assert "20 candidates = " in record["effort"]
    assert "10 candidates = 10 resamplings" in record["effort"]
    assert "候補20＋10通り" in page
