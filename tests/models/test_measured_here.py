"""Figures measured here stand in a card beside the reported ones, and are never taken for them."""

import html
import json
import shutil
from pathlib import Path

import pytest

import gantei
from gantei.card import as_markdown, as_page, as_terminal_text, check, composed_of
from gantei.catalogue.entries import SHIPPED, find
from gantei.catalogue.store import installing
from gantei.command_line import main
from gantei.errors import ManifestError
from gantei.report.into_card import write_into_cards

from .evaluated import AGE, SEX, people, write_labels, write_results

pytest.importorskip("sklearn", reason="needs the extra study")


@pytest.fixture
def my_age(tmp_path, monkeypatch):
    """The demo estimator of ages, installed in a store of its own under another name."""
    monkeypatch.setenv("GANTEI_HOME", str(tmp_path / "home"))
    with installing("my-age") as folder:
        shutil.copytree(SHIPPED / "demo-age", folder, dirs_exist_ok=True)
        manifest = folder / "estimator.toml"
        manifest.write_text(manifest.read_text("utf-8").replace('"demo-age"', '"my-age"'), "utf-8")
    entry = find("my-age")
    (entry.folder / "card.md").write_text(as_markdown(composed_of(entry)), "utf-8")
    return entry


def evaluated(folder, entry, seed=7, estimator="my-age", weights=None):
    records = people(40, seed)
    output = {**AGE, "estimator": estimator,
              "weights_sha256": weights or entry.manifest.weights.sha256}  # fmt: skip
    results = write_results(folder / f"results{seed}.csv", records, (output, SEX))
    return gantei.evaluate(results, write_labels(folder / f"labels{seed}.csv", records))


def test_a_card_shows_what_was_measured_beside_what_is_reported(my_age, tmp_path, capsys):
    evaluation = evaluated(tmp_path, my_age)
    changes = write_into_cards(evaluation)
    assert [(each.estimator, each.path) for each in changes] == [
        ("my-age", my_age.folder / "card.md"),
        ("net", None),
    ]
    assert check(my_age.folder) == []
    measure = evaluation.figure("my-age.age", "person", "mae")
    card = composed_of(find("my-age"))
    for written in (as_markdown(card), as_terminal_text(card, 200), as_page(card)):
        assert html.unescape(written).count("not the publisher's figures") == 1
        assert f"{measure.value:.3f} years" in written
        assert f"{measure.low:.3f} to {measure.high:.3f}" in written
        assert "手元で測った性能" in written
    assert main(["card", "my-age"]) == 0
    assert "Measured here" in capsys.readouterr().out
    assert main(["card", "--check", "my-age"]) == 0


def test_what_is_reported_stays_as_it_was(my_age, tmp_path):
    before = composed_of(my_age)
    write_into_cards(evaluated(tmp_path, my_age))
    after = composed_of(find("my-age"))
    assert after.front_matter == before.front_matter
    assert find("my-age").manifest == my_age.manifest
    reported, measured = before.sections[6].blocks[0], after.sections[6].blocks
    assert measured[0] == reported
    assert [block for block in measured if block in before.sections[6].blocks] == [
        *before.sections[6].blocks
    ]


def test_the_same_labels_replace_and_others_are_added(my_age, tmp_path):
    for seed in (7, 8, 7):
        write_into_cards(evaluated(tmp_path, my_age, seed))
    told = json.loads((my_age.folder / "measured.json").read_text("utf-8"))
    assert len({each["labels_sha256"] for each in told["measured"]}) == len(told["measured"]) == 2
    assert check(my_age.folder) == []


def test_no_name_of_a_file_or_a_person_is_kept(my_age, tmp_path):
    write_into_cards(evaluated(tmp_path, my_age))
    kept = (my_age.folder / "measured.json").read_text("utf-8")
    assert ".csv" not in kept
    assert ".jpg" not in kept
    assert '"p1"' not in kept


def test_a_signed_estimator_is_not_changed(my_age, tmp_path):
    (my_age.folder / "model.sig").write_text("a signature")
    before = {path: path.read_bytes() for path in my_age.folder.iterdir()}
    (change, _) = write_into_cards(evaluated(tmp_path, my_age))
    assert change.path is None
    assert "is signed" in str(change)
    assert "gantei set makes with --name" in str(change)
    assert {path: path.read_bytes() for path in my_age.folder.iterdir()} == before


def test_an_estimator_that_comes_with_gantei_is_not_changed(my_age, tmp_path):
    evaluation = evaluated(tmp_path, find("demo-age"), estimator="demo-age")
    (change, _) = write_into_cards(evaluation)
    assert change.path is None
    assert "comes with gantei" in str(change)
    assert not (SHIPPED / "demo-age/measured.json").exists()


def test_results_of_other_weights_say_nothing_of_these(my_age, tmp_path):
    (change, other) = write_into_cards(evaluated(tmp_path, my_age, weights="2" * 64))
    assert (change.path, other.path) == (None, None)
    assert "other weights" in str(change)
    assert "not installed here" in str(other)
    assert not (my_age.folder / "measured.json").exists()


def test_results_changed_by_hand_get_into_no_card_and_are_told(my_age, tmp_path, capsys):
    write_into_cards(evaluated(tmp_path, my_age))
    kept = (my_age.folder / "measured.json").read_bytes()
    results = tmp_path / "results7.csv"
    lines = results.read_text("utf-8").splitlines(keepends=True)
    results.write_text("".join(lines[:-1]), "utf-8")
    labels = tmp_path / "labels7.csv"
    (change, _) = write_into_cards(gantei.evaluate(results, labels))
    assert change.path is None
    assert "changed since gantei predict wrote them" in str(change)
    assert (my_age.folder / "measured.json").read_bytes() == kept
    out = tmp_path / "report"
    arguments = ("evaluate", str(results), "--labels", str(labels), "--out", str(out))
    assert main([*arguments, "--into-card"]) in (0, 1)
    said = capsys.readouterr().err
    assert "longer vouches for it" in said.partition("card of")[0]
    methods = (out / "methods.md").read_text("utf-8")
    assert "The table of results was changed after the run that wrote it" in methods
    assert "推定の実行後に変更されており" in methods


def test_two_results_of_one_estimator_are_not_told_as_one_that_is_not_installed(my_age, tmp_path):
    evaluated(tmp_path, my_age)
    results = tmp_path / "results7.csv"
    for name in ("first.csv", "second.csv"):
        shutil.copy(results, tmp_path / name)
        shutil.copy(f"{results}.run.json", tmp_path / f"{name}.run.json")
    both = [tmp_path / "first.csv", tmp_path / "second.csv"]
    changes = write_into_cards(gantei.evaluate(both, tmp_path / "labels7.csv"))
    assert "my-age: several results are of it" in {str(each).partition(";")[0] for each in changes}


def test_a_measurement_of_other_weights_does_not_stand_in_the_card(my_age, tmp_path):
    write_into_cards(evaluated(tmp_path, my_age))
    path = my_age.folder / "measured.json"
    text = path.read_text("utf-8").replace(my_age.manifest.weights.sha256, "2" * 64)
    path.write_text(text, "utf-8")
    assert "Measured here" not in as_markdown(composed_of(find("my-age")))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"null", b'{"format": "other", "measured": []}', b"\xff",
        b'{"format": "gantei measured here", "measured": [{}]}',
        b'{"format": "gantei measured here", "measured": 5}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_damaged_file_is_said_to_be_so(my_age, content):
    (my_age.folder / "measured.json").write_bytes(content)
    with pytest.raises(ManifestError, match=r"measured\.json: not what gantei evaluate writes"):
        composed_of(find("my-age"))


@pytest.mark.parametrize(
    ("key", "value"),
    [("people", "60"), ("units", -1), ("units", True), ("output", 5), ("figures", [{"low": 1}])],
)
def test_a_value_of_another_kind_is_refused(my_age, tmp_path, key, value):
    write_into_cards(evaluated(tmp_path, my_age))
    path = my_age.folder / "measured.json"
    told = json.loads(path.read_text("utf-8"))
    told["measured"][0][key] = value
    path.write_text(json.dumps(told))
    with pytest.raises(ManifestError):
        composed_of(find("my-age"))


def test_a_hostile_text_begins_no_row_and_no_tag(my_age, tmp_path):
    write_into_cards(evaluated(tmp_path, my_age))
    path = my_age.folder / "measured.json"
    told = json.loads(path.read_text("utf-8"))
    told["measured"][0]["of"] = "| 1 |\n## Facts\n<script>alert(1)</script>"
    path.write_text(json.dumps(told))
    card = composed_of(find("my-age"))
    assert "<script>" not in as_page(card)
    assert as_markdown(card).count("\n## Facts") == 1
    Path(my_age.folder / "card.md").write_text(as_markdown(card), "utf-8")
    assert check(my_age.folder) == []


def test_the_command_writes_into_the_card_and_says_where(my_age, tmp_path, capsys):
    evaluation = evaluated(tmp_path, my_age)
    assert evaluation.outputs
    command = ["evaluate", tmp_path / "results7.csv", "--labels", tmp_path / "labels7.csv"]
    words = [*command, "--out", tmp_path / "report", "--into-card"]
    assert main([str(word) for word in words]) == 1
    said = capsys.readouterr().err
    assert f"my-age: {my_age.folder / 'card.md'}\n" in said
    assert "net: not installed here, so it has no card here\n" in said
    assert "Measured here" in (my_age.folder / "card.md").read_text("utf-8")


def test_two_results_of_one_estimator_do_not_both_enter_its_card(my_age, tmp_path):
    records = people(40)
    output = {**AGE, "estimator": "my-age", "weights_sha256": my_age.manifest.weights.sha256}
    results = [write_results(tmp_path / name, records, (output,)) for name in ("a.csv", "b.csv")]
    evaluation = gantei.evaluate(results, write_labels(tmp_path / "labels.csv", records))
    (change,) = write_into_cards(evaluation)
    assert change.path is None
    assert "several results are of it" in str(change)
