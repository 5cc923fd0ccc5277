"""Candidates in a race: all outputs of one network weigh in, and who falls behind is dropped."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError
from gantei.statistics.units import EstimateKind

from .evidence import Evidence, likelihood_of

ENOUGH_PEOPLE = 100
"""From as many on, labels that no candidate tells mean that none works."""

SignalVerdict = Literal["signal", "too early", "none of these works"]


@dataclass(frozen=True)
class ScoredOutput:
    """One output of a network, as the candidates read it.

    Attributes:
        name: such as `sex`.
        kind: regression, binary or categorical.
        columns: intp (candidates,), the column of its scores that each candidate reads. Candidates
            that differ in nothing that this output sees share one.
        flipped: of a binary output, bool (candidates,), whether a candidate takes its label 0 for
            what the table calls label 1; None where none does.
        classes: how many labels a categorical output has.
        any_order: of a categorical output, whether its scores come in the network's order, and any
            of them may be any label, as `order_of_labels` tells afterwards; else they come in the
            table's order of labels.
    """

    name: str
    kind: EstimateKind
    columns: NDArray[np.intp]
    flipped: NDArray[np.bool_] | None = None
    classes: int = 2
    any_order: bool = False


class Tournament:
    """Candidates, dropped one after the other as people with known labels are added.

    A candidate is dropped for good when its e-value, the mean of those of the outputs, reaches
    1 / (1 - confidence), and a rival leads in an output whose own e-value reaches it too: as a
    rival nearly as good, with errors of its own, makes the e-value of the truth grow too, it must
    also tell people's labels clearly better (`Evidence.lead`). One may look after every person. If
    all that the candidates tell is told by the true one, it is dropped with a probability of at
    most 1 - confidence.

    Args:
        outputs: of the network.
        confidence: between 0 and 1, such as 0.999.
        weights: float64 (candidates,), of the candidates as rivals, fixed from the start; equal if
            None.

    Attributes:
        candidates: how many.
        alive: bool (candidates,).
        dropped_at: intp (candidates,), the number of people at that moment; 0 for those alive.
        evidence: by the output's name; its columns are those of `numbers`.
        history: for each look, the number of people and the log e-values, float64 (candidates,).
    """

    def __init__(
        self,
        outputs: Sequence[ScoredOutput],
        confidence: float = 0.999,
        weights: NDArray[np.float64] | None = None,
    ) -> None:
        if not 0 < confidence < 1:
            raise SettingError(f"a confidence of {confidence}: it lies between 0 and 1")
        self.candidates = len(outputs[0].columns)
        self.threshold = -math.log1p(-confidence)
        self.outputs = {one.name: one for one in outputs}
        self.alive = np.ones(self.candidates, dtype=bool)
        self.dropped_at = np.zeros(self.candidates, dtype=np.intp)
        self.history: list[tuple[int, NDArray[np.float64]]] = []
        self.evidence: dict[str, Evidence] = {}
        self._readings: dict[
            str, tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]
        ] = {}
        weights = np.ones(self.candidates) if weights is None else weights
        for one in outputs:
            self._enter(one, weights)

    def _enter(self, output: ScoredOutput, weights: NDArray[np.float64]) -> None:
        """Number what the candidates read of an output: a column, as it is or flipped."""
        flipped = np.zeros(self.candidates, bool) if output.flipped is None else output.flipped
        keys = np.stack([output.columns, flipped.astype(np.intp)])
        readings, numbers = np.unique(keys, axis=1, return_inverse=True)
        numbers = numbers.reshape(-1)
        total = np.asarray(np.bincount(numbers, weights), dtype=np.float64)
        likelihood = likelihood_of(
            output.kind, len(total), output.classes, any_order=output.any_order
        )
        self.evidence[output.name] = Evidence(likelihood, total)
        signs = np.where(readings[1] == 1, -1.0, 1.0)
        self._readings[output.name] = (numbers, readings[0], signs)

    def needed(self, output: str) -> NDArray[np.intp]:
        """Give the columns of an output's scores that candidates alive read, ascending."""
        return np.unique(self.outputs[output].columns[self.alive])

    def readings(self, output: str) -> NDArray[np.intp]:
        """Give the column of `evidence[output]` that each candidate reads, intp (candidates,)."""
        return self._readings[output][0]

    def add(self, added: Mapping[str, tuple[NDArray[np.float64], NDArray[Any]]]) -> None:
        """Add people, and drop the candidates that fall behind.

        Args:
            added: by output, scores and labels of those people whose label is known. Scores are
                float64 (people, columns), mean logits of a binary output and means of a number, or
                (people, columns, classes), log-probabilities; columns that are not `needed` are
                not read. Labels are intp (people,), indices in the table's order, or years.
        """
        for name, (scores, labels) in added.items():
            _, columns, signs = self._readings[name]
            evidence = self.evidence[name]
            read = np.array(scores[:, columns], dtype=np.float64)
            if (signs < 0).any():
                read *= signs
            read[:, ~evidence.alive] = np.nan
            evidence.add(read, np.asarray(labels))
        log_e = self.log_e()
        behind = self.alive & (log_e >= self.threshold) & self._led()
        self.alive = self.alive & ~behind
        people = self.people
        self.dropped_at[behind] = people
        self.history.append((people, log_e))
        for name, evidence in self.evidence.items():
            read_on = np.zeros(len(evidence.alive), dtype=bool)
            read_on[self._readings[name][0][self.alive]] = True
            evidence.drop(~read_on)

    @property
    def people(self) -> int:
        """How many people have been added, of the output that has most."""
        return max(one.people for one in self.evidence.values())

    def log_e(self) -> NDArray[np.float64]:
        """Give the log e-value against each candidate, the mean of those of the outputs."""
        each = [
            self.evidence[name].log_e[self._readings[name][0]]
            for name in self.evidence
            if len(self.evidence[name].alive) > 1
        ]
        if not each:
            return np.zeros(self.candidates)
        return np.asarray(np.logaddexp.reduce(each, axis=0) - math.log(len(each)))

    def log_no_signal(self) -> float:
        """Give the log e-value against "no candidate tells anything", the mean of the outputs'."""
        each = [one.log_no_signal for one in self.evidence.values()]
        return float(np.logaddexp.reduce(each) - math.log(len(each)))

    def signal(self) -> SignalVerdict:
        """Say whether the candidates tell the labels at all."""
        if self.log_no_signal() >= self.threshold:
            return "signal" if self.alive.any() else "none of these works"
        return "too early" if self.people < ENOUGH_PEOPLE else "none of these works"

    def _led(self) -> NDArray[np.bool_]:
        """Say of each candidate whether a rival leads in an output that speaks against it."""
        led = np.zeros(self.candidates, dtype=bool)
        for name, evidence in self.evidence.items():
            against = (evidence.log_e >= self.threshold) & (evidence.lead >= 1)
            led |= against[self._readings[name][0]]
        return led

    def settled(self, values: Sequence[Any]) -> Any | None:
        """Give the value of a fact that all candidates alive share, if the labels are told at all.

        `values` has the fact of each candidate; None is given where they differ.
        """
        shared = {value for value, alive in zip(values, self.alive, strict=True) if alive}
        return shared.pop() if len(shared) == 1 and self.signal() == "signal" else None

    def winner(self) -> int:
        """Give the candidate with the least evidence against it, among those alive or among all."""
        order = np.where(self.alive | ~self.alive.any(), self.log_e(), np.inf)
        return int(order.argmin())
