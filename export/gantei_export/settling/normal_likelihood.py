"""How well an output tells an age: predictions learnt from earlier people, and the best."""

import numpy as np
from numpy.typing import NDArray

USUAL_AGE, USUAL_SLOPE = 55.0, 9.0
"""In years; in years per standard deviation of an output."""
VARIANCES = np.array([6.0, 2.0])
"""Of intercept and slope, in variances of the error."""
LEAST_LEAD = 3.5
"""With it, a nearly equal rival with errors of its own seldom eliminates the truth; without it, in
a quarter of simulated trials of 400 people."""
SHAPE, USUAL_VARIANCE = 1.5, 36.0
SMALLEST_VARIANCE = 1e-6
"""Squared years. Without it, a line through every age would have an infinite likelihood."""


class NormalLikelihood:
    """Ages that are linear in an output with normal error, with a slope of 0 or more.

    The prediction of a person's age is Bayesian, from the people before: a Student t of the normal
    line with a conjugate prior, restricted to slopes of 0 or more. Outputs are placed by mean and
    standard deviation of the first people's, so the scale of an output does not matter.

    Attributes:
        columns: how many outputs; each is learnt on its own.
        least_lead: what a rival's lead in log-predictions must reach.
    """

    least_lead = LEAST_LEAD

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self._middle = np.full(columns, np.nan)
        self._per_unit = np.full(columns, np.nan)
        # Of each column: people, and sums of x, x², y, xy, y², of ages less the usual one.
        self._sums = np.zeros((6, columns))
        self._alone = np.zeros(3)

    def place(self, scores: NDArray[np.float64], columns: NDArray[np.intp]) -> None:
        """Place the lines of some columns by their first people, float64 (people, columns)."""
        middle, spread = scores.mean(0), scores.std(0)
        varied = spread > 1e-9 * np.abs(scores).max(0)
        self._middle[columns] = middle
        self._per_unit[columns] = np.where(varied, 1 / np.where(varied, spread, 1), 0.0)

    def predict(
        self, scores: NDArray[np.float64], labels: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Give the log-density of each age before it is seen, and learn from it.

        Args:
            scores: outputs in whatever unit, float64 (people, columns); NaN is not learnt from.
            labels: ages in years, float64 (people,), or (people, columns) where columns are of
                others.

        Returns:
            float64 (people, columns), of ages in years; NaN where the score is.
        """
        there = ~np.isnan(scores)
        x = np.where(there, (scores - self._middle) * self._per_unit, 0.0)
        y = (_by_person(labels) - USUAL_AGE) * there
        added = np.stack([there.astype(float), x, x * x, y, x * y, y * y])
        after = self._sums[:, None] + np.cumsum(added, axis=1)
        before = np.concatenate([self._sums[:, None], after[:, :-1]], axis=1)
        self._sums = after[:, -1]
        # The marginal likelihood up to a person, less that up to the one before.
        logs = _log_evidence(after) - _log_evidence(before)
        return np.where(there, logs, np.nan)

    def best(
        self, scores: NDArray[np.float64], labels: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], None]:
        """Give the largest log-likelihood of each column, (columns,); leads are counted in logs."""
        there = ~np.isnan(scores)
        count = there.sum(0)
        whole = np.maximum(count, 1)
        x = np.where(there, scores, 0.0)
        x = np.where(there, x - x.sum(0) / whole, 0.0)
        y = np.where(there, _by_person(labels), 0.0)
        y = np.where(there, y - y.sum(0) / whole, 0.0)
        largest = np.abs(x).max(0, initial=0)
        x = x / np.where(largest > 0, largest, 1)
        squares, product = (x * x).sum(0), (x * y).sum(0)
        flat = (squares == 0) | (product <= 0)
        slope = np.where(flat, 0.0, product / np.where(squares > 0, squares, 1))
        return _best(((y - slope * x) ** 2).sum(0), count), None

    def predict_without(self, labels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the log-density of each age from the earlier ages alone, (people,)."""
        y = labels - USUAL_AGE
        added = np.stack([np.ones_like(y), y, y * y])
        after = self._alone[:, None] + np.cumsum(added, axis=1)
        before = np.concatenate([self._alone[:, None], after[:, :-1]], axis=1)
        self._alone = after[:, -1]
        return _log_evidence_alone(after) - _log_evidence_alone(before)

    def maximum_without(self, labels: NDArray[np.float64]) -> float:
        """Give the largest log-likelihood of the ages where no output tells anything."""
        residuals = labels - labels.mean()
        return float(_best((residuals**2).sum(), np.asarray(len(labels))))


def _by_person(labels: NDArray[np.float64]) -> NDArray[np.float64]:
    return labels[:, None] if labels.ndim == 1 else labels


def _best(squares: NDArray[np.float64], count: NDArray[np.intp]) -> NDArray[np.float64]:
    """Largest normal log-likelihood over the variance, given the sum of squared residuals."""
    mean_square = squares / np.maximum(count, 1)
    variance = np.maximum(mean_square, SMALLEST_VARIANCE)
    return np.asarray(-count / 2 * (np.log(2 * np.pi * variance) + mean_square / variance))


def _log_evidence(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log marginal likelihood of the ages, from the six sums, restricted to slopes >= 0."""
    from scipy.special import gammaln

    count, x, xx, y, xy, yy = sums
    p_a, p_b = 1 / VARIANCES
    aa, ab, bb = count + p_a, x, xx + p_b
    right_a, right_b = y, xy + p_b * USUAL_SLOPE
    determinant = aa * bb - ab * ab
    mean_a = (bb * right_a - ab * right_b) / determinant
    mean_b = (aa * right_b - ab * right_a) / determinant
    shape = SHAPE + count / 2
    half = SHAPE * USUAL_VARIANCE + p_b * USUAL_SLOPE**2 / 2 + yy / 2
    rate = np.maximum(half - (right_a * mean_a + right_b * mean_b) / 2, SMALLEST_VARIANCE)
    error = np.sqrt(rate / shape * aa / determinant)
    return np.asarray(
        gammaln(shape)
        - shape * np.log(rate)
        - np.log(determinant) / 2
        - count / 2 * np.log(2 * np.pi)
        + log_share_below(mean_b / error, 2 * shape)
    )


def _log_evidence_alone(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import gammaln

    count, y, yy = sums
    precision = count + 1 / VARIANCES[0]
    shape = SHAPE + count / 2
    rate = SHAPE * USUAL_VARIANCE * 4 + (yy - y * y / precision) / 2
    return np.asarray(
        gammaln(shape)
        - shape * np.log(rate)
        - np.log(precision) / 2
        - count / 2 * np.log(2 * np.pi)
    )


def log_share_below(t: NDArray[np.float64], freedom: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log of Student's distribution function, also where it is too small for a float."""
    from scipy.special import betaln, hyp2f1, stdtr

    plain = stdtr(freedom, t)
    tiny = (plain < 1e-250) & (t < 0)
    logs = np.log(np.where(tiny, 1.0, plain))
    if np.any(tiny):
        half = np.broadcast_to(freedom, t.shape)[tiny] / 2
        share = 2 * half / (2 * half + t[tiny] ** 2)
        logs[tiny] = (
            half * np.log(share) + np.log1p(-share) / 2 - np.log(2 * half) - betaln(half, 0.5)
            + np.log(hyp2f1(half + 0.5, 1, half + 1, share))
        )  # fmt: skip
    return np.asarray(logs)
