"""A line that calibrates probabilities: an intercept per class but the first, and one slope.

The log-odds of class j against the first are `intercept_j + slope (score_j - score_0)`, where the
scores are log-probabilities; of two classes that is Platt's line on the logit (1999). With more it
is McFadden's conditional logit (1974) with a constant per class. Each photograph counts as one over
the number of photographs of its person, so that nobody counts more for having more. The covariance
is the sandwich over persons (Liang & Zeger 1986, doi 10.1093/biomet/73.1.13), with the correction
G/(G - 1) (n - 1)/(n - k) of statsmodels for G persons, n photographs and k parameters.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .calibration_lines import FURTHEST, logits_of
from .person_weights import person_sums

_ROUNDS, _HALVINGS = 100, 40
_ENOUGH = 1e-22
"""Stop where a Newton step promises no more than this, as a share of the log-likelihood."""


@dataclass(frozen=True)
class ClassLine:
    """The maximum of the likelihood.

    Attributes:
        intercepts: float64 (k - 1,), of the classes but the first, whose intercept is 0; nan where
            `why` says why there is none.
        slope: of the log-probabilities.
        covariance: float64 (k, k), of the intercepts, then the slope; nan with one person.
        why: `class-absent`, `separable`, `no-spread` or empty.
    """

    intercepts: NDArray[np.float64]
    slope: float
    covariance: NDArray[np.float64]
    why: Literal["", "class-absent", "separable", "no-spread"] = ""


def scores_of(estimates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the scores of probabilities, whose first column is 0: float64 (n, k).

    Args:
        estimates: float64 (n,), the probability of class 1 of two; or (n, k), of each of several.
    """
    if estimates.ndim == 1:
        logits = logits_of(estimates)
        return np.stack((np.zeros_like(logits), logits), axis=1)
    logs = np.log(np.clip(estimates, FURTHEST, 1 - FURTHEST))
    return np.asarray(logs - logs[:, :1], np.float64)


def class_chances(
    scores: NDArray[np.float64], intercepts: NDArray[np.float64], slope: float
) -> NDArray[np.float64]:
    """Give the calibrated probability of each class: float64 (n, k)."""
    return np.exp(_logs(scores, np.append(intercepts, slope)))


def fit_class_line(
    scores: NDArray[np.float64],
    classes: NDArray[np.intp],
    weights: NDArray[np.float64],
    persons: NDArray[np.intp],
) -> ClassLine:
    """Fit intercepts and slope.

    Args:
        scores: float64 (n, k), as `scores_of` gives them.
        classes: intp (n,), 0 to k - 1, what is true.
        weights: float64 (n,), above 0.
        persons: intp (n,), whose photograph it is.

    >>> import numpy as np
    >>> from gantei.statistics.class_line import fit_class_line
    >>> scores = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0], [0.0, 3.0]])
    >>> one = np.ones(4)
    >>> line = fit_class_line(scores, np.array([0, 1, 0, 1]), one, np.arange(4))
    >>> round(line.slope, 4), line.intercepts.round(4)
    (0.9082, array([-1.3623]))
    """
    if why := _no_maximum(scores, classes):
        nothing = np.full(scores.shape[1] - 1, np.nan)
        return ClassLine(nothing, np.nan, np.full(scores.shape[1:] * 2, np.nan), why)
    spread = float(np.sqrt(np.mean(scores[:, 1:].var(axis=0))))
    theta = _climb(scores / spread, classes, weights)
    covariance = _sandwich(scores / spread, classes, weights, persons, theta)
    scale = np.ones(len(theta))
    scale[-1] = 1 / spread
    return ClassLine(
        theta[:-1], float(theta[-1] / spread), covariance * np.multiply.outer(scale, scale)
    )


def _no_maximum(
    scores: NDArray[np.float64], classes: NDArray[np.intp]
) -> Literal["", "class-absent", "separable", "no-spread"]:
    """Say why the likelihood has no maximum (Albert & Anderson 1984), doi 10.1093/biomet/71.1.1.

    It grows for ever if some intercepts put each photograph's own class first, with a slope of 1 or
    -1: if no cycle through the classes demands more of the differences of intercepts than there is.
    """
    count = scores.shape[1]
    if len(np.unique(classes)) < count:
        return "class-absent"
    if np.ptp(scores, axis=0).max() == 0:
        return "no-spread"
    for sign in (1.0, -1.0):
        away = sign * (scores - np.take_along_axis(scores, classes[:, None], axis=1))
        demand = np.array([away[classes == each].max(axis=0) for each in range(count)])
        for through in range(count):  # the most demanding path between any two
            demand = np.maximum(demand, demand[:, [through]] + demand[[through]])
        if np.diagonal(demand).max() <= 0:
            return "separable"
    return ""


def _logs(scores: NDArray[np.float64], theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the logarithm of each class's probability, (n, k)."""
    eta = theta[-1] * scores
    eta[:, 1:] += theta[:-1]
    eta -= eta.max(axis=1, keepdims=True)
    return np.asarray(eta - np.log(np.exp(eta).sum(axis=1, keepdims=True)), np.float64)


def _climb(
    scores: NDArray[np.float64], classes: NDArray[np.intp], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Take Newton's steps, each halved until the likelihood does not fall."""
    theta, rows = np.zeros(scores.shape[1]), np.arange(len(classes))
    logs = _logs(scores, theta)
    reached = float(weights @ logs[rows, classes])
    for _ in range(_ROUNDS):
        gradients, information = _derivatives(scores, classes, weights, logs)
        gradient = weights @ gradients
        step = np.linalg.solve(information, gradient)
        if gradient @ step <= _ENOUGH * (1 + abs(reached)):
            break
        for _ in range(_HALVINGS):
            logs = _logs(scores, theta + step)
            found = float(weights @ logs[rows, classes])
            if found >= reached - 1e-14 * (1 + abs(reached)):
                break
            step = step / 2
        theta, reached = theta + step, found
    return theta


def _derivatives(
    scores: NDArray[np.float64],
    classes: NDArray[np.intp],
    weights: NDArray[np.float64],
    logs: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give each photograph's gradient, (n, k), and the weighted information, (k, k)."""
    chances = np.exp(logs)
    own = np.equal.outer(classes, np.arange(scores.shape[1])).astype(np.float64)
    # Of class j, the derivatives of its logit: 1 at its own intercept, and its score at the slope.
    design = np.zeros((len(classes), scores.shape[1], scores.shape[1]))
    design[:, 1:, :-1] = np.eye(scores.shape[1] - 1)
    design[:, :, -1] = scores
    gradients = np.einsum("nj,njp->np", own - chances, design)
    middle = np.einsum("nj,njp->np", chances, design)
    away = design - middle[:, None]
    information = np.einsum("n,nj,njp,njq->pq", weights, chances, away, away, optimize=True)
    return gradients, information


def _sandwich(
    scores: NDArray[np.float64],
    classes: NDArray[np.intp],
    weights: NDArray[np.float64],
    persons: NDArray[np.intp],
    theta: NDArray[np.float64],
) -> NDArray[np.float64]:
    gradients, information = _derivatives(scores, classes, weights, _logs(scores, theta))
    _, numbers = np.unique(persons, return_inverse=True)
    people, count, parameters = int(numbers.max()) + 1, *gradients.shape
    if people < 2 or count <= parameters:
        return np.full((parameters, parameters), np.nan)
    moved = np.linalg.solve(
        information, person_sums(gradients * weights[:, None], numbers, people).T
    )
    correction = people / (people - 1) * (count - 1) / (count - parameters)
    return np.asarray(correction * (moved @ moved.T), np.float64)
