"""Which eye a photograph shows, and what a network that mirrors left eyes sees of it."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei import demo
from gantei.command_line import main
from gantei.errors import PhotographError, ResultsError, SettingError
from gantei.photographs.eyes import Eye, eyes_of, name_tells, rules, side_of, sides_by_names
from gantei.photographs.optic_disc import find_side
from gantei.photographs.photograph import open_photograph
from gantei.photographs.preprocessing import prepare_photograph
from gantei.study.eyes import StatedEyes, is_table, read_table, with_eyes
from gantei.study.photographs import list_photographs

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
    assert name_tells(path)[:2] == (side, sure)


@pytest.mark.parametrize(("right", "left", "_"), PAIRS)
def test_two_names_that_differ_in_the_side_alone_tell_each_other(right, left, _):
    assert sides_by_names([left, right]) == {right: "right", left: "left"}


@pytest.mark.parametrize("paths", NO_PAIRS)
def test_names_that_are_no_pair_tell_what_each_tells_alone(paths):
    assert sides_by_names(paths) == {
        path: told.side for path in paths if (told := name_tells(path)).sure
    }


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
    assert second.warnings == ("its eye is stated as right, though its name says left",)


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


def test_a_network_that_mirrors_nothing_needs_no_eye(make_estimator):
    (prediction,) = gantei.load(make_estimator()).predict(made_picture(1))
    assert prediction.values
    assert prediction.eye is None
    assert prediction.warnings == ()


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
    assert "assumed to be a left eye, by where the optic disc lies" in prediction.warnings
    (blank,) = mirroring.predict(made_picture(1), eyes="detect", on_error="record")
    assert "the optic disc does not tell" in str(blank.error)


def listing(tmp_path, *names):
    for name in names:
        path = tmp_path / "photographs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(made_picture(len(name))).save(path)
    return list_photographs([tmp_path / "photographs"])


def stated(tmp_path, *lines, file="eyes.csv", origin="stated"):
    return read_table(["photograph,eye", *lines], str(tmp_path / file), origin)[1]


def eyes(listing):
    return {
        each.name: each.eye.side if isinstance(each.eye, Eye) else each.eye
        for each in listing.photographs
    }


def test_a_table_names_photographs_as_results_do_or_by_paths(tmp_path, monkeypatch):
    found = listing(tmp_path, "a/1.png", "a/2.png", "3.png", "4-left.png")
    monkeypatch.chdir(tmp_path)
    lines = ["a/1.png,R", f"{tmp_path}/photographs/a/2.png,左", "photographs/3.png,OS"]
    found = with_eyes(found, StatedEyes(tuple(stated(tmp_path, *lines))))
    assert eyes(found) == {
        "a/1.png": "right", "a/2.png": "left", "3.png": "left", "4-left.png": "left"
    }  # fmt: skip
    assert found.strays == ()


def test_a_statement_wins_over_the_name_and_says_so(tmp_path):
    found = with_eyes(
        listing(tmp_path, "1-left.png"), StatedEyes(tuple(stated(tmp_path, "1-left.png,right")))
    )
    (one,) = found.photographs
    assert one.eye.side == "right"
    assert "stated as right, though its name says left" in one.eye.warnings[0]


def test_statements_that_contradict_each_other_are_refused_with_both_places(tmp_path):
    found = listing(tmp_path, "1.png")
    rows = stated(tmp_path, "1.png,right", "1.png,L")
    with pytest.raises(ResultsError, match=r"line 3: states 1.png as left, but .* line 2 as right"):
        with_eyes(found, StatedEyes(tuple(rows)))
    both = stated(tmp_path, "1.png,left", file="list.csv", origin="list")
    with pytest.raises(ResultsError, match=r"eyes.csv, line 2: .*list.csv, line 2 as left"):
        with_eyes(found, StatedEyes((*both, *stated(tmp_path, "1.png,right"))))
    same = (*both, *stated(tmp_path, "1.png,OS"))
    assert eyes(with_eyes(found, StatedEyes(same))) == {"1.png": "left"}


def test_rows_of_other_photographs_are_counted_and_refused_where_there_are_no_others(tmp_path):
    found = listing(tmp_path, "1.png")
    rows = stated(tmp_path, "1.png,right", "9.png,right")
    assert with_eyes(found, StatedEyes(tuple(rows))).strays == ("9.png",)
    with pytest.raises(ResultsError, match=r"9.png is none of the photographs"):
        with_eyes(found, StatedEyes(tuple(rows[1:])))


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (["photograph,eye", "1.png,up"], "line 2: 'up' is no side"),
        (["photograph,eye", ",left"], "line 2: names no photograph"),
        (["photograph,eye", "1.png"], "line 2: 1 cells under 2 columns"),
        (["photograph;eye", "1.png;left"], "line 1: one column is photograph, with commas"),
        (["file,eye"], "one column is photograph"),
        ([], "is empty"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_line(lines, what):
    with pytest.raises(ResultsError, match=what):
        read_table(lines, "eyes.csv", "stated")


def test_a_list_is_a_table_where_its_head_says_so():
    assert is_table(["Photograph,Eye,age", "a.jpg,R,50"])
    assert not is_table(["photograph.jpg", "eye.jpg"])
    assert not is_table([])


def run(*words):
    return main(["predict", *map(str, words)])


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_study_has_eyes_from_table_list_and_names(make_estimator, tmp_path, capsys):
    listing(tmp_path, "1.png", "2-right.png", "3.png", "x_L.png", "x_R.png")
    folder = tmp_path / "photographs"
    table, names = tmp_path / "eyes.csv", tmp_path / "list.csv"
    table.write_text("photograph,eye\n1.png,左\nother.png,R\n", "utf-8-sig")
    names.write_text(f'eye,photograph\nOD,"{folder}/3.png"\n', "utf-8-sig")
    estimator, out = make_estimator(change=mirrors), tmp_path / "results.csv"
    words = (folder, "--from", names, "--with", estimator, "--out", out)
    assert run(*words, "--eyes", table) == 0
    assert [(row["photograph"], row["eye"], row["eye_from"]) for row in rows(out)] == [
        ("1.png", "left", "stated"),
        ("2-right.png", "right", "file name"),
        ("3.png", "right", "list"),
        ("x_L.png", "left", "file name"),
        ("x_R.png", "right", "file name"),
    ]
    assert "1 rows state eyes of what is no photograph here, such as other.png" in (
        capsys.readouterr().err
    )
    manifest = json.loads((tmp_path / "results.csv.run.json").read_text("utf-8"))
    assert manifest["eyes_of_other_photographs"] == 1
    assert len(manifest["eyes"]["stated_sha256"]) == 64
    assert run(*words, "--eyes", table) == 0
    table.write_text("photograph,eye\n1.png,right\n", "utf-8")
    assert run(*words, "--eyes", table) == 2
    assert "other eyes were stated" in capsys.readouterr().err


def test_a_row_without_an_eye_fails_alone_and_detect_cannot_tell_it(make_estimator, tmp_path):
    listing(tmp_path, "1.png", "2-right.png")
    estimator, out = make_estimator(change=mirrors), tmp_path / "results.csv"
    words = (tmp_path / "photographs", "--with", estimator, "--out", out)
    assert run(*words) == 1
    bad, good = rows(out)
    assert bad["error"].startswith("1.png: right or left eye?")
    assert good["made.age"]
    assert run(*words, "--eyes", "detect", "--overwrite") == 1
    assert "the optic disc does not tell" in rows(out)[0]["error"]
