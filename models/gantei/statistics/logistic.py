"""Maximum likelihood of a logistic line, found safely: separable data are told, never fitted.

The likelihood is concave, so Newton's steps that never lower it reach its maximum if there is one.
There is none where a threshold parts the classes (Albert & Anderson 1984, doi
10.1093/biomet/71.1.1): the slope grows for ever, which is checked before, not guessed afterwards.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

_ROUNDS, _HALVINGS = 100, 40
_ENOUGH = 1e-22
"""Stop where a Newton step promises no more than this, as a share of the log-likelihood."""


@dataclass(frozen=True)
class LogisticFit:
    """The maximum of a logistic likelihood; arrays of the shape `(...)` of the predictors' rows.

    Attributes:
        intercept, slope: float64. Where separable: a slope of plus or minus infinity and an
            intercept of nan, or, of one class only, a slope of 0 and an infinite intercept.
        log_likelihood: float64, the maximum, or what the likelihood grows towards.
        separable: bool, no finite maximum: one class only, or classes that a threshold parts.
        bounded: bool, the slope stands at `least_slope`.
        constant: bool, the predictor has one value only: its slope, given as 0, is unknown.
    """

    intercept: NDArray[np.float64]
    slope: NDArray[np.float64]
    log_likelihood: NDArray[np.float64]
    separable: NDArray[np.bool_]
    bounded: NDArray[np.bool_]
    constant: NDArray[np.bool_]


@dataclass(frozen=True)
class _Data:
    """Predictors, truths, weights and offsets of all fits, float64 (fits, n)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    weights: NDArray[np.float64]
    offset: NDArray[np.float64]

    def likelihood(
        self, intercept: NDArray[np.float64], slope: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the log-likelihoods (fits,) and the probabilities of class 1 (fits, n)."""
        logits = self.offset + intercept[:, None] + slope[:, None] * self.x
        small = np.exp(-np.abs(logits))
        lost = np.maximum(np.where(self.y > 0, -logits, logits), 0) + np.log1p(small)
        return -np.sum(self.weights * lost, 1), np.where(logits < 0, small, 1.0) / (1 + small)

    def extremes(self, of: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the least and the greatest predictor of a class, (fits,); inf, -inf without any."""
        among = (self.weights > 0) & (self.y == of)
        least = np.min(self.x, 1, initial=np.inf, where=among)
        return least, np.max(self.x, 1, initial=-np.inf, where=among)

    def rows(self, chosen: NDArray[np.bool_]) -> "_Data":
        return _Data(*(each[chosen] for each in (self.x, self.y, self.weights, self.offset)))


def fit_logistic(
    predictors: ArrayLike | None,
    truths: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    least_slope: float | None = None,
) -> LogisticFit:
    """Fit `truth ~ Bernoulli(expit(offset + intercept + slope * predictor))`, many fits at once.

    Args:
        predictors: (..., n), one fit per row; None to fit the intercept alone, with a slope of 0.
        truths: 0 or 1, of a shape that goes with it, as the next two.
        weights: 0 or more; 1 if left out. Rows of weight 0 are as if they were absent.
        offset: 0 if left out.
        least_slope: the least slope permitted, for example 0; None: any.

    >>> from gantei.statistics.logistic import fit_logistic
    >>> fit = fit_logistic([0.0, 1.0, 2.0, 3.0], [0, 1, 0, 1])
    >>> round(float(fit.slope), 4), bool(fit.separable)
    (0.9082, False)
    """
    given = (predictors, truths, weights, offset)
    defaults = (0.0, 0.0, 1.0, 0.0)
    arrays = np.broadcast_arrays(
        *(np.asarray(default if one is None else one, np.float64)
          for one, default in zip(given, defaults, strict=True))
    )  # fmt: skip
    shape = arrays[0].shape[:-1]
    data = _Data(*(each.reshape(-1, each.shape[-1]) for each in arrays))
    fit = _level(data) if predictors is None else _line(data, least_slope)
    return LogisticFit(
        fit.intercept.reshape(shape), fit.slope.reshape(shape), fit.log_likelihood.reshape(shape),
        fit.separable.reshape(shape), fit.bounded.reshape(shape), fit.constant.reshape(shape),
    )  # fmt: skip


def _line(data: _Data, least_slope: float | None) -> LogisticFit:
    """Fit intercepts and slopes."""
    least_0, most_0 = data.extremes(0.0)
    least_1, most_1 = data.extremes(1.0)
    fit = _level(data)
    single = fit.separable.copy()
    constant = np.maximum(most_0, most_1) == np.minimum(least_0, least_1)
    rising = (most_0 <= least_1) & ~constant & ~single
    falling = (most_1 <= least_0) & ~constant & ~single
    fit = replace(fit, constant=constant)
    _put(fit, rising, _parted(data.rows(rising), most_0[rising], np.inf))
    _put(fit, falling, _parted(data.rows(falling), least_0[falling], -np.inf))
    open_ = ~(constant | rising | falling | single)
    _put(fit, open_, _scaled_newton(data.rows(open_)))
    if least_slope is not None:
        low = (fit.slope < least_slope) & ~constant & ~single
        part = data.rows(low)
        held = _level(replace(part, offset=part.offset + least_slope * part.x))
        _put(fit, low, replace(
            held, slope=held.slope + least_slope, bounded=np.ones_like(held.bounded)
        ))  # fmt: skip
    return fit


def _level(data: _Data) -> LogisticFit:
    """Fit intercepts alone."""
    ones = np.sum(data.weights * data.y, 1)
    every = np.sum(data.weights, 1)
    only_0, only_1 = ones == 0, ones == every
    no = np.zeros(len(ones), np.bool_)
    intercept = np.where(only_0, -np.inf, np.inf)
    fit = LogisticFit(intercept, np.zeros(len(ones)), np.zeros(len(ones)), only_0 | only_1, no,
                      no.copy())  # fmt: skip
    mixed = ~fit.separable
    share = ones[mixed] / every[mixed]
    part = data.rows(mixed)
    start = np.log(share / (1 - share)) - np.mean(part.offset, 1)
    _put(fit, mixed, _newton(part, start, slopes=False))
    return fit


def _parted(data: _Data, where: NDArray[np.float64], slope: float) -> LogisticFit:
    """Tell of classes that the threshold `where` (fits,) parts; ties at it stay uncertain."""
    at = (data.weights > 0) & (data.x == where[:, None])
    tied = _level(replace(data, weights=np.where(at, data.weights, 0.0)))
    count = len(where)
    return LogisticFit(
        np.full(count, np.nan), np.full(count, slope), tied.log_likelihood,
        np.ones(count, np.bool_), np.zeros(count, np.bool_), np.zeros(count, np.bool_),
    )  # fmt: skip


def _scaled_newton(data: _Data) -> LogisticFit:
    """Fit with predictors of mean 0 and variance 1, so that their unit does not matter."""
    every = np.sum(data.weights, 1)
    mean = np.sum(data.weights * data.x, 1) / every
    away = data.x - mean[:, None]
    spread = np.sqrt(np.sum(data.weights * away**2, 1) / every)
    fit = _newton(replace(data, x=away / spread[:, None]), np.zeros(len(mean)), slopes=True)
    slope = fit.slope / spread
    return replace(fit, intercept=fit.intercept - slope * mean, slope=slope)


def _newton(data: _Data, intercept: NDArray[np.float64], *, slopes: bool) -> LogisticFit:
    """Climb to the maximum from `intercept` and slopes of 0; each step halved until it climbs."""
    slope = np.zeros(len(intercept))
    reached, chance = data.likelihood(intercept, slope)
    for _ in range(_ROUNDS):
        step, promised = _step(data, chance, slopes=slopes)
        moving = promised > _ENOUGH * (1 + np.abs(reached))
        if not moving.any():
            break
        length = np.where(moving, 1.0, 0.0)
        for _ in range(_HALVINGS):
            found, chances = data.likelihood(intercept + length * step[0], slope + length * step[1])
            worse = ~(found >= reached - 1e-14 * (1 + np.abs(reached)))
            if not worse.any():
                break
            length = np.where(worse, length / 2, length)
        intercept, slope = intercept + length * step[0], slope + length * step[1]
        reached, chance = found, chances
    no = np.zeros(len(intercept), np.bool_)
    return LogisticFit(intercept, slope, reached, no, no.copy(), no.copy())


def _step(
    data: _Data, chance: NDArray[np.float64], *, slopes: bool
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]:
    """Give Newton's step of intercept and slope, and what it promises, (fits,) each."""
    off = data.weights * (data.y - chance)
    curve = data.weights * chance * (1 - chance)
    g0, h00 = np.sum(off, 1), np.sum(curve, 1)
    if not slopes:
        step = _divided(g0, h00)
        return (step, np.zeros_like(step)), g0 * step
    g1 = np.sum(off * data.x, 1)
    mean = _divided(np.sum(curve * data.x, 1), h00)
    h11 = np.sum(curve * (data.x - mean[:, None]) ** 2, 1)
    rise = _divided(g1 - mean * g0, h11)
    level = _divided(g0, h00) - mean * rise
    return (level, rise), g0 * level + g1 * rise


def _divided(over: NDArray[np.float64], under: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; where the likelihood is flat, step as far as the gradient, to be halved."""
    return over / np.where(under > 1e-300, under, 1.0)


def _put(fit: LogisticFit, where: NDArray[np.bool_], other: LogisticFit) -> None:
    """Write other fits into the rows `where` of this one."""
    for name in ("intercept", "slope", "log_likelihood", "separable", "bounded"):
        getattr(fit, name)[where] = getattr(other, name)
