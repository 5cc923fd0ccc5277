"""A federation's fit, round by round: what sites sum, and what is made of the sum of all.

Pure functions on arrays. `first_state` asks all sites for moments; each answers a state by
`site_sums`, one flat array whose sum over all sites `next_state` takes, until its step is
`finished` and `federated_head` gives the head: of a number after two sums, of classes after about
ten. What is summed is the same arithmetic as on one pile of all rows, so that the order of sites,
or what each of them has, makes no difference beyond rounding.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from gantei.errors import SettingError

from ..learning.head_fitting import StrengthLoss
from ..learning.labelled_embeddings import LabelledEmbeddings
from ..learning.linear_head import LinearHead
from .federated_fit import FederatedFit, FederatedHead, FitState, counted
from .logistic_round import site_slopes
from .logistic_search import asked_slopes, first_slopes, next_slopes
from .may_leave import compared_strengths, least_others, width_that_may_leave
from .moments_round import moments_size, site_moments, standardised_state
from .ridge_round import chosen_ridge, label_moments, site_squares, squares_size
from .shared_sums import SumArray
from .site_rows import SiteRows, check_site_data, row_transform


def first_state(fit: FederatedFit, width: int, people: Sequence[int]) -> FitState:
    """Begin: ask all sites for the moments of their embeddings.

    Args:
        fit: what is fitted.
        width: of the embeddings.
        people: of each site, as it joined.

    Raises:
        SettingError: too few sites or people; see `may_leave`.
    """
    projected = width_that_may_leave(fit, people, width)
    counts = {
        "width": width,
        "people": sum(people),
        "others": least_others(people),
        "projected": projected,
    }
    return FitState("moments", {name: counted(each) for name, each in counts.items()})


def sums_size(fit: FederatedFit, state: FitState) -> int:
    """Give how many numbers a site answers, so that others can be refused unread."""
    if state.step == "moments":
        return moments_size(fit, state.count("width"))
    if state.step == "squares":
        return squares_size(fit, state)
    return asked_slopes(state).size if state.step == "slopes" else 0


def site_sums(fit: FederatedFit, state: FitState, data: LabelledEmbeddings) -> SumArray:
    """Answer a state with a site's sums: float64 (`sums_size`,), to be masked before they leave.

    Args:
        fit: what is fitted.
        state: that is not finished.
        data: of the site, the same in every round.

    Raises:
        SettingError: the data do not fit, or nothing is asked.
    """
    check_site_data(fit, state.count("width"), data)
    if state.step == "moments":
        return site_moments(fit, data)
    if state.step == "finished":
        raise SettingError("this federation has finished: nothing is asked of sites any more")
    rows = SiteRows.of(fit, state, data)
    if state.step == "squares":
        return site_squares(fit, rows)
    return site_slopes(asked_slopes(state), rows, state.arrays["class_counts"])


def next_state(fit: FederatedFit, state: FitState, total: SumArray) -> FitState:
    """Go on from the sum of all sites' answers.

    Args:
        fit: what is fitted.
        state: that was answered.
        total: float64 (`sums_size`,).

    Raises:
        SettingError: the sums cannot be those of photographs, or too few are of a class.
    """
    fit = _compared(fit, state)
    if len(total) != sums_size(fit, state) or not np.isfinite(total).all():
        raise SettingError(
            f"{len(total)} sums came; {sums_size(fit, state)} numbers were asked for"
        )
    if state.step == "moments":
        arrays = standardised_state(fit, state, total)
        return first_slopes(fit, arrays) if fit.target.classes else FitState("squares", arrays)
    if state.step == "slopes":
        return next_slopes(fit, state, total)
    kernel, bias, losses = chosen_ridge(fit, state, total)
    label_moments(fit, state, total)  # refuses one number for all
    best = min(range(len(losses)), key=lambda place: losses[place].loss)
    arrays = {
        **state.arrays,
        "coefficients": np.vstack((kernel, bias)).T,
        "chosen": counted(best),
        "strength_losses": np.array([each.loss for each in losses]),
    }
    return FitState("finished", arrays)


def federated_head(fit: FederatedFit, state: FitState) -> FederatedHead:
    """Give the head that a federation came to, on embeddings of their full width.

    Raises:
        SettingError: it has not finished.
    """
    if state.step != "finished":
        raise SettingError("this federation has not finished: its sites have to answer again")
    fit = _compared(fit, state)
    by, matrix = row_transform(fit, state)
    coefficients = state.arrays["coefficients"]
    kernel = coefficients[:, :-1].T if matrix is None else matrix @ coefficients[:, :-1].T
    kernel, bias = by.undo(kernel, coefficients[:, -1])
    chosen, several = state.count("chosen"), len(fit.strengths) > 1
    losses = state.arrays["strength_losses"] if several else ()
    return FederatedHead(
        LinearHead(fit.target, kernel, bias),
        fit.strengths[chosen],
        several and chosen in (0, len(fit.strengths) - 1),
        tuple(map(StrengthLoss, fit.strengths, map(float, losses))),
        state.count("people"),
        state.count("photographs"),
        state.count("projected"),
    )


def _compared(fit: FederatedFit, state: FitState) -> FederatedFit:
    """Give the fit with the strengths that are compared with as many people."""
    strengths = compared_strengths(fit, state.count("others"), state.count("width"))
    return dataclasses.replace(fit, strengths=strengths)
