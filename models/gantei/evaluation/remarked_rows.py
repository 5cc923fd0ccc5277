"""Notes of figures that must not be quoted without them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..labels.estimated_output import EstimatedOutput
from ..statistics.measure import Measure
from .estimator_settings import EstimatorSettings
from .evaluation_row import EvaluationRow

SETTLED_HERE = "settled-on-these-labels"
"""Note of figures of an estimator with facts that these very labels have settled."""
REVERSED = "worse-than-chance"
"""Note of an AUC whose interval lies below 0.5."""
CHANCE = 0.5
AREAS = frozenset({"auc", "macro_auc"})


def remarked(
    rows: Iterable[EvaluationRow], settings: Sequence[EstimatorSettings], labels_sha256: str
) -> tuple[EvaluationRow, ...]:
    """Add the notes.

    Args:
        rows: all figures.
        settings: of the estimators that are installed here.
        labels_sha256: of the table of labels.
    """
    return tuple(_remarked(row, settings, labels_sha256) for row in rows)


def settled_here(
    output: EstimatedOutput, settings: Sequence[EstimatorSettings], labels_sha256: str
) -> tuple[str, ...]:
    """Give the facts of an output's estimator that these labels have settled."""
    return tuple(
        key
        for each in settings
        if each.is_of(output)
        for key in each.fitted_on(labels_sha256)
        if key.startswith("input.") or key.split(".")[1:2] == [output.name]
    )


def is_reversed(measure: Measure) -> bool:
    """Whether an AUC is below chance beyond doubt: its interval is, or every draw gives 0."""
    if measure.metric not in AREAS or measure.value is None or measure.value >= CHANCE:
        return False
    if measure.high is not None:
        return measure.high < CHANCE
    return measure.value == 0 and measure.why in ("at-the-end", "no-variation")


def _remarked(
    row: EvaluationRow, settings: Sequence[EstimatorSettings], labels_sha256: str
) -> EvaluationRow:
    notes = list(row.notes)
    if settled_here(row.output, settings, labels_sha256):
        notes.append(SETTLED_HERE)
    if not row.is_difference and not row.variable and is_reversed(row.measure):
        notes.append(REVERSED)
    return replace(row, notes=tuple(notes)) if notes else row
