"""`gantei settle`: what is unknown is settled on people with known labels, and applied."""

import csv
import json
import re

import pytest

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")

import gantei
from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.errors import SettingError
from gantei.estimator.folder_files import CARD
from gantei.estimator.verification import verify
from gantei.labels.label_table import LabelOptions, read_labels
from gantei.photographs.listing import list_photographs
from gantei_export.settling import file_contradictions, open_facts
from gantei_export.settling.applying import apply_settled
from gantei_export.settling.settle import settle
from gantei_export.settling.settling_result import SettleOptions

from .settling_cases import GRADES, NETWORK_ORDER, cohort, graded, install


def settled_by(people, name="hidden", **options):
    table = read_labels(LabelOptions(str(people.labels)))
    return settle(name, list_photographs([people.folder]), table, SettleOptions(**options))


def verdicts(settling):
    return {each.fact.key: (each.verdict, each.value) for each in settling.verdicts}


def command(people, *more, name="hidden"):
    return main(["settle", name, str(people.folder), "--labels", str(people.labels), *more])


@pytest.fixture(scope="module")
def sixty(tmp_path_factory):
    return cohort(tmp_path_factory.mktemp("sixty"))


def test_scale_colour_and_order_are_found(sixty):
    install()
    settling = settled_by(sixty)
    assert verdicts(settling) == {
        "input.scale": ("settled", "0..1"),
        "input.colour": ("settled", "rgb"),
        "output.sex.positive": ("settled", "male"),
    }
    assert settling.tried == 20
    assert settling.runs < settling.full_runs * 0.6


def test_flipped_labels_give_the_other_order_and_say_what_it_is_relative_to(tmp_path, capsys):
    install()
    people = cohort(tmp_path, flipped=True)
    assert verdicts(settled_by(people))["output.sex.positive"] == ("settled", "female")
    assert command(people) == 0
    assert "settled relative to this table" in capsys.readouterr().out


def test_an_order_that_the_publisher_states_is_contradicted_and_nothing_is_applied(
    tmp_path, capsys
):
    def stated(tables):
        tables["basis"]["output.sex.positive"] = {"origin": "publisher", "evidence": "page 2"}

    folder = install(hidden=("input.scale", "input.colour"), change=stated)
    before = (folder / "estimator.toml").read_bytes()
    people = cohort(tmp_path, flipped=True)
    assert verdicts(settled_by(people))["output.sex.positive"] == ("contradicted", "female")
    assert command(people, "--apply") == 1
    said = capsys.readouterr()
    assert "Contradiction" in said.out
    assert "Nothing was applied" in said.err
    assert (folder / "estimator.toml").read_bytes() == before


def test_an_order_that_is_stated_rightly_agrees(sixty):
    install(hidden=("input.scale",))
    assert verdicts(settled_by(sixty))["output.sex.positive"] == ("agrees", "male")


def test_what_is_applied_predicts_and_names_its_basis(sixty, capsys):
    folder = install()
    assert find("hidden").state == "unsettled"
    assert command(sixty, "--apply") == 0
    manifest = find("hidden").manifest
    assert find("hidden").state == "ready"
    assert manifest.input.scale.std == (255.0, 255.0, 255.0)
    assert (manifest.input.colour, manifest.output["sex"].positive) == ("rgb", "male")
    basis = manifest.basis["input.scale"]
    digest = read_labels(LabelOptions(str(sixty.labels))).sha256
    assert basis.origin == "fitted"
    for words in ("60 people", digest, "99.9%", "20 candidates", "the best of the 5 tried"):
        assert words in basis.evidence
    assert manifest.basis["input.crop"].origin == "stated"
    assert verify(["hidden"], golden=True)[0].problems == ()
    assert "99.9%" in (folder / CARD).read_text("utf-8")
    kept = json.loads((folder / "provenance.json").read_text("utf-8"))["changed"]
    assert kept[-1]["settled"]["people"] == 60
    predictions = gantei.load("hidden").predict(sixty.folder)
    assert {"male"} == {key for each in predictions for key in each.values}


def test_labels_that_nothing_tells_settle_nothing(tmp_path, capsys):
    install()
    people = cohort(tmp_path, 40, shuffled=True)
    assert command(people, "--apply") == 1
    said = capsys.readouterr()
    assert "Too early" in said.out
    assert "Nothing was applied" in said.err
    assert ".." not in said.err
    assert {verdict for verdict, _ in verdicts(settled_by(people)).values()} == {"nothing"}


def test_from_a_hundred_people_on_nothing_works(tmp_path):
    install()
    people = cohort(tmp_path, 110, shuffled=True)
    assert settled_by(people).signal == "none of these works"


def test_worse_than_reported_is_applied_only_on_demand(sixty, capsys):
    def reported(tables):
        figure = {"metric": "accuracy", "value": 0.9999, "unit": "fraction"}
        tables["reported"] = [figure | {"data": "theirs", "source": "a paper"}]

    install(change=reported)
    assert command(sixty, "--apply") == 1
    assert "--although-worse" in capsys.readouterr().err
    assert find("hidden").state == "unsettled"
    assert command(sixty, "--apply", "--although-worse") == 0
    assert find("hidden").state == "ready"


def test_a_copy_is_changed_where_a_name_is_given(sixty):
    folder = install()
    before = (folder / "estimator.toml").read_bytes()
    assert command(sixty, "--apply", "--name", "settled-copy") == 0
    assert find("settled-copy").state == "ready"
    assert (folder / "estimator.toml").read_bytes() == before


def test_page_and_record_name_nobody_and_load_nothing(sixty, tmp_path):
    install()
    out = tmp_path / "report"
    assert command(sixty, "--out", str(out), "--by", "age:20") == 0
    page = (out / "settled.html").read_text("utf-8")
    record = json.loads((out / "settled.json").read_text("utf-8"))
    assert "patient" not in page + json.dumps(record)
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", page)
    assert not re.findall(r"url\(|@import|<script", page)
    assert "決定" in page
    assert {each["fact"]: each["value"] for each in record["facts"]}["input.scale"] == "0..1"
    assert len(record["candidates"]) == 20
    assert record["people"] == 60
    assert command(sixty, "--out", str(out)) == 2
    assert command(sixty, "--out", str(out), "--overwrite") == 0


def test_photographs_that_cannot_be_read_are_counted(tmp_path, capsys):
    install()
    people = cohort(tmp_path)
    (people.folder / "patient001_R.png").write_bytes(b"no picture")
    command(people)
    assert "not read: 1 " in capsys.readouterr().out


def test_who_is_looked_at_first_depends_on_no_label(tmp_path, sixty):
    install()
    order = [each.key for each in settled_by(sixty).people]
    flipped = cohort(tmp_path, flipped=True)
    assert [each.key for each in settled_by(flipped).people] == order
    assert order != sorted(order)


def test_without_persons_two_eyes_are_not_taken_for_two_people(sixty, tmp_path, capsys):
    install()
    with sixty.labels.open(encoding="utf-8") as file:
        rows = [(row["photograph"], row["sex"]) for row in csv.DictReader(file)]
    labels = tmp_path / "labels.csv"
    with labels.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("photograph", "sex"), *rows])
    given = ["settle", "hidden", str(sixty.folder), "--labels", str(labels)]
    assert main(given) == 2
    assert "--person" in capsys.readouterr().err
    assert main([*given, "--persons", "names"]) == 0


def test_candidates_of_a_file_take_the_place_of_the_usual_ones(sixty, tmp_path):
    install()
    file = tmp_path / "candidates.toml"
    file.write_text('"input.scale" = ["0..255", "0,0,0,255,255,255"]\n', "utf-8")
    assert command(sixty, "--candidates", str(file), "--apply") == 0
    assert find("hidden").manifest.input.scale.std == (255.0, 255.0, 255.0)


def test_what_is_settled_does_not_depend_on_the_number_of_workers(sixty):
    install()
    one, many = (settled_by(sixty, workers=workers) for workers in (1, 16))
    assert [people for people, _ in one.race.tournament.history] == [
        people for people, _ in many.race.tournament.history
    ]
    assert one.verdicts == many.verdicts


def test_an_age_in_years_is_read_from_the_line(sixty):
    years = {"sigmoid": False, "weights": (0.0, 170.0, 0.0), "bias": -26.0}
    install(task="age", hidden=("input.colour", "output.age.scale", "output.age.offset"), **years)
    settling = settled_by(sixty)
    assert settling.performance[0].scale.meaning == "years"
    apply_settled(settling)
    spec = find("hidden").manifest.output["age"]
    assert (spec.scale, spec.offset) == (1.0, 0.0)
    colour = find("hidden").manifest.basis["input.colour"]
    assert colour.origin == "assumed"  # so every result says so
    assert "not told apart from" in colour.evidence
    assert "hardly matters" in colour.evidence
    assert "among 60 people" in colour.evidence


def test_the_order_of_five_classes_is_found_by_assignment(tmp_path):
    install(task="grade", hidden=("input.colour", "output.grade.classes"))
    settling = settled_by(graded(tmp_path))
    order = ",".join(NETWORK_ORDER)
    assert verdicts(settling) == {
        "input.colour": ("settled", "rgb"),
        "output.grade.classes": ("settled", order),
    }
    assert settling.tried == 2
    assert settling.performance[0].measured[1].value > 0.8
    apply_settled(settling)
    assert find("hidden").manifest.output["grade"].classes == NETWORK_ORDER


def test_an_order_of_five_classes_that_is_stated_wrongly_is_contradicted(tmp_path):
    def stated(tables):
        tables["output"]["grade"]["classes"] = list(GRADES)

    install(task="grade", hidden=("input.colour",), change=stated)
    settling = settled_by(graded(tmp_path))
    assert verdicts(settling)["output.grade.classes"] == ("contradicted", ",".join(NETWORK_ORDER))


@pytest.mark.parametrize(("sigmoid", "last"), [(True, "none"), (False, "sigmoid")])
def test_numbers_tell_whether_they_are_probabilities(sixty, sigmoid, last):
    install(hidden=("input.colour", "output.sex.transform"), sigmoid=sigmoid)
    found = verdicts(settled_by(sixty))
    assert found["output.sex.transform"] == ("settled", last)
    assert found["input.colour"] == ("settled", "rgb")


def test_decoders_and_resamplings_are_tried_with_the_best_of_the_others(sixty):
    install(hidden=("input.colour", "input.decoder", "input.resampling"))
    settling = settled_by(sixty)
    assert verdicts(settling) == {
        "input.colour": ("settled", "rgb"),
        "input.decoder": ("alike", "pillow"),
        "input.resampling": ("alike", "bilinear"),
        "output.sex.positive": ("agrees", "male"),
    }
    assert settling.tried == 4 + 19
    assert len(settling.fine.people) < 60
    apply_settled(settling)
    assert find("hidden").state == "ready"


def test_without_eyes_mirroring_is_not_tried_and_asked_for_where_it_is_unknown(
    tmp_path,
):
    people = graded(tmp_path, 30)
    hidden = ("input.colour", "input.mirror")
    install(task="grade", hidden=hidden, origin="assumed")
    settling = settled_by(people)
    assert "input.mirror" not in verdicts(settling)
    assert "left eyes" in settling.notes[0].english
    install("other", task="grade", hidden=hidden)
    with pytest.raises(SettingError, match="--eyes"):
        settled_by(people, "other")


def test_a_scale_that_the_file_contradicts_is_not_tried(sixty, monkeypatch):
    install()
    torch = open_facts.SCALES["torch"].model_dump()

    def doubt(spec, *_):
        same = isinstance(spec["scale"], dict) and tuple(spec["scale"]["mean"]) == torch["mean"]
        return "the first layer saw other pixels" if same else None

    monkeypatch.setattr(file_contradictions, "read_kept", lambda _: object())
    monkeypatch.setattr(file_contradictions, "doubt_about_scale", doubt)
    settling = settled_by(sixty)
    assert settling.tried == 16
    assert settling.grid.contradicted == {"scale torch": "the first layer saw other pixels"}
    assert "not tried: scale torch" in settling.grid.explanation()


def test_nothing_open_is_nothing_to_settle(sixty):
    install(task="age", hidden=(), sigmoid=False)
    with pytest.raises(SettingError, match="nothing is left to settle"):
        settled_by(sixty)


def test_a_group_that_goes_with_a_label_is_named(tmp_path, capsys):
    install()
    people = cohort(tmp_path)
    with people.labels.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with people.labels.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0], "camera"])
        writer.writeheader()
        writer.writerows(row | {"camera": f"of-{row['sex']}"} for row in rows)
    command(people, "--by", "camera")
    assert "camera is associated with sex here" in capsys.readouterr().out
