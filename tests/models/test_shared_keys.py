"""Keys that the tasks of a study share: of an anonymous study, and of persons in DICOM files."""

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gantei.study.dicom_persons import DicomPersons
from gantei.study.key_file import open_key

from ..conftest import made_picture
from .studies import rows, run

TASKS = 7


def _when_all_are_ready(do, path, ready, found):
    ready.wait()
    found.put(do(path))


def at_once(do: Callable[[Path], object], path: Path) -> list[object]:
    """What seven processes find that do the same at the same moment."""
    context = multiprocessing.get_context("fork")
    ready, found = context.Barrier(TASKS), context.Queue()
    tasks = [
        context.Process(target=_when_all_are_ready, args=(do, path, ready, found))
        for _ in range(TASKS)
    ]
    for task in tasks:
        task.start()
    answers = [found.get(timeout=60) for _ in tasks]
    for task in tasks:
        task.join()
    return answers


forks = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="processes are not forked here"
)


def identifiers_of(path):
    key = open_key(path, [("photograph", f"{number}.jpg") for number in range(300)])
    return key.secret, sorted(key.identifiers.items())


@forks
def test_tasks_that_begin_an_anonymous_study_at_once_have_one_key(tmp_path):
    first, *others = at_once(identifiers_of, tmp_path / "key.csv")
    assert all(other == first for other in others)
    assert identifiers_of(tmp_path / "key.csv") == first
    assert [path.name for path in tmp_path.iterdir()] == ["key.csv"]


@forks
def test_tasks_that_need_pseudonyms_at_once_make_one_key(tmp_path):
    first, *others = at_once(key_of_persons, tmp_path / "dicom-key")
    assert first is not None
    assert others == [first] * (TASKS - 1)
    assert [path.name for path in tmp_path.iterdir()] == ["dicom-key"]


def key_of_persons(path):
    persons = DicomPersons(path, shared=True)
    return persons._read_or_made()


def test_shards_of_an_anonymous_study_have_the_identifiers_of_the_whole(
    photographs, make_estimator, tmp_path
):
    estimator, key = make_estimator(), tmp_path / "key.csv"
    words = (photographs, "--with", estimator, "--anonymous", key)
    shards = [tmp_path / f"{number}.csv" for number in (1, 2)]
    for number, out in enumerate(shards, start=1):
        run(*words, "--shard", f"{number}/2", "--out", out)
    whole = tmp_path / "whole.csv"
    run(*words, "--out", whole)
    found = [line for out in shards for line in rows(out)]
    assert sorted(found, key=lambda line: line["photograph"]) == rows(whole)


@pytest.fixture
def dicoms(tmp_path):
    """Two persons in DICOM files, the eyes of each in several shards; and a PNG."""
    pytest.importorskip("gdcm")
    from .dicoms import of_pixels, written

    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(8):
        side = "RL"[number % 2]
        made = of_pixels(made_picture(number), PatientID=str(number % 4), ImageLaterality=side)
        (folder / f"IM{number}").write_bytes(written(made))
    Image.fromarray(made_picture(9)).save(folder / "other.png")
    return folder


def manifest(out):
    return json.loads(out.with_name(f"{out.name}.run.json").read_text("utf-8"))


def test_shards_with_one_key_have_the_pseudonyms_of_the_whole(dicoms, make_estimator, tmp_path):
    key = tmp_path / "keys" / "study.key"
    key.parent.mkdir()
    words = (dicoms, "--with", make_estimator(), "--dicom-key", key)
    shards = [tmp_path / f"{number}.csv" for number in (1, 2, 3)]
    for number, out in enumerate(shards, start=1):
        assert run(*words, "--shard", f"{number}/3", "--out", out) == 0
    assert run(*words, "--out", tmp_path / "whole.csv") == 0
    found = [line for out in shards for line in rows(out)]
    assert sorted(found, key=lambda line: line["photograph"]) == rows(tmp_path / "whole.csv")
    assert len({line["person"] for line in found}) == 5
    told = {manifest(out)["shard"]["dicom_key_sha256"] for out in shards} - {None}
    assert told == {manifest(tmp_path / "whole.csv")["dicom_key_sha256"]}
    assert [path.name for path in key.parent.iterdir()] == ["study.key"]
    assert not list(tmp_path.glob("*.dicom-key"))


def test_persons_in_dicom_files_need_a_key_for_all_shards(dicoms, make_estimator, tmp_path, capsys):
    words = (dicoms, "--with", make_estimator(), "--out", tmp_path / "t.csv")
    assert run(*words, "--shard", "1/1") == 2
    assert "name one file for it by --dicom-key" in capsys.readouterr().err
    key = ("--dicom-key", tmp_path / "key")
    assert run(*words, "--shard", "1/1", *key) == 0
    (dicoms / "IM0").rename(dicoms / "IM0.dcm")  # its name says what it is, so nothing is estimated
    assert run(dicoms, "--with", "demo-age", "--out", tmp_path / "n.csv", "--shard", "1/2") == 2
    assert "name one file for it by --dicom-key" in capsys.readouterr().err
    assert not list(tmp_path.glob("n.csv*"))


def test_a_table_with_the_pseudonyms_of_another_key_is_not_taken_for_this_one(
    dicoms, make_estimator, tmp_path, capsys
):
    words = (dicoms, "--with", make_estimator(), "--out", tmp_path / "t.csv", "--shard", "1/1")
    for name in ("one", "two"):
        run(*words, "--dicom-key", tmp_path / name, "--overwrite")
    before = (tmp_path / "t.csv").read_bytes()
    capsys.readouterr()
    assert run(*words, "--dicom-key", tmp_path / "one") == 2
    assert "its persons in DICOM files have another key" in capsys.readouterr().err
    assert run(*words, "--dicom-key", tmp_path / "two") == 0
    assert (tmp_path / "t.csv").read_bytes() == before


def test_a_key_that_is_read_is_not_the_file_that_is_written(
    photographs, make_estimator, tmp_path, capsys
):
    words = (photographs, "--with", make_estimator(), "--out", tmp_path / "t.csv")
    assert run(*words, "--dicom-key", tmp_path / "t.csv") == 2
    assert "is read by --dicom-key, and would be replaced" in capsys.readouterr().err
    assert run(*words, "--dicom-key", tmp_path / "k", "--anonymous", tmp_path / "a.csv") == 2
    assert "leave it out" in capsys.readouterr().err
