"""Swin transformers in training form, by PyTorch and timm."""

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei_export.fine_tuning.losses import mean_loss
from gantei_export.fine_tuning.network_training import open_trainable
from gantei_export.fine_tuning.number_scale import NumberScale
from gantei_export.learning.linear_head import LinearHead
from gantei_export.pytorch_files.state_dict import open_state_dict
from gantei_export.pytorch_networks.state_dict_converter import convert_state_dict

from ..swin_files import BYTES, FILES, opened
from .networks import AGE, DECADES, EYE

pytestmark = pytest.mark.reference
FILE = next(file for file in FILES if "usual" in file.stem)
SCALE = NumberScale(50.0, 20.0)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    torch = pytest.importorskip("torch")
    pytest.importorskip("timm")
    state, _ = opened(FILE)
    path = tmp_path_factory.mktemp("swin") / "weights.pth"
    torch.save({name: torch.from_numpy(values.copy()) for name, values in state.items()}, path)
    return path


@pytest.fixture
def values(file):
    side = open_trainable(file, EYE).size[0]
    return np.random.default_rng(4).normal(0, 1, (6, side, side, 3)).astype(np.float32)


def converted(path):
    with open_state_dict(path) as state:
        return convert_state_dict(state.tensors, "0" * 64, BYTES)


def test_the_network_of_a_file_answers_as_its_conversion(file, values, answers):
    expected = answers(converted(file), values)["head"]
    assert open_trainable(file, EYE).original_answers(values) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("target", [EYE, AGE, DECADES], ids=lambda target: target.kind)
def test_steps_have_the_loss_of_the_formula_and_lower_it(file, values, target):
    network = open_trainable(file, target, scale=SCALE)
    truths = np.array([0, 1, 1, 0, 1, 0])
    network.begin_training(1e-3)
    expected = mean_loss(target, network.linear(values), truths)
    assert network.step(values, truths) == pytest.approx(expected, rel=1e-5)
    for _ in range(4):
        last = network.step(values, truths)
    assert last < expected


def test_a_step_from_a_saved_state_gives_the_same_bits(file, values):
    truths = np.array([0, 1, 1, 0, 1, 0])
    network = open_trainable(file, EYE)
    network.begin_training(1e-3)
    network.step(values, truths)
    weights, state = network.weights(), network.optimiser_state()
    network.step(values, truths)
    other = open_trainable(file, EYE)
    other.begin_training(1e-3)
    other.set_weights(weights)
    other.set_optimiser_state(state)
    other.step(values, truths)
    assert all(
        one.tobytes() == two.tobytes()
        for one, two in zip(network.weights(), other.weights(), strict=True)
    )


def test_what_is_saved_is_imported_and_answers_in_the_targets_unit(file, values, tmp_path, answers):
    network = open_trainable(file, AGE, scale=SCALE)
    width = network.embeddings(values).shape[1]
    kernel = np.random.default_rng(5).normal(0, 5, (width, 1))
    head = LinearHead(AGE, kernel, np.array([60.0]))
    network.set_head(head)
    network.save(tmp_path / "age.safetensors")
    years = answers(converted(tmp_path / "age.safetensors"), values)["head"]
    assert years[:, 0] == pytest.approx(head.estimates(network.embeddings(values)), abs=1e-2)
    assert SCALE.numbers(network.linear(values)) == pytest.approx(years, abs=1e-2)


def test_weights_of_another_network_are_refused(file):
    with pytest.raises(SettingError, match="they are of another network"):
        open_trainable(file, EYE).set_weights(open_trainable(file, DECADES).weights())
