"""What DICOM files bring into a study: pseudonyms of persons, and columns that were asked for."""

import csv
import json
import os
import signal
import socket
import stat
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

from pydicom.dataset import Dataset

from gantei.errors import OutputError, SettingError
from gantei.photographs.dicom.patient import patient_pseudonym
from gantei.photographs.listing import StudyPhotograph
from gantei.study.dicom_columns import dicom_columns
from gantei.study.dicom_persons import DicomPersons

from ..conftest import made_picture
from .dicoms import of_pixels, written
from .studies import interrupted_after, rows, run

JAPANESE = {
    "ISO 2022 IR 87": (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    "ISO 2022 IR 13": (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
    "UTF-8": ("ISO_IR 192", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
}


def saved(folder, name, seed=1, **elements):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    made = of_pixels(np.ascontiguousarray(made_picture(seed)), **elements)
    path.write_bytes(written(made))
    return path


@pytest.fixture
def folder(tmp_path):
    """Both eyes of one person, one eye of another, one of nobody, and a JPEG-like PNG."""
    from PIL import Image

    folder = tmp_path / "photographs"
    saved(folder, "a/IM1", 1, PatientID="12", IssuerOfPatientID="A", ImageLaterality="R")
    saved(folder, "a/IM2", 2, PatientID="12 ", IssuerOfPatientID="A", ImageLaterality="L")
    saved(folder, "b/IM3", 3, PatientID="12", IssuerOfPatientID="B", ImageLaterality="R")
    saved(folder, "b/IM4", 4, PatientID="")
    Image.fromarray(made_picture(5)).save(folder / "c.png")
    return folder


def persons(out):
    return [(row["person"], row["person_from"]) for row in rows(out)]


def test_persons_are_pseudonyms_by_identifier_and_issuer(folder, make_estimator, tmp_path, capsys):
    out = tmp_path / "results.csv"
    assert run(folder, "--with", make_estimator(), "--out", out) == 0
    first, second, third, *others = persons(out)
    assert first == second != third
    assert {first[1], third[1]} == {"DICOM"}
    assert others == [("", ""), ("", "")]
    assert first[0].startswith("person-")  # no digest alone: 12e34 is a number to a spreadsheet
    key = tmp_path / "results.csv.dicom-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    said = capsys.readouterr().err
    assert "results.csv.dicom-key: the key of the pseudonyms" in said
    with (tmp_path / "results.csv.persons.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 2
    for path in tmp_path.glob("results.csv*"):
        assert b"Invented" not in path.read_bytes()
        assert key.read_text().strip() not in path.read_text("utf-8") or path == key


def test_a_photograph_of_another_format_is_not_opened_again_for_a_person(
    folder, make_estimator, tmp_path, monkeypatch
):
    from gantei.study import dicom_persons

    Image.fromarray(made_picture(1)).save(folder / "ordinary.png")
    asked = []
    told = dicom_persons.patient_pseudonym
    monkeypatch.setattr(
        dicom_persons, "patient_pseudonym", lambda *of: (asked.append(of[0].name), told(*of))[1]
    )
    assert run(folder, "--with", make_estimator(), "--out", tmp_path / "t.csv") == 0
    assert asked
    assert "ordinary.png" not in asked


def test_another_study_has_other_pseudonyms_and_the_same_again_the_same(
    folder, make_estimator, tmp_path
):
    estimator = make_estimator()
    for name in ("one.csv", "two.csv"):
        run(folder, "--with", estimator, "--out", tmp_path / name)
    one, two = persons(tmp_path / "one.csv"), persons(tmp_path / "two.csv")
    assert one[0] != two[0]
    run(folder, "--with", estimator, "--out", tmp_path / "one.csv", "--overwrite")
    assert persons(tmp_path / "one.csv") == one


def test_an_anonymous_study_has_pseudonyms_by_its_own_key_and_no_second_one(
    folder, make_estimator, tmp_path
):
    estimator, found = make_estimator(), []
    for key, name in (("a.csv", "1.csv"), ("a.csv", "2.csv"), ("b.csv", "3.csv")):
        words = ("--with", estimator, "--anonymous", tmp_path / key, "--out", tmp_path / name)
        assert run(folder, *words) == 0
        found.append({person for person, origin in persons(tmp_path / name) if origin == "DICOM"})
    assert len(found[0]) == 2 and found[0] == found[1]
    assert not found[0] & found[2]
    assert not list(tmp_path.glob("*.dicom-key"))


def test_a_list_and_names_that_were_asked_for_tell_the_person_first(
    folder, make_estimator, tmp_path
):
    out = tmp_path / "results.csv"
    run(folder, "--persons", "folders", "--with", make_estimator(), "--out", out)
    assert persons(out)[:4] == [("a", "folder")] * 2 + [("b", "folder")] * 2


def test_an_interrupted_study_goes_on_with_its_key(folder, make_estimator, tmp_path, monkeypatch):
    estimator, out = make_estimator(), tmp_path / "results.csv"
    interrupted_after(3, folder, estimator, out, monkeypatch)
    key = tmp_path / "results.csv.dicom-key"
    before = key.read_bytes()
    run(folder, "--with", estimator, "--out", out)
    assert key.read_bytes() == before
    whole = out.read_bytes()
    run(folder, "--with", estimator, "--out", out, "--overwrite")
    assert out.read_bytes() == whole


def test_a_key_that_is_gone_or_damaged_lets_no_two_pseudonyms_stand_for_one_person(
    folder, make_estimator, tmp_path, monkeypatch, capsys
):
    estimator, out = make_estimator(), tmp_path / "results.csv"
    interrupted_after(3, folder, estimator, out, monkeypatch)
    key = tmp_path / "results.csv.dicom-key"
    key.unlink()
    run(folder, "--with", estimator, "--out", out)
    assert persons(out)[0] == persons(out)[1]
    out.unlink()
    key.write_text("no key")
    assert run(folder, "--with", estimator, "--out", out, "--overwrite") == 2
    assert "is no key of pseudonyms" in capsys.readouterr().err


@pytest.mark.parametrize("size", [2**16 - 400, 2**16, 300_000, 5_000_000])
@pytest.mark.parametrize("nested", [False, True])
def test_a_person_behind_long_elements_is_found(tmp_path, size, nested):
    made = of_pixels(np.ascontiguousarray(made_picture(1)), PatientID="12")
    short = written(made)
    long = made
    if nested:
        made.ReferencedImageSequence = [Dataset()]
        (long,) = made.ReferencedImageSequence
        made["ReferencedImageSequence"].is_undefined_length = True
    long.add_new(0x00090010, "LO", "Invented")
    long.add_new(0x00091001, "OB", bytes(size // 2 * 2))
    names = []
    for name, data in (("short", short), ("long", written(made))):
        (tmp_path / name).write_bytes(data)
        names.append(patient_pseudonym(tmp_path / name, b"key"))
    assert names[0] is not None
    assert names[0] == names[1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this system's folders")
def test_what_is_no_file_holds_up_no_study(make_estimator, tmp_path):
    """Nobody ever writes to these pipes, and a device gives zeros without end."""
    folder, out = tmp_path / "photographs", tmp_path / "results.csv"
    saved(folder, "a.dcm")
    for name in ("b.jpg", "c.dcm"):
        os.mkfifo(folder / name)
    (folder / "d.jpg").symlink_to("/dev/zero")
    (folder / "e.jpg").symlink_to(folder / "b.jpg")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(folder / "f.jpg"))
    with no_longer_than(60):
        assert run(folder, "--with", make_estimator(), "--out", out) == 1
    found = {row["photograph"][0]: row["error_code"] for row in rows(out)}
    assert found == {"a": ""} | dict.fromkeys("bcdef", "not-a-file")


@contextmanager
def no_longer_than(seconds):
    def ended(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ended)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("content", ["", "\n", "00", "ab" * 31, "ab" * 33, "no key", "é" * 64])
def test_a_key_of_another_length_is_refused(tmp_path, content):
    """An empty one would let two keys stand in one study, and anybody guess persons."""
    key = tmp_path / "key"
    key.write_text(content, "utf-8")
    key.chmod(0o600)
    photograph = saved(tmp_path, "IM1")
    with pytest.raises(OutputError, match="is no key of pseudonyms"):
        DicomPersons(key).told(StudyPhotograph(photograph, "IM1"))


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    key, listed = tmp_path / "key", StudyPhotograph(saved(tmp_path, "IM1"), "IM1")
    made = DicomPersons(key).told(listed)
    key.chmod(mode)
    with pytest.raises(OutputError, match=f"chmod 600 {key}"):
        DicomPersons(key).told(listed)
    key.chmod(0o600)
    assert DicomPersons(key).told(listed) == made


def test_on_standard_output_the_key_is_not_kept(folder, make_estimator, tmp_path, capfdbinary):
    run(folder, "--with", make_estimator(), "--out", "-")
    lines = list(csv.DictReader(capfdbinary.readouterr().out.decode().splitlines()))
    assert lines[0]["person"] == lines[1]["person"] != lines[2]["person"]
    assert not list(tmp_path.rglob("*.dicom-key"))


@pytest.mark.parametrize("charset", JAPANESE)
def test_names_of_japanese_hospitals_are_decoded(make_estimator, tmp_path, charset):
    term, name = JAPANESE[charset]
    path = saved(tmp_path, "IM1", SpecificCharacterSet=term, PatientName=name)
    out = tmp_path / "results.csv"
    run(path, "--with", make_estimator(), "--out", out, "--dicom-columns", "PatientName")
    assert rows(out)[0]["dicom.PatientName"] == name


def test_columns_stand_in_the_table_and_nowhere_else(
    folder, make_estimator, tmp_path, monkeypatch, capsys
):
    saved(folder, "a/IM1", 1, PatientID="SECRET-1", StudyDate="20260102", PatientSex="F",
          ImageType=["ORIGINAL", "PRIMARY"])  # fmt: skip
    estimator, out = make_estimator(), tmp_path / "results.csv"
    words = ("--dicom-columns", "PatientID,StudyDate,PatientSex,ImageType,PatientAge")
    interrupted_after(3, folder, estimator, out, monkeypatch, *words)
    assert "SECRET-1" not in (tmp_path / "results.csv.partial").read_text("utf-8")
    run(folder, "--with", estimator, "--out", out, *words)
    said = capsys.readouterr().err
    assert "WARNING: PatientID, StudyDate may identify a person" in said
    assert "SECRET-1" not in said
    first, *_, last = rows(out)
    found = [first[f"dicom.{each}"] for each in words[1].split(",")]
    assert found == ["SECRET-1", "20260102", "F", "ORIGINAL\\PRIMARY", ""]
    assert last["dicom.PatientID"] == ""
    for path in tmp_path.glob("results.csv.*"):
        assert "SECRET-1" not in path.read_text("utf-8"), path
    manifest = json.loads((tmp_path / "results.csv.run.json").read_text("utf-8"))
    assert manifest["dicom_columns"] == words[1].split(",")
    assert run(folder, "--with", estimator, "--out", out) == 2
    assert "its columns of DICOM files are others" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["results.csv", "-"])
@pytest.mark.parametrize("name", ["dicom.PatientSex", "DICOM.patientsex"])
def test_a_list_has_no_column_of_the_name_of_one_that_is_asked_for(
    make_estimator, tmp_path, capsys, monkeypatch, name, out
):
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, "IM1", PatientSex="F")
    (tmp_path / "list.csv").write_text(f"photograph,{name}\nIM1,M\n")
    words = ("--from", "list.csv", "--with", make_estimator(), "--out", out)
    assert run(*words, "--dicom-columns", "PatientSex") == 2
    assert f"column {name} has the name of another one" in capsys.readouterr().err
    assert run(*words) == 0


def test_a_file_that_became_another_gives_no_cells_to_the_row_of_the_first(
    folder, make_estimator, tmp_path, monkeypatch, capsys
):
    estimator, out = make_estimator(), tmp_path / "results.csv"
    from gantei.study import run as study_run

    publish = study_run._publish

    def change_then_publish(*arguments):
        saved(folder, "a/IM1", 9, PatientID="OTHER")
        publish(*arguments)

    monkeypatch.setattr(study_run, "_publish", change_then_publish)
    run(folder, "--with", estimator, "--out", out, "--dicom-columns", "PatientID")
    assert [row["dicom.PatientID"] for row in rows(out)] == ["", "12", "12", "", ""]
    assert "1 photograph: the cells of --dicom-columns are empty" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["results.csv", "-"])
def test_headers_that_could_not_be_decoded_leave_cells_empty_and_are_counted(
    folder, make_estimator, tmp_path, monkeypatch, capsys, out
):
    from gantei.photographs.dicom import asked_values
    from gantei.system.helper_pool import HelperEndedError

    def died(*_, **__):
        raise HelperEndedError("died")

    monkeypatch.setattr(asked_values, "run_apart", died)
    out = out if out == "-" else tmp_path / out
    run(folder, "--with", make_estimator(), "--out", out, "--dicom-columns", "PatientID")
    assert "photographs: the cells of --dicom-columns are empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ("PatentName", "similar: PatientName"),
        ("PixelData", "is no text"),
        ("ReferencedSeriesSequence", "is no text"),
        (" , ", "name keywords"),
    ],
)
def test_a_keyword_that_is_none_is_refused_with_what_is_near(keywords, words):
    with pytest.raises(SettingError, match=words):
        dicom_columns(keywords)


def test_what_may_tell_who_somebody_is_is_refused_in_an_anonymous_study(
    folder, make_estimator, tmp_path, capsys
):
    words = (folder, "--with", make_estimator(), "--out", tmp_path / "results.csv",
             "--anonymous", tmp_path / "key.csv", "--dicom-columns")  # fmt: skip
    assert run(*words, "PatientSex,StudyInstanceUID") == 2
    assert "StudyInstanceUID may identify a person" in capsys.readouterr().err
    assert run(*words, "PatientSex") == 0
    if os.name == "posix":
        assert "IM1" not in (tmp_path / "results.csv").read_text("utf-8")


def test_without_the_extra_each_file_of_a_folder_is_an_error_and_the_command_ends_with_1(
    folder, make_estimator, tmp_path, monkeypatch
):
    from gantei.photographs.dicom import dicom_picture

    monkeypatch.setattr(dicom_picture, "is_installed", lambda: False)
    out = tmp_path / "results.csv"
    assert run(folder, "--with", make_estimator(), "--out", out) == 1
    assert [row["error_code"] for row in rows(out)] == ["dicom-needs-extra"] * 4 + [""]
    assert 'pip install "gantei[dicom]"' in rows(out)[0]["error"]
