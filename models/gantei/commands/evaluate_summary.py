"""What `gantei evaluate` says on the terminal: the main figures, and what to know before quoting.

The table goes to standard output, everything else to standard error.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.plural import counted
from ..terminal.text_table import text_table, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..evaluation.evaluation import Evaluation
    from ..evaluation.evaluation_row import EvaluationRow
    from ..labels.cohort import Level
    from ..labels.estimated_output import EstimatedOutput

HEAD = ("OUTPUT", "FIGURE", "VALUE", "95% CONFIDENCE INTERVAL", "UNITS", "PEOPLE")
GROUP_FIGURES = frozenset({"mae", "bias", "auc", "accuracy", "macro_auc"})
"""Whose differences between groups are told on the terminal; the report has all."""
SIGNIFICANT = 0.05
HOW_TO_GET_INTERVALS = (
    "no intervals: nothing says whose photograph each is. Name the column of the labels by "
    "--person, or say --one-photograph-per-person if that is so"
)


def write_figures(evaluation: "Evaluation") -> None:
    """Print the main figures of everybody, by person where persons are known."""
    from ..evaluation.main_figures import main_figures

    rows = [
        _line(row, evaluation)
        for output in evaluation.outputs
        for row in main_figures(evaluation, output)
        if row.measure.units  # of none, the remarks say why
    ]
    sys.stdout.write(f"{text_table(HEAD, rows)}\n")


def write_remarks(evaluation: "Evaluation") -> None:
    """Say what is missing, what is optimistic, who was left out, and what publishers report."""
    for line in _remarks(evaluation):
        sys.stderr.write(f"{visible(line)}\n")


def write_places(folder: Path, names: "Sequence[str]") -> None:
    """Say where the report is."""
    sys.stderr.write(f"{folder}: {', '.join(names)}\n")


def _line(row: "EvaluationRow", evaluation: "Evaluation") -> tuple[str, ...]:
    from ..evaluation.main_figures import figure_name, figure_text, interval_text
    from ..evaluation.metrics_columns import depends_on_threshold

    measure = row.measure
    threshold = evaluation.thresholds.get((row.output.key, row.level))
    at = f" at {threshold.value:.3g}" if threshold and depends_on_threshold(row) else ""
    people = "–" if measure.people is None else str(measure.people)
    return (
        row.output.key,
        f"{figure_name(row)}{at}{'*' if row.notes else ''}",
        figure_text(measure.value),
        interval_text(measure),
        str(measure.units),
        people,
    )


def _remarks(evaluation: "Evaluation") -> "Iterator[str]":
    from ..evaluation.figure_reasons import reason_text
    from ..evaluation.main_figures import main_figures

    yield from _left_out(evaluation)
    if not evaluation.has_persons:
        yield HOW_TO_GET_INTERVALS
    for output in evaluation.unlabelled:
        yield (
            f"{output.key}: not evaluated, as no column of the labels says it; name one by "
            f"{_option(output.name)}"
        )
    main = [row for row in evaluation.table if row.level == _level_of(evaluation, row)]
    yield from _missing([
        row for output in evaluation.outputs for row in main_figures(evaluation, output)
    ])  # fmt: skip
    for note in dict.fromkeys(note for row in main for note in row.notes):
        yield f"* {reason_text(note)}"
    yield from _levels_of_groups(evaluation)
    yield from _groups_that_differ(main)
    yield from _differences(main)
    for figure in evaluation.reported:
        yield (
            f"{figure.estimator}, as its publisher reports, on others: {figure.metric} "
            f"{figure.value:g}{_unit(figure.unit)} ({figure.data})"
        )
    yield from _sample_sizes(evaluation)


def _level_of(evaluation: "Evaluation", row: "EvaluationRow") -> "Level":
    """Give the level whose figures are told, of the output or of its groups."""
    if row.variable:
        return evaluation.level_of_groups(row.output.key, row.variable)
    return evaluation.level_of(row.output.key)


def _left_out(evaluation: "Evaluation") -> "Iterator[str]":
    """Count what is in no figure, or not in those that are quoted, by its reason."""
    from ..labels.exclusions import REASONS, counted_reasons

    for place, flow in enumerate(evaluation.flows):
        of = f"{evaluation.files[place].name}: " if len(evaluation.flows) > 1 else ""
        for counts, noun in ((flow.excluded, "photograph"), (flow.unused, "row")):
            what = "left out" if noun == "photograph" else "labels not used"
            for code, number in counts.items():
                yield f"{of}{what}: {counted(number, noun)} {REASONS[code].english} ({code})"
        for note in flow.notes:
            yield f"{of}{flow.note_texts(note)[0]}"
    for output in evaluation.outputs:
        cohort = evaluation.cohorts[output.key, evaluation.main_level]
        if not len(cohort.units):
            reasons = counted_reasons(cohort.exclusions)
            level = evaluation.level_of(output.key)
            other = "" if level == cohort.level else f"; so its figures are by {level}"
            yield f"{output.key}: nobody is left by {cohort.level}: {reasons}{other}"
            continue
        yield from _units_left_out(evaluation, output)


def _units_left_out(evaluation: "Evaluation", output: "EstimatedOutput") -> "Iterator[str]":
    """Count what is left out of an output, also of figures that are not quoted first."""
    from ..evaluation.excluded_units import counts_units, left_out_of
    from ..labels.exclusions import REASONS

    for (code, levels), number in left_out_of(evaluation, output).items():
        quoted = evaluation.level_of(output.key) in levels
        which = "" if quoted else f" of the figures by {' and '.join(levels)}"
        what = counted(number, "unit" if counts_units(code) else "photograph")
        yield f"{output.key}: left out{which}: {what} {REASONS[code].english} ({code})"


def _levels_of_groups(evaluation: "Evaluation") -> "Iterator[str]":
    """Say which groups are told at another level than the figures of everybody, and why."""
    from ..report.figure_tables import why_other_level

    for output in evaluation.outputs:
        for variable in dict.fromkeys(evaluation.options.by):
            if why := why_other_level(evaluation, output, variable):
                yield f"{output.key}, groups of {variable}: {why[0]}"


def _groups_that_differ(rows: "Sequence[EvaluationRow]") -> "Iterator[str]":
    """Name the groups whose first figures differ from those of all others."""
    from ..evaluation.evaluation_row import REST
    from ..evaluation.main_figures import figure_name, interval_text

    for row in rows:
        told = row.compared_with == REST and row.measure.metric in GROUP_FIGURES
        if told and row.p_holm is not None and row.p_holm < SIGNIFICANT:
            yield (
                f"{row.output.key}, {row.variable} {row.group} against all others: "
                f"{figure_name(row)} {row.measure.value:+.3f} ({interval_text(row.measure)}, "
                f"p = {row.p_holm:.2g} after Holm)"
            )


def _unit(unit: str) -> str:
    return "" if unit == "fraction" else f" {unit}"


def _option(name: str) -> str:
    return f"--{name} COLUMN" if name in ("age", "sex") else f"--label {name}=COLUMN"


def _missing(rows: "Sequence[EvaluationRow]") -> "Iterator[str]":
    """Say each reason for a missing figure or interval once, with the figures."""
    from ..evaluation.figure_reasons import NO_PERSONS, reason_text
    from ..evaluation.main_figures import figure_name

    figures: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.measure.units and row.measure.why and row.measure.why != NO_PERSONS:
            named = figures.setdefault(row.measure.why, {})
            named[f"{row.output.key} {figure_name(row)}"] = None
    for why, named in figures.items():
        yield f"{', '.join(named)}: {reason_text(why)}"


def _differences(rows: "Sequence[EvaluationRow]") -> "Iterator[str]":
    from ..evaluation.evaluation_row import REST
    from ..evaluation.main_figures import (
        MAIN_FIGURES,
        figure_name,
        figure_text,
        interval_text,
    )

    for row in rows:
        measure = row.measure
        if row.compared_with in ("", REST) or measure.value is None:
            continue
        if measure.metric not in MAIN_FIGURES[row.output.kind]:
            continue
        p = "" if row.p_holm is None else f", p = {row.p_holm:.2g}"
        yield (
            f"{row.output.key} minus {row.compared_with}: {figure_name(row)} "
            f"{figure_text(measure.value)} ({interval_text(measure)}{p}), "
            f"{counted(measure.units, 'unit')}"
        )


def _sample_sizes(evaluation: "Evaluation") -> "Iterator[str]":
    from ..evaluation.figure_reasons import reason_text

    for each in evaluation.sample_sizes:
        begin = f"{each.key} {each.metric}, an interval of width {each.width:g}"
        if each.people is None:
            yield f"{begin}: {reason_text(each.why)}"
        else:
            yield (
                f"{begin}: about {each.people} people like these; the {each.people_now} here give "
                f"{each.width_now:.3g}"
            )
