"""Which eye a DICOM file says it shows: it counts below what is stated, and above its name."""

import numpy as np
import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

from gantei.estimator.estimator import load
from gantei.photographs.eyes import Eye
from gantei.photographs.photograph import open_photograph

from .dicoms import of_pixels, written
from .studies import interrupted_after, rows, run


@pytest.fixture(scope="module")
def pixels(fundus):
    return np.asarray(fundus)


@pytest.fixture
def saved(pixels, tmp_path):
    """`saved(name, **elements)`: the path of such a DICOM file, of nobody."""

    def save(name, **elements):
        path = tmp_path / "photographs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(written(of_pixels(pixels, PatientID="", **elements)))
        return path

    return save


def mirrors(tables):
    tables["input"]["mirror"] = "left-eyes"


def told(path, eye=None):
    found = open_photograph(path, eye=eye).eye
    return found and (found.side, found.origin, [finding.code for finding in found.findings])


@pytest.mark.parametrize(("word", "side"), [("R", "right"), ("L", "left"), ("B", None)])
@pytest.mark.parametrize("keyword", ["ImageLaterality", "Laterality"])
def test_either_laterality_tells(saved, keyword, word, side):
    found = told(saved("1", **{keyword: word}))
    assert found == (side and (side, "DICOM", []))


@pytest.mark.parametrize("eye", ["unknown", "detect", None])
def test_it_tells_where_nothing_is_stated(saved, eye):
    assert told(saved("1", ImageLaterality="R", Laterality="R"), eye) == ("right", "DICOM", [])
    assert told(saved("2", ImageLaterality="", Laterality="L"), eye) == ("left", "DICOM", [])


def test_it_wins_over_the_name_and_says_so(saved):
    assert told(saved("1-left", ImageLaterality="L")) == ("left", "DICOM", [])
    assert told(saved("1-left", ImageLaterality="R")) == (
        "right", "DICOM", ["eye-of-dicom-contradicts-name"]
    )  # fmt: skip


def test_what_is_stated_wins_over_it_and_says_so(saved):
    path = saved("1", ImageLaterality="R")
    assert told(path, "right") == ("right", "stated", [])
    assert told(path, "left") == ("left", "stated", ["eye-contradicts-dicom"])
    assert told(path, Eye("left", "list")) == ("left", "list", ["eye-contradicts-dicom"])


def test_a_file_that_contradicts_itself_tells_no_side_nor_does_its_name(saved):
    path = saved("1-left", ImageLaterality="R", Laterality="L")
    photograph = open_photograph(path)
    assert photograph.eye is None
    assert photograph.eye_or_finding.code == "eye-needed"
    (found,) = photograph.findings
    assert (found.code, found.values) == ("dicom-laterality", {"image": "R", "series": "L"})
    assert told(path, "left") == ("left", "stated", [])


def test_each_file_has_its_own(saved, make_estimator):
    """Not the last one's."""
    paths = [saved(str(number), ImageLaterality="RL"[number % 2]) for number in range(6)]
    found = load(make_estimator(change=mirrors)).predict(paths, workers=2)
    assert [each.eye.side for each in found] == ["right", "left"] * 3
    assert {each.eye.origin for each in found} == {"DICOM"}


def test_a_study_has_it_and_its_contradictions(saved, make_estimator, tmp_path):
    paths = [
        saved("1-left", ImageLaterality="R"),
        saved("2-left", ImageLaterality="L", Laterality="R"),
        saved("3-left"),
        saved("4", Laterality="L"),
    ]
    out = tmp_path / "results.csv"
    assert run(*paths, "--with", make_estimator(change=mirrors), "--out", out) == 1
    assert [(row["eye"], row["eye_from"], row["error_code"]) for row in rows(out)] == [
        ("right", "DICOM", ""), ("", "", "eye-needed"), ("left", "file name", ""),
        ("left", "DICOM", ""),
    ]  # fmt: skip
    assert "eye-of-dicom-contradicts-name" in rows(out)[0]["warning_codes"].split()


def test_an_interrupted_study_keeps_rows_whose_file_tells_the_eye(
    saved, make_estimator, tmp_path, monkeypatch
):
    """Also where the name says otherwise, until something is stated."""
    for name, side in (("1-left", "R"), ("2-left", "L"), ("3_L", "R"), ("4", "R"), ("5", "")):
        saved(name, ImageLaterality=side)
    estimator, out = make_estimator(), tmp_path / "results.csv"
    names, whole = tmp_path / "list.txt", tmp_path / "whole.csv"

    def words():
        """A list of the files, since their names tell nobody that they are photographs."""
        paths = sorted((tmp_path / "photographs").iterdir())
        names.write_text("\n".join(map(str, paths)))
        return f"--root={tmp_path / 'photographs'}", "--from", names

    run(*words(), "--with", estimator, "--out", whole)
    for change, kept in ((lambda: None, 4), (lambda: saved("3_R", ImageLaterality="L"), 2)):
        for path in tmp_path.glob("results.csv*"):
            path.unlink()
        first, *others = words()
        interrupted_after(4, first, estimator, out, monkeypatch, *others)
        change()  # with 3_R there, 3_L is one of a pair, so that its name tells
        assert kept_rows(monkeypatch, (*words(), "--with", estimator), out) == {kept}
        if kept == 4:
            assert out.read_bytes() == whole.read_bytes()
    assert "eye-of-dicom-contradicts-name" in rows(out)[2]["warning_codes"].split()


def kept_rows(monkeypatch, words, out):
    """Run on, and say how many rows of each journal were kept."""
    from gantei.study.journal import Journal

    kept = set()
    keep = Journal.keep

    def noted(journal, count):
        kept.add(count)
        return keep(journal, count)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "keep", noted)
        run(*words, "--out", out)
    return kept
