"""Federated averaging round by round: what sites answer, and what is made of the sum of all.

McMahan et al. 2017 (arXiv:1602.05629): every site trains a few epochs from the same weights, with
an optimiser of its own that begins anew, and the next weights are the average by photographs. Of
people kept aside each site adds the loss of the weights that it was given, so that the network
with the lowest loss of all sites' people is the one that is kept. Pure functions on arrays.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from ..fine_tuning.number_scale import NumberScale
from .federated_fit import FederatedHead, counted
from .fixed_point import WEIGHTS
from .network_settings import NetworkSettings
from .network_state import BEST_ARRAY, WEIGHTS_ARRAY, NetworkState
from .shared_sums import SumArray
from .weighted_averages import averaged_weights, weighted_sums

_JUDGED = 2
"""Numbers: the summed loss of the people kept aside, and of how many photographs."""


def begun_training(head: FederatedHead, scale: NumberScale) -> NetworkState:
    """Begin with the head that all sites learnt, on the publisher's weights."""
    return NetworkState(
        "train",
        {
            "head_kernel": np.asarray(head.head.kernel, np.float64),
            "head_bias": np.asarray(head.head.bias, np.float64),
            "scale": np.array([scale.offset, scale.factor]),
            "strength": np.array(float(head.strength)),
            "photographs": counted(head.photographs),
            "averaged": counted(0),
            "losses": np.empty(0),
        },
    )


def network_sums_size(settings: NetworkSettings, state: NetworkState) -> int:
    """Give how many numbers a site answers."""
    if state.step == "train":
        return settings.weights + 1 + _JUDGED
    return _JUDGED if state.step == "losses" else 0


def network_sums(
    trained: NDArray[np.float32] | None, photographs: int, loss: float, aside: int
) -> SumArray:
    """Put together what a site answers, to be masked as `fixed_point.WEIGHTS`.

    Args:
        trained: float32 (n,), its weights after its training; None: it was only asked for the loss.
        photographs: that it learnt from.
        loss: mean over the photographs of people kept aside, of the weights that it was given.
        aside: how many these are.

    Raises:
        SettingError: a number is none, or too large to be added up masked: the training diverged.
    """
    total = loss * aside
    if aside < 1 or not 0 <= total <= WEIGHTS.limit:  # false of NaN, too
        raise SettingError(
            f"the loss of the people kept aside is {loss:g}: the training has diverged, and "
            "nothing was written. The coordinator starts anew, with a lower --rate"
        )
    judged = np.array([total, float(aside)])
    if trained is None:
        return judged
    return np.concatenate((weighted_sums([trained], photographs), judged))


def next_network_state(
    settings: NetworkSettings, state: NetworkState, total: SumArray
) -> NetworkState:
    """Go on from the total of all sites' answers, float64 (`network_sums_size`,).

    Raises:
        SettingError: the sums cannot be those of networks and losses.
    """
    if len(total) != network_sums_size(settings, state) or not np.isfinite(total).all():
        raise SettingError(f"{len(total)} sums came, which are not those that were asked for")
    judged = _judged(state, total[-_JUDGED:])
    if judged.step == "losses":
        return _chosen(judged)
    if total[-_JUDGED - 1] != state.count("photographs"):
        raise SettingError(
            f"the sites' weights are of {total[-_JUDGED - 1]:g} photographs, and they joined with "
            f"{state.count('photographs')}"
        )
    (weights,) = averaged_weights(total[:-_JUDGED], [(settings.weights,)])
    arrays: dict[str, Any] = dict(judged.arrays)
    if judged.best == state.count("averaged") and state.weights is not None:
        arrays[BEST_ARRAY] = state.weights
    arrays[WEIGHTS_ARRAY] = weights
    arrays["averaged"] = counted(done := state.count("averaged") + 1)
    return NetworkState("train" if done < settings.rounds else "losses", arrays)


def _judged(state: NetworkState, judged: SumArray) -> NetworkState:
    """Add the loss of the network that the sites were given, and say which is the best so far."""
    loss, aside = map(float, judged)
    if not (aside >= 1 and aside.is_integer() and loss >= 0):
        raise SettingError(f"a loss of {loss:g} over {aside:g} photographs cannot be")
    if "aside" in state.arrays and state.count("aside") != aside:
        raise SettingError(
            f"the losses are of {aside:g} photographs kept aside, and in the round before they "
            f"were of {state.count('aside')}"
        )
    losses = np.append(state.arrays["losses"], loss / aside)
    arrays = {
        **state.arrays,
        "losses": losses,
        "aside": counted(round(aside)),
        "best": counted(int(np.argmin(losses))),
    }
    if arrays["best"] == state.count("averaged"):
        arrays.pop(BEST_ARRAY, None)  # the one before has been beaten
    return NetworkState(state.step, arrays)


def _chosen(state: NetworkState) -> NetworkState:
    """End with the weights of the best network."""
    arrays: dict[str, Any] = dict(state.arrays)
    best = arrays.pop(BEST_ARRAY, None)
    if state.best != state.count("averaged"):
        arrays.pop(WEIGHTS_ARRAY)
        if best is not None:
            arrays[WEIGHTS_ARRAY] = best
    return NetworkState("finished", arrays)
