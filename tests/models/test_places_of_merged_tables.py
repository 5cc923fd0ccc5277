"""Where `gantei merge` writes: nothing else is replaced, and nothing is left of a failure."""

import os
import tempfile
from functools import partial

import pytest

from ..explained import explained_network
from .sharded import change_manifest, three_shards


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def study(tmp_path, age):
    return three_shards(tmp_path, age)


@pytest.fixture
def refused(study, capsys):
    return partial(study.refused, capsys)


def test_a_place_that_belongs_to_a_shard(study, capsys):
    before = study.table(1).read_bytes()
    assert study.merge("--overwrite", out=study.table(1)) == 2
    assert "shard-1.csv: belongs to a shard; choose another --out" in capsys.readouterr().err
    assert study.table(1).read_bytes() == before


def test_a_table_that_is_there_already_is_replaced_only_by_overwriting(study, capsys):
    study.merged.parent.mkdir()
    study.merged.write_text("of somebody")
    assert study.merge() == 2
    said = capsys.readouterr().err
    assert "all.csv exists and is not what these shards come to" in said
    assert study.merged.read_text() == "of somebody"
    assert study.merge("--overwrite") == 1
    study.run_whole()
    study.check_same()


def test_a_merged_table_of_other_shards_says_so(study, capsys):
    study.merge()
    change_manifest(study.merged, lambda told: told["shards"][0].update(table_sha256="0"))
    assert study.merge() == 2
    assert "it was merged from other tables" in capsys.readouterr().err


def test_a_file_of_somebody_beside_the_table_is_not_replaced(study, capsys):
    study.merged.parent.mkdir()
    study.merged.with_name("all.csv.persons.csv").write_text("of somebody")
    assert study.merge() == 2
    assert "all.csv.persons.csv exists" in capsys.readouterr().err


def test_a_merge_that_fails_at_its_end_leaves_nothing(refused, monkeypatch):
    from gantei.errors import OutputError
    from gantei.merging.shard_rows import ShardRows

    def fail(*_):
        raise OutputError("the last of all")

    monkeypatch.setattr(ShardRows, "written", fail)
    assert "the last of all" in refused()


def test_a_disk_that_is_full_leaves_nothing(study, refused, monkeypatch):
    import errno

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("gantei.system.stored_texts.RUN_TEXTS", 1)
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", full)
    assert "No space left on device" in refused()


def test_standard_output_in_the_place_of_a_table(study, capsys):
    from gantei.command_line import main

    assert main(["merge", *map(str, study.tables), "--out", "-"]) == 2
    assert "name the table by --out" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_a_pipe_in_the_place_of_the_table_is_neither_replaced_nor_waited_for(study, capsys):
    study.merged.parent.mkdir()
    os.mkfifo(study.merged)
    assert study.merge("--overwrite") == 2
    assert "all.csv: is a pipe or a device; name a file" in capsys.readouterr().err
    assert study.merged.is_fifo()


def test_a_table_beside_which_a_manifest_stands_that_no_merge_wrote_is_kept(study, capsys):
    study.merged.parent.mkdir()
    study.merged.write_text("a year of work")
    study.merged.with_name(f"{study.merged.name}.run.json").write_bytes(b"[" * 200_000)
    assert study.merge() == 2
    assert "that could tell what made it" in capsys.readouterr().err
    assert study.merged.read_text() == "a year of work"
