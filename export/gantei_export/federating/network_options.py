"""The options of `gantei federate` for whole networks, and what they say."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gantei.commands.options import whole_number

if TYPE_CHECKING:
    from .message_records import FederationPlan
    from .starting_network import NetworkWords

ROUNDS = 10


def add_network(start: argparse.ArgumentParser) -> None:
    """Add what says that all layers are trained, and how; `network_words` reads it."""
    group = start.add_argument_group("whole network")
    group.add_argument(
        "--whole-network",
        action="store_true",
        help="train all layers after the head, by federated averaging; needs the extra tensorflow, "
        "or torch for Swin, here and at every site",
    )
    add_weights(group, "with --whole-network: ")
    group.add_argument(
        "--rounds",
        type=whole_number,
        metavar="N",
        help=f"averages that are made after the head is learnt, default: {ROUNDS}",
    )
    group.add_argument(
        "--epochs-per-round",
        type=whole_number,
        metavar="N",
        help="epochs that each site trains between two averages, default: 1",
    )
    group.add_argument(
        "--rate", metavar="RATE", type=float, help="learning rate of Adam, default: 0.0001"
    )
    group.add_argument(
        "--batch", metavar="N", type=whole_number, help="photographs per step, default: 16"
    )
    group.add_argument(
        "--no-augmentation",
        action="store_true",
        help="do not turn, brighten or darken, and blur the photographs at random in every epoch",
    )


def add_weights(parser: "argparse._ActionsContainer", when: str) -> None:
    """Add `--weights`; `when` says where it is needed."""
    parser.add_argument(
        "--weights",
        metavar="FILE",
        type=Path,
        help=f"{when}the publisher's file that the estimator was made of; it must be the same file "
        "everywhere and is never sent",
    )


def network_words(chosen: argparse.Namespace) -> "NetworkWords | None":
    """Read what `add_network` added; None: a head alone is learnt.

    Raises:
        SettingError: an option does not go with the others, or makes no sense.
    """
    from gantei.errors import SettingError

    from ..fine_tuning.training_settings import TrainingSettings
    from .starting_network import NetworkWords

    usual = TrainingSettings()
    told = {
        "--weights": chosen.weights,
        "--rounds": chosen.rounds,
        "--epochs-per-round": chosen.epochs_per_round,
        "--rate": chosen.rate,
        "--batch": chosen.batch,
        "--no-augmentation": chosen.no_augmentation or None,
    }
    if not chosen.whole_network:
        if given := [name for name, value in told.items() if value is not None]:
            raise SettingError(f"{', '.join(given)}: go with --whole-network")
        return None
    if chosen.weights is None:
        raise SettingError(
            "--whole-network needs the publisher's file that the estimator was made of: give it "
            "by --weights"
        )
    training = TrainingSettings(
        usual.rate if chosen.rate is None else chosen.rate,
        usual.batch if chosen.batch is None else chosen.batch,
        not chosen.no_augmentation,
        chosen.seed,
    )
    return NetworkWords(
        chosen.weights, chosen.rounds or ROUNDS, chosen.epochs_per_round or 1, training
    )


def refuse_weights(weights: Path | None, plan: "FederationPlan") -> None:
    """See that no publisher's file is given where none is trained from.

    Raises:
        SettingError: one is.
    """
    from gantei.errors import SettingError

    if weights is not None and plan.network is None:
        raise SettingError(
            f"--weights: federation {plan.federation[:8]}… trains no whole network; leave it out"
        )
