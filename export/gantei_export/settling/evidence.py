"""Evidence against each column of one output, person by person: e-values and leads of rivals."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError
from gantei.statistics.units import EstimateKind

from .class_likelihood import ClassLikelihood
from .logistic_likelihood import LogisticLikelihood
from .normal_likelihood import NormalLikelihood

FIRST_PEOPLE = 12
"""Evidence begins with as many: by their outputs, not their labels, the lines are placed."""
NEVER = np.iinfo(np.intp).max


class Likelihood(Protocol):
    """How labels follow from one column of an output, with free intercept and slope >= 0."""

    columns: int
    least_lead: float

    def place(self, scores: NDArray[np.float64], columns: NDArray[np.intp]) -> None:
        """Take the scale of some columns from the outputs of their first people."""

    def predict(self, scores: NDArray[np.float64], labels: NDArray[Any]) -> NDArray[np.float64]:
        """Give the log-probability of each label from earlier people; NaN where not measured."""

    def best(
        self, scores: NDArray[np.float64], labels: NDArray[Any]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """Give the largest log-likelihood of each column over the people it was measured on.

        And, of labels, the probability of each person's own one by then, (people, columns).
        """

    def predict_without(self, labels: NDArray[Any]) -> NDArray[np.float64]:
        """Give the log-probability of each label from earlier labels alone."""

    def maximum_without(self, labels: NDArray[Any]) -> float:
        """Give the largest log-likelihood where no output tells anything."""


def likelihood_of(
    kind: EstimateKind, columns: int, classes: int = 2, *, any_order: bool = False
) -> Likelihood:
    """Give the likelihood of a kind of output."""
    if kind == "regression":
        return NormalLikelihood(columns)
    if kind == "binary":
        return LogisticLikelihood(columns)
    return ClassLikelihood(columns, classes, any_order=any_order)


class Evidence:
    """Evidence against each column of one output.

    The e-value against column c is the average, over the other columns a with weights fixed at the
    start, of the product of a's predictions of each label from the people before, over the largest
    likelihood of c. If the labels depend on all columns by way of c alone, as its likelihood says,
    it is at most 1 on average whenever one looks, so it reaches 1000 with a probability of at most
    1/1000 (universal inference, doi 10.1073/pnas.1922664117; sets of models that one may look at
    any time, doi 10.1093/jrsssb/qkag066). The e-values of a rival that is dropped stay as they are,
    with its weight. The lead is that of Vuong's test (doi 10.2307/1912557).

    Args:
        likelihood: of the output's kind.
        weights: float64 (columns,), of the columns as rivals; positive.

    Attributes:
        people: how many have been added.
        alive: bool (columns,).
        log_e: float64 (columns,), log e-value against each column; of a dropped one, its last.
        log_no_signal: log e-value against "no column tells anything".
        lead: float64 (columns,), how far the best rival alive leads, as a share of what is asked:
            the sum of the differences between what both say of each person's own label, over the
            root of their summed squares, over the likelihood's `least_lead`.
        leader: intp (columns,), which rival that is; -1 where there is none.
        scores, labels: of all people; scores NaN where a column was not measured.
        logs: float64 (people, columns), log-probability of each person's label by each column, from
            the people before; NaN where it was not measured. `logs_without`: from labels alone.
    """

    def __init__(self, likelihood: Likelihood, weights: NDArray[np.float64]) -> None:
        columns = likelihood.columns
        self._likelihood = likelihood
        self._log_weights = np.log(weights / weights.sum())
        self.people = 0
        self.alive = np.ones(columns, dtype=bool)
        self.log_e = np.zeros(columns)
        self.log_no_signal = 0.0
        self.lead = np.full(columns, -np.inf)
        self.leader = np.full(columns, -1)
        self.scores: NDArray[np.float64] = np.empty((0, columns))
        self.labels: NDArray[Any] = np.empty(0)
        self.logs = np.empty((0, columns))
        self.logs_without = np.empty(0)
        self._entry = np.full(columns, NEVER)
        self._log_pairs = np.zeros((columns, columns))
        self._leads = np.zeros((columns, columns))
        self._log_signals = np.zeros(columns)

    def add(self, scores: NDArray[np.float64], labels: NDArray[Any]) -> None:
        """Add people.

        Args:
            scores: float64 (people, columns), or (people, columns, classes). NaN where a column was
                not measured: after it was dropped, or before it is measured at all. A column that
                joins later is measured on at least `FIRST_PEOPLE` then, and on all that follow.
            labels: (people,), as the likelihood takes them.

        Raises:
            SettingError: scores that are infinite, or missing where they may not be.
        """
        if not len(labels):
            return
        by_column = np.isnan(scores).reshape(len(labels), len(self.alive), -1)
        missing = np.asarray(by_column.any(axis=2))
        if np.isinf(scores).any() or (missing.any(0) & ~missing.all(0)).any():
            raise SettingError("outputs of a candidate that are infinite, or missing for a person")
        started = self._entry < NEVER
        if (missing[0] & started & self.alive).any():
            raise SettingError("outputs of a candidate that is still in the race are missing")
        joining = ~missing[0] & ~started
        if joining.any() and 0 < self.people < FIRST_PEOPLE:
            raise SettingError(
                f"a candidate joins before the first {FIRST_PEOPLE} people are there"
            )
        self._entry[joining] = self.people
        self.scores = np.concatenate([self.scores, scores]) if self.people else scores
        self.labels = np.concatenate([self.labels, labels]) if self.people else labels
        self.people = len(self.labels)
        if self.people >= FIRST_PEOPLE:
            self._learn()
            self._weigh()

    def drop(self, columns: NDArray[np.bool_]) -> None:
        """Take columns, bool (columns,), out of the race; their e-values stay as they are."""
        self.alive = self.alive & ~columns

    def _learn(self) -> None:
        """Predict, person by person, those who are not in `logs` yet."""
        done = len(self.logs)
        scores, labels = self.scores[done:], self.labels[done:]
        joining = np.flatnonzero(self._entry == done)
        if len(joining) and len(scores) < FIRST_PEOPLE:
            raise SettingError(f"a candidate joins with {FIRST_PEOPLE} people or more")
        self._likelihood.place(scores[:FIRST_PEOPLE, joining], joining)
        self.logs = np.concatenate([self.logs, self._likelihood.predict(scores, labels)])
        self.logs_without = np.append(self.logs_without, self._likelihood.predict_without(labels))

    def _weigh(self) -> None:
        """Compute e-values and leads anew, of the columns alive and of "no signal"."""
        alive = np.flatnonzero(self.alive)
        pairs = np.ix_(alive, alive)
        last = np.maximum.outer(self._entry[alive], self._entry[alive])
        for start in np.unique(self._entry[self._entry < self.people]):
            scores, labels = self.scores[start:][:, alive], self.labels[start:]
            logs = self.logs[start:][:, alive]
            best, chances = self._likelihood.best(scores, labels)
            new = logs.sum(0)[:, None] - best[None, :]
            self._log_pairs[pairs] = np.where(last == start, new, self._log_pairs[pairs])
            leads = _leads(logs if chances is None else chances)
            self._leads[pairs] = np.where(last == start, leads, self._leads[pairs])
            own = alive[self._entry[alive] == start]
            none = self._likelihood.maximum_without(labels)
            self._log_signals[own] = self.logs[start:, own].sum(0) - none
        weighted = self._log_pairs + self._log_weights[:, None]
        np.fill_diagonal(weighted, -np.inf)
        if len(self.alive) > 1:
            log_e = np.logaddexp.reduce(weighted, axis=0) - np.log1p(-np.exp(self._log_weights))
            self.log_e = np.where(self.alive, log_e, self.log_e)
        self.log_no_signal = float(np.logaddexp.reduce(self._log_signals + self._log_weights))
        if len(alive) > 1:
            among = self._leads[pairs]
            np.fill_diagonal(among, -np.inf)
            self.leader[alive] = alive[among.argmax(0)]
            self.lead[alive] = among.max(0) / self._likelihood.least_lead

    def people_needed(self, ahead: int, behind: int, threshold: float) -> float:
        """About how many people in all would drop one column, if it goes on as so far.

        The logarithm of an e-value grows with the people, a lead with their root. Infinite where
        `ahead` is not ahead, or by no more than twice the error of that: nobody can say.

        Args:
            ahead: the column of the rival.
            behind: the one that would be dropped.
            threshold: log e-value at which one is dropped.
        """
        if self.people < FIRST_PEOPLE:
            return float("inf")
        gaps = self.logs[:, ahead] - self.logs[:, behind]
        gaps = gaps[~np.isnan(gaps)]
        lead = float(self._leads[ahead, behind]) / self._likelihood.least_lead
        clear = gaps.sum() > 2 * np.sqrt((gaps**2).sum())
        if not len(gaps) or not clear or lead <= 0:
            return float("inf")
        # Of rivals that lead, the average has about the best one's e-value times its weight.
        missing = max(threshold - float(self.log_e[behind]), 0.0)
        return float(max(len(gaps) / lead**2, len(gaps) + missing / gaps.mean()))


def _leads(worth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the differences between columns, over the root of their summed squares, of each pair.

    float64 (people, columns) to (columns, columns): how far the first leads the second. A person
    who is missing from a column counts in none of its pairs.
    """
    there = (~np.isnan(worth)).astype(float)
    filled = np.nan_to_num(worth)
    square = (filled * filled).T @ there
    sums = filled.T @ there
    squares = square + square.T - 2 * filled.T @ filled
    noise = 1e-12 * (square + square.T) + 1e-300
    return np.asarray(np.where(squares > noise, (sums - sums.T) / np.sqrt(squares + noise), 0.0))
