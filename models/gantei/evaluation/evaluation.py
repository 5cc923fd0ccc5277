"""What an evaluation found: figures, the units behind them, and where everybody went."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..labels.cohort import Cohort, Level
from ..labels.estimated_output import EstimatedOutput
from ..statistics.measure import Measure
from .evaluation_options import EvaluationOptions
from .evaluation_row import EvaluationRow
from .reported_figures import ReportedFigure
from .sample_size import SampleSize
from .threshold import Threshold


@dataclass(frozen=True)
class EvaluatedFile:
    """A table that was read: `role` is `results` or `labels`; `name` is without its folder."""

    role: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Evaluation:
    """What estimates are worth on these people.

    Attributes:
        outputs: those that have a label, in the order of the results.
        unlabelled: those that have none, which were not evaluated.
        cohorts: by key of the output, such as `demo-sex.sex`, and level: the units behind the
            figures; only levels that there are: without persons `photograph` alone.
        table: one row per figure, in the order of outputs, levels, groups and metrics.
        thresholds: of binary outputs, by key and level.
        reported: what publishers report of the same weights.
        sample_sizes: what was asked for by `--sample-size`.
        flow: how many photographs and persons came in, and which were left out for what reason.
        options: what was asked for.
        files: the tables that were read.
        has_persons: whether something tells whose each photograph is; without it no intervals.
    """

    outputs: tuple[EstimatedOutput, ...]
    unlabelled: tuple[EstimatedOutput, ...]
    cohorts: Mapping[tuple[str, Level], Cohort]
    table: tuple[EvaluationRow, ...]
    thresholds: Mapping[tuple[str, Level], Threshold]
    reported: tuple[ReportedFigure, ...]
    sample_sizes: tuple[SampleSize, ...]
    flow: Any  # labels.joining.Flow
    options: EvaluationOptions
    files: tuple[EvaluatedFile, ...]
    has_persons: bool

    @property
    def main_level(self) -> Level:
        """The level whose figures are quoted: by person where persons are known."""
        return "person" if self.has_persons else "photograph"

    def figures(
        self, key: str, level: Level, variable: str = "", group: str = ""
    ) -> tuple[EvaluationRow, ...]:
        """Give the figures of one output at one level, of everybody or of one group."""
        return tuple(
            row
            for row in self.table
            if row.output.key == key
            and (row.level, row.variable, row.group) == (level, variable, group)
            and not row.is_difference
        )

    def figure(
        self, key: str, level: Level, metric: str, label: int | None = None
    ) -> Measure | None:
        """Give one figure of everybody as a `Measure`; None where it was not computed."""
        found = (
            row.measure
            for row in self.figures(key, level)
            if (row.measure.metric, row.measure.label) == (metric, label)
        )
        return next(found, None)
