"""How well an output of several classes tells a label, in a given order of labels or in any."""

import numpy as np
from numpy.typing import NDArray

from .class_fits import ClassFits, fit_best_order, fit_in_order
from .logistic_likelihood import LEAST_LEAD_OF_CHANCES

PRIOR = (2.0, 2.0, 2.0)
"""Standard deviation of intercepts, mean and standard deviation of slopes, per one of outputs."""
LEARNT_ONE_BY_ONE, LEARNT_EVERY = 40, 5
"""Lines are fitted anew after each of so many people, then after every fifth."""
LEAST_DOUBT = 0.02
"""Of which part of a prediction every label has the same share; at first it is more."""


class ClassLikelihood:
    """Labels whose log-odds are linear in an output's log-probabilities.

    A slope of 0 or more and an intercept per label are free, and the order of the labels if it is
    to be: it is found by assignment. A prediction is that of the line that fits the people before
    best, with a normal prior; outputs are placed by the first people's, so their scale does not
    matter.

    Attributes:
        columns: how many outputs; each is learnt on its own.
        classes: labels of each.
        any_order: whether any of the outputs may be any label; else the first is the first.
        least_lead: what a rival's lead in the probability of people's own labels must reach.
    """

    least_lead = LEAST_LEAD_OF_CHANCES

    def __init__(self, columns: int, classes: int, *, any_order: bool = False) -> None:
        self.columns, self.classes, self.any_order = columns, classes, any_order
        self._middle = np.full((columns, classes), np.nan)
        self._per_unit = np.full(columns, np.nan)
        self._x = np.empty((columns, 0, classes))
        self._labels = np.empty(0, dtype=np.intp)
        # The lines so far: equal chances at first.
        self._order = np.tile(np.arange(classes), (columns, 1))
        self._intercepts = np.zeros((columns, classes))
        self._slope = np.zeros(columns)
        self._label_counts = np.full(classes, 0.5)

    def place(self, scores: NDArray[np.float64], columns: NDArray[np.intp]) -> None:
        """Place outputs by their first people, float64 (people, columns, classes)."""
        centred = scores - scores.mean(2, keepdims=True)
        middle = centred.mean(0)
        spread = (centred - middle).std(axis=(0, 2))
        varied = spread > 1e-9 * np.abs(scores).max(axis=(0, 2))
        self._middle[columns] = middle
        self._per_unit[columns] = np.where(varied, 1 / np.where(varied, spread, 1), 0.0)

    def predict(self, scores: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.float64]:
        """Give the log-probability of each label before it is seen, and learn from it.

        Args:
            scores: log-probabilities, float64 (people, columns, classes); NaN is not learnt from.
            labels: intp (people,), from 0.

        Returns:
            float64 (people, columns); NaN where the score is.
        """
        centred = scores - scores.mean(2, keepdims=True)
        x = np.swapaxes((centred - self._middle) * self._per_unit[:, None], 0, 1)
        self._x = np.concatenate([self._x, x], axis=1)
        logs = np.full(scores.shape[:2], np.nan)
        for row, label in enumerate(labels):
            there = ~np.isnan(x[:, row, 0])
            people = (~np.isnan(self._x[:, : len(self._labels), 0])).sum(1)
            doubt = np.maximum(self.classes / (people + self.classes), LEAST_DOUBT)
            told = self._chance(x[:, row], int(label))
            mixed = (1 - doubt) * told + doubt / self.classes
            logs[row, there] = np.log(mixed[there])
            self._labels = np.append(self._labels, label)
            count = len(self._labels)
            if count <= LEARNT_ONE_BY_ONE or count % LEARNT_EVERY == 0:
                self._learn(np.flatnonzero(there))
        return logs

    def best(
        self, scores: NDArray[np.float64], labels: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the largest log-likelihood of each column, (columns,), and what it makes of people.

        That is the probability of each person's own label, float64 (people, columns).
        """
        x = np.swapaxes(scores, 0, 1)
        total = np.zeros(scores.shape[1])
        chances = np.full(scores.shape[:2], np.nan)
        for columns, rows in _alike(x):
            fits = self._fit(x[columns][:, rows], labels[rows], None)
            total[columns] = fits.log_likelihood
            own = fits.chances[:, np.arange(int(rows.sum())), labels[rows]]
            chances[np.ix_(rows, columns)] = own.T
        return total, chances

    def predict_without(self, labels: NDArray[np.intp]) -> NDArray[np.float64]:
        """Give the log-probability of each label from the earlier labels alone, (people,)."""
        logs = np.empty(len(labels))
        for row, label in enumerate(labels):
            logs[row] = np.log(self._label_counts[label] / self._label_counts.sum())
            self._label_counts[label] += 1
        return logs

    def maximum_without(self, labels: NDArray[np.intp]) -> float:
        """Give the largest log-likelihood of the labels where no output tells anything."""
        counts = np.bincount(labels)
        counts = counts[counts > 0]
        return float((counts * np.log(counts / counts.sum())).sum())

    def _chance(self, x: NDArray[np.float64], label: int) -> NDArray[np.float64]:
        """Probability of a person's label by the lines so far, (columns,)."""
        ordered = np.take_along_axis(x, self._order, axis=1)
        eta = self._intercepts + self._slope[:, None] * ordered
        eta = np.exp(eta - eta.max(1, keepdims=True))
        return np.asarray(eta[:, label] / eta.sum(1))

    def _fit(
        self,
        x: NDArray[np.float64],
        labels: NDArray[np.intp],
        prior: tuple[float, float, float] | None,
    ) -> ClassFits:
        if self.any_order:
            return fit_best_order(x, labels, prior)
        order = np.tile(np.arange(self.classes), (len(x), 1))
        return fit_in_order(x, labels, order, prior)

    def _learn(self, columns: NDArray[np.intp]) -> None:
        x = self._x[columns, : len(self._labels)]
        for some, rows in _alike(x):
            fits = self._fit(x[some][:, rows], self._labels[rows], PRIOR)
            self._order[columns[some]] = fits.order
            self._intercepts[columns[some]] = fits.intercepts
            self._slope[columns[some]] = fits.slope


def _alike(x: NDArray[np.float64]) -> list[tuple[NDArray[np.intp], NDArray[np.bool_]]]:
    """Columns that were measured on the same people, with those people, bool (people,)."""
    there = ~np.isnan(x[:, :, 0])
    patterns, of_column = np.unique(there, axis=0, return_inverse=True)
    of_column = of_column.reshape(-1)
    return [
        (np.flatnonzero(of_column == number), pattern)
        for number, pattern in enumerate(patterns)
        if pattern.any()
    ]
