"""Candidates of `gantei settle`: which there are, and how few runs of a network they take."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from gantei.catalogue.entries import find
from gantei.errors import SettingError
from gantei.labels.estimated_output import EstimatedOutput
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.manifest import Binary, Categorical, InputSpec, Regression
from gantei.photographs.eyes import Eye
from gantei.photographs.listing import StudyPhotograph
from gantei_export.settling.age_scale import age_scale
from gantei_export.settling.answers import CandidateNetwork, linear_values
from gantei_export.settling.candidates import Grid
from gantei_export.settling.candidates_file import read_candidates
from gantei_export.settling.cohort_notes import cohort_notes
from gantei_export.settling.columns import columns_of
from gantei_export.settling.open_facts import TRIED, open_facts
from gantei_export.settling.scores import LabelledPerson

from ..conftest import made_picture
from .settling_cases import install

CLASSES = {"sex": ("female", "male")}
ALL = (
    *(f"input.{key}" for key in ("scale", "colour", "crop", "mirror", "decoder", "resampling")),
    "output.sex.positive",
)


def grid(**options):
    install(**options)
    manifest = find("hidden").manifest
    return Grid(manifest, open_facts(manifest, CLASSES, {}), CLASSES, {})


def test_every_fact_of_the_input_but_its_size_is_tried_with_all_its_values():
    assert {f"input.{key}" for key in InputSpec.model_fields} == TRIED.keys() | {"input.size"}
    for key in TRIED.keys() - {"input.scale"}:  # numbers, of which the usual ones are tried
        values = get_args(InputSpec.model_fields[key.removeprefix("input.")].annotation)
        assert {*values} == {*TRIED[key], UNKNOWN}, key


def test_every_combination_of_what_is_unknown_is_a_candidate():
    made = grid(hidden=ALL)
    candidates = made.coarse()
    assert len({each.facts for each in candidates}) == 5 * 2 * 3 * 2 * 2 == len(candidates)
    assert {each.words["input.resampling"] for each in candidates} == {"bilinear"}
    finer = made.finer(candidates[7])
    assert finer[0] is candidates[7]
    assert len({each.facts for each in finer}) == 2 * 10
    assert made.explanation().startswith("120 candidates = ")
    assert "20 candidates = 2 decoders × 10 resamplings" in made.explanation()


def test_what_is_assumed_is_tried_too_and_stands_for_itself():
    def assumed(tables):
        tables["input"]["resampling"] = "lanczos"
        tables["input"]["scale"] = {"mean": [1.0] * 3, "std": [2.0] * 3}

    made = grid(hidden=("input.scale", "input.resampling"), origin="assumed", change=assumed)
    candidates = made.coarse()
    assert {each.words["input.resampling"] for each in candidates} == {"lanczos"}
    assert len({each.words["input.scale"] for each in candidates}) == 6
    assert "1,1,1,2,2,2" in {each.words["input.scale"] for each in candidates}


@pytest.mark.parametrize("origin", ["file", "publisher", "stated"])
def test_what_is_known_stays_but_the_order_is_checked(origin):
    made = grid(hidden=ALL, origin=origin)
    assert [(fact.key, fact.role) for fact in made.facts] == [("output.sex.positive", "checked")]


def test_means_of_a_usual_scale_follow_the_order_of_colours():
    made = grid(hidden=("input.scale", "input.colour"))
    means = {
        each.words["input.colour"]: each.spec.scale.mean
        for each in made.coarse()
        if each.words["input.scale"] == "caffe"
    }
    assert means["rgb"] == (123.68, 116.779, 103.939)
    assert means["bgr"] == means["rgb"][::-1]


def test_an_unknown_size_is_asked_for():
    made = grid(hidden=("input.size", "input.colour"))
    with pytest.raises(SettingError, match=r"gantei set hidden input\.size"):
        made.coarse()


def test_a_right_eye_is_not_run_again_for_mirroring_nor_anything_for_the_order(tmp_path):
    from PIL import Image

    from gantei.inference.session import open_session

    folder = tmp_path / "eye.png"
    Image.fromarray(made_picture(3)).save(folder)
    made = grid(hidden=("input.scale", "input.mirror", "output.sex.positive"))
    columns = columns_of(made.coarse(), "sex", CLASSES["sex"])
    specs = list(dict.fromkeys(each.spec for each in columns.readers))
    entry = find("hidden")
    session = open_session((entry.folder / "model.onnx").read_bytes(), "cpu", 1, "hidden")
    network = CandidateNetwork(entry.manifest, session)
    listed = StudyPhotograph(folder, "eye.png", Eye("right", "file name"))
    answers, runs = network.answers(listed, specs, allow_grey=False)
    assert (len(made.coarse()), len(answers), runs) == (20, 10, 5)
    left = replace(listed, eye=Eye("left", "file name"))
    assert network.answers(left, specs, allow_grey=False)[1] == 10


def test_a_candidate_is_fed_as_an_estimator_with_its_facts_would_be(tmp_path):
    from PIL import Image

    import gantei
    from gantei.inference.session import open_session

    path = tmp_path / "eye.png"
    Image.fromarray(made_picture(4)).save(path)
    folder = install(hidden=())
    (prediction,) = gantei.load(folder).predict(path)
    manifest = find("hidden").manifest
    session = open_session((folder / "model.onnx").read_bytes(), "cpu", 1, "hidden")
    listed = StudyPhotograph(path, "eye.png")
    answers, _ = CandidateNetwork(manifest, session).answers(
        listed, [manifest.input], allow_grey=False
    )
    assert answers[manifest.input]["sex"][0] == np.float32(prediction.values["male"])


def test_a_label_is_linear_in_the_logit_and_classes_in_the_logarithm():
    two = Binary(kind="binary", labels=("a", "b"), positive="a", transform="none")
    assert linear_values(np.float32([0.5]), two, ("a", "b")) == pytest.approx([0])
    assert np.isnan(linear_values(np.float32([1.5]), two, ("a", "b"))).all()
    raw = two.model_copy(update={"transform": "sigmoid"})
    assert linear_values(np.float32([1.5]), raw, ("a", "b")) == pytest.approx([1.5])
    three = Categorical(kind="categorical", classes=("c", "a", "b"), transform="none")
    values = linear_values(np.float32([0.5, 0.25, 0.25]), three, ("a", "b", "c"))
    assert values == pytest.approx(np.log([0.25, 0.25, 0.5]))
    number = Regression(
        kind="regression", unit="years", scale=UNKNOWN, offset=UNKNOWN, range=UNKNOWN
    )
    assert linear_values(np.float32([0.4]), number, ()) == pytest.approx([0.4])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.toml", '[input]\nscale = ["0..1", "torch"]\n[output]\npositive = ["male"]\n'),
        ("c.toml", '"input.scale" = ["0..1", "torch"]\n"output.sex.positive" = ["male"]\n'),
        ("c.json", '{"input.scale": ["0..1", "torch"], "output.positive": ["male"]}'),
    ],
)
def test_a_file_of_candidates_is_toml_or_json(tmp_path, name, text):
    install()
    (tmp_path / name).write_text(text, "utf-8")
    found = read_candidates(tmp_path / name, find("hidden").manifest)
    assert found == {"input.scale": ("0..1", "torch"), "output.sex.positive": ("male",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "neither TOML"),
        ('"input.scale" = "0..1"', "a list"),
        ('"input.scale" = ["7,8"]', "expects"),
        ('"input.nothing" = ["1"]', "unknown fact"),
        ('"output.other.positive" = ["male"]', r"c\.toml: hidden has no fact 'output.other"),
        ('"input.scale" = ["nan,1,1,1,1,1"]', r'c\.toml: input\.scale "nan.*: expects .*MEAN'),
        ('"input.scale" = ["0,0,0,0,0,0"]', r'c\.toml: input\.scale "0,.*: hidden: std must'),
        (
            '"output.sex.labels" = ["dog,cat"]\n"output.sex.positive" = ["male"]',
            r'c\.toml: output\.sex\.labels "dog,cat": ',
        ),
        ("", "names no fact"),
    ],
)
def test_a_file_that_is_wrong_says_what_is_expected(tmp_path, text, said):
    install()
    path = tmp_path / "c.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingError, match=said):
        read_candidates(path, find("hidden").manifest)


def test_what_the_publisher_states_is_not_tried_otherwise():
    install(hidden=("input.colour",), origin="publisher")
    with pytest.raises(SettingError, match="as its publisher says"):
        open_facts(find("hidden").manifest, CLASSES, {"input.colour": ("rgb", "bgr")})


AGES = np.linspace(20, 80, 31)


@pytest.mark.parametrize(
    ("outputs", "meaning"),
    [
        (AGES * 0.8 + 9, "years"),
        (AGES / 100, "hundredths"),
        (AGES + 300, "fitted line"),
        ((AGES - 50) / 12, "fitted line"),
        (AGES * 0, "fitted line"),
    ],
)
def test_a_number_is_read_by_the_slope_of_its_line(outputs, meaning):
    assert age_scale(outputs, AGES).meaning == meaning


def test_a_share_of_another_number_of_years_is_doubted():
    assert age_scale(AGES / 120, AGES).doubtful
    assert age_scale(AGES - 9, AGES).doubtful
    assert not age_scale(AGES / 100, AGES).doubtful
    noise = np.random.default_rng(3).normal(0, 5, len(AGES))
    assert not age_scale(AGES + noise + 2, AGES).doubtful


def test_ages_that_lie_close_together_are_named():
    output = EstimatedOutput("made", "age", "regression", "years", (), ("age",), "")
    people = [LabelledPerson(str(age), (), {"age": float(age)}) for age in range(40, 52)]
    (note,) = cohort_notes(people, {"age": output}, ())
    assert "40 to 51" in note.english
    assert "40〜51歳" in note.japanese
    wide = [LabelledPerson(str(age), (), {"age": float(age)}) for age in range(20, 80)]
    assert cohort_notes(wide, {"age": output}, ()) == ()
