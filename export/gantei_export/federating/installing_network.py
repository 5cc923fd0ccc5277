"""`gantei federate install` of a whole network: the average with the lowest loss, imported."""

from collections.abc import Sequence
from pathlib import Path

from gantei.catalogue.entries import Entry

from ..adapting.made_of import MadeOf
from ..fine_tuning.trained_installing import install_trained
from ..fine_tuning.training_base import training_base
from .federation_errors import FederationError
from .federation_files import FederationMessage
from .message_records import FederationPlan, RoundMessage
from .network_state import NetworkState
from .network_steps import network_state
from .network_weights import take_trained
from .round_checks import Participant
from .starting_evaluation import facts_digest


def install_network(
    message: FederationMessage[RoundMessage],
    sites: Sequence[Participant],
    settings: dict[str, float | int | bool | str],
    name: str,
    base: Entry,
    file: Path | None,
    *,
    replace: bool,
) -> Entry:
    """Install the network that was trained, as `gantei adapt --whole-network` does.

    Args:
        message: the last round, checked.
        sites: who took part.
        settings: what its provenance says of the federation.
        name: of the new estimator.
        base: the estimator whose publisher's file was trained on.
        file: that file; None: it was not given.
        replace: take the place of an installed estimator of that name.

    Raises:
        FederationError: the file is missing, or a fact of the estimator is another here.
        GanteiError: it is another one, or as `install_trained`.
    """
    plan = message.record.plan
    if file is None:
        raise FederationError(
            f"{message.folder}: holds the weights that were trained, and the others stand in the "
            f"publisher's file that {plan.estimator} was made of: give it by --weights"
        )
    if plan.facts_sha256 != facts_digest(base.manifest):
        raise FederationError(
            f"{message.folder}: was trained with {plan.estimator} as the coordinator has it, and a "
            f"fact of the input is another here: compare what gantei show {base.name} says"
        )
    state = network_state(message)
    with training_base(str(base.folder), file) as known:
        network = known.open(plan.target.learning_target(), state.scale, "cpu")
        network.set_head(state.head(network.target))
        if state.weights is not None:
            take_trained(network, state.weights)
        made = _made_of(plan, state, sites, {**settings, **network.versions()})
        return install_trained(known.entry, known.weights, network, name, made, replace=replace)


def _made_of(
    plan: FederationPlan,
    state: NetworkState,
    sites: Sequence[Participant],
    settings: dict[str, float | int | bool | str],
) -> MadeOf:
    """Say what made it, without anybody's name."""
    trained = plan.network_settings
    return MadeOf(
        "whole-network",
        people=sum(each.people for each in sites),
        photographs=sum(each.photographs for each in sites),
        sites=len(sites),
        augmented=trained.augment,
        settings={
            **settings,
            "penalty_of_the_head": float(state.arrays["strength"]),
            "rate": trained.rate,
            "batch": trained.batch,
            "averages": state.count("averaged"),
            "best_average": state.best,
            "epochs_per_round": trained.epochs,
            "photographs_aside": state.count("aside"),
            "validation_loss": state.losses[state.best],
            "validation_loss_of_the_head_alone": state.losses[0],
        },
    )
