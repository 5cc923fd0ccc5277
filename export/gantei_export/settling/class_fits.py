"""Maximum likelihood of one slope and an intercept per class, whichever output is which label."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_STEPS, MOST_HALVINGS, MOST_ORDERS = 60, 30, 8
CONVERGED = 1e-9
"""By about this much the log-likelihood could still grow."""


@dataclass(frozen=True, slots=True)
class ClassFits:
    """The best line of each column.

    Attributes:
        log_likelihood: float64 (columns,), without the prior.
        order: intp (columns, classes), which of the outputs is each label.
        intercepts: float64 (columns, classes), by label. slope: float64 (columns,), 0 or more.
        chances: float64 (columns, people, classes), probability of each label.
    """

    log_likelihood: NDArray[np.float64]
    order: NDArray[np.intp]
    intercepts: NDArray[np.float64]
    slope: NDArray[np.float64]
    chances: NDArray[np.float64]


def fit_in_order(
    x: NDArray[np.float64],
    labels: NDArray[np.intp],
    order: NDArray[np.intp],
    prior: tuple[float, float, float] | None = None,
) -> ClassFits:
    """Fit P(label j) ~ exp(intercept_j + slope x[order_j]), slope >= 0, to each column.

    The likelihood is concave; Newton steps are halved until it grows.

    Args:
        x: float64 (columns, people, classes), log-probabilities or anything linear in them.
        labels: intp (people,).
        order: intp (columns, classes).
        prior: standard deviation of intercepts, and mean and standard deviation of the slope, of a
            normal prior; None for the maximum of the likelihood.
    """
    ordered = np.take_along_axis(x, order[:, None, :], axis=2)
    _, people, classes = x.shape
    scale = np.ones((len(x), 1, 1))
    if prior is None:
        spread = ordered.std(axis=(1, 2))
        scale[spread > 0, 0, 0] = spread[spread > 0]
    theta = _climb(ordered / scale, labels, prior)
    flat = theta[:, -1] < 0
    theta[flat, -1] = 0.0
    counts = np.bincount(labels, minlength=classes)
    if prior is None:
        theta[flat, :-1] = np.log(np.maximum(counts, 1e-9))
    logs = _logs(theta, ordered / scale)
    total = logs[:, np.arange(people), labels].sum(1)
    slope = theta[:, -1] / scale[:, 0, 0]
    return ClassFits(total, order, theta[:, :-1], slope, np.exp(logs))


def fit_best_order(
    x: NDArray[np.float64],
    labels: NDArray[np.intp],
    prior: tuple[float, float, float] | None = None,
    forbidden: NDArray[np.bool_] | None = None,
) -> ClassFits:
    """Fit as `fit_in_order`, also over the order, by assignment instead of trying each.

    With intercepts that stay with the outputs, the likelihood's denominator is the same for each
    order, so the best order at given intercepts and slope is a linear assignment. Line and order
    are improved in turn until neither changes.

    Args:
        x: float64 (columns, people, classes).
        labels: intp (people,).
        prior: as for `fit_in_order`.
        forbidden: bool (classes, classes), which label (row) may not be which output (column).
    """
    centred = x - x.mean(axis=(1, 2), keepdims=True)
    centred = centred - centred.mean(axis=1, keepdims=True)
    order = _assigned(_sums(centred, labels), forbidden)
    return _improved(x, labels, order, prior, forbidden)


def _improved(
    x: NDArray[np.float64],
    labels: NDArray[np.intp],
    order: NDArray[np.intp],
    prior: tuple[float, float, float] | None,
    forbidden: NDArray[np.bool_] | None,
) -> ClassFits:
    counts = np.bincount(labels, minlength=x.shape[2])
    sums = _sums(x, labels)
    best = fit_in_order(x, labels, order, prior)
    for _ in range(MOST_ORDERS):
        of_outputs = np.empty_like(best.intercepts)
        np.put_along_axis(of_outputs, best.order, best.intercepts, axis=1)
        worth = best.slope[:, None, None] * sums + counts[:, None] * of_outputs[:, None, :]
        order = _assigned(worth, forbidden)
        changed = np.flatnonzero((order != best.order).any(1) & (best.slope > 0))
        if not len(changed):
            break
        new = fit_in_order(x[changed], labels, order[changed], prior)
        grown = new.log_likelihood > best.log_likelihood[changed] + CONVERGED
        if not grown.any():
            break
        best = _put_in(best, new, changed, grown)
    return best


def _put_in(
    fits: ClassFits, new: ClassFits, places: NDArray[np.intp], chosen: NDArray[np.bool_]
) -> ClassFits:
    parts = []
    for name in ("log_likelihood", "order", "intercepts", "slope", "chances"):
        part = getattr(fits, name).copy()
        part[places[chosen]] = getattr(new, name)[chosen]
        parts.append(part)
    return ClassFits(*parts)


def _sums(x: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Sums of the outputs over the people of each label, (columns, labels, outputs)."""
    of_label = np.equal.outer(np.arange(x.shape[2]), labels).astype(float)
    return np.asarray(of_label @ x)


def _assigned(worth: NDArray[np.float64], forbidden: NDArray[np.bool_] | None) -> NDArray[np.intp]:
    """For each column the order of the largest total worth, (columns, labels)."""
    from scipy.optimize import linear_sum_assignment

    if forbidden is not None:
        worth = np.where(forbidden, -1e9 * (1 + np.abs(worth).max()), worth)
    return np.array([linear_sum_assignment(each, maximize=True)[1] for each in worth])


def _logs(theta: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    eta = theta[:, None, :-1] + theta[:, -1, None, None] * x
    eta = eta - eta.max(axis=2, keepdims=True)
    return np.asarray(eta - np.log(np.exp(eta).sum(axis=2, keepdims=True)))


def _climb(
    x: NDArray[np.float64], labels: NDArray[np.intp], prior: tuple[float, float, float] | None
) -> NDArray[np.float64]:
    """Give intercepts and slope of each column at the maximum, (columns, classes + 1)."""
    columns, people, classes = x.shape
    spread, usual, deviation = prior or (0.0, 0.0, 0.0)
    precision = np.full(classes + 1, 1e-9)
    if prior is not None:
        precision[:] = 1 / spread**2
        precision[-1] = 1 / deviation**2
    middle = np.zeros(classes + 1)
    middle[-1] = usual
    theta = np.tile(middle, (columns, 1))
    own = np.equal.outer(labels, np.arange(classes)).astype(float)
    everyone = np.arange(people)

    def value(of: NDArray[np.float64], those: NDArray[np.intp]) -> NDArray[np.float64]:
        logs = _logs(of, x[those])[:, everyone, labels].sum(1)
        return np.asarray(logs - ((of - middle) ** 2 * precision).sum(1) / 2)

    going = np.arange(columns)
    reached = value(theta, going)
    for _ in range(MOST_STEPS):
        step, gain = _newton_step(theta[going], x[going], own, middle, precision)
        moving = (gain > CONVERGED) & (reached[going] < -CONVERGED)
        going, step, gain = going[moving], step[moving], gain[moving]
        if not len(going):
            break
        size = np.ones(len(going))
        for _ in range(MOST_HALVINGS):
            new = value(theta[going] + size[:, None] * step, going)
            short = new < reached[going]
            if not short.any():
                break
            size[short] /= 2
        grown = new > reached[going]
        going = going[grown]
        theta[going] += (size[:, None] * step)[grown]
        reached[going] = new[grown]
    return theta


def _newton_step(
    theta: NDArray[np.float64],
    x: NDArray[np.float64],
    own: NDArray[np.float64],
    middle: NDArray[np.float64],
    precision: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the step of each column, and half its decrement: the growth that it promises."""
    columns, _, classes = x.shape
    p = np.exp(_logs(theta, x))
    mean = (p * x).sum(2)
    gradient = np.empty((columns, classes + 1))
    gradient[:, :-1] = (own - p).sum(1)
    gradient[:, -1] = ((own * x).sum(2) - mean).sum(1)
    gradient -= (theta - middle) * precision
    hessian = np.empty((columns, classes + 1, classes + 1))
    hessian[:, :-1, :-1] = -np.swapaxes(p, 1, 2) @ p
    diagonal = np.arange(classes)
    hessian[:, diagonal, diagonal] += p.sum(1)
    cross = (p * (x - mean[:, :, None])).sum(1)
    hessian[:, :-1, -1] = hessian[:, -1, :-1] = cross
    hessian[:, -1, -1] = ((p * x * x).sum(2) - mean**2).sum(1)
    every = np.arange(classes + 1)
    hessian[:, every, every] += precision + 1e-12 * np.trace(hessian, axis1=1, axis2=2)[:, None]
    step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
    return step, (gradient * step).sum(1) / 2
