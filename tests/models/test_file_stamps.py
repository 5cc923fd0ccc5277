"""Photographs are known again by size and time of their files, and read only where these differ."""

import json
import os
import time

import numpy as np
import pytest

from gantei.photographs.listing import StudyPhotograph
from gantei.study.file_stamps import FileStamps, kept_stamp, stamp_of

from ..conftest import made_picture
from ..explained import explained_network
from ..opened_files import opened_below
from .settled import LONG_AGO, change_unseen, set_back
from .studies import NAMES, interrupted_after, manifest_of, rows, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.mark.parametrize("count", [1, 4, 5])
def test_a_resumed_run_opens_no_photograph_that_is_finished(
    count, settled, age, tmp_path, monkeypatch
):
    whole, out = tmp_path / "whole.csv", tmp_path / "results.csv"
    run(settled, "--with", age, "--out", whole)
    interrupted_after(count, settled, age, out, monkeypatch)
    with opened_below(settled) as opened:
        run(settled, "--with", age, "--out", out)
    assert opened == {*NAMES[count:]}
    assert out.read_bytes() == whole.read_bytes()
    assert manifest_of(out)["summary"]["resumed"] == count


def test_a_resumed_run_with_maps_and_embeddings_opens_none_either(
    settled, age, tmp_path, monkeypatch
):
    out = tmp_path / "t.csv"
    options = ("--maps", tmp_path / "maps", "--embeddings", tmp_path / "vectors.npy")
    interrupted_after(5, settled, age, out, monkeypatch, *options)
    with opened_below(settled) as opened:
        run(settled, "--with", age, "--out", out, *options)
    assert opened == {NAMES[5]}
    assert manifest_of(out)["summary"]["resumed"] == 5


def test_a_photograph_with_another_time_is_read_and_its_row_is_kept_where_it_is_the_same(
    settled, age, tmp_path, monkeypatch
):
    out = tmp_path / "results.csv"
    interrupted_after(4, settled, age, out, monkeypatch)
    os.utime(settled / NAMES[1])
    with opened_below(settled) as opened:
        run(settled, "--with", age, "--out", out)
    assert opened == {NAMES[1], *NAMES[4:]}
    assert manifest_of(out)["summary"]["resumed"] == 4


@pytest.mark.parametrize(("options", "kept"), [((), 4), (("--rehash",), 2)])
def test_only_rehash_finds_a_photograph_that_changed_with_size_and_time_the_same(
    options, kept, settled, age, tmp_path, monkeypatch
):
    out = tmp_path / "results.csv"
    interrupted_after(4, settled, age, out, monkeypatch)
    change_unseen(settled / NAMES[2])
    run(settled, "--with", age, "--out", out, *options)
    assert manifest_of(out)["summary"]["resumed"] == kept


def test_rehash_reads_each_finished_photograph(settled, age, tmp_path, monkeypatch):
    out = tmp_path / "results.csv"
    interrupted_after(4, settled, age, out, monkeypatch)
    with opened_below(settled) as opened:
        run(settled, "--with", age, "--out", out, "--rehash")
    assert opened == {*NAMES}
    assert manifest_of(out)["summary"]["resumed"] == 4


def test_rows_of_an_earlier_gantei_have_no_stamps_and_their_photographs_are_read(
    settled, age, tmp_path, monkeypatch
):
    out, journal = tmp_path / "results.csv", tmp_path / "results.csv.partial"
    interrupted_after(4, settled, age, out, monkeypatch)
    head, *lines = journal.read_text("utf-8").splitlines()
    lines = [json.dumps(json.loads(line)["row"], ensure_ascii=False) for line in lines]
    journal.write_text("".join(f"{line}\n" for line in (head, *lines)), "utf-8")
    with opened_below(settled) as opened:
        run(settled, "--with", age, "--out", out)
    assert opened == {*NAMES}
    assert manifest_of(out)["summary"]["resumed"] == 4


def listed(tmp_path, age_in_seconds=3600.0, **options):
    path = tmp_path / "eye.jpg"
    path.write_bytes(b"first")
    when = time.time_ns() - int(age_in_seconds * 1e9)
    os.utime(path, ns=(when, when))
    return StudyPhotograph(path, "eye.jpg", **options)


def taken_after(photograph, change):
    stamps = FileStamps()
    (given,) = stamps.noted([photograph])
    change(given.source)
    return stamps.taken(given)


def other_bytes_then_the_time_set_back(path):
    when = path.stat().st_mtime_ns
    path.write_bytes(b"other")
    os.utime(path, ns=(when, when))


def another_file_in_its_place(path):
    other = path.with_name("other.jpg")
    other.write_bytes(b"other")
    os.utime(other, ns=(path.stat().st_mtime_ns,) * 2)
    other.replace(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b"other"),
        lambda path: path.unlink(),
        other_bytes_then_the_time_set_back,
        another_file_in_its_place,
    ],
)
def test_a_file_that_changes_while_it_is_read_has_no_stamp(change, tmp_path):
    photograph = listed(tmp_path)
    assert taken_after(photograph, lambda _: None) == stamp_of(photograph)
    assert taken_after(photograph, change) is None


def test_a_file_that_changed_just_before_it_was_read_has_no_stamp(tmp_path):
    assert taken_after(listed(tmp_path, 0.5), lambda _: None) is None
    assert taken_after(listed(tmp_path, -60.0), lambda _: None) is None  # by another clock


def test_a_stamp_is_size_and_time_and_keyed_where_the_study_is_anonymous(tmp_path):
    path = listed(tmp_path).source
    set_back(path)
    open_one = StudyPhotograph(path, "eye.jpg")
    assert stamp_of(open_one) == f"5:{LONG_AGO}" == kept_stamp(open_one, f"5:{LONG_AGO}")
    secret = StudyPhotograph(path, "photograph-a", secret=b"key")
    assert stamp_of(secret) == f"5:{LONG_AGO}"
    assert (kept := kept_stamp(secret, f"5:{LONG_AGO}")) is not None
    assert str(LONG_AGO) not in kept
    assert stamp_of(StudyPhotograph(tmp_path / "none.jpg", "none.jpg")) is None
    assert stamp_of(StudyPhotograph(tmp_path, "folder")) is None


def test_the_journal_of_an_anonymous_study_tells_no_times_and_is_trusted(
    settled, age, tmp_path, monkeypatch
):
    out, key = tmp_path / "t.csv", tmp_path / "key.csv"
    interrupted_after(4, settled, age, out, monkeypatch, "--anonymous", key)
    assert str(LONG_AGO) not in (tmp_path / "t.csv.partial").read_text("utf-8")
    with opened_below(settled) as opened:
        run(settled, "--with", age, "--out", out, "--anonymous", key)
    assert len(opened) == 2
    assert manifest_of(out)["summary"]["resumed"] == 4


@pytest.fixture
def archive(tmp_path):
    """Six photographs of two persons, whom their DICOM headers name."""
    pytest.importorskip("gdcm")
    from .dicoms import of_pixels, written

    folder = tmp_path / "archive"
    folder.mkdir()
    for number in range(6):
        pixels = np.ascontiguousarray(made_picture(number))
        path = folder / f"{number}.dcm"
        path.write_bytes(written(of_pixels(pixels, PatientID=str(number % 2))))
        set_back(path)
    return folder


def test_persons_of_dicom_files_are_known_again_without_reading_them(
    archive, age, tmp_path, monkeypatch
):
    out = tmp_path / "t.csv"
    interrupted_after(4, archive, age, out, monkeypatch)
    with opened_below(archive) as opened:
        run(archive, "--with", age, "--out", out)
    assert opened == {"4.dcm", "5.dcm"}
    assert manifest_of(out)["summary"]["resumed"] == 4
    assert len({row["person"] for row in rows(out)}) == 2


def test_pseudonyms_of_another_key_are_not_taken_over(archive, age, tmp_path, monkeypatch):
    out = tmp_path / "t.csv"
    interrupted_after(4, archive, age, out, monkeypatch)
    (tmp_path / "t.csv.dicom-key").unlink()
    run(archive, "--with", age, "--out", out)
    assert manifest_of(out)["summary"]["resumed"] == 0
    assert len({row["person"] for row in rows(out)}) == 2
