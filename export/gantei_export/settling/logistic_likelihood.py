"""How well an output tells a binary label: predictions learnt from earlier people, and the best."""

import numpy as np
from numpy.typing import NDArray

from gantei.statistics.logistic import fit_logistic

SLOPES = np.geomspace(0.1, 40.0, 21)
"""Slopes per standard deviation of an output; an AUC of 0.85 has about 2, of 0.97 about 4."""
USUAL_SLOPE, SPREAD_OF_SLOPES = 2.5, 1.0
STEPS = np.linspace(-3.0, 3.0, 31)
LEAST_LEAD_OF_CHANCES = 5.0
"""As safe as 3.5 of log-predictions, and reached with fewer people: benchmarks/README.md."""
FORGOTTEN = 1e-200
"""Weights below are set to 0: numbers that small cost a hundred times the time."""


class LogisticLikelihood:
    """Labels that are logistic in an output, with free intercept and a slope of 0 or more.

    The prediction of a person's label is the average over lines, each weighted by how well it told
    the people before: exact on a grid of lines, so nothing is fitted. The lines are placed by mean
    and standard deviation of the first people's outputs, so the scale of an output does not matter.

    Attributes:
        columns: how many outputs; each is learnt on its own.
        least_lead: what a rival's lead in the probability of people's own labels must reach.
    """

    least_lead = LEAST_LEAD_OF_CHANCES

    def __init__(self, columns: int) -> None:
        self.columns = columns
        slopes, steps = np.meshgrid(SLOPES, STEPS, indexing="ij")
        self._slopes = slopes.ravel()
        self._intercepts = (steps * np.sqrt(1.2**2 + (0.6 * slopes) ** 2)).ravel()
        prior = np.exp(
            -(np.log(slopes / USUAL_SLOPE) ** 2) / (2 * SPREAD_OF_SLOPES**2) - steps**2 / 2
        ).ravel()
        self._weights = np.tile(prior / prior.sum(), (columns, 1))
        self._middle = np.full(columns, np.nan)
        self._per_unit = np.full(columns, np.nan)
        self._label_counts = np.array([0.5, 0.5])

    def place(self, scores: NDArray[np.float64], columns: NDArray[np.intp]) -> None:
        """Place the lines of some columns by their first people, float64 (people, columns)."""
        middle, spread = scores.mean(0), scores.std(0)
        varied = spread > 1e-9 * np.abs(scores).max(0)
        self._middle[columns] = middle
        self._per_unit[columns] = np.where(varied, 1 / np.where(varied, spread, 1), 0.0)

    def predict(self, scores: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.float64]:
        """Give the log-probability of each label before it is seen, and learn from it.

        Args:
            scores: logits, float64 (people, columns); a column that is NaN learns nothing.
            labels: intp, 0 or 1, (people,), or (people, columns) where columns are of others.

        Returns:
            float64 (people, columns); NaN where the score is.
        """
        logs = np.full(scores.shape, np.nan)
        x = (scores - self._middle) * self._per_unit
        signs = np.where(_by_column(labels, scores), -1.0, 1.0)
        for row in range(len(labels)):
            there = np.flatnonzero(~np.isnan(x[row]))
            weights = self._weights[there]
            eta = self._slopes * x[row, there, None]
            eta += self._intercepts
            eta *= signs[row, there, None]
            np.clip(eta, -300, 300, out=eta)
            np.exp(eta, out=eta)
            eta += 1
            weights /= eta
            told = weights.sum(1)
            weights /= told[:, None]
            weights[weights < FORGOTTEN] = 0
            self._weights[there] = weights
            logs[row, there] = np.log(told)
        return logs

    def best(
        self, scores: NDArray[np.float64], labels: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the largest log-likelihood of each column, (columns,), and what it makes of people.

        That is the probability of each person's own label, float64 (people, columns).
        """
        there = ~np.isnan(scores)
        known = np.where(there, scores, 0.0)
        ones = _by_column(labels, scores)
        fit = fit_logistic(known.T, ones.T, weights=there.T, least_slope=0.0)
        finite = np.isfinite(fit.slope) & np.isfinite(fit.intercept)
        slope, intercept = np.where(finite, fit.slope, 0), np.where(finite, fit.intercept, 0)
        eta = np.clip(intercept + slope * known, -700, 700)
        own = 1 / (1 + np.exp(np.where(ones, -eta, eta)))
        return fit.log_likelihood, np.where(there, np.where(finite, own, 1.0), np.nan)

    def predict_without(self, labels: NDArray[np.intp]) -> NDArray[np.float64]:
        """Give the log-probability of each label from the earlier labels alone, (people,)."""
        logs = np.empty(len(labels))
        for row, label in enumerate(labels):
            logs[row] = np.log(self._label_counts[label] / self._label_counts.sum())
            self._label_counts[label] += 1
        return logs

    def maximum_without(self, labels: NDArray[np.intp]) -> float:
        """Give the largest log-likelihood of the labels where no output tells anything."""
        return float(fit_logistic(None, labels == 1).log_likelihood)


def _by_column(labels: NDArray[np.intp], scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say of which people and columns the label is 1, (people, columns)."""
    each = labels[:, None] if labels.ndim == 1 else labels
    return np.broadcast_to(each == 1, scores.shape)
