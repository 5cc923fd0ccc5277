"""A finished table is known again without reading its photographs, as long as none has changed."""

import os
import time

import pytest

from ..explained import explained_network
from ..opened_files import opened_below
from .settled import LONG_AGO, change_unseen, set_back
from .studies import NAMES, manifest_of, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


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
