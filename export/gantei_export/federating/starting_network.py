"""`gantei federate start --whole-network`: which network is trained by all sites, and how."""

from dataclasses import dataclass
from pathlib import Path

from gantei.errors import SettingError
from gantei.estimator.estimator import load

from ..adapting.checking_base import check_base
from ..fine_tuning.number_scale import AS_IT_IS
from ..fine_tuning.training_base import training_base
from ..fine_tuning.training_settings import TrainingSettings
from ..learning.learning_target import LearningTarget
from .federation_files import SigningKey, refuse_existing
from .message_records import HeadSettings, PlannedTarget, RoundMessage
from .network_settings import NetworkSettings
from .network_weights import trained_size
from .starting import plan_fault, write_first_round
from .starting_evaluation import facts_digest


@dataclass(frozen=True)
class NetworkWords:
    """What `start` is told of the training of a whole network.

    Attributes:
        file: the publisher's file that the estimator was made of.
        rounds: averages that are made.
        epochs: of every site between two of them.
        training: rate, batch, whether photographs are changed.
    """

    file: Path
    rounds: int
    epochs: int
    training: TrainingSettings


def start_network(
    estimator: str,
    words: NetworkWords,
    target: LearningTarget,
    settings: HeadSettings,
    sites: int,
    key: SigningKey,
    out: Path,
) -> RoundMessage:
    """Plan a federation that trains a whole network, and ask the sites to join.

    Args:
        estimator: an installed one, whose network is trained.
        words: how.
        target: what is to be learnt.
        settings: of the head, which is learnt first.
        sites: how many take part.
        key: the coordinator's.
        out: the folder to write, round 0.

    Raises:
        SettingError: the file is not the estimator's, the network cannot be trained, or a setting
            makes no sense.
        ConversionError: the file is damaged, or has a layer that cannot be trained.
        MissingExtraError: TensorFlow, or PyTorch, is not installed.
        OutputError: `out` is there already, or cannot be written.
    """
    refuse_existing(out)
    entry, weights = check_base(estimator)
    with training_base(str(entry.folder), words.file) as base:
        network = base.open(target, AS_IT_IS, "cpu")
    try:
        planned = NetworkSettings(
            file_sha256=entry.manifest.source.original_sha256,
            weights=trained_size(network),
            size=network.size,
            rounds=words.rounds,
            epochs=words.epochs,
            rate=words.training.rate,
            batch=words.training.batch,
            augment=words.training.augment,
        )
    except ValueError as error:
        raise SettingError(f"this cannot be planned: {plan_fault(error)}") from error
    return write_first_round(
        key,
        out,
        purpose="network",
        estimator=entry.name,
        weights_sha256=weights.sha256,
        facts_sha256=facts_digest(entry.manifest),
        width=load(str(entry.folder), device="cpu").embedding_width(),
        target=PlannedTarget.of(target),
        settings=settings,
        network=planned,
        sites=sites,
    )
