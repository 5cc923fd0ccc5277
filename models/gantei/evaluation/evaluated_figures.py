"""All figures of an evaluation: of everybody, of groups, and between outputs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..labels.cohort import Cohort
from ..labels.estimated_output import EstimatedOutput
from ..statistics.measures import replicates
from .comparison import comparison_rows, pairs_to_compare
from .evaluated_tables import CohortKey
from .evaluation_options import EvaluationOptions
from .evaluation_row import EvaluationRow
from .kept_draws import KeptDraws
from .subgroups import adjusted, subgroup_rows
from .threshold import BY_THRESHOLD, OPTIMISTIC, Threshold, ThresholdRule


@dataclass(frozen=True)
class EvaluatedFigures:
    """The figures, and the thresholds that they were computed with."""

    table: tuple[EvaluationRow, ...]
    thresholds: Mapping[CohortKey, Threshold]


def evaluated_figures(
    outputs: Sequence[EstimatedOutput],
    cohorts: Mapping[CohortKey, Cohort],
    options: EvaluationOptions,
) -> EvaluatedFigures:
    """Compute all figures.

    Args:
        outputs: in the order of their rows.
        cohorts: by output and level.
        options: what was asked for.

    Raises:
        SettingError: a threshold, a comparison or a group that makes no sense.
        MissingExtraError: a library of the extra `study` is not installed.
    """
    rule, pairs = ThresholdRule.of(options.threshold), pairs_to_compare(outputs, options.compare)
    thresholds = {
        key: rule.threshold(cohort.units) if cohort.output.kind == "binary" else Threshold(0.5)
        for key, cohort in cohorts.items()
    }
    # The persons of one table have the same numbers, and so the same draws, in all its cohorts.
    numbers = {each.units.people for each in cohorts.values() if each.units.persons is not None}
    draws = {people: KeptDraws(people, options.draws) for people in numbers}
    rows = [
        _marked(row, thresholds[row.output.key, row.level])
        for output in outputs
        for row in _of_output(output, cohorts, thresholds, pairs, draws)
    ]
    kept = {key: each for key, each in thresholds.items() if cohorts[key].output.kind == "binary"}
    return EvaluatedFigures(tuple(rows), kept)


def _of_output(
    output: EstimatedOutput,
    cohorts: Mapping[CohortKey, Cohort],
    thresholds: Mapping[CohortKey, Threshold],
    pairs: Sequence[tuple[EstimatedOutput, EstimatedOutput]],
    kept: Mapping[int, KeptDraws],
) -> Iterator[EvaluationRow]:
    for (name, level), cohort in cohorts.items():
        if name != output.key:
            continue
        draws, threshold = kept.get(cohort.units.people), thresholds[name, level]
        found = replicates(cohort.units, draws, threshold=threshold.value)
        for key in found.figures:
            yield EvaluationRow(output, level, found.measure(key))
        for variable in cohort.groups:
            yield from subgroup_rows(cohort, variable, draws, threshold)
        others = [cohorts[other.key, level] for one, other in pairs
                  if one == output and (other.key, level) in cohorts]  # fmt: skip
        if draws is not None:
            yield from adjusted(
                row
                for other in others
                for row in comparison_rows(
                    cohort, other, draws, (threshold, thresholds[other.output.key, level])
                )
            )


def _marked(row: EvaluationRow, threshold: Threshold) -> EvaluationRow:
    if threshold.is_chosen_here and row.measure.metric in BY_THRESHOLD:
        return replace(row, notes=(*row.notes, OPTIMISTIC))
    return row
