"""A merge that is said again, was killed before, or whose table one machine goes on with."""

import os
import signal
import subprocess
import sys

import pytest

from ..explained import explained_network
from .settled import set_back
from .sharded import three_shards
from .studies import manifest_of, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age", network=explained_network())


@pytest.fixture
def study(tmp_path, age):
    return three_shards(tmp_path, age)


def test_the_same_command_again_says_that_all_is_merged(study, capsys):
    study.merge()
    before = {path: path.stat().st_mtime_ns for path in study.merged.parent.iterdir()}
    capsys.readouterr()
    assert study.merge() == 1
    assert "16 photographs of 3 shards, already merged: 14 estimated" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in study.merged.parent.iterdir()} == before


KILLED = """
import os, signal, sys
from pathlib import Path
from gantei.command_line import main

replace, left = Path.replace, [int(sys.argv[1])]

def replaced(self, target):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return replace(self, target)

Path.replace = replaced
main(sys.argv[2:])
"""


@pytest.mark.skipif(os.name != "posix", reason="kills by a signal")
@pytest.mark.parametrize("files", [0, 3, 5])
def test_a_merge_that_is_killed_while_it_writes_is_finished_by_the_same_command(study, files):
    study.run_whole()
    study.merged.parent.mkdir()
    words = ["merge", *map(str, study.tables), "--out", str(study.merged)]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(files), *words], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not study.merged.exists()
    assert study.merge() == 1
    study.check_same()


def test_predict_on_one_machine_reads_no_photograph_of_a_merged_table_again(study, monkeypatch):
    for path in study.photographs.rglob("*.png"):
        set_back(path)
    study.run_shards("--overwrite")
    study.merge()
    with monkeypatch.context() as patch:
        patch.setattr("gantei.study.existing_table._read_again", None)
        assert run(study.photographs, *study.options, "--out", study.merged) == 1
    assert manifest_of(study.merged)["stamps_sha256"] is not None
    assert study.merge() == 1


def test_predict_on_one_machine_finds_the_merged_table_finished(study, capsys):
    study.merge()
    before = study.merged.read_bytes()
    capsys.readouterr()
    assert run(study.photographs, *study.options, "--out", study.merged) == 1
    assert study.merged.read_bytes() == before
