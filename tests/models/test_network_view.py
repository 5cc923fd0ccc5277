"""What a network sees is looked at once for all estimators that see the same."""

from types import SimpleNamespace

import numpy as np
import pytest

from gantei.errors import PhotographError
from gantei.findings.finding import Finding
from gantei.inference import pipeline
from gantei.manifests.manifest import InputSpec
from gantei.photographs import preprocessing
from gantei.photographs.eyes import Eye
from gantei.photographs.network_view import look, view_spec
from gantei.photographs.photograph import open_photograph
from gantei.photographs.preprocessing import prepare_photograph, scaled

FACTS = {
    "size": (64, 64), "colour": "rgb", "crop": "disc", "mirror": "none", "decoder": "pillow",
    "resampling": "bilinear", "scale": "in-graph",
}  # fmt: skip


def estimator(reduces=False, **facts):
    """As much of an estimator as preparing asks for."""
    spec = InputSpec(**{**FACTS, **facts})

    def prepare(photograph):
        return prepare_photograph(photograph, spec, reduced=reduces)

    return SimpleNamespace(
        manifest=SimpleNamespace(input=spec), reduces=reduces, prepare=prepare, takes_pixels=False
    )


@pytest.fixture
def looks(monkeypatch):
    """What was looked for, in order."""
    found = []

    def counted(photograph, wanted):
        found.append(wanted)
        return look(photograph, wanted)

    monkeypatch.setattr(preprocessing, "look", counted)
    return found


def test_estimators_that_differ_in_colour_and_scale_alone_share_one_look(looks, fundus, encoded):
    photograph = open_photograph(encoded(fundus, "JPEG"), eye="left")
    several = [
        estimator(), estimator(colour="bgr"), estimator(mirror="left-eyes"),
        estimator(scale={"mean": [1, 2, 3], "std": [4, 5, 6]}),
    ]  # fmt: skip
    prepared = pipeline.prepare(photograph, several)
    assert len(looks) == 1
    for inputs, each in zip(prepared.inputs, several, strict=True):
        assert np.array_equal(
            inputs, each.prepare(open_photograph(encoded(fundus, "JPEG"), eye="left"))
        )


@pytest.mark.parametrize(
    "other",
    [{"size": (64, 48)}, {"crop": "none"}, {"decoder": "tensorflow"}, {"resampling": "bicubic"}],
    ids=lambda facts: next(iter(facts)),
)
def test_estimators_that_see_something_else_look_for_themselves(looks, fundus, encoded, other):
    photograph = open_photograph(encoded(fundus, "JPEG"))
    several = [estimator(), estimator(**other)]
    prepared = pipeline.prepare(photograph, several)
    assert len(looks) == 2
    for inputs, each in zip(prepared.inputs, several, strict=True):
        assert np.array_equal(inputs, each.prepare(open_photograph(encoded(fundus, "JPEG"))))


def test_one_that_may_decode_at_reduced_size_shares_with_no_other(looks, draw, encoded):
    photograph = open_photograph(encoded(draw(2000, 2000), "JPEG"))
    prepared = pipeline.prepare(photograph, [estimator(), estimator(reduces=True)])
    assert [each.reduced for each in looks] == [False, True]
    assert not np.array_equal(*prepared.inputs)


def test_a_view_is_left_as_it_was_by_whoever_scales_it(fundus):
    spec = InputSpec(**{**FACTS, "scale": {"mean": [1, 2, 3], "std": [4, 5, 6]}})
    view = look(open_photograph(fundus), view_spec(spec))
    before = view.pixels.copy()
    assert scaled(view, spec).dtype == np.float32
    assert np.array_equal(view.pixels, before)


@pytest.mark.parametrize(
    ("eye", "code"), [(None, "eye-needed"), ("unknown", "eye-needed"), ("detect", "eye-not-found")]
)
def test_an_eye_that_is_not_known_is_a_finding_which_only_a_network_that_needs_it_raises(
    fundus, eye, code
):
    photograph = open_photograph(fundus, eye=eye)
    assert photograph.eye is None
    assert photograph.eye_or_finding == Finding(code)
    with pytest.raises(PhotographError) as caught:
        prepare_photograph(photograph, InputSpec(**{**FACTS, "mirror": "left-eyes"}))
    assert (caught.value.code, caught.value.source) == (code, "<image>")
    assert prepare_photograph(photograph, InputSpec(**FACTS)).shape == (64, 64, 3)


def test_an_eye_that_is_stated_is_not_sought(fundus, monkeypatch):
    monkeypatch.delattr("gantei.photographs.photograph.detected_eye")
    assert open_photograph(fundus, eye="OS").eye_or_finding == Eye("left", "stated")


def test_the_optic_disc_is_sought_once(fundus, monkeypatch):
    calls = []

    def seek(image):
        calls.append(image)

    monkeypatch.setattr("gantei.photographs.photograph.detected_eye", seek)
    photograph = open_photograph(fundus, eye="detect")
    assert [photograph.eye, photograph.eye_or_finding.code] == [None, "eye-not-found"]
    assert len(calls) == 1
