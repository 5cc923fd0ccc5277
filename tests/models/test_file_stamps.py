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
from .studies import NAMES, interrupted_after, rows, run

LONG_AGO = 1_700_000_000_123_456_789


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def settled(photographs):
    """The photographs, none of which has changed just now."""
    for name in NAMES:
        set_back(photographs / name)
    return photographs


def set_back(path):
    os.utime(path, ns=(LONG_AGO, LONG_AGO))


def change_unseen(path):
    """Change a file's bytes, but neither its size nor its time."""
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    set_back(path)


def resumed(out):
    return json.loads(out.with_name(f"{out.name}.run.json").read_text("utf-8"))["summary"][
        "resumed"
    ]


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
    assert resumed(out) == count


def test_a_resumed_run_with_maps_and_embeddings_opens_none_either(
    settled, age, tmp_path, monkeypatch
):
    out = tmp_path / "t.csv"
    options = ("--maps", tmp_path / "maps", "--embeddings", tmp_path / "vectors.npy")
    interrupted_after(5, settled, age, out, monkeypatch, *options)
    with opened_below(settled) as opened:
        run(settled, "--with", age, "--out", out, *options)
    assert opened == {NAMES[5]}
    assert resumed(out) == 5


def test_a_photograph_with_another_time_is_read_and_its_row_is_kept_where_it_is_the_same(
    settled, age, tmp_path, monkeypatch
):
    out = tmp_path / "results.csv"
    interrupted_after(4, settled, age, out, monkeypatch)
    os.utime(settled / NAMES[1])
    with opened_below(settled) as opened:
        run(settled, "--with", age, "--out", out)
    assert opened == {NAMES[1], *NAMES[4:]}
    assert resumed(out) == 4


@pytest.mark.parametrize(("options", "kept"), [((), 4), (("--rehash",), 2)])
def test_only_rehash_finds_a_photograph_that_changed_with_size_and_time_the_same(
    options, kept, settled, age, tmp_path, monkeypatch
):
    out = tmp_path / "results.csv"
    interrupted_after(4, settled, age, out, monkeypatch)
    change_unseen(settled / NAMES[2])
    run(settled, "--with", age, "--out", out, *options)
    assert resumed(out) == kept


def test_rehash_reads_each_finished_photograph(settled, age, tmp_path, monkeypatch):
    out = tmp_path / "results.csv"
    interrupted_after(4, settled, age, out, monkeypatch)
    with opened_below(settled) as opened:
        run(settled, "--with", age, "--out", out, "--rehash")
    assert opened == {*NAMES}
    assert resumed(out) == 4


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
    assert resumed(out) == 4


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
    assert resumed(out) == 4


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
    assert resumed(out) == 4
    assert len({row["person"] for row in rows(out)}) == 2


def test_pseudonyms_of_another_key_are_not_taken_over(archive, age, tmp_path, monkeypatch):
    out = tmp_path / "t.csv"
    interrupted_after(4, archive, age, out, monkeypatch)
    (tmp_path / "t.csv.dicom-key").unlink()
    run(archive, "--with", age, "--out", out)
    assert resumed(out) == 0
    assert len({row["person"] for row in rows(out)}) == 2


def manifest_of(out):
    return json.loads(out.with_name(f"{out.name}.run.json").read_text("utf-8"))


FINISHED = [
    (),
    ("--maps", "maps", "--embeddings", "vectors.npy"),
    ("--plain-csv", "--anonymous", "key.csv"),
]


@pytest.mark.parametrize("options", FINISHED)
def test_a_finished_table_is_known_as_such_without_opening_photographs(
    options, settled, age, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    arguments = (settled, "--with", age, "--out", tmp_path / "t.csv", *options)
    run(*arguments)
    before = manifest_of(tmp_path / "t.csv")
    capsys.readouterr()
    with opened_below(settled) as opened:
        assert run(*arguments) == 1
    assert not opened
    assert manifest_of(tmp_path / "t.csv") == before
    assert "6 photographs, already finished: 5 estimated, 1 failed" in capsys.readouterr().err


@pytest.mark.parametrize("options", FINISHED)
def test_photographs_of_a_finished_table_are_read_once_where_a_time_differs(
    options, settled, age, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    arguments = (settled, "--with", age, "--out", tmp_path / "t.csv", *options)
    run(*arguments)
    before = manifest_of(tmp_path / "t.csv")
    os.utime(settled / NAMES[1], ns=(LONG_AGO, LONG_AGO + 1))
    for expected in ({*NAMES}, set()):
        with opened_below(settled) as opened:
            assert run(*arguments) == 1
        assert opened == expected
    now = manifest_of(tmp_path / "t.csv")
    assert now.pop("stamps_sha256") != before.pop("stamps_sha256")
    assert now == before


def test_times_are_not_noted_of_a_table_whose_photographs_changed_just_now(
    photographs, age, tmp_path
):
    out = tmp_path / "t.csv"
    soon = time.time_ns() + 10**11  # whatever time the test takes
    os.utime(photographs / NAMES[0], ns=(soon, soon))
    run(photographs, "--with", age, "--out", out)
    assert manifest_of(out)["stamps_sha256"] is None
    for name in NAMES:
        set_back(photographs / name)
    run(photographs, "--with", age, "--out", out)
    with opened_below(photographs) as opened:
        assert run(photographs, "--with", age, "--out", out) == 1
    assert not opened


def test_a_finished_table_is_not_that_of_photographs_that_changed(settled, age, tmp_path, capsys):
    out = tmp_path / "t.csv"
    run(settled, "--with", age, "--out", out)
    (settled / NAMES[1]).write_bytes((settled / NAMES[0]).read_bytes())
    assert run(settled, "--with", age, "--out", out) == 2
    assert "its photographs are others" in capsys.readouterr().err


def test_of_a_finished_table_only_rehash_finds_a_change_with_size_and_time_the_same(
    settled, age, tmp_path, capsys
):
    out = tmp_path / "t.csv"
    run(settled, "--with", age, "--out", out)
    change_unseen(settled / NAMES[2])
    assert run(settled, "--with", age, "--out", out) == 1
    assert run(settled, "--with", age, "--out", out, "--rehash") == 2
    assert "its photographs are others" in capsys.readouterr().err


def test_a_file_that_could_not_be_read_and_can_be_now_is_read(settled, age, tmp_path, capsys):
    out, late = tmp_path / "t.csv", settled / "left/late.png"
    names = tmp_path / "names.txt"
    names.write_text("".join(f"{settled / name}\n" for name in (*NAMES, "left/late.png")))
    arguments = ("--from", names, "--with", age, "--out", out)
    run(*arguments)
    with opened_below(settled) as opened:
        assert run(*arguments) == 1
    assert not opened
    late.write_bytes((settled / NAMES[0]).read_bytes())
    set_back(late)
    assert run(*arguments) == 2
    assert "its photographs are others" in capsys.readouterr().err
