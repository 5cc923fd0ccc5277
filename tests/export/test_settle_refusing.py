"""`gantei settle` refuses before any work what can come to nothing, and says why."""

import csv
import sys

import pytest

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")

from gantei.command_line import main
from gantei_export.settling.answers import CandidateNetwork
from gantei_export.settling.settling_result import SettleOptions

from .settling_cases import cohort, install


@pytest.fixture(scope="module")
def sixty(tmp_path_factory):
    return cohort(tmp_path_factory.mktemp("sixty"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def runs(*_, **__):
        pytest.fail("the network ran")

    monkeypatch.setattr(CandidateNetwork, "answers", runs)


def said(capsys, people, *more, labels=None):
    given = ["settle", "hidden", str(people.folder), "--labels", str(labels or people.labels)]
    assert main([*given, *more]) == 2
    return " ".join(capsys.readouterr().err.split())


def changed(people, folder, **cells):
    """The labels with the same in a column for all."""
    with people.labels.open(encoding="utf-8") as file:
        rows = [row | cells for row in csv.DictReader(file)]
    path = folder / "changed.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_people_of_one_class(sixty, tmp_path, capsys):
    install()
    told = said(capsys, sixty, labels=changed(sixty, tmp_path, sex="male"))
    assert "of all 60 people with a label, sex is male: nothing can be settled" in told


def test_people_of_one_age(sixty, tmp_path, capsys):
    install(task="age", hidden=("input.colour",), sigmoid=False)
    told = said(capsys, sixty, labels=changed(sixty, tmp_path, age="50"))
    assert "of all 60 people with a label, age is 50: nothing can be settled" in told


def test_labels_of_an_output_that_the_estimator_has_not(sixty, capsys):
    install()
    assert "hidden has no output sxe; known: sex" in said(capsys, sixty, "--label", "sxe=age")


def test_a_folder_that_cannot_be_made(sixty, tmp_path, capsys):
    install()
    (tmp_path / "file").write_bytes(b"")
    told = said(capsys, sixty, "--out", str(tmp_path / "file" / "below"))
    assert "below: cannot be made" in told


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a folder that takes no files")
def test_a_folder_that_takes_no_files(sixty, capsys):
    install()
    assert "/proc" in said(capsys, sixty, "--out", "/proc/self/fdinfo")


def test_a_folder_that_is_tried_is_left_as_it_was(sixty, tmp_path, capsys):
    install()
    said(capsys, sixty, "--out", str(tmp_path / "new" / "out"), "--label", "sxe=age")
    assert not (tmp_path / "new").exists()


def test_a_copy_whose_name_is_taken(sixty, capsys):
    install()
    install("other")
    told = said(capsys, sixty, "--apply", "--name", "other")
    assert "other is installed already; choose another --name" in told
    assert "--replace" not in told


@pytest.mark.parametrize(
    ("confidence", "percent"),
    [(0.999, "99.9"), (0.5, "50"), (0.9999999999999999, "99.99999999999999")],
)
def test_a_confidence_is_never_said_to_be_all(confidence, percent):
    assert SettleOptions(confidence=confidence).percent == percent
