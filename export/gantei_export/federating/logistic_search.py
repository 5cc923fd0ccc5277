"""A logistic regression over sites, from one round's sums to what the next one asks for.

First where all kernels are 0, which tells the moments of the classes and gives each fit its start;
then of all fits, by strength and left-out fold, until the best strength can be told; then of the
fit to all people with that strength, until its gradient is 0.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from .federated_fit import FederatedFit, FitState, counted
from .logistic_round import NO_FOLD, AskedSlopes, found_slopes
from .may_leave import COMPARING, CURVATURES, numbers_that_may_leave
from .shared_sums import SumArray
from .slope_history import SlopeHistory
from .strength_race import NO_STRENGTH, StrengthRace
from .surrogate_start import surrogate_starts

TOLERANCE = 1e-7
"""Of the gradient's norm, as a share of the strength: no kernel of standardised rows is then
farther than this from the best one, since the penalty makes the loss that convex."""
_LAST = 6
"""Evaluations of the chosen fit that no curvature takes the room of."""
_CURVED_AT = (0, 2)
"""After how many evaluations of all fits a curvature is asked for."""


def asked_slopes(state: FitState) -> AskedSlopes:
    """Give what a state asks of each site."""
    arrays = state.arrays
    return AskedSlopes(arrays["points"], arrays["folds"], arrays["curved"])


def first_slopes(fit: FederatedFit, arrays: Mapping[str, Any]) -> FitState:
    """Ask for the slope where all kernels are 0 and chances are the shares of the classes."""
    logs = np.log(arrays["class_counts"] / arrays["class_counts"].sum())
    point = np.zeros((1, fit.target.columns, int(arrays["projected"]) + 1))
    point[0, :, -1] = logs - logs.mean() if fit.target.columns > 1 else logs[1] - logs[0]
    asked = AskedSlopes(point, np.array([NO_FOLD]), np.zeros(1, np.int64))
    return _state(arrays, asked)


def next_slopes(fit: FederatedFit, state: FitState, total: SumArray) -> FitState:
    """Go on from the sums of all sites: ask for more slopes, or finish.

    Raises:
        SettingError: sums that no logistic regression has, or no end before as many numbers would
            have left as the rows of all people are.
    """
    if "fits" not in state.arrays:
        return _started(fit, state, total)
    history, arrays = _history(fit, state, total), state.arrays
    if "chosen" not in arrays:
        arrays = _raced(fit, state, history)
    if "chosen" in arrays:
        chosen = int(arrays["chosen"])
        path = history.path_of(chosen, fit.strengths[chosen])
        if path.ends_within(TOLERANCE * fit.strengths[chosen]):
            return _finished(arrays, path.points[path.best])
    return _going_on(fit, {**arrays, **history.arrays()}, history)


def _going_on(fit: FederatedFit, arrays: Mapping[str, Any], history: SlopeHistory) -> FitState:
    """Ask for what comes next; choose at once where comparing on would be more than may leave."""
    fits = _fits(fit, arrays)
    points = np.array(
        [_pulled_in(fit, arrays, each, _candidate(fit, history, each)) for each in fits.tolist()]
    )
    curved = _curved(fit, len(history.curved), len(history.losses), fits)
    asked = AskedSlopes(points, fits // len(fit.strengths) + NO_FOLD, curved)
    left = numbers_that_may_leave(int(arrays["others"]), int(arrays["projected"]))
    share = 1.0 if "chosen" in arrays else COMPARING
    slopes = dataclasses.replace(asked, curved=curved[:0])
    if len(fits) == 1 and int(arrays["sent"]) + asked.size + _LAST * slopes.size > left:
        asked = slopes  # what is left is for gradients, which an end needs
    if int(arrays["sent"]) + asked.size <= share * left:
        return _state({**arrays, "fits": fits}, asked)
    if "chosen" in arrays:
        raise SettingError(
            "this head would need more sums than may leave of so few people: start again with "
            "fewer or larger penalties (--penalties), or with fewer numbers (--project)"
        )
    running, losses = arrays["running"], arrays["strength_losses"]
    best = running[np.argmin(losses[running])]
    return _going_on(fit, {**arrays, "chosen": counted(best)}, history)


def _started(fit: FederatedFit, state: FitState, total: SumArray) -> FitState:
    """Give every fit its start, from the slope at 0."""
    found, arrays = found_slopes(asked_slopes(state), total), state.arrays
    counts, several = arrays["class_counts"], fit.target.columns > 1
    # At equal chances of all rows, each pair of classes has the same x xᵀ, times a number.
    of_pair = -found.curvatures[0, 0, :, 1] if several else found.curvatures[0, 0, :, 0]
    if not of_pair[-1, -1] > 0:
        raise SettingError("the curvature of all sites is not above 0: sums are not of photographs")
    squares = of_pair * (counts.sum() / of_pair[-1, -1])
    starts = surrogate_starts(squares, found.gradients[0], counts, fit.strengths)
    found_arrays = {"squares": squares, "running": np.arange(len(fit.strengths)), "starts": starts}
    if len(fit.strengths) == 1:
        found_arrays["chosen"] = counted(0)
    arrays = {**arrays, **found_arrays}
    fits = _fits(fit, arrays)
    points = np.array([_pulled_in(fit, arrays, each, starts[each]) for each in fits % len(starts)])
    curved = _curved(fit, 0, 0, fits)
    asked = AskedSlopes(points, fits // len(fit.strengths) + NO_FOLD, curved)
    return _state({**arrays, "fits": fits}, asked)


def _history(fit: FederatedFit, state: FitState, total: SumArray) -> SlopeHistory:
    asked, arrays = asked_slopes(state), state.arrays
    found = found_slopes(asked, total)
    if not (found.losses >= 0).all() or not (found.unseen >= 0).all():
        raise SettingError("a loss of all sites is below 0: a site's sums are not of photographs")
    fits, strengths = arrays["fits"], np.array(fit.strengths)
    curved = strengths[fits[asked.curved] % len(strengths)]
    if "past_losses" not in arrays:
        starts = np.tile(arrays["starts"], (fit.folds + 1, 1, 1))
        return SlopeHistory.begun(starts, asked, found, fits, curved)
    return SlopeHistory.of_arrays(arrays).extended(asked.points, found, fits, curved)


def _raced(fit: FederatedFit, state: FitState, history: SlopeHistory) -> Mapping[str, Any]:
    """Note which strengths may be the best, and which is, if that can be told."""
    squares, evaluations = state.arrays["squares"], len(history.losses)
    race = StrengthRace.of(history, fit.strengths, fit.folds, squares)
    running = race.contenders(state.arrays["running"], evaluations)
    winner = race.winner(running, evaluations)
    losses = race.losses / state.count("photographs")
    found = {**state.arrays, "running": running, "strength_losses": losses}
    return found if winner == NO_STRENGTH else {**found, "chosen": counted(winner)}


def _fits(fit: FederatedFit, arrays: Mapping[str, Any]) -> NDArray[np.int64]:
    """Give the numbers of the fits that go on: first one to all people, whose curvature serves."""
    if "chosen" in arrays:
        return np.array([int(arrays["chosen"])])
    count = len(fit.strengths)
    by_fold = [arrays["running"] + count * each for each in range(1, fit.folds + 1)]
    return np.concatenate([[_middle(fit)], *by_fold])


def _middle(fit: FederatedFit) -> int:
    """Give the place of the strength near which curvatures are summed, nearer to the least."""
    return len(fit.strengths) // 3


def _curved(
    fit: FederatedFit, known: int, evaluations: int, fits: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give the places of the fits whose curvature is asked for, as long as it may be."""
    asks = known < CURVATURES and (len(fits) == 1 or evaluations in _CURVED_AT)
    return np.zeros(int(asks), np.int64)


def _candidate(fit: FederatedFit, history: SlopeHistory, number: int) -> SumArray:
    """Give where a fit is evaluated next; one that never was, between the fits by folds."""
    fold, place = divmod(number, len(fit.strengths))
    strength = fit.strengths[place]
    path = history.path_of(number, strength)
    if not len(path.points):
        others = [number + len(fit.strengths) * (each + 1) for each in range(fit.folds)]
        paths = [history.path_of(each, strength) for each in others]
        return np.asarray(np.mean([each.points[each.best] for each in paths], axis=0), np.float64)
    share = 1.0 if fold == 0 else 1 - 1 / fit.folds
    since = history.since(strength) if fold == 0 else None
    return path.candidate(history.near(strength), strength, share, since)


def _pulled_in(
    fit: FederatedFit, arrays: Mapping[str, Any], number: int, point: SumArray
) -> SumArray:
    """Shorten a kernel that is longer than the best one can be.

    At the best one, the penalty alone is at most what equal chances lose. At longer ones, to which
    a site's false sums could lead, sums would tell of the few photographs whose chances are near
    neither 0 nor 1.
    """
    strength = fit.strengths[number % len(fit.strengths)]
    losing = arrays["class_counts"].sum() * np.log(len(fit.target.classes))
    longest, length = np.sqrt(2 * losing / strength), np.linalg.norm(point[:, :-1])
    if length <= longest:
        return point
    shorter = point.copy()
    shorter[:, :-1] *= longest / length
    return shorter


def _state(arrays: Mapping[str, Any], asked: AskedSlopes) -> FitState:
    of_round = {"points": asked.points, "folds": asked.folds, "curved": asked.curved}
    sent = counted(int(arrays.get("sent", 0)) + asked.size)
    return FitState("slopes", {**arrays, **of_round, "sent": sent})


def _finished(arrays: Mapping[str, Any], coefficients: SumArray) -> FitState:
    kept = (
        "width",
        "people",
        "others",
        "photographs",
        "projected",
        "mean",
        "scale",
        "chosen",
        "sent",
    )
    losses = {name: arrays[name] for name in ("strength_losses",) if name in arrays}
    found = {name: arrays[name] for name in kept}
    return FitState("finished", {**found, **losses, "coefficients": coefficients})
