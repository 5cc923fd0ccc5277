"""Which eye a photograph shows, and what a network that mirrors left eyes sees of it."""

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei import demo
from gantei.errors import PhotographError, SettingError
from gantei.findings.finding import Finding
from gantei.inference.pipeline import estimate
from gantei.photographs.eye_names import rules, side_in_name, side_of
from gantei.photographs.eye_pairs import SIDES, sides_by_names
from gantei.photographs.eyes import Eye, eyes_of
from gantei.photographs.formats.known_formats import suffixes
from gantei.photographs.optic_disc import find_side
from gantei.photographs.photograph import open_photograph
from gantei.photographs.preprocessing import prepare_photograph

from ..conftest import made_picture
from ..explained import explained_network
from ..eye_names import NAMES, NO_PAIRS, PAIRS


def mirrors(tables):
    tables["input"]["mirror"] = "left-eyes"


@pytest.fixture
def mirroring(make_estimator):
    return gantei.load(make_estimator(change=mirrors))


@pytest.mark.parametrize(("path", "side", "sure"), NAMES)
def test_a_name_tells_a_side_or_nothing(path, side, sure):
    assert side_in_name(path)[:2] == (side, sure)


@pytest.mark.parametrize(("right", "left", "_"), PAIRS)
def test_two_names_that_differ_in_the_side_alone_tell_each_other(right, left, _):
    assert [SIDES[each] for each in sides_by_names([left, right])] == ["left", "right"]


@pytest.mark.parametrize("paths", NO_PAIRS)
def test_names_that_are_no_pair_tell_what_each_tells_alone(paths):
    told = [side_in_name(path) for path in paths]
    sides = [each.side if each.sure else None for each in told]
    assert [SIDES[each] for each in sides_by_names(paths)] == sides


@pytest.mark.parametrize("suffix", [*suffixes(), ".JPG", ".dcm"])
def test_the_ending_of_a_photograph_is_no_part_of_its_name(suffix):
    assert side_in_name(f"p1{suffix}").key == "p1"


def test_what_stands_behind_another_dot_is_part_of_the_name():
    keys = [side_in_name(f"1.2.392.{number}").key for number in (101, 102)]
    assert keys == ["1.2.392.101", "1.2.392.102"]


@pytest.mark.parametrize("text", [
    "right", "R", "OD", "od", "RE", " Right ", "右", "右眼", "右目", "\uff32",
])  # fmt: skip
def test_right_is_spelled_in_many_ways(text):
    assert side_of(text) == "right"


@pytest.mark.parametrize("word", [*rules()["alone"], *rules()["together"], "左目"])
def test_a_table_states_every_word_that_names_tell(word):
    assert side_of(word.upper()) in ("left", "right")


@pytest.mark.parametrize("text", ["", "ou", "both", "1", "rigth", "左右", "左右眼", "iOS"])
def test_what_is_no_side_is_refused(text):
    with pytest.raises(SettingError, match="no side of an eye"):
        side_of(text)


def test_eyes_are_said_for_all_for_each_or_by_path():
    paths = ["a.jpg", "sub/b-left.jpg"]
    right, named = Eye("right", "stated"), Eye("left", "file name")
    assert eyes_of(paths, None) == [None, named]
    assert eyes_of(paths, {"./a.jpg": "OD"}) == [right, named]
    assert eyes_of(paths, ["R", None]) == [right, named]
    assert eyes_of(paths, "detect") == ["detect", named]
    (first, second) = eyes_of(paths, "right")
    assert first == right
    assert second.side == "right"
    assert second.findings == (Finding("eye-contradicts-name", side="right", name="left"),)


@pytest.mark.parametrize(
    ("eyes", "what"),
    [(["right"], "1 eyes of 2"), ({"c.jpg": "left"}, "no photograph here"),
     (["up", None], "no side"), ([1, None], "an eye is")],
)  # fmt: skip
def test_eyes_that_make_no_sense_are_refused(eyes, what):
    with pytest.raises(SettingError, match=what):
        eyes_of(["a.jpg", "b.jpg"], eyes)


def test_a_left_eye_is_mirrored_and_a_right_one_is_not(mirroring):
    picture = made_picture(1)
    right = mirroring.prepare(picture, eye="right")
    assert np.array_equal(mirroring.prepare(picture, eye="left"), right[:, ::-1])
    assert not np.array_equal(right, right[:, ::-1])
    spec = mirroring.manifest.input
    assert np.array_equal(gantei.prepare(picture, spec, "left"), right[:, ::-1])
    with pytest.raises(PhotographError, match="right or left eye"):
        gantei.prepare(picture, spec)


@pytest.mark.parametrize("side", [384, 601, 1500])
def test_a_left_eye_is_seen_as_its_author_prepared_it(mirroring, side):
    """Mirrored by Pillow, then resized: the same at the network's size, else within a level."""
    spec = mirroring.manifest.input.model_copy(update={"size": (384, 384)})
    image = Image.fromarray(np.random.default_rng(3).integers(0, 256, (side, side, 3), np.uint8))
    author = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    author = author.resize((384, 384), Image.Resampling.BILINEAR)
    seen = prepare_photograph(open_photograph(image, eye="left"), spec)
    difference = np.abs(seen - np.asarray(author, np.float32)).max()
    assert difference <= (0 if side == 384 else 1)


def test_without_an_eye_the_photograph_has_an_error_that_says_how_to_tell_it(mirroring, tmp_path):
    path = tmp_path / "1.png"
    Image.fromarray(made_picture(1)).save(path)
    (prediction,) = mirroring.predict(path, on_error="record")
    assert "right or left eye?" in str(prediction.error)
    assert "--eyes FILE" in str(prediction.error)
    assert prediction.eye is None
    (told,) = mirroring.predict(path, eyes="L")
    assert told.values
    assert told.eye == Eye("left", "stated")


@pytest.mark.parametrize("by_name", ["right", "left"])
def test_looking_for_the_eye_leaves_what_a_name_tells(mirroring, tmp_path, by_name):
    """One order everywhere: what `prepare` gives is what `predict` feeds the network."""
    who = demo.person(SEED, 1)
    picture = demo.draw_photograph(SEED, who, who.eyes[0], scale=0.3).image
    path = tmp_path / f"p1-{by_name}.png"
    picture.save(path)
    expected = mirroring.prepare(picture, eye=by_name)
    assert np.array_equal(mirroring.prepare(path, eye="detect"), expected)
    assert not np.array_equal(expected, expected[:, ::-1])
    assert open_photograph(path, eye="detect").eye == Eye(by_name, "file name")
    for eyes in (None, "detect", ["detect"], {path: "detect"}):
        (prediction,) = mirroring.predict(path, eyes=eyes)
        assert prediction.eye == Eye(by_name, "file name")
    (told,) = estimate([path], [mirroring])
    assert told.eye == Eye(by_name, "file name")


def test_a_network_that_mirrors_nothing_needs_no_eye(make_estimator):
    (prediction,) = gantei.load(make_estimator()).predict(made_picture(1))
    assert prediction.values
    assert prediction.eye is None
    assert not any("eye" in finding.code for finding in prediction.findings)


def test_the_map_of_a_mirrored_eye_lies_on_the_photograph_as_it_is(make_estimator):
    """Each place of this network's map is the mean of its pixels, so the map shows the picture."""
    plain = gantei.load(make_estimator("plain", network=explained_network()))
    mirroring = gantei.load(make_estimator("made", change=mirrors, network=explained_network()))
    picture = made_picture(1)
    (expected,) = plain.predict(picture, explain=True)
    (left,) = mirroring.predict(picture, explain=True, eyes="left")
    shown = expected.explanation.map
    assert not np.allclose(shown, shown[:, ::-1])
    np.testing.assert_allclose(left.explanation.map, shown, rtol=1e-6)
    assert left.explanation.box == expected.explanation.box


SEED = 5


def test_the_optic_disc_tells_the_side_and_the_other_one_of_a_mirrored_picture():
    told = 0
    for number in range(1, 9):
        who = demo.person(SEED, number)
        image = demo.draw_photograph(SEED, who, who.eyes[0], scale=0.2).image
        sides = [find_side(each).side for each in (image, image.transpose(0))]
        other = {"right": "left", "left": "right"}[who.eyes[0].side]
        assert sides[0] in (who.eyes[0].side, None)
        assert sides[1] in (other, None)
        told += sides.count(None) == 0
    assert told >= 7


def test_what_is_no_fundus_photograph_has_no_side(draw):
    noise = np.random.default_rng(1).integers(0, 256, (300, 300, 3), np.uint8)
    even = np.full((300, 300, 3), (150, 80, 40), np.uint8)
    for picture in (noise, even, made_picture(3, 300), draw(300, 300, noise=0)):
        assert find_side(Image.fromarray(np.asarray(picture))).side is None


def test_a_detected_eye_says_that_it_is_assumed(mirroring, tmp_path):
    who = next(who for n in range(1, 50) if len((who := demo.person(SEED, n)).eyes) == 2)
    image = demo.draw_photograph(SEED, who, who.eyes[1], scale=0.3).image
    (prediction,) = mirroring.predict(image, eyes="detect")
    assert prediction.eye.side == "left"
    assert prediction.eye.origin == "detected"
    assert Finding("eye-detected", side="left") in prediction.findings
    (blank,) = mirroring.predict(made_picture(1), eyes="detect", on_error="record")
    assert "the optic disc does not tell" in str(blank.error)


@pytest.mark.parametrize("kind", [list, iter])
@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("eyes", [[], ["left"], ["left", None], ["left", None, "right", "right"]])
def test_eyes_of_another_number_than_the_photographs_are_refused(eyes, batch, kind, make_estimator):
    estimator, pictures = gantei.load(make_estimator()), [made_picture(seed) for seed in range(3)]
    with pytest.raises(SettingError, match="give one eye per photograph"):
        list(estimate(kind(pictures), [estimator], batch=batch, eyes=kind(eyes)))
    answers = list(estimate(kind(pictures), [estimator], batch=batch, eyes=kind([None] * 3)))
    assert [answer.error for answer in answers] == [None] * 3
