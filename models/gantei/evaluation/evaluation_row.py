"""One figure of an evaluation: of what, at which level, of whom, and what it is compared with."""

from dataclasses import dataclass

from ..labels.cohort import Level
from ..labels.estimated_output import EstimatedOutput
from ..statistics.measure import Measure

REST = "rest"
"""`compared_with` of a difference between a group and everybody else whose group is known."""


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One figure, with where it belongs.

    Attributes:
        output: what is estimated.
        level: what a unit is.
        measure: the figure, or a difference of two figures, with interval and p-value.
        variable: of `--by`, such as `camera` or `age:10`; empty for everybody.
        group: the value of the variable, such as `50-59`; empty where it is unknown, and for
            everybody.
        compared_with: empty for a figure; of a difference `rest`, or the key of the other output,
            whose figure was subtracted.
        p_holm: of a difference, its p-value after Holm, over the groups of one variable and metric,
            or over the outputs that one is compared with.
        notes: codes of what to know before quoting it, such as `optimistic-threshold`.
    """

    output: EstimatedOutput
    level: Level
    measure: Measure
    variable: str = ""
    group: str = ""
    compared_with: str = ""
    p_holm: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_difference(self) -> bool:
        """Whether it is the difference of two figures."""
        return bool(self.compared_with)

    @property
    def class_name(self) -> str:
        """The class that it is of, against the others; empty for a figure of all."""
        label = self.measure.label
        return "" if label is None else self.output.classes[label]
