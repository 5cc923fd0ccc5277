"""What each round asks and what comes of it: messages as the arithmetic of `rounds` takes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from ..learning.labelled_embeddings import LabelledEmbeddings
from .evaluation_rounds import check_evaluation_data, first_evaluation_state
from .evaluation_steps import next_of_evaluation, size_of_evaluation, values_of_evaluation
from .federated_fit import FederatedFit, FederatedHead, FitState, FitStep
from .federation_errors import FederationError
from .federation_files import FederationMessage
from .fixed_point import SUMS, WEIGHTS, FixedPoint
from .may_leave import least_others, width_that_may_leave
from .message_records import FederationPlan, RoundMessage
from .network_may_leave import check_people
from .network_steps import (
    check_network_sites,
    first_of_training,
    next_of_training,
    size_of_training,
    trains,
)
from .round_checks import Participant
from .rounds import federated_head, first_state, next_state, site_sums, sums_size
from .site_rows import check_site_data

FINAL_STEP: FitStep = "finished"


@dataclass(frozen=True)
class NextRound:
    """What a round asks.

    Attributes:
        step: which sums.
        arrays: what a site needs for them, by name.
    """

    step: str
    arrays: Mapping[str, NDArray[Any]]


def first_round(plan: FederationPlan, sites: Sequence[Participant]) -> NextRound:
    """Give what is asked once all sites have joined.

    Raises:
        SettingError: too few people take part; says how many are needed.
    """
    people = [each.people for each in sites]
    if plan.purpose == "evaluation":
        begun = first_evaluation_state(people)
        return NextRound(begun.step, begun.arrays)
    if plan.purpose == "network":
        check_network_sites(plan, sites)  # not only once the head is learnt
    state = first_state(_fit(plan), plan.width, people)
    return NextRound(state.step, state.arrays)


def next_round(
    message: FederationMessage[RoundMessage],
    sites: Sequence[Participant],
    total: NDArray[np.float64],
) -> NextRound:
    """Give what is asked after the sum of all sites' answers to a round is known.

    Raises:
        SettingError: the sums cannot be those of photographs.
        FederationError: they are of other photographs than the sites joined with.
    """
    plan = message.record.plan
    if plan.purpose == "evaluation":
        evaluated = next_of_evaluation(message, total)
        return NextRound(evaluated.step, evaluated.arrays)
    if trains(message):
        trained = next_of_training(message, total)
        return NextRound(trained.step, trained.arrays)
    fit, before = _fit(plan), _state(message)
    state = next_state(fit, before, total)
    joined = sum(each.photographs for each in sites)
    if "photographs" in state.arrays and state.count("photographs") != joined:
        raise FederationError(
            f"the sites' sums are of {state.count('photographs')} photographs, and they joined "
            f"with {joined}"
        )
    if plan.purpose == "network" and state.step == FINAL_STEP:
        begun = first_of_training(fit, before, total, federated_head(fit, state))
        return NextRound(begun.step, begun.arrays)
    return NextRound(state.step, state.arrays)


def check_joining(message: FederationMessage[RoundMessage], data: LabelledEmbeddings) -> None:
    """See that a site's data are such as it may take part with, before it says how many they are.

    Raises:
        SettingError: they do not fit, or have too few people, in all or of a class.
    """
    plan = message.record.plan
    if plan.purpose == "evaluation":
        check_evaluation_data(plan.target.learning_target(), data)
        return
    if plan.purpose != "network":
        check_site_data(_fit(plan), plan.width, data)
        return
    check_people(data.people)
    check_site_data(_fit(plan), plan.width, data, ", without those kept aside")


def site_values(
    message: FederationMessage[RoundMessage],
    data: LabelledEmbeddings,
    sites: Sequence[Participant],
    train: Callable[[], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Sum what a round asks for over this site's photographs: float64 (n,), not masked yet.

    Args:
        message: the round.
        data: of this site.
        sites: all that take part, by whose own words the rule of what may leave is checked here,
            whatever the coordinator says.
        train: gives the values of a round that asks for a trained network.

    Raises:
        FederationError: the round asks for more than may leave, or makes no sense.
        SettingError: the data do not fit; nothing may leave then.
    """
    if message.record.plan.purpose == "evaluation":
        return values_of_evaluation(message, data, sites)
    if message.record.plan.purpose == "network":
        check_network_sites(message.record.plan, sites)
    if trains(message):
        return train()
    plan, state = message.record.plan, _state(message)
    fit = _fit(plan)
    people = [each.people for each in sites]
    allowed = width_that_may_leave(fit, people, plan.width)
    told = {
        "width": plan.width,
        "people": sum(people),
        "others": least_others(people),
        "projected": allowed,
    }
    for name, number in told.items():
        if name not in state.arrays or state.count(name) != number:
            raise FederationError(
                f"{message.folder}: does not ask for sums of {name} {number}, which is what "
                "follows from who takes part"
            )
    return site_sums(fit, state, data)


def values_asked(message: FederationMessage[RoundMessage]) -> int:
    """Give how many masked numbers answer a round: the sums, and the zero that masks end with."""
    if message.record.plan.purpose == "evaluation":
        return size_of_evaluation(message) + 1
    if trains(message):
        return size_of_training(message) + 1
    return sums_size(_fit(message.record.plan), _state(message)) + 1


def form_asked(message: FederationMessage[RoundMessage]) -> FixedPoint:
    """Give how the numbers that answer a round are written."""
    return WEIGHTS if trains(message) else SUMS


def learnt_head(message: FederationMessage[RoundMessage]) -> FederatedHead:
    """Give the head that the last round holds.

    Raises:
        SettingError: it is not the last one.
    """
    return federated_head(_fit(message.record.plan), _state(message))


def _fit(plan: FederationPlan) -> FederatedFit:
    settings = plan.head_settings
    return FederatedFit(
        plan.target.learning_target(),
        settings.strengths,
        settings.folds,
        settings.seed,
        settings.projected,
    )


def _state(message: FederationMessage[RoundMessage]) -> FitState:
    step = message.record.step
    if step not in get_args(FitStep):
        raise FederationError(
            f"{message.folder}: asks for {step!r}, which this version of gantei does not know"
        )
    return FitState(cast(FitStep, step), message.arrays)
