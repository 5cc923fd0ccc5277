"""All layers trained epoch by epoch, until people kept aside say that it is enough."""

from dataclasses import replace

import numpy as np

from .epochs import Rows, learnt, linear_values, train_epoch
from .losses import mean_loss
from .network_training import TrainableNetwork
from .prepared_photographs import PreparedPhotographs
from .training_checkpoint import EpochLosses, TrainingCheckpoint, TrainingState
from .training_progress import TrainingProgress
from .training_settings import FineTuneSettings


def train_to_best(
    network: TrainableNetwork,
    photographs: PreparedPhotographs,
    rows: tuple[Rows, Rows],
    settings: FineTuneSettings,
    kept: TrainingCheckpoint,
    progress: TrainingProgress,
) -> tuple[EpochLosses, ...]:
    """Train a network, and leave it with the weights of its best epoch.

    The best has the lowest loss of the people kept aside. It may be epoch 0, the network with its
    new head alone. After each epoch everything is saved; where a state is there, training goes on
    from it, to the same weights as if it had never stopped. Epochs that were not needed are told to
    `progress` as done.

    Args:
        network: with a fitted head.
        photographs: prepared for it.
        rows: those to learn from, and those of people kept aside.
        settings: rate, batch, how many epochs at most, patience.
        kept: where the state is saved, and taken from.
        progress: hears of each step and epoch.

    Returns:
        The losses of every epoch, the network with its new head alone first.
    """
    train, aside = rows
    state = kept.load() or _first(network, photographs, aside)
    network.begin_training(settings.training.rate)
    if not _is_enough(state.history, settings):
        network.set_weights(state.weights)
        if state.optimiser:
            network.set_optimiser_state(state.optimiser)
    progress.advance((len(state.history) - 1) * len(train))
    progress.epoch(state.history[-1], settings.epochs)
    while not _is_enough(state.history, settings):
        epoch = len(state.history)
        loss = train_epoch(network, photographs, train, settings.training, epoch, progress.advance)
        losses = EpochLosses(epoch, loss, _loss(network, photographs, aside))
        best = best_epoch(state.history)
        history, weights = (*state.history, losses), network.weights()
        state = replace(
            state,
            history=history,
            weights=weights,
            best=state.best if best_epoch(history) == best else weights,
            optimiser=network.optimiser_state(),
        )
        kept.save(state)
        progress.epoch(losses, settings.epochs)
    if state.weights:  # of a finished training the best epoch's are enough
        kept.save(replace(state, weights=(), optimiser=()))
    progress.advance((settings.epochs - len(state.history) + 1) * len(train))
    network.set_weights(state.best)
    return state.history


def best_epoch(history: tuple[EpochLosses, ...]) -> int:
    """Give the epoch with the lowest loss of the people kept aside; of equal ones the first."""
    losses = [one.kept_aside if np.isfinite(one.kept_aside) else np.inf for one in history]
    return int(np.argmin(losses))


def is_diverged(losses: EpochLosses) -> bool:
    """Tell whether a loss is no finite number, after which no step finds back."""
    return not np.isfinite([losses.training or 0.0, losses.kept_aside]).all()


def _is_enough(history: tuple[EpochLosses, ...], settings: FineTuneSettings) -> bool:
    last = len(history) - 1
    if is_diverged(history[-1]):
        return True
    return last >= settings.epochs or last - best_epoch(history) >= settings.patience


def _first(
    network: TrainableNetwork, photographs: PreparedPhotographs, aside: Rows
) -> TrainingState:
    weights = network.weights()
    losses = EpochLosses(0, None, _loss(network, photographs, aside))
    return TrainingState((losses,), weights, weights, ())


def _loss(network: TrainableNetwork, photographs: PreparedPhotographs, rows: Rows) -> float:
    linear = linear_values(network, photographs, rows)
    return mean_loss(network.target, linear, learnt(network, photographs)[rows])
