"""Forest plots of the groups of an output."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..evaluation.evaluation import Evaluation
from ..evaluation.figure_reasons import reason_text
from ..labels.cohort import Level
from ..labels.estimated_output import EstimatedOutput
from ..pages.bilingual import IN_UNITS, in_both, metric_name
from ..pages.study_report import ReportFigure
from ..plots.forest import ForestRow, forest
from ..statistics.measure import Measure
from ..statistics.metric_names import METRICS
from ..terminal.plural import counted
from .figure_tables import GROUPED, UNKNOWN_GROUP, groups_of
from .level_words import level_of

_CAPTION = (
    "Subgroups: {name} with 95% confidence intervals; the dashed line is everybody. An open square "
    "has no interval. p-values are in the table.",
    "群ごとの{name}と 95% 信頼区間。破線は全体、白抜きは区間のない値です。p 値は表にあります。",
)

_OTHER_LEVEL = (
    "{caption} All {level}, as the photographs of one unit differ in what forms the groups.",
    "{caption}群分けの変数が同じ対象の写真の間で異なるため、すべて{level}の値です。",
)


def forests_of(evaluation: Evaluation, output: EstimatedOutput) -> tuple[ReportFigure, ...]:
    """Draw a forest plot per figure of groups, with the groups of all variables.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    return tuple(_forests(evaluation, output))


def _forests(evaluation: Evaluation, output: EstimatedOutput) -> Iterator[ReportFigure]:
    usual = evaluation.level_of(output.key)
    by_level: dict[Level, list[str]] = {}
    for variable in evaluation.cohorts[output.key, usual].groups:
        level = evaluation.level_of_groups(output.key, variable)
        by_level.setdefault(level, []).append(variable)
    for level, variables in by_level.items():
        for each in _at_level(evaluation, output, level, variables):
            yield each if level == usual else _of_other_level(evaluation, each, level)


def _of_other_level(evaluation: Evaluation, placed: ReportFigure, level: Level) -> ReportFigure:
    caption = in_both(*_OTHER_LEVEL, caption=placed.caption, level=level_of(evaluation, level))
    return replace(placed, kind=f"{placed.kind}-by-{level}", caption=caption)


def _at_level(
    evaluation: Evaluation, output: EstimatedOutput, level: Level, variables: Sequence[str]
) -> Iterator[ReportFigure]:
    for metric in GROUPED[output.kind]:
        rows: list[ForestRow] = []
        for variable in variables:
            rows.append(ForestRow(variable, is_heading=True))
            rows += [
                _row(evaluation, output, variable, group, metric)
                for group in groups_of(evaluation, output, variable)
            ]
        if not any(row.value is not None for row in rows):
            continue
        everybody = evaluation.figure(output.key, level, metric)
        unit = f", {output.unit}" if metric in IN_UNITS and output.unit != "unknown" else ""
        drawn = forest(
            rows, metric=f"{METRICS[metric].english}{unit}",
            everybody=everybody.value if everybody else None,
        )  # fmt: skip
        caption = in_both(*_CAPTION, name=metric_name(metric))
        yield ReportFigure(f"groups-{metric.replace('_', '-')}", drawn, caption, wide=True)


def _row(
    evaluation: Evaluation, output: EstimatedOutput, variable: str, group: str, metric: str
) -> ForestRow:
    name = group or UNKNOWN_GROUP[0]
    measure = _measure(evaluation, output, variable, group, metric)
    if measure is None:
        return ForestRow(name)
    people = measure.people
    counts = counted(measure.units, "unit") if people is None else counted(people, "person")
    counts = counts.replace("persons", "people")
    if measure.value is None:
        return ForestRow(name, note=reason_text(measure.why))
    return ForestRow(name, measure.value, measure.low, measure.high, counts)


def _measure(
    evaluation: Evaluation, output: EstimatedOutput, variable: str, group: str, metric: str
) -> Measure | None:
    level = evaluation.level_of_groups(output.key, variable)
    rows = evaluation.figures(output.key, level, variable, group)
    found = (
        row.measure
        for row in rows
        if row.measure.metric == metric and (row.measure.label is None or output.kind == "binary")
    )
    return next(found, None)
