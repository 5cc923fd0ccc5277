"""A bounded share of the fuzzing, and faults planted to see that it notices them."""

import os

import pytest

from gantei_export.layers import activation

from . import keras_files, pool, seeds, trial
from .reached import Lines

CHAIN = 2
"""The seed that is a Sequential with tanh."""


def test_1500_hostile_inputs_are_refused_or_right():
    summary = pool.fuzz(1500, seed=35, workers=1)
    assert summary.failures == []
    assert summary.inputs == 1500
    words = {word for _, word in summary.counts}
    assert {"refused", "right"} <= words
    assert {kind for kind, _ in summary.counts} == set(keras_files.KINDS)


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    """Try one of the seeds, unchanged, as every input is tried."""
    for variable in ("TMPDIR", "GANTEI_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def run(number=CHAIN, whole=False):
        path = tmp_path / "seed.h5"
        seeds.write_form(path, "h5", *seeds.networks()[number])
        return trial.attempt(path, tmp_path, Lines(), whole=whole)

    return run


def test_every_seed_is_right_or_holds_code(attempt):
    words = [attempt(number).word for number in range(len(seeds.networks()))]
    assert words == ["right"] * (len(words) - 1) + ["refused"]


def test_a_wrong_activation_is_noticed(attempt, monkeypatch):
    functions = activation._FUNCTIONS
    monkeypatch.setitem(functions, "tanh", functions["softsign"])
    assert "differs from the reference" in attempt().detail


def test_an_option_that_is_overlooked_is_noticed(attempt, monkeypatch):
    monkeypatch.setattr("gantei_export.layer.Layer.check_all_read", lambda self, training: None)
    config, _ = seeds.networks()[CHAIN]
    options = config["config"]["layers"][-1]["config"]
    monkeypatch.setitem(options, "novelty", 3)
    assert "knows no answer" in attempt().detail


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (lambda folder: os.system("true"), "os.system"),
        (lambda folder: exec(compile("1", "stranger", "eval")), "exec"),
        (lambda folder: (folder.parent / "escaped").write_text("x"), "escaped"),
        (lambda folder: (folder / "left").write_text("x"), "leaves"),
        (lambda folder: [bytearray(1 << 29) for _ in range(3)], "MemoryError"),
        (lambda folder: [].pop(), "IndexError"),
    ],
)
def test_what_nothing_may_do_is_noticed(attempt, monkeypatch, tmp_path, deed, words):
    monkeypatch.setattr(keras_files, "_convert", lambda path: deed(tmp_path))
    outcome = attempt()
    assert outcome.word == "FAILED"
    assert words in outcome.detail
