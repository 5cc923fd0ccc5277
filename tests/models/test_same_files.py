"""The same bytes under several names are said in every row but the first, however a run goes."""

import csv
import io
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import gantei
from gantei.command_line import main
from gantei.errors import PhotographError
from gantei.findings.finding import Finding
from gantei.inference.prediction import PhotographResult
from gantei.photographs.listing import StudyPhotograph
from gantei.study import columns, same_files
from gantei.study.same_files import SameFiles, same_file

from ..conftest import made_picture
from ..explained import explained_network
from .studies import interrupted_after
from .studies import run as predict


@pytest.fixture
def study(tmp_path, make_estimator):
    """`study(*more)` runs one on a, b (as a), c, d (as c), broken e and f (as e)."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    for seed, names in enumerate(("ab", "cd", "ef")):
        file = io.BytesIO()
        Image.fromarray(made_picture(seed)).save(file, "PNG")
        data = file.getvalue()
        for name in names:
            (folder / f"{name}.png").write_bytes(data[:-200] if name in "ef" else data)
    estimator = make_estimator()

    def run(*more, out=tmp_path / "t.csv"):
        return main(["predict", str(folder), "--with", str(estimator), "--out", str(out), *more])

    run.table, run.folder, run.estimator = tmp_path / "t.csv", folder, estimator
    return run


SAID = {
    "a.png": "",
    "b.png": "the same file, byte for byte, as a.png.",
    "c.png": "",
    "d.png": "the same file, byte for byte, as c.png.",
    "e.png": "",
    "f.png": "the same file, byte for byte, as e.png.",
}


def said(text):
    """What each row says of being the same, and that its code stands bare beside it."""
    found = {}
    for row in csv.DictReader(text.splitlines()):
        is_same = "same-file" in row["warning_codes"].split()
        sentences = row["warnings"] or ""
        found[row["photograph"]] = sentences[sentences.index("the same") :] if is_same else ""
    return found


def test_every_name_but_the_first_says_of_which_file_it_is_a_copy(study, capsys):
    assert study() == 1
    assert said(study.table.read_text("utf-8-sig")) == SAID
    assert "3 photographs: the same file as another photograph (same-file)" in (
        capsys.readouterr().err
    )


def test_on_standard_output_too(study, capsys):
    assert study(out="-") == 1
    assert said(capsys.readouterr().out) == SAID


@pytest.mark.parametrize("finished", range(1, 6))
def test_a_run_that_was_killed_says_the_same_as_one_that_was_not(
    study, finished, monkeypatch, capsys
):
    assert study() == 1
    whole = study.table.read_bytes()
    for path in study.table.parent.glob("t.csv*"):
        path.unlink()
    interrupted_after(finished, study.folder, study.estimator, study.table, monkeypatch)
    assert study() == 1
    assert f"{finished} of them in an earlier run" in capsys.readouterr().err
    assert study.table.read_bytes() == whole


def test_a_finding_that_is_said_later_stands_where_it_would_have_stood_at_once():
    estimator = gantei.load("demo-sex")
    listed = StudyPhotograph(Path("b.jpg"), "b.jpg")
    cut = PhotographError(Finding("cut-off-file", format="PNG"), "b.jpg", "0" * 64)
    good = {
        "values": ({"male": 0.25},),
        "units": ({"male": "probability"},),
        "findings": ((*estimator.findings, Finding("unlike-calibrated", distance=2.0, site="a")),),
    }
    for rest in (good, {"error": cut}):
        for before in ((), (Finding("eye-detected", side="left"),)):
            result = PhotographResult("b.jpg", "0" * 64, photograph_findings=before, **rest)
            at_once = replace(result, photograph_findings=(*before, same_file("a.jpg")))
            later = columns.with_finding(
                columns.row(listed, result, [estimator]), same_file("a.jpg")
            )
            assert later == columns.row(listed, at_once, [estimator])


def test_the_map_of_a_copy_is_that_of_the_first_and_names_no_other_photograph(
    study, make_estimator, tmp_path
):
    maps, explained = tmp_path / "maps", make_estimator("explained", network=explained_network())
    arguments = [study.folder, "--with", explained, "--maps", maps, "--out", tmp_path / "m.csv"]
    assert predict(*arguments) == 1
    for pair in ("ab", "cd"):
        drawn = [(maps / f"{name}.png.explained.png").read_bytes() for name in pair]
        assert drawn[0] == drawn[1]


@settings(deadline=None)
@given(st.lists(st.sampled_from([None, *"abcdefgh"])), st.integers(0, 20))
def test_the_first_of_the_same_files_is_found_whether_it_was_noted_or_asked_for(letters, noted):
    digests = {letter: sha256(letter.encode()).hexdigest()[:62] + "00" for letter in "abcdefgh"}
    digests["a"], digests["b"] = "0" * 64, f"{'1' * 30}{'0' * 34}"
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(same_files, "RECENT", 2)
        known = SameFiles([StudyPhotograph(Path(f"{n}"), f"{n}") for n in range(len(letters))])
        for letter in letters[:noted]:
            known.note(digests.get(letter))
        for place, letter in enumerate(letters[noted:], min(noted, len(letters))):
            first = letters.index(letter) if letter in letters[:place] and letter else None
            assert known.first_of(digests.get(letter)) == (None if first is None else f"{first}")
