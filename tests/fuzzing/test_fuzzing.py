"""A bounded share of the fuzzing, and faults planted to see that it notices them."""

import os

import pytest

from gantei_export.keras_layers import activation
from gantei_export.pytorch_files.records import TensorView

from . import keras_files, of_pickles, onnx_files, pool, pytorch_files, seeds, trial
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


def test_1500_hostile_pytorch_files_are_refused_or_read_as_by_pickle_itself():
    summary = pool.fuzz(1500, seed=36, workers=1, family="pytorch")
    assert summary.failures == []
    assert summary.inputs == 1500
    assert {"refused", "right"} <= {word for _, word in summary.counts}
    assert {kind for kind, _ in summary.counts} == set(pytorch_files.KINDS)


def test_300_hostile_onnx_files_are_refused_or_answer_as_the_reference_of_onnx():
    summary = pool.fuzz(300, seed=37, workers=1, family="onnx")
    assert summary.failures == []
    assert summary.inputs == 300
    assert {"refused", "right"} <= {word for _, word in summary.counts}
    assert {kind for kind, _ in summary.counts} == set(onnx_files.KINDS)


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
    functions = activation.FUNCTIONS
    monkeypatch.setitem(functions, "tanh", functions["softsign"])
    assert "differs from the reference" in attempt().detail


def test_an_option_that_is_overlooked_is_noticed(attempt, monkeypatch):
    monkeypatch.setattr(
        "gantei_export.keras_layers.layer.Layer.check_all_read", lambda self, training: None
    )
    config, _ = seeds.networks()[CHAIN]
    options = config["config"]["layers"][-1]["config"]
    monkeypatch.setitem(options, "novelty", 3)
    assert "knows no answer" in attempt().detail


@pytest.fixture
def read_as_input(tmp_path, monkeypatch):
    """Try one of the genuine PyTorch files, unchanged, as every input is tried."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def run(name="views.pth"):
        path = tmp_path / name
        path.write_bytes(of_pickles.files()[name])
        return trial.attempt(path, tmp_path, Lines(), whole=False, family=pytorch_files)

    return run


def test_every_genuine_pytorch_file_is_right(read_as_input):
    names = [path.name for path in of_pickles.GENUINE.glob("*.*[hs]")]
    assert len(names) == 13
    assert {read_as_input(name).word for name in names} == {"right"}


@pytest.mark.parametrize("of", ["offset", "strides", "shape"])
def test_a_wrong_tensor_is_noticed(read_as_input, monkeypatch, of):
    def wrong(tensor):
        kept = tensor.__dict__["kept_" + of]
        return kept[::-1] if isinstance(kept, tuple) else kept // 2

    def keep(tensor, value):
        tensor.__dict__["kept_" + of] = value

    monkeypatch.setattr(TensorView, of, property(wrong, keep), raising=False)
    monkeypatch.setattr("gantei_export.pytorch_files.state_dict.check_view", lambda *_: None)
    outcome = read_as_input()
    assert outcome.word == "FAILED"
    assert "other values" in outcome.detail or "is expected" in outcome.detail


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
