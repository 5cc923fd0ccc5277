"""What is to be learnt: a number, or one of two or more classes."""

from dataclasses import dataclass

from gantei.labels.estimated_output import EstimatedOutput
from gantei.statistics.units import EstimateKind


@dataclass(frozen=True, slots=True)
class LearningTarget:
    """What a new head is to estimate.

    Attributes:
        output: the name of the new output, such as `age` or `eye`, as a manifest takes it.
        kind: a number (`regression`), one of two classes (`binary`) or of several
            (`categorical`).
        classes: of a binary target the negative one first; of a categorical one in the order of
            its values; empty for a number.
        unit: of a number, such as `years`; empty otherwise.
    """

    output: str
    kind: EstimateKind
    classes: tuple[str, ...] = ()
    unit: str = ""

    @property
    def columns(self) -> int:
        """How many linear values a head gives: one for a number or two classes, else one a class.

        >>> from gantei_export.learning.learning_target import LearningTarget
        >>> LearningTarget("eye", "binary", ("left", "right")).columns
        1
        """
        return len(self.classes) if self.kind == "categorical" else 1

    def as_output(self, estimator: str) -> EstimatedOutput:
        """Give the target as an output of the estimator that is to be, by which labels are read."""
        column = f"{estimator}.{self.output}"
        columns = (
            tuple(f"{column}.{name}" for name in self.classes)
            if self.kind == "categorical"
            else (f"{column}.{self.classes[1]}" if self.classes else column,)
        )
        unit = self.unit if self.kind == "regression" else "probability"
        return EstimatedOutput(
            estimator, self.output, self.kind, unit, self.classes, columns, weights_sha256=""
        )
