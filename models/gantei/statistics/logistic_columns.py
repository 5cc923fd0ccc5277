"""Maximum likelihood of one logistic line per column, for many columns at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_STEPS = 200
SMALLEST_STEP = 2.0**-40
CONVERGED = 1e-12
"""Half the Newton decrement: by about this much the log-likelihood could still grow."""


@dataclass(frozen=True, slots=True)
class ColumnFits:
    """The best logistic line of each column, among those that do not fall.

    Attributes:
        log_likelihood: float64 (columns,), the maximum; its limit where none is reached.
        intercept, slope: float64 (columns,), where it is reached; infinite or NaN where the labels
            are separable, slope 0 where the best line would fall.
        separable: bool (columns,): a threshold of the column parts the labels, but for ties, or
            one label is missing. The likelihood grows with the slope and reaches no maximum.
    """

    log_likelihood: NDArray[np.float64]
    intercept: NDArray[np.float64]
    slope: NDArray[np.float64]
    separable: NDArray[np.bool_]


def fit_logistic_columns(x: NDArray[np.float64], y: NDArray[np.bool_]) -> ColumnFits:
    """Fit P(y) = 1 / (1 + exp(-intercept - slope x)), slope >= 0, to each column of x on its own.

    The log-likelihood is concave; Newton steps are halved until it grows, so that none is lost
    where a full step overshoots. Separable labels are recognised beforehand, by their order.

    Args:
        x: float64 (rows, columns); NaN where a row does not count for a column.
        y: bool (rows,).
    """
    counted = ~np.isnan(x)
    filled = np.where(counted, x, 0.0)
    ones = (counted & y[:, None]).sum(0)
    rows = counted.sum(0)
    base = _bernoulli(ones, rows)
    low_one = np.where(counted & y[:, None], x, np.inf).min(0, initial=np.inf)
    high_zero = np.where(counted & ~y[:, None], x, -np.inf).max(0, initial=-np.inf)
    separable = high_zero <= low_one
    tied = counted & (x == low_one) & (low_one == high_zero)
    at_tie = _bernoulli((tied & y[:, None]).sum(0), tied.sum(0))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ones / rows
        intercept = np.log(share) - np.log1p(-share)
    log_likelihood = np.where(separable, at_tie, base)
    slope = np.where(separable, np.inf, 0.0)
    intercept = np.where(separable, np.nan, intercept)
    # Concave: where it does not grow from slope 0 on, the best line that may not fall is flat.
    centred = filled - np.divide(filled.sum(0), rows, where=rows > 0, out=np.zeros(len(rows)))
    centred[~counted] = 0
    spread = np.sqrt(np.divide((centred**2).sum(0), rows, where=rows > 0, out=np.ones(len(rows))))
    rising = ((centred * y[:, None]).sum(0) > 0) & ~separable & (spread > 0)
    if rising.any():
        chosen = np.flatnonzero(rising)
        scaled = centred[:, chosen] / spread[chosen]
        found = _newton(scaled, counted[:, chosen], y, intercept[chosen])
        log_likelihood[chosen] = np.maximum(found[0], base[chosen])
        slope[chosen] = found[2] / spread[chosen]
        middle = filled[:, chosen].sum(0) / rows[chosen]
        intercept[chosen] = found[1] - slope[chosen] * middle
    return ColumnFits(log_likelihood, intercept, slope, separable)


def _bernoulli(ones: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Log-likelihood of labels at their own share."""
    zeros = rows - ones
    whole = np.maximum(rows, 1)
    return np.asarray(
        ones * np.log(np.maximum(ones, 1) / whole) + zeros * np.log(np.maximum(zeros, 1) / whole)
    )


def _newton(
    x: NDArray[np.float64],
    counted: NDArray[np.bool_],
    y: NDArray[np.bool_],
    intercept: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give log-likelihood, intercept and slope of columns whose maximum exists."""
    a, b = intercept.copy(), np.zeros_like(intercept)
    sign = np.where(y, 1.0, -1.0)[:, None]
    value = _log_likelihood(a, b, x, counted, sign)
    going = np.arange(len(a))
    for _ in range(MOST_STEPS):
        step_a, step_b, gain = _step(a[going], b[going], x[:, going], counted[:, going], y)
        unfinished = gain > CONVERGED
        going, step_a, step_b = going[unfinished], step_a[unfinished], step_b[unfinished]
        if not len(going):
            break
        gain = gain[unfinished]
        size = np.ones(len(going))
        for _ in range(40):
            new = _log_likelihood(
                a[going] + size * step_a, b[going] + size * step_b,
                x[:, going], counted[:, going], sign,
            )  # fmt: skip
            short = new < value[going] + 1e-4 * size * gain
            if not short.any() or size.min() < SMALLEST_STEP:
                break
            size[short] /= 2
        grown = new > value[going]
        going, size = going[grown], size[grown]
        if not len(going):
            break
        a[going] += size * step_a[grown]
        b[going] += size * step_b[grown]
        value[going] = new[grown]
    return value, a, b


def _log_likelihood(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    x: NDArray[np.float64],
    counted: NDArray[np.bool_],
    sign: NDArray[np.float64],
) -> NDArray[np.float64]:
    return np.asarray(-np.where(counted, np.logaddexp(0, -sign * (a + b * x)), 0.0).sum(0))


def _step(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    x: NDArray[np.float64],
    counted: NDArray[np.bool_],
    y: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the Newton step, and half its decrement: the growth that it promises."""
    eta = a + b * x
    p = 1 / (1 + np.exp(-np.clip(eta, -700, 700)))
    residual = np.where(counted, y[:, None] - p, 0.0)
    weight = np.where(counted, p * (1 - p), 0.0)
    g_a, g_b = residual.sum(0), (residual * x).sum(0)
    h_aa, h_ab, h_bb = weight.sum(0), (weight * x).sum(0), (weight * x * x).sum(0)
    ridge = 1e-12 * (h_aa + h_bb) + 1e-300
    h_aa, h_bb = h_aa + ridge, h_bb + ridge
    determinant = h_aa * h_bb - h_ab**2
    step_a = (h_bb * g_a - h_ab * g_b) / determinant
    step_b = (h_aa * g_b - h_ab * g_a) / determinant
    return step_a, step_b, (g_a * step_a + g_b * step_b) / 2
