"""What a round of a whole network asks, and what comes of it: messages as `network_rounds` takes.

The head comes first, by the rounds of `rounds`; its last state begins the training.
"""

from collections.abc import Sequence
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from ..fine_tuning.number_scale import AS_IT_IS, NumberScale
from .federated_fit import FederatedFit, FederatedHead, FitState
from .federation_errors import FederationError
from .federation_files import FederationMessage
from .message_records import FederationPlan, RoundMessage
from .network_may_leave import check_network_may_leave
from .network_rounds import begun_training, network_sums_size, next_network_state
from .network_state import BEST_ARRAY, WEIGHTS_ARRAY, NetworkState, NetworkStep
from .ridge_round import label_moments
from .round_checks import Participant

TRAINING_STEPS = ("train", "losses")


def trains(message: FederationMessage[RoundMessage]) -> bool:
    """Whether a round asks for weights of a network, or for the loss of one."""
    return message.record.plan.purpose == "network" and message.record.step in TRAINING_STEPS


def check_network_sites(plan: FederationPlan, sites: Sequence[Participant]) -> None:
    """See that enough take part for averages of networks to leave.

    Raises:
        SettingError: they do not; says what is needed.
    """
    people = [each.people for each in sites]
    check_network_may_leave(plan.network_settings, people, [each.photographs for each in sites])


def first_of_training(
    fit: FederatedFit, state: FitState, total: NDArray[np.float64], head: FederatedHead
) -> NetworkState:
    """Give the round that begins the training.

    Args:
        fit: of the head.
        state: the last that was answered for it; numbers are learnt on the scale of its labels.
        total: of the answers.
        head: that they make.
    """
    numbers = fit.target.kind == "regression"
    scale = NumberScale(*label_moments(fit, state, total)) if numbers else AS_IT_IS
    return begun_training(head, scale)


def next_of_training(
    message: FederationMessage[RoundMessage], total: NDArray[np.float64]
) -> NetworkState:
    """Give what is asked after the total of all sites' answers to a round is known.

    Raises:
        SettingError: the sums cannot be those of networks and losses.
    """
    settings = message.record.plan.network_settings
    return next_network_state(settings, network_state(message), total)


def size_of_training(message: FederationMessage[RoundMessage]) -> int:
    """Give how many sums answer a round."""
    return network_sums_size(message.record.plan.network_settings, network_state(message))


def network_state(message: FederationMessage[RoundMessage]) -> NetworkState:
    """Give where the training of a round stands.

    Raises:
        FederationError: the round asks for what this version does not know, or its arrays are not
            those of a network of the plan.
    """
    step, arrays, plan = message.record.step, message.arrays, message.record.plan
    columns = plan.target.learning_target().columns
    shapes = {
        "head_kernel": (plan.width, columns), "head_bias": (columns,), "scale": (2,),
        "strength": (), "photographs": (), "averaged": (),
    }  # fmt: skip
    known = all(name in arrays and arrays[name].shape == shape for name, shape in shapes.items())
    for name in {WEIGHTS_ARRAY, BEST_ARRAY} & arrays.keys():
        fits = arrays[name].shape == (plan.network_settings.weights,)
        known = known and fits and arrays[name].dtype == np.float32
    if step not in get_args(NetworkStep) or not known or "losses" not in arrays:
        raise FederationError(
            f"{message.folder}: asks for {step!r}, which this version of gantei does not know"
        )
    state = NetworkState(cast(NetworkStep, step), arrays)
    if not (_counts_fit(state) and _head_fits(state)):
        raise FederationError(
            f"{message.folder}: holds numbers that no step {step!r} of a whole network comes to; "
            "ask the coordinator for the round as it was combined"
        )
    return state


def _counts_fit(state: NetworkState) -> bool:
    """Whether losses, counts and weights are there as the step needs them."""
    arrays, losses = state.arrays, state.arrays["losses"]
    told = {"photographs", "averaged"} | (
        {"best", "aside"} if len(np.atleast_1d(losses)) else set()
    )
    if losses.ndim != 1 or losses.dtype != np.float64:
        return False
    if any(
        name not in arrays or arrays[name].shape != () or arrays[name].dtype != np.int64
        for name in told
    ):
        return False
    judged = state.count("averaged") + (1 if state.step == "finished" else 0)
    if len(losses) != judged or (state.step == "finished" and not judged):
        return False
    best = state.best if judged else 0
    needed = best if state.step == "finished" else state.count("averaged")
    return 0 <= best < max(judged, 1) and (needed == 0) == (state.weights is None)


def _head_fits(state: NetworkState) -> bool:
    """Whether a head on the scale that numbers are learnt on is one of float32."""
    offset, factor = state.arrays["scale"]
    if not factor > 0:
        return False
    with np.errstate(over="ignore"):
        head = [state.arrays["head_kernel"] / factor, (state.arrays["head_bias"] - offset) / factor]
    return all(bool((np.abs(each) < np.finfo(np.float32).max).all()) for each in head)
