"""The options of `gantei adapt --whole-network`, and which of a head's go without it."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gantei.commands.options import whole_number

if TYPE_CHECKING:
    from ..fine_tuning.training_settings import FineTuneSettings

OF_HEADS = ("augment", "curve", "reach", "embeddings")
"""Options that say something of a head alone."""
OF_TRAININGS = ("rate", "batch", "epochs", "patience", "no_augmentation")
"""Options that say how a whole network is trained."""


def add_whole_network(adapting: argparse.ArgumentParser) -> None:
    """Add what says that all layers are trained, and how."""
    group = adapting.add_argument_group("whole network")
    group.add_argument(
        "--whole-network",
        action="store_true",
        help="train all layers, not only a head; needs the extra tensorflow, or torch for Swin; a "
        "killed run goes on from its last epoch when the same command is given again",
    )
    group.add_argument(
        "--weights",
        metavar="FILE",
        help="the publisher's file that the estimator was made from; with --architecture, the file "
        "of the weights to begin with",
    )
    group.add_argument("--rate", metavar="RATE", type=float, help="learning rate, default: 0.0001")
    group.add_argument(
        "--batch",
        metavar="N",
        type=whole_number,
        help="batch size: photographs per step, default: 16",
    )
    group.add_argument(
        "--epochs",
        metavar="N",
        type=whole_number,
        help="number of epochs at most, default: 30",
    )
    group.add_argument(
        "--patience",
        metavar="N",
        type=whole_number,
        help="stop after N epochs without a lower loss on the validation people, default: 5",
    )
    group.add_argument(
        "--no-augmentation",
        action="store_true",
        help="do not turn, brighten or darken, and blur the photographs at random in every epoch",
    )


def check_whole_network(chosen: argparse.Namespace) -> None:
    """Refuse options of a head for a whole network, and the other way round.

    Raises:
        SettingError: names them.
    """
    from gantei.errors import SettingError

    if not chosen.whole_network:
        if chosen.weights and not chosen.architecture:
            raise SettingError("--weights goes with --whole-network, or with --architecture")
        if given := _given(chosen, OF_TRAININGS):
            raise SettingError(
                f"{', '.join(given)}: go with --whole-network; without it only a head is fitted"
            )
        return
    if not chosen.weights and not chosen.architecture:
        raise SettingError(
            "--whole-network needs the publisher's file that the estimator was made from: give it "
            "by --weights"
        )
    if given := _given(chosen, OF_HEADS):
        raise SettingError(
            f"{', '.join(given)}: cannot be used with --whole-network, which learns from the "
            "photographs themselves and not from embeddings"
        )


def training_settings(chosen: argparse.Namespace, seed: int) -> "FineTuneSettings":
    """Read how a whole network is trained; what is not said is as usual.

    Raises:
        SettingError: a number makes no sense.
    """
    from ..fine_tuning.training_settings import FineTuneSettings, TrainingSettings

    def or_usual(told: Any, usual: Any) -> Any:
        return usual if told is None else told

    usual = FineTuneSettings()
    training = TrainingSettings(
        or_usual(chosen.rate, usual.training.rate),
        or_usual(chosen.batch, usual.training.batch),
        not chosen.no_augmentation,
        seed,
    )
    return FineTuneSettings(
        training,
        or_usual(chosen.epochs, usual.epochs),
        or_usual(chosen.patience, usual.patience),
    )


def _given(chosen: argparse.Namespace, names: Iterable[str]) -> list[str]:
    """Name those that were given, as they are written."""
    told = {name: getattr(chosen, name) for name in names}
    return [
        f"--{name.replace('_', '-')}"
        for name, value in told.items()
        if value is not None and value is not False
    ]
