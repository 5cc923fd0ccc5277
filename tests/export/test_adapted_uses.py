"""An adapted estimator is used like all others: estimated with, changed, signed, passed on."""

import csv
import json
import shutil
import tomllib
from io import StringIO

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.bundle.components import components
from gantei.calibrations.calibration_store import save_calibration
from gantei.catalogue import store
from gantei.catalogue.entries import SHIPPED, find
from gantei.command_line import main
from gantei.errors import CalibrationError, SettingError, SignatureError, WeightsError
from gantei.estimator.verification import verify
from gantei.labels.results_table import read_results
from gantei.manifests.file import parse_manifest
from gantei.photographs.listing import list_photographs
from gantei.publish.publishing import prepare_publication
from gantei_export.adapting.checking_base import check_base
from gantei_export.adapting.installing_adapted import install_adapted
from gantei_export.adapting.made_of import MadeOf
from gantei_export.adapting.people_digest import people_digest
from gantei_export.changing.change_estimator import refuse_other_input, set_facts
from gantei_export.learning.learning_target import LearningTarget
from gantei_export.optimisation.optimiser import optimise

from ..calibrated import calibration_of, logistic
from ..conftest import made_picture
from .heads import TARGETS, head_of

PEOPLE = ("Yamada-Hanako-1234567", "Sato-Ichiro-7654321")


@pytest.fixture
def eye():
    """The folder of `my-eye`, a head for two classes on `demo-sex`."""
    return adapt("demo-sex").folder


@pytest.fixture
def photographs(tmp_path):
    """A folder with the demo's photographs and drawn pictures, 40 of them."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(40):
        Image.fromarray(made_picture(number, 176)).save(folder / f"{number}.png")
    return folder


def adapt(base, kind="binary", name="my-eye", replace=False):
    made = MadeOf(
        "logistic",
        people=len(PEOPLE),
        photographs=4,
        people_digest=people_digest(PEOPLE),
        strength=100.0,
        settings={"folds": 5},
    )
    entry, _ = check_base(str(base))
    return install_adapted(entry, head_of(TARGETS[kind], 256), name, made, replace=replace)


def run(*arguments):
    return main([*map(str, arguments)])


def test_a_table_of_estimates_has_its_values_maps_and_embeddings(eye, tmp_path):
    shutil.copytree(SHIPPED / "demo-age", tmp_path / "given", ignore=lambda _, names: [
        name for name in names if not name.endswith(".jpg")
    ])  # fmt: skip
    out = tmp_path / "results.csv"
    more = ["--embeddings", tmp_path / "vectors.npy", "--maps", tmp_path / "maps"]
    assert run("predict", tmp_path / "given", "--with", "my-eye", "--out", out, *more) == 0
    rows = list(csv.DictReader(StringIO(out.read_text("utf-8-sig"))))
    vectors = np.load(tmp_path / "vectors.npy")
    expected = head_of(TARGETS["binary"], 256).estimates(vectors)
    np.testing.assert_allclose(
        [float(row["my-eye.right"]) for row in rows], expected, rtol=1e-6, atol=1e-6
    )
    described = read_results(out).output("my-eye.eye")
    assert (described.kind, described.classes) == ("binary", ("left", "right"))
    assert len(list((tmp_path / "maps").rglob("*.png"))) == len(rows) == 3


def test_a_label_may_be_stated_and_a_fact_that_it_learnt_under_may_not(eye):
    set_facts("my-eye", {"output.labels": "left,right", "input.mirror": "none"}, "the authors")
    assert find("my-eye").manifest.basis["input.mirror"].origin == "stated"
    assert find("my-eye").manifest.adapted.of == "demo-sex"
    with pytest.raises(SettingError, match=r"under input\.crop = disc.*change demo-sex"):
        set_facts("my-eye", {"input.crop": "none"}, "the authors")
    assert verify(["my-eye"], golden=True)[0].problems == ()


def test_what_is_settled_of_the_input_is_not_applied_to_it(eye):
    manifest = find("my-eye").manifest
    tables = manifest.tables()
    refuse_other_input(manifest, tables)
    tables["input"]["colour"] = "bgr"
    with pytest.raises(SettingError, match=r"input\.colour = rgb"):
        refuse_other_input(manifest, tables)
    refuse_other_input(find("demo-sex").manifest, tables)


def test_a_lighter_variant_is_made_of_it_and_refused_once_it_is_another(eye, photographs):
    made = optimise("my-eye", "fp16", list_photographs([photographs]))
    assert made.entry.manifest.adapted == find("my-eye").manifest.adapted
    assert run("card", "my-eye-fp16", "--check") == 0
    with pytest.raises(SettingError, match="adapt my-eye, and then gantei optimise"):
        check_base("my-eye-fp16")
    adapt("demo-sex", "categorical", replace=True)
    with pytest.raises(WeightsError, match="made from a different version of my-eye"):
        gantei.load("my-eye-fp16")


def test_a_signed_one_opens_where_signatures_are_required(eye, publisher, monkeypatch):
    publisher.sign(eye)
    publisher.trusted("my-eye")
    monkeypatch.setenv("GANTEI_TRUST", "require")
    assert gantei.load("my-eye", "cpu").remarks == ()
    assert check_base("my-eye")[0].name == "my-eye"
    with pytest.raises(SettingError, match="is signed, and is not changed"):
        set_facts("my-eye", {"input.mirror": "none"}, "x")


def test_an_unsigned_base_is_refused_where_signatures_are_required(eye, monkeypatch):
    monkeypatch.setenv("GANTEI_TRUST", "require")
    with pytest.raises(SignatureError, match="my-eye"):
        check_base("my-eye")
    assert check_base("demo-sex")[0].name == "demo-sex"


def test_a_base_that_was_altered_since_it_was_signed_is_refused(eye, publisher):
    publisher.sign(eye)
    publisher.trusted("my-eye")
    (eye / "card.md").write_text("another card")
    assert gantei.load("my-eye", "cpu").remarks  # it opens, and every result says so
    with pytest.raises(SignatureError, match="no estimator is made of it"):
        check_base("my-eye")


def test_it_may_be_published_where_its_base_may(eye):
    uploads = {each.name for each in prepare_publication(eye).uploads}
    assert {"estimator.toml", "model.onnx", "card.md", "provenance.json"} <= uploads


def test_it_may_not_be_published_where_its_base_may_not(make_base):
    def close(tables):
        tables["source"]["redistribution"] = "unknown"

    base = make_base(close)
    first = adapt(base).folder
    with pytest.raises(SettingError, match=f"Ask the publisher of {base.name}, whose rights bind"):
        prepare_publication(first)
    again = adapt("my-eye", name="my-second").folder
    with pytest.raises(SettingError, match="Ask the publisher of my-eye"):
        prepare_publication(again)


def test_a_bundle_lists_it_with_its_ancestor(eye, tmp_path):
    manifest = find("my-eye").manifest
    (listed,) = json.loads(components(tmp_path, [manifest]))["components"]
    assert listed["pedigree"]["ancestors"] == [
        {
            "type": "machine-learning-model",
            "name": "demo-sex",
            "hashes": [{"alg": "SHA-256", "content": manifest.adapted.of_sha256}],
        }
    ]


def test_a_calibration_of_the_base_is_none_of_its_own(eye):
    save_calibration(calibration_of(find("demo-sex").manifest))
    with pytest.raises(CalibrationError):
        gantei.load("my-eye", "cpu", calibration="clinic")


def test_it_is_calibrated_like_others(eye):
    fits = {"eye": logistic(("left", "right"))}
    save_calibration(calibration_of(find("my-eye").manifest, outputs=fits))
    (prediction,) = gantei.load("my-eye", "cpu", calibration="clinic").predict(
        SHIPPED / "demo-age" / "golden-1.jpg"
    )
    assert prediction.calibrated["right"].value != prediction.values["right"]


def test_show_list_and_card_say_what_it_was_made_of(eye, capsys):
    said = "adapted from demo-sex: a new head on its embeddings, by logistic regression"
    assert run("show", "my-eye") == 0
    assert f"{said}; its network is as it was; fitted on 4 photographs of 2 people" in (
        capsys.readouterr().out
    )
    card = (eye / "card.md").read_text("utf-8")
    sha256 = find("demo-sex").manifest.weights.sha256
    assert f"- adapted from: demo-sex, weights sha256 {sha256}" in card
    assert "- training set: 4 photographs of 2 people" in card
    assert "- 元の推定器: demo-sex の埋め込みベクトルに、ロジスティック回帰による" in card
    assert "- largest difference from the original: not compared: what was fitted is new" in card
    assert "- adapted: once" in card
    assert "- published" not in card


def test_its_folder_names_nobody_and_no_file_of_this_machine(eye, tmp_path):
    for file in eye.iterdir():
        content = file.read_bytes()
        for name in PEOPLE:
            for part in (name, *name.split("-")):
                assert part.encode() not in content, file.name
        assert str(tmp_path).encode() not in content
        assert str(store.home()).encode() not in content
    digest = tomllib.loads((eye / "estimator.toml").read_text("utf-8"))["adapted"]["people_digest"]
    assert digest == people_digest(reversed(PEOPLE))


def test_an_import_in_its_place_takes_nothing_over_from_its_head(small_file):
    facts = ["--set", "input.scale=0..1", "--set", "output.positive=male", "--because", "page 3"]
    assert run("import", "first", small_file, "--task", "sex", *facts) == 0
    target = LearningTarget("sex", "binary", ("male", "female"))
    base, _ = check_base("first")
    made = MadeOf("logistic", people=10, photographs=10)
    install_adapted(base, head_of(target, 4), "second", made)
    assert find("second").manifest.output["sex"].positive == "female"
    assert run("import", "second", small_file, "--task", "sex", "--replace") == 0
    assert find("second").manifest.output["sex"].positive == "unknown"
    assert run("import", "first", small_file, "--task", "sex", "--replace") == 0
    assert find("first").manifest.output["sex"].positive == "male"


def test_its_manifest_is_read_strictly(eye):
    tables = find("my-eye").manifest.tables()
    for key, value in {"people": 0, "method": "magic", "of_sha256": "x", "names": ["a"]}.items():
        changed = tables | {"adapted": tables["adapted"] | {key: value}}
        with pytest.raises(gantei.ManifestError, match=key):
            parse_manifest(changed, "here")
