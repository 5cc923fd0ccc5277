"""What settling an estimator takes, and what it has shown."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gantei.catalogue import entries
from gantei.inference.session import Device
from gantei.labels.estimated_output import EstimatedOutput
from gantei.labels.joining import Flow
from gantei.labels.label_table import LabelTable

from .candidates import Candidate, Grid
from .cohort_notes import CohortNote
from .elimination import SignalVerdict
from .performance import Performance
from .race import Race
from .scores import LabelledPerson
from .verdicts import FactVerdict


@dataclass(frozen=True)
class SettleOptions:
    """How an estimator is settled.

    Attributes:
        confidence: that the true candidate is not dropped, below 1.
        by: variables that may go with a label, such as `camera`.
        candidates: values to try instead of the usual ones, by the keys of facts.
        one_photograph_per_person: every photograph is of another person, whom nothing tells.
        allow_grey: let pictures without colour pass.
        device: where the network runs.
        workers: people who are looked at at the same time; None: one per core.
    """

    confidence: float = 0.999
    by: tuple[str, ...] = ()
    candidates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    one_photograph_per_person: bool = False
    allow_grey: bool = False
    device: Device = "auto"
    workers: int | None = None

    @property
    def percent(self) -> str:
        """The confidence in per cent, never rounded up to 100."""
        return f"{(Decimal(str(self.confidence)) * 100).normalize():f}"


@dataclass(frozen=True)
class Settling:
    """What settling an estimator has shown.

    Attributes:
        entry: the estimator, as it was before.
        grid: all candidates.
        outputs: those with labels in the table.
        people: those with known labels, of whom the race has looked at those with photographs.
        race: of the coarse facts.
        fine: of decoders and resamplings, with the winner of `race`; None where it made no sense.
        final: the best candidate alone, over all people; `race` where it was computed there.
        signal: whether the candidates tell the labels.
        verdicts: on each fact.
        performance: of the best candidate, by output.
        notes: what is odd about the people.
        runs: inputs that went through the network.
        full_runs: how many every candidate on every photograph would have been.
        failed: photographs that could not be read, by the code of the error.
        flow: of photographs and labels.
        table: of labels.
        options: how.
    """

    entry: entries.Entry
    grid: Grid
    outputs: Mapping[str, EstimatedOutput]
    people: tuple[LabelledPerson, ...]
    race: Race
    fine: Race | None
    final: Race
    signal: SignalVerdict
    verdicts: tuple[FactVerdict, ...]
    performance: tuple[Performance, ...]
    notes: tuple[CohortNote, ...]
    runs: int
    full_runs: int
    failed: Counter[str]
    flow: Flow
    table: LabelTable
    options: SettleOptions

    @property
    def winner(self) -> Candidate:
        """The best candidate; of what hardly matters, with the usual values."""
        return self.final.winner

    @property
    def shown(self) -> tuple[Performance, ...]:
        """The performance; none where no candidate tells the labels, as none is the best then."""
        return self.performance if self.signal == "signal" else ()

    @property
    def with_labels(self) -> int:
        """Photographs of the people with a label of an output."""
        return sum(len(each.photographs) for each in self.people)

    @property
    def left_out(self) -> dict[str, int]:
        """The other photographs, by the code of why."""
        unlabelled = self.flow.joined - self.with_labels
        return {**self.flow.excluded, **({"no-label": unlabelled} if unlabelled else {})}

    @property
    def tried(self) -> int:
        """How many candidates were tried."""
        return len(self.race.candidates) + (len(self.fine.candidates) - 1 if self.fine else 0)

    @property
    def contradicted(self) -> tuple[FactVerdict, ...]:
        """What is stated, or was fitted before, and contradicted by the labels."""
        return tuple(each for each in self.verdicts if each.verdict == "contradicted")

    @property
    def worse(self) -> bool:
        """Whether a reported figure is better than the interval of the same one here."""
        return any(each.worse for each in self.performance)
