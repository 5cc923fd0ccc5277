"""`gantei crops`: sheets that show what each network sees of each photograph."""

import base64
import hashlib
import math
import subprocess
import sys
from typing import get_args

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.errors import PhotographError
from gantei.explanations import lettering
from gantei.findings.finding import Finding
from gantei.manifests.fields import Crop, Mirror
from gantei.manifests.file import read_manifest
from gantei.photographs.eyes import Eye, EyeOrigin
from gantei.photographs.field_of_view import Around, find_disc
from gantei.photographs.listing import StudyPhotograph
from gantei.photographs.photograph import open_photograph
from gantei.sheets import cell, sheet_words
from gantei.sheets.boxed_photograph import BESIDE, COLOURS, HIGHEST, WIDEST, draw_boxed
from gantei.sheets.cell import cell_of

from .sheet_reading import Page, changed, crops
from .studies import NAMES


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


def manifest_of(folder):
    return read_manifest(folder / "estimator.toml")


def test_every_photograph_has_a_cell_with_its_name_and_what_is_wrong_with_it(
    photographs, age, tmp_path
):
    (photographs / "right/4.png").write_bytes(bytes(range(256)))
    assert crops(photographs, "--with", age, "--out", tmp_path / "sheet.html") == 1
    page = Page(tmp_path / "sheet.html")
    assert len(page.texts) == 6
    for number, (text, name) in enumerate(zip(page.texts, NAMES, strict=True), 1):
        assert text.startswith(f"{number} {name}")
    assert "the file ends before its picture does" in page.texts[1]
    assert "途中で切れています" in page.texts[1]
    assert "not a picture in a known format" in page.texts[5]


def test_a_page_loads_nothing_and_allows_nothing_but_its_own_style_and_pictures(
    photographs, age, tmp_path
):
    crops(photographs, "--with", age, "--out", tmp_path / "sheet.html")
    page = Page(tmp_path / "sheet.html")
    (policy,) = [
        each["content"]
        for tag, each in page.elements
        if tag == "meta" and each.get("http-equiv") == "Content-Security-Policy"
    ]
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; img-src data:; style-src 'sha256-{digest}';")
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.all("img", "src"))
    assert not [each for _, each in page.elements if "style" in each]
    assert "url(" not in page.style
    assert "http" not in (tmp_path / "sheet.html").read_text("utf-8").replace("http-equiv", "")


def test_the_name_of_a_photograph_is_text_and_no_markup(age, fundus, tmp_path):
    name = "<img src=x onerror=alert(1)>&amp;\"'\u202egnp.png"
    (tmp_path / "photographs").mkdir()
    fundus.save(tmp_path / "photographs" / name)
    assert crops(tmp_path / "photographs", "--with", age, "--out", tmp_path / "s.html") == 0
    page = Page(tmp_path / "s.html")
    assert page.texts[0].startswith("1 <img src=x onerror=alert(1)>&amp;\"'\ufffdgnp.png")
    assert not [each for _, each in page.elements if "onerror" in each]


def listed(path, eye=None):
    return StudyPhotograph(path, path.name, Eye(eye, "stated") if eye else "unknown")


@pytest.mark.parametrize("eye", ["right", "left"])
@pytest.mark.parametrize("resampling", ["bilinear", "bicubic-no-antialias"])
@pytest.mark.parametrize("crop", ["none", "disc", "box"])
def test_the_picture_beside_a_photograph_is_the_very_input_of_the_network(
    crop, resampling, eye, make_estimator, draw, tmp_path
):
    facts = {"crop": crop, "resampling": resampling, "mirror": "left-eyes", "colour": "bgr"}
    folder = make_estimator(change=changed(**facts))
    path = tmp_path / "eye.png"
    draw(300, 200, (140, 90)).save(path)
    (seen,) = cell_of(1, listed(path, eye), [manifest_of(folder)], allow_grey=False).inputs
    taken = gantei.load(folder).prepare(path, eye=eye)[..., ::-1]
    assert np.array_equal(np.asarray(seen.picture), np.rint(np.clip(taken, 0, 255)))
    assert seen.mirrored == (eye == "left")


def test_networks_that_see_the_same_share_a_picture_and_a_box(make_estimator, fundus, tmp_path):
    path = tmp_path / "eye.png"
    fundus.save(path)
    manifests = [
        manifest_of(make_estimator("whole")),
        manifest_of(make_estimator("other-colour", change=changed(colour="bgr"))),
        manifest_of(make_estimator("mirrors", change=changed(mirror="left-eyes"))),
        manifest_of(make_estimator("disc", change=changed(crop="disc"))),
    ]
    found = cell_of(1, listed(path, "left"), manifests, allow_grey=False)
    assert [(each.estimators, each.box, each.mirrored) for each in found.inputs] == [
        (("whole", "other-colour"), 0, False),
        (("mirrors",), 0, True),
        (("disc",), 1, False),
    ]


def lines_of(picture, colour):
    """The columns and rows of a drawn box: left, top, right, bottom."""
    near = np.abs(np.asarray(picture).astype(int) - colour).max(axis=2) < 3
    columns, rows = np.flatnonzero(near.any(axis=0)), np.flatnonzero(near.any(axis=1))
    return columns[0], rows[0], columns[-1], rows[-1]


def test_the_box_lies_on_the_photograph_where_the_network_looks(draw):
    image = draw(640, 480, (350, 250), 200)
    square = find_disc(image)
    box = (square.left, square.top, square.left + square.side, square.top + square.side)
    picture = draw_boxed(open_photograph(image), [box])
    assert picture.size == (WIDEST, HIGHEST)
    drawn = lines_of(picture, COLOURS[0])
    expected = np.array(box) / 2 + (1, 1, -2, -2)  # the line lies within, beside a dark one
    assert np.abs(np.subtract(drawn, expected)).max() <= 1


def test_a_box_beyond_the_photograph_is_drawn_whole_with_grey_beside_the_photograph(draw):
    image = draw(300, 200, (150, 100), 90)
    picture = draw_boxed(open_photograph(image), [(50.0, -40.0, 250.0, 240.0)])
    factor = min(WIDEST / 300, HIGHEST / 280, 1)
    assert picture.size == (round(300 * factor), round(280 * factor))
    assert picture.getpixel((5, 5)) == picture.getpixel((5, picture.height - 5)) == BESIDE
    assert picture.getpixel((5, picture.height // 2)) != BESIDE


def test_one_network_that_needs_the_eye_hides_nothing_of_the_others(
    make_estimator, fundus, tmp_path
):
    path = tmp_path / "unsaid.png"
    fundus.save(path)
    both = [
        manifest_of(make_estimator("whole")),
        manifest_of(make_estimator("mirrors", change=changed(mirror="left-eyes"))),
    ]
    found = cell_of(1, listed(path), both, allow_grey=False)
    assert [each.estimators for each in found.inputs] == [("whole",)]
    assert (found.error.code, found.unseen) == ("eye-needed", ("mirrors",))


def test_a_photograph_whose_eye_is_needed_shows_what_else_is_odd_about_it(
    make_estimator, fundus, tmp_path
):
    path = tmp_path / "unsaid.png"
    Image.fromarray(np.asarray(fundus)[..., ::-1]).save(path)
    alone = [manifest_of(make_estimator("mirrors", change=changed(mirror="left-eyes")))]
    found = cell_of(1, listed(path), alone, allow_grey=False)
    assert found.error.code == "eye-needed"
    assert "red-below-blue" in found.codes()


def test_the_size_and_the_field_of_view_are_said(age, draw, tmp_path):
    draw(300, 200, (150, 100), 80).save(tmp_path / "eye.png")
    crops(tmp_path / "eye.png", "--with", age, "--out", tmp_path / "sheet.html")
    (text,) = Page(tmp_path / "sheet.html").texts
    share = round(100 * math.pi * 80**2 / (300 * 200))
    assert f"300 × 200field of view: round, {share} % 眼底像：円形、{share} %" in text


def test_damage_that_shows_when_it_is_measured_is_an_error_too(age, fundus, tmp_path, monkeypatch):
    def refuse(photograph, eye):
        raise PhotographError(Finding("damaged-picture", format="PNG", why="cut off"))

    fundus.save(tmp_path / "eye.png")
    monkeypatch.setattr(cell, "findings_on_photograph", refuse)
    found = cell_of(1, listed(tmp_path / "eye.png"), [manifest_of(age)], allow_grey=False)
    assert (found.error.code, found.inputs) == ("damaged-picture", ())


def test_a_photograph_that_no_network_may_see_is_shown_all_the_same(age, fundus, tmp_path):
    path = tmp_path / "grey.png"
    fundus.convert("L").save(path)
    found = cell_of(1, listed(path), [manifest_of(age)], allow_grey=False)
    assert found.error.code == "grey-picture"
    assert found.photograph is not None
    assert found.inputs == ()
    assert cell_of(1, listed(path), [manifest_of(age)], allow_grey=True).error is None


def test_what_people_cannot_be_shown_a_network_may_have_seen(age, fundus, tmp_path, monkeypatch):
    """TensorFlow's decoder reads JPEGs that Pillow's refuses."""

    def refuse(photograph, boxes):
        raise PhotographError(Finding("damaged-picture", format="JPEG", why="cut off"))

    fundus.save(tmp_path / "eye.png")
    monkeypatch.setattr(cell, "draw_boxed", refuse)
    seen = cell_of(1, listed(tmp_path / "eye.png"), [manifest_of(age)], allow_grey=False)
    assert (seen.photograph, seen.error, len(seen.inputs)) == (None, None, 1)


def test_findings_name_their_networks_where_not_all_of_them_say_it(
    make_estimator, tmp_path, photographs
):
    small, large = make_estimator("small"), make_estimator("large", change=changed(size=[80, 80]))
    out = tmp_path / "sheet.html"
    crops(photographs, "--with", small, "--with", large, "--out", out)
    assert "large: enlarged from 64 x 64 px" in Page(out).texts[0]
    crops(photographs, "--with", large, "--out", out, "--overwrite")
    assert "large: enlarged" not in Page(out).texts[0]
    assert "enlarged from 64 x 64 px" in Page(out).texts[0]
    assert "64 × 64 画素から" in Page(out).texts[0]
    assert "円形の眼底像が見つかりません" in Page(out).texts[0]


def test_a_png_shows_a_cell_for_every_photograph(photographs, age, tmp_path):
    out = tmp_path / "sheet.png"
    assert crops(photographs, "--with", age, "--out", out) == 1
    with Image.open(out) as sheet:
        assert sheet.format == "PNG"
        pixels = np.asarray(sheet)
    assert (pixels == COLOURS[0]).all(axis=2).any()


def test_names_in_japanese_are_written_with_or_without_a_font_that_has_them(
    age, fundus, tmp_path, monkeypatch
):
    (tmp_path / "photographs").mkdir()
    fundus.save(tmp_path / "photographs" / ("右眼" * 40 + ".png"))
    for fonts in (lettering.JAPANESE_FONTS, ("no-such-font.ttf",)):
        monkeypatch.setattr(lettering, "JAPANESE_FONTS", fonts)
        lettering._font_of_this_machine.cache_clear()
        out = tmp_path / f"{len(fonts)}.png"
        assert crops(tmp_path / "photographs", "--with", age, "--out", out) == 0
        lettering._font_of_this_machine.cache_clear()


def test_whose_eye_it_is_stands_in_the_cell_where_a_list_tells(photographs, age, tmp_path):
    (tmp_path / "list.csv").write_text("photograph,person,eye\nright/0.png,<P 17>,R\n", "utf-8")
    options = ("--from", tmp_path / "list.csv", "--root", photographs, "--with", age)
    assert crops(*options, "--out", tmp_path / "sheet.html") == 0
    (text,) = Page(tmp_path / "sheet.html").texts
    assert "person <P 17>, right eye (list) 対象者 <P 17>、右眼（一覧）" in text


def test_whatever_tells_an_eye_or_cuts_a_photograph_has_its_words():
    assert set(sheet_words.ORIGINS) == set(get_args(EyeOrigin))
    assert set(sheet_words.CROPS) == set(get_args(Crop)) - {"unknown"}
    assert set(sheet_words.FIELDS) == set(get_args(Around))
    assert set(sheet_words.MIRRORS) == set(get_args(Mirror)) - {"unknown"}


def test_a_png_does_not_go_where_it_would_become_a_photograph(photographs, age, capsys):
    assert crops(photographs, "--with", age, "--out", photographs / "sheet.png") == 2
    assert "choose a folder outside" in capsys.readouterr().err
    assert crops(photographs, "--with", age, "--out", photographs / "sheet.html") == 1


def test_the_last_lines_count_what_is_wrong_and_odd(photographs, make_estimator, tmp_path, capsys):
    disc = make_estimator("disc", change=changed(crop="disc"))
    crops(photographs, "--with", disc, "--out", tmp_path / "sheet.html")
    lines = capsys.readouterr().err.splitlines()
    assert lines[:5] == [
        "6 photographs: 5 as the networks see them, 1 cannot be estimated",
        "skipped: 1 hidden file, 1 text file",
        "failed:",
        "  1 photograph: cut off (cut-off-file)",
        "warnings:",
    ]
    assert lines.count("  5 photographs: no round field of view found (no-disc)") == 1
    assert lines[-1] == f"{tmp_path}/sheet.html"


def test_neither_weights_nor_onnx_runtime_are_needed(photographs, age, tmp_path):
    (age / "model.onnx").unlink()
    code = (
        "import sys; sys.modules['onnxruntime'] = None\n"
        "from gantei.command_line import main\n"
        f"sys.exit(main(['crops', {str(photographs)!r}, '--with', {str(age)!r}, "
        f"'--out', {str(tmp_path / 'sheet.html')!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert len(Page(tmp_path / "sheet.html").texts) == 6
