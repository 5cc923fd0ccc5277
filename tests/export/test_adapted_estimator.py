"""An adapted estimator in the store: its folder, its manifest, and who may be a base."""

import dataclasses
import json
import math
import tomllib

import numpy as np
import pytest

import gantei
from gantei.catalogue import store
from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.errors import (
    AlreadyInstalledError,
    GanteiError,
    ManifestError,
    SettingError,
    UnsettledError,
    WeightsError,
)
from gantei.estimator.verification import verify
from gantei.manifests.publication import Reported, Training
from gantei_export.adapting import head_graph
from gantei_export.adapting.checking_base import check_base
from gantei_export.adapting.installing_adapted import install_adapted
from gantei_export.adapting.made_of import MadeOf
from gantei_export.learning.learning_target import LearningTarget

from .heads import TARGETS, head_of

MADE = MadeOf("logistic", people=120, photographs=200, strength=100.0)
FIGURE = Reported(
    metric="AUC", value=0.98, unit="fraction", data="people held out", source="10 trials"
)


def adapted(base="demo-sex", kind="binary", name="my-estimator", made=MADE, **more):
    entry, _ = check_base(base)
    return install_adapted(entry, head_of(TARGETS[kind], 256), name, made, **more)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("base", ["demo-sex", "demo-age"])
def test_it_predicts_what_its_head_makes_of_the_bases_embeddings(base, kind):
    entry = adapted(base, kind)
    photograph = find("demo-sex").folder / "golden-2.jpg"
    (prediction,) = gantei.load("my-estimator", "cpu").predict(photograph, explain=True)
    head = head_of(TARGETS[kind], 256)
    embedding = gantei.load(base, "cpu").predict(photograph, explain=True)[0].explanation.embedding
    expected = np.ravel(head.estimates(embedding[np.newaxis]))
    names = {"regression": ["age"], "binary": ["right"], "categorical": list("abcde")}[kind]
    assert list(prediction.values) == names
    np.testing.assert_allclose(list(prediction.values.values()), expected, rtol=1e-6, atol=1e-6)
    explanation = prediction.explanation
    linear = np.ravel(head.linear(embedding[np.newaxis]))[int(np.argmax(expected))]
    assert math.isclose(explanation.map.mean() + explanation.bias, linear, abs_tol=1e-5)
    assert entry.manifest.task == {"regression": "age"}.get(kind, kind)


def test_the_facts_of_the_input_are_the_bases_word_for_word():
    entry, base = adapted("demo-age", "binary"), find("demo-age").manifest
    assert entry.manifest.input == base.input
    mine, its = entry.manifest.basis, base.basis
    assert {key: mine[key] for key in its if key.startswith(("input.", "architecture"))} == {
        key: its[key] for key in its if key.startswith(("input.", "architecture"))
    }
    assert entry.manifest.notice == base.notice
    assert entry.manifest.notice_ja == base.notice_ja


def test_what_was_assumed_of_the_base_is_assumed_of_it(make_base):
    def assume(tables):
        tables["basis"]["input.crop"] = {"origin": "assumed", "evidence": "convention"}

    base = make_base(assume)
    entry = adapted(str(base))
    assert [fact.key for fact in entry.manifest.assumed()] == ["input.crop"]
    codes = [finding.code for finding in gantei.load("my-estimator", "cpu").findings]
    assert "assumed-fact" in codes


def test_a_number_from_an_age_estimator_of_another_scale_is_the_number_itself(make_base):
    def scale(tables):
        tables["output"]["age"] |= {"scale": 40.0, "offset": 50.0}

    entry = adapted(str(make_base(scale, "demo-age")), "regression", made=MADE)
    spec = entry.manifest.output["age"]
    assert (spec.scale, spec.offset, spec.unit, spec.range) == (1.0, 0.0, "years", "unknown")
    assert entry.manifest.basis["output.age.scale"].origin == "file"
    assert entry.manifest.basis["output.age.unit"].origin == "fitted"


def test_what_the_base_answered_and_how_well_goes(make_base):
    base = find("demo-age").manifest
    assert base.reduced_decoding is not None
    entry = adapted("demo-age", "regression", reported=[FIGURE])
    assert entry.manifest.reported == [FIGURE]
    assert entry.manifest.reduced_decoding is None
    assert entry.manifest.answer == entry.manifest.known_copy == []
    assert entry.manifest.evaluation.split == "unknown"
    assert [each.values for each in entry.manifest.golden] != [each.values for each in base.golden]
    assert [each.photograph for each in entry.manifest.golden] == [
        f"golden-{n}.jpg" for n in (1, 2, 3)
    ]
    (report,) = verify(["my-estimator"], golden=True)
    assert (report.golden, report.problems) == (3, ())


def test_the_bases_rights_bind_and_its_publisher_is_not_named_as_its_own():
    source, base = adapted().manifest.source, find("demo-sex").manifest.source
    for key in ("terms", "redistribution", "licence", "citation", "doi", "acknowledgement"):
        assert getattr(source, key) == getattr(base, key)
    assert source.may_be_passed_on
    assert (source.publisher, source.developers, source.contact) == ("unknown",) * 3
    assert source.data.startswith("200 photographs of 120 people; before that, those of demo-sex:")
    assert source.original_sha256 == base.original_sha256


def test_the_manifest_tells_of_what_it_was_made():
    made = dataclasses.replace(MADE, sites=3, people_digest="0" * 64)
    entry, (base, weights) = adapted(made=made), check_base("demo-sex")
    table = tomllib.loads((entry.folder / "estimator.toml").read_text("utf-8"))["adapted"]
    assert table == {
        "of": base.name,
        "of_sha256": weights.sha256,
        "began_with": "estimator",
        "method": "logistic",
        "people": 120,
        "photographs": 200,
        "sites": 3,
        "people_digest": "0" * 64,
    }


def test_the_provenance_keeps_the_bases_and_every_adapting_since():
    adapted(name="first", kind="categorical")
    first = json.loads((find("first").folder / "provenance.json").read_text())
    adapted("first", name="second", made=dataclasses.replace(MADE, people=30, photographs=31))
    second = json.loads((find("second").folder / "provenance.json").read_text())
    assert [each["of"] for each in second["adapted"]] == ["demo-sex", "first"]
    assert second["adapted"][0] == first["adapted"][0]
    assert second["adapted"][1]["of_sha256"] == find("first").manifest.weights.sha256
    assert second["adapted"][1]["people"] == 30
    assert second["adapted"][1]["checked"]["answer"] <= 1e-6
    base = json.loads((find("demo-sex").folder / "provenance.json").read_text())
    assert second["original"] == base["original"]
    assert "verification" not in second
    assert second["adapted"][0]["base"]["verification"] == base["verification"]


def test_an_estimator_is_not_adapted_without_end(make_base):
    base = make_base(lambda tables: None)
    kept = json.loads((base / "provenance.json").read_text())
    (base / "provenance.json").write_text(json.dumps(kept | {"adapted": [{}] * 20}))
    with pytest.raises(SettingError, match="adapt the estimator that it began with"):
        check_base(str(base))
    (base / "provenance.json").write_text(json.dumps(kept | {"adapted": "often"}))
    with pytest.raises(ManifestError, match="adapted is no list"):
        check_base(str(base))
    filling = "a" * (1_000_000 - len(json.dumps(kept)) - 100)
    (base / "provenance.json").write_text(json.dumps(kept | {"note": filling}))
    with pytest.raises(SettingError, match="would grow beyond"):
        adapted(str(base))
    (base / "provenance.json").write_text("{")
    with pytest.raises(ManifestError, match="not JSON"):
        adapted(str(base))
    assert store.installed() == {}


def test_the_same_head_gives_the_same_file():
    digests = [adapted(name=name).manifest.weights.sha256 for name in ("one", "two")]
    one, two = ((find(name).folder / "model.onnx").read_bytes() for name in ("one", "two"))
    assert digests[0] != digests[1]  # its own name stands in it
    assert one == two.replace(b"two", b"one")


def test_a_network_that_answers_something_else_is_not_installed(monkeypatch):
    right = head_graph.with_head

    def wrong(model, output, head):
        return right(model, output, dataclasses.replace(head, bias=head.bias + 0.001))

    monkeypatch.setattr(head_graph, "with_head", wrong)
    with pytest.raises(WeightsError, match="nothing is installed"):
        adapted()
    assert store.installed() == {}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("My Estimator", "words of a-z and 0-9"),
        ("../outside", "words of a-z and 0-9"),
        ("demo-age", "name of the catalogue"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name, said):
    with pytest.raises(SettingError, match=said):
        adapted(name=name)
    assert store.installed() == {}


def test_a_name_that_is_taken_is_refused_unless_it_is_to_be_replaced():
    adapted()
    with pytest.raises(AlreadyInstalledError, match="--replace"):
        adapted(kind="categorical")
    assert adapted(kind="categorical", replace=True).manifest.output.keys() == {"camera"}
    with pytest.raises(SettingError, match="name of the estimator itself"):
        adapted("my-estimator", replace=True)


@pytest.mark.parametrize(
    "target",
    [
        LearningTarget("Eye", "binary", ("left", "right")),
        LearningTarget("eye", "binary", ("left", "left")),
        LearningTarget("eye", "binary", ("left", "a,b")),
        LearningTarget("camera", "categorical", ("a", "b=c", "d")),
        LearningTarget("camera", "categorical", ("a", "", "d")),
        LearningTarget("age", "regression", unit=""),
    ],
)
def test_names_that_a_manifest_cannot_hold_are_refused_before_anything_is_written(target):
    entry, _ = check_base("demo-sex")
    with pytest.raises(ManifestError, match="my-estimator"):
        install_adapted(entry, head_of(target, 256), "my-estimator", MADE)
    assert store.installed() == {}


def test_a_variant_is_no_base(make_base):
    def lighten(tables):
        tables["variant"] = {
            "of": "demo-sex",
            "of_sha256": "0" * 64,
            "precision": "fp16",
            "calibrated_on": 0,
            "measured_on": 32,
            "drift": [
                {
                    "value": "male",
                    "unit": "probability",
                    "mean": 0.0,
                    "percentile_95": 0.0,
                    "largest": 0.0,
                    "limit": 0.02,
                }
            ],
            "cost": [],
        }

    with pytest.raises(SettingError, match="adapt demo-sex, and then gantei optimise"):
        check_base(str(make_base(lighten)))


def test_an_unsettled_estimator_is_no_base(make_base):
    def forget(tables):
        tables["input"]["crop"] = "unknown"
        tables["basis"]["input.crop"] = {"origin": "unknown", "evidence": "nobody says"}

    with pytest.raises(UnsettledError, match=r"input\.crop"):
        check_base(str(make_base(forget)))


def test_an_estimator_without_an_embedding_is_no_base(make_estimator):
    with pytest.raises(SettingError, match=r"no embedding.*import its file again.*--whole-network"):
        check_base(str(make_estimator()))


def test_an_estimator_that_is_not_here_is_no_base():
    for name in ("joir-sex-mobilenet", "nobody"):
        with pytest.raises(GanteiError, match=name):
            check_base(name)


def test_weights_that_are_others_are_no_base(make_base):
    folder = make_base(lambda tables: None)
    content = bytearray((folder / "model.onnx").read_bytes())
    content[-5] ^= 1
    (folder / "model.onnx").write_bytes(content)
    with pytest.raises(WeightsError, match="not the file that its manifest describes"):
        check_base(str(folder))


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": 0},
        {"people": 201},
        {"sites": 0},
        {"strength": math.inf},
        {"strength": -1.0},
        {"settings": {"a": math.nan}},
        {"settings": {"a": "b" * 201}},
        {"settings": {str(n): n for n in range(41)}},
    ],
)
def test_counts_and_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(SettingError):
        dataclasses.replace(MADE, **wrong)


def test_what_is_said_of_the_people_stands_in_the_manifest():
    made = dataclasses.replace(MADE, training=Training(cameras="two of our own"), publisher="We")
    manifest = adapted(made=made).manifest
    assert (manifest.training.cameras, manifest.source.publisher) == ("two of our own", "We")


def test_its_card_is_what_its_folder_says(capsys):
    adapted(reported=[FIGURE])
    assert main(["card", "my-estimator", "--check"]) == 0, capsys.readouterr()
