"""Networks of Keras in training form: they answer, learn and are saved as Keras has it."""

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei_export.fine_tuning.epochs import learnt, linear_values, train_epoch
from gantei_export.fine_tuning.losses import mean_loss
from gantei_export.fine_tuning.network_training import open_trainable
from gantei_export.fine_tuning.number_scale import NumberScale
from gantei_export.fine_tuning.training_settings import TrainingSettings

from .networks import AGE, DECADES, EYE, SIDE, drawn, small_network

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file"),
]
ROWS = np.arange(16)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("networks") / "sex.h5"
    small_network().save(path)
    return path


@pytest.fixture
def values():
    return np.random.default_rng(2).uniform(-1, 1, (3, SIDE, SIDE, 3)).astype(np.float32)


def test_the_network_of_a_file_answers_as_keras(file, values):
    keras = pytest.importorskip("tf_keras")
    expected = keras.models.load_model(file, compile=False).predict(values, verbose=0)
    assert open_trainable(file, EYE).original_answers(values) == pytest.approx(expected, abs=1e-6)


def test_other_layers_answer_as_keras(tmp_path):
    keras = pytest.importorskip("tf_keras")
    keras.utils.set_random_seed(3)  # some random weights answer so near 0 that rounding shows
    layers = keras.layers
    source = keras.Input((32, 32, 3))
    normalization = layers.Normalization(mean=[9.0, 8.0, 7.0], variance=[4.0, 5.0, 6.0])
    x = normalization(layers.Rescaling(0.5, offset=1.0)(source))
    x = x[..., ::-1] - np.array([3.0, 2.0, 1.0], np.float32)
    x = layers.ZeroPadding2D(((0, 1), (1, 0)))(x / 2.0)
    x = layers.SeparableConv2D(6, 3, activation="relu", bias_initializer="ones")(x)
    shared = layers.Conv2D(6, 1, bias_initializer="ones", name="shared")
    x = layers.Concatenate()([shared(x), layers.LeakyReLU(0.1)(shared(shared(x)))])
    x = layers.Multiply()([x, layers.Activation("swish")(x)])
    x = layers.AveragePooling2D(2)(layers.MaxPooling2D(2, padding="same")(x))
    x = layers.Dense(2)(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(source, x)
    model.save(tmp_path / "network.h5")
    values = np.random.default_rng(3).uniform(0, 255, (3, 32, 32, 3)).astype(np.float32)
    network = open_trainable(tmp_path / "network.h5", EYE)
    expected = model.predict(values, verbose=0)
    assert np.ptp(expected[:, 0]) > 0.1, "the network does not tell pictures apart"
    assert network.original_answers(values) == pytest.approx(expected, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("target", [EYE, AGE, DECADES], ids=lambda target: target.kind)
def test_a_step_has_the_loss_of_the_formula_and_lowers_it(file, target):
    photographs = drawn()
    truths = {"eye": photographs.truths, "age": photographs.ages, "decade": photographs.persons % 3}
    photographs = type(photographs)(**vars(photographs) | {"truths": truths[target.output]})
    network = open_trainable(file, target, scale=NumberScale(50.0, 20.0))
    values, wanted = (
        photographs.network_values(photographs.pixels[ROWS]),
        learnt(network, photographs)[ROWS],
    )
    network.begin_training(1e-3)
    expected = mean_loss(target, network.linear(values), wanted)
    assert network.step(values, wanted) == pytest.approx(expected, rel=1e-5)
    for _ in range(3):
        last = network.step(values, wanted)
    assert last < expected


def test_training_leaves_the_statistics_of_batch_normalisation_alone(file):
    network = open_trainable(file, EYE)
    before = network.weights()
    network.begin_training(1e-3)
    train_epoch(network, drawn(), ROWS, TrainingSettings(rate=1e-3), 1)
    train_epoch(network, drawn(), ROWS, TrainingSettings(rate=1e-3), 2)
    changed = [not np.array_equal(*two) for two in zip(before, network.weights(), strict=True)]
    assert changed == network.are_trained()
    assert 0 < sum(changed) < len(changed)


def test_an_epoch_repeated_from_its_state_gives_the_same_bits(file):
    settings, photographs = TrainingSettings(rate=1e-3, batch=5), drawn()
    network = open_trainable(file, EYE)
    network.begin_training(settings.rate)
    train_epoch(network, photographs, ROWS, settings, 1)
    weights, state = network.weights(), network.optimiser_state()
    train_epoch(network, photographs, ROWS, settings, 2)
    other = open_trainable(file, EYE)
    other.begin_training(settings.rate)
    other.set_weights(weights)
    other.set_optimiser_state(state)
    train_epoch(other, photographs, ROWS, settings, 2)
    assert [one.tobytes() for one in network.weights()] == [
        one.tobytes() for one in other.weights()
    ]


def test_what_is_saved_answers_in_the_targets_unit(file, tmp_path):
    keras = pytest.importorskip("tf_keras")
    scale = NumberScale(50.0, 20.0)
    network, photographs = open_trainable(file, AGE, scale=scale), drawn()
    network.begin_training(1e-3)
    photographs = type(photographs)(**vars(photographs) | {"truths": photographs.ages})
    train_epoch(network, photographs, ROWS, TrainingSettings(rate=1e-3), 1)
    network.save(tmp_path / "age.h5")
    saved = keras.models.load_model(tmp_path / "age.h5", compile=False)
    years = saved.predict(photographs.network_values(photographs.pixels[ROWS]), verbose=0)
    expected = scale.numbers(linear_values(network, photographs, ROWS))
    assert years == pytest.approx(expected, abs=1e-4)


def test_weights_of_another_network_are_refused(file):
    network = open_trainable(file, EYE)
    with pytest.raises(SettingError, match="they are of another network"):
        network.set_weights(open_trainable(file, DECADES).weights())


def test_an_onnx_file_is_refused(tmp_path):
    from gantei.catalogue.entries import SHIPPED

    with pytest.raises(SettingError, match=r"model\.onnx: an ONNX file; only a file of Keras"):
        open_trainable(SHIPPED / "demo-sex" / "model.onnx", EYE)
