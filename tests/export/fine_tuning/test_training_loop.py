"""When a training ends, and whose weights it leaves."""

import numpy as np
import pytest

from gantei.manifests.input_output import MeanStd
from gantei_export.fine_tuning.prepared_photographs import PreparedPhotographs
from gantei_export.fine_tuning.training_checkpoint import checkpoint
from gantei_export.fine_tuning.training_loop import train_to_best
from gantei_export.fine_tuning.training_progress import Silence
from gantei_export.fine_tuning.training_settings import FineTuneSettings, TrainingSettings

from .networks import AGE

ROWS = np.arange(4)


class Drifting:
    """A network of one number, its estimate of everybody, which each step replaces."""

    target = AGE

    def __init__(self, steps):
        self.answer, self.steps = np.float32(9.0), iter(steps)
        self.scale = self

    def standardised(self, numbers):
        return np.asarray(numbers, float)

    def begin_training(self, rate):
        pass

    def weights(self):
        return [np.array([self.answer])]

    def set_weights(self, weights):
        (self.answer,) = weights[0]

    def optimiser_state(self):
        return []

    def step(self, values, truths):
        self.answer = np.float32(next(self.steps))
        return float(self.answer**2)

    def linear(self, values):
        return np.full((len(values), 1), self.answer, np.float64)


@pytest.fixture
def photographs():
    from gantei.catalogue.entries import find

    spec = find("demo-age").manifest.input
    assert isinstance(spec.scale, MeanStd)
    pixels = np.zeros((4, 8, 8, 3), np.uint8)
    return PreparedPhotographs(pixels, spec, np.zeros(4), ROWS, 4, np.zeros(4))


@pytest.mark.parametrize(
    ("steps", "patience", "epochs", "best"),
    [
        ([3.0, 1.0, 2.0, 2.0, 0.5], 2, 4, 2),  # two epochs no better: the fifth is not tried
        ([3.0, 1.0, 2.0, 0.5], 4, 4, 4),
        ([3.0, np.nan, 0.5, 0.5], 4, 2, 1),  # after a loss that is no number nothing gets better
        ([np.inf, 0.5], 4, 1, 0),
    ],
)
def test_the_best_epoch_is_kept_and_no_longer_waited_than_helps(
    photographs, steps, patience, epochs, best
):
    network = Drifting(steps)
    settings = FineTuneSettings(TrainingSettings(batch=4, augment=False), 4, patience)
    with checkpoint("c" * 64, "my-own") as kept:
        history = train_to_best(network, photographs, (ROWS, ROWS), settings, kept, Silence())
    assert len(history) - 1 == epochs
    assert network.answer == [9.0, *steps][best]
