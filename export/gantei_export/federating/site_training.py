"""What a site does in a round that asks for a trained network, on its own machine.

Nothing is kept between two rounds: all that a round needs comes with its message, and so the same
round of the same photographs gives the same weights on one machine, also where the process was
killed in between and the command is given again.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError
from gantei.inference.session import Device

from ..fine_tuning.epochs import embeddings_of, learnt, linear_values, train_epoch
from ..fine_tuning.losses import mean_loss
from ..fine_tuning.network_training import TrainableNetwork
from ..fine_tuning.number_scale import AS_IT_IS
from ..fine_tuning.prepared_photographs import PreparedPhotographs, prepared_photographs
from ..fine_tuning.training_base import TrainingBase, training_base
from ..fine_tuning.training_checkpoint import EpochLosses
from ..fine_tuning.training_progress import TrainingProgress
from .federation_errors import FederationError
from .federation_files import FederationMessage
from .message_records import FederationPlan, RoundMessage
from .network_rounds import network_sums
from .network_state import NetworkState
from .network_steps import network_state
from .network_weights import take_trained, trained_size, trained_weights
from .site_data import SiteData
from .site_people import SitePeople

_COMPARED = 4
"""Photographs whose embeddings are compared."""
_FARTHEST = 0.05
"""Share by which the embedding of the network in training may differ: a GPU multiplies bfloat16."""


@dataclass(frozen=True)
class SiteTraining:
    """How a site trains.

    Attributes:
        base: the estimator of the plan, as it is called here.
        file: the publisher's file that it was made of.
        progress: hears how far a round is, and the losses at this site.
        device: as of `TrainingBase.open`.
        allow_grey: let pictures without colour pass.
        workers: photographs that are decoded at the same time; None: one per core.
    """

    base: str
    file: Path
    progress: TrainingProgress
    device: Device = "auto"
    allow_grey: bool = False
    workers: int | None = None

    def check(self, plan: FederationPlan) -> None:
        """See, before this site joins, that the network of the plan can be trained here.

        Raises:
            FederationError: the file or the network is another one than the plan's.
            GanteiError: as `training_base` and `TrainingBase.open`.
        """
        with training_base(self.base, self.file) as base:
            _opened(base, plan, None, self.device)

    def values(
        self, message: FederationMessage[RoundMessage], data: SiteData
    ) -> NDArray[np.float64]:
        """Answer a round: train from the weights that it carries, and judge these.

        Args:
            message: a round that asks for weights, or for a loss alone.
            data: of this site.

        Returns:
            float64 (n,), as `network_sums` puts it together, not masked yet.

        Raises:
            FederationError: file, network or photographs are others than planned, or joined with.
            SettingError: the training diverged; nothing may leave then.
        """
        plan, state, people = message.record.plan, network_state(message), data.training
        if people is None:  # pragma: no cover - `site_data` gives it for every such plan
            raise FederationError(f"{message.folder}: trains no network")
        with training_base(self.base, self.file) as base:
            network = _opened(base, plan, state, self.device)
            self.progress.begin("preparing", len(people.labelled))
            with prepared_photographs(
                people.labelled,
                base.entry.manifest.input,
                allow_grey=self.allow_grey,
                workers=self.workers,
                advance=self.progress.advance,
            ) as (left, photographs):
                self.progress.end()
                if len(left) != len(people.labelled):
                    raise FederationError(
                        f"{len(people.labelled) - len(left)} photograph(s) could be read when this "
                        "site joined, and cannot be now; nothing is answered"
                    )
                _compare_embeddings(network, photographs, people.learnt, data)
                return self._values(network, photographs, message, people)

    def _values(
        self,
        network: TrainableNetwork,
        photographs: PreparedPhotographs,
        message: FederationMessage[RoundMessage],
        people: SitePeople,
    ) -> NDArray[np.float64]:
        state = network_state(message)
        network.set_head(state.head(network.target))
        if state.weights is not None:
            take_trained(network, state.weights)
        linear = linear_values(network, photographs, people.aside)
        truths = learnt(network, photographs)[people.aside]
        loss = mean_loss(network.target, linear, truths)
        trained = None
        if state.step == "train":
            self._train(network, photographs, message, people.learnt, loss)
            trained = trained_weights(network)
        return network_sums(trained, len(people.learnt), loss, len(people.aside))

    def _train(
        self,
        network: TrainableNetwork,
        photographs: PreparedPhotographs,
        message: FederationMessage[RoundMessage],
        rows: NDArray[np.intp],
        loss: float,
    ) -> None:
        plan, done = message.record.plan, network_state(message).count("averaged")
        epochs = plan.network_settings.epochs
        network.begin_training(plan.training.rate)
        self.progress.begin("training", epochs * len(rows))
        for number in range(epochs):
            # Each epoch of all rounds has another number, and so another order and other changes.
            epoch = done * epochs + number
            mean = train_epoch(
                network, photographs, rows, plan.training, epoch, self.progress.advance
            )
            if not np.isfinite(mean):
                raise SettingError(
                    f"the loss of epoch {number + 1} is {mean}: the training has diverged, and "
                    "nothing was written. The coordinator starts anew, with a lower --rate"
                )
            self.progress.epoch(EpochLosses(number + 1, mean, loss), epochs)
        self.progress.end()


def _opened(
    base: TrainingBase, plan: FederationPlan, state: NetworkState | None, device: Device
) -> TrainableNetwork:
    """Open the network of a plan, and see that it is of the size that the plan says."""
    settings = plan.network_settings
    found = base.entry.manifest.source.original_sha256
    if found != settings.file_sha256:
        raise FederationError(
            f"{base.entry.name} was made of a file of sha256 {found}, and the plan is of "
            f"{settings.file_sha256}: another file"
        )
    target = plan.target.learning_target()
    network = base.open(target, state.scale if state else AS_IT_IS, device)
    if (size := trained_size(network)) != settings.weights or network.size != settings.size:
        raise FederationError(
            f"the network of {base.entry.name} has {size:,} weights that are trained, and takes "
            f"{network.size}; the plan says {settings.weights:,} and {settings.size}"
        )
    return network


def _compare_embeddings(
    network: TrainableNetwork,
    photographs: PreparedPhotographs,
    learnt_from: NDArray[np.intp],
    data: SiteData,
) -> None:
    """See that the head stands on the network's embeddings as it was learnt on the estimator's."""
    rows = learnt_from[:_COMPARED]
    found, known = embeddings_of(network, photographs, rows), data.rows.embeddings[: len(rows)]
    fits = found.shape == known.shape
    if not fits or np.linalg.norm(found - known) > _FARTHEST * np.linalg.norm(known):
        raise SettingError(
            "the network in training gives other embeddings than the estimator, so that the head "
            "does not fit it: learn a head alone, without --whole-network"
        )
