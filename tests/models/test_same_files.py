"""The same bytes under several names are said in every row but the first, however a run goes."""

import csv
import io

import pytest
from PIL import Image

from gantei.command_line import main

from ..conftest import made_picture
from .studies import interrupted_after


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
