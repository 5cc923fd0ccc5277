"""Tables of figures: by level, by group, between outputs, and beside what publishers report."""

from collections.abc import Iterable, Iterator, Sequence

from ..evaluation.evaluation import Evaluation
from ..evaluation.evaluation_row import REST, EvaluationRow
from ..evaluation.figure_reasons import reason_of_difference, reason_text
from ..labels.cohort import LEVELS, Level
from ..labels.estimated_output import EstimatedOutput
from ..pages.bilingual import (
    NONE,
    Bilingual,
    class_of,
    in_both,
    metric_name,
    number_text,
    with_range,
)
from ..pages.html_parts import Html, WideCell, both, table, text
from ..plots.error_by_decade import errors_by_decade
from ..statistics.measure import Measure
from ..statistics.metric_names import METRICS
from .cautions import excludes, is_of, measured_beside
from .level_words import level_of

FIGURE = ("measure", "指標")
UNKNOWN_GROUP = ("not known, or several", "不明または複数")
GROUPED = {
    "regression": ("mae", "bias"),
    "binary": ("auc", "accuracy"),
    "categorical": ("macro_auc", "accuracy"),
}
"""By kind of output, the figures of groups on the page, the first of which is drawn; `metrics.csv`
has all."""
_NO_INTERVAL = ("", "none", "unknown", "not reported")
_PEOPLE, _UNITS = ("people", "人数"), ("units", "件数")


def figure_table(evaluation: Evaluation, output: EstimatedOutput) -> Html:
    """Write every figure of everybody, a column per level; of several classes those of all."""
    levels = [each for each in LEVELS if (output.key, each) in evaluation.cohorts]
    by_level = {each: _whole(evaluation, output, each) for each in levels}
    head = [
        both(FIGURE),
        *(both(level_of(evaluation, each)) for each in levels),
    ]
    rows = [
        [_name_cell(metric), *(_cell(by_level[each].get(metric)) for each in levels)]
        for metric in by_level[levels[-1]]
    ]
    counts = [evaluation.cohorts[output.key, each] for each in levels]
    rows.insert(0, [both(_UNITS), *(str(len(each.units)) for each in counts)])
    people = (each.units.present() for each in counts)
    rows.insert(1, [both(_PEOPLE), *(NONE if each is None else str(each) for each in people)])
    return table(head, rows)


def class_table(evaluation: Evaluation, output: EstimatedOutput) -> Html:
    """Write the figures of each of several classes against the rest; nothing for other outputs."""
    if output.kind != "categorical":
        return ""
    level = evaluation.level_of(output.key)
    found: dict[int, dict[str, Measure]] = {}
    for row in evaluation.figures(output.key, level):
        if row.measure.label is not None:
            found.setdefault(row.measure.label, {})[row.measure.metric] = row.measure
    if not found:
        return ""
    metrics = list(next(iter(found.values())))
    head = [both(FIGURE), *(both(class_of(output, each)) for each in found)]
    rows = [[_name_cell(each), *(_cell(of.get(each)) for of in found.values())] for each in metrics]
    caption = both(("Each class against the rest", "各クラス対その他"))
    return table(head, rows, caption=caption)


def decade_table(evaluation: Evaluation, output: EstimatedOutput) -> Html:
    """Write the error of each decade of the real value; nothing for other outputs."""
    units = evaluation.cohorts[output.key, evaluation.level_of(output.key)].units
    if output.kind != "regression" or not len(units):
        return ""
    found = errors_by_decade(units.estimates, units.truths, units.persons)
    rows = [
        [
            each.name,
            NONE if each.people is None else str(each.people),
            str(each.units),
            number_text(each.mean_absolute, "mae"),
            number_text(each.mean, "bias"),
        ]
        for each in found
    ]
    names = (("real value", "実際の値"), _PEOPLE, _UNITS, metric_name("mae"), metric_name("bias"))
    return table([both(each) for each in names], rows)


def group_tables(evaluation: Evaluation, output: EstimatedOutput) -> Html:
    """Write a table per variable: each group's figures, and its difference to the rest."""
    cohort = evaluation.cohorts[output.key, evaluation.level_of(output.key)]
    return "".join(
        _group_table(evaluation, output, variable, list(groups_of(evaluation, output, variable)))
        for variable in cohort.groups
    )


def groups_of(evaluation: Evaluation, output: EstimatedOutput, variable: str) -> Iterable[str]:
    """Give the groups of a variable, in the order of the figures, at the level that is quoted."""
    level = evaluation.level_of_groups(output.key, variable)
    return dict.fromkeys(
        row.group
        for row in evaluation.table
        if (row.output.key, row.level, row.variable) == (output.key, level, variable)
    )


def why_other_level(
    evaluation: Evaluation, output: EstimatedOutput, variable: str
) -> Bilingual | None:
    """Say at which level the groups are, and why; None where it is that of the output."""
    usual, level = evaluation.level_of(output.key), evaluation.level_of_groups(output.key, variable)
    if level == usual:
        return None
    cohort = evaluation.cohorts[output.key, usual]
    return in_both(
        "{level}, because photographs differ in it in {n} of {all} units {usual}",
        "{level}（{usual}では {all} 件中 {n} 件で、写真によって異なるため）",
        level=level_of(evaluation, level), usual=level_of(evaluation, usual),
        n=cohort.several.get(variable, 0), all=len(cohort.units),
    )  # fmt: skip


def _group_table(
    evaluation: Evaluation, output: EstimatedOutput, variable: str, groups: Sequence[str]
) -> Html:
    metrics = GROUPED[output.kind]
    level = evaluation.level_of_groups(output.key, variable)
    head = [text(variable), both(_PEOPLE), both(_UNITS)]
    for metric in metrics:
        head += [both(metric_name(metric)), both(("difference from the rest", "残りとの差"))]
    rows: list[list[Html | WideCell]] = []
    for group in groups:
        figures = _by_metric(evaluation.figures(output.key, level, variable, group))
        differences = _by_metric(
            row
            for row in evaluation.table
            if (row.output.key, row.level, row.variable, row.group, row.compared_with)
            == (output.key, level, variable, group, REST)
        )
        first = next(iter(figures.values())).measure if figures else None
        cells: list[Html | WideCell] = [text(group) if group else both(UNKNOWN_GROUP)]
        cells.append(NONE if first is None or first.people is None else str(first.people))
        cells.append(NONE if first is None else str(first.units))
        if why := _only_reason(figures[each].measure for each in metrics if each in figures):
            rows.append([*cells, (why, 2 * len(metrics))])
            continue
        for metric in metrics:
            row, difference = figures.get(metric), differences.get(metric)
            cells += [_cell(row.measure if row else None), _difference_cell(difference)]
        rows.append(cells)
    other = why_other_level(evaluation, output, variable)
    caption = f"{text(variable)}, {both(other)}" if other else text(variable)
    return table(head, rows, caption=caption)


def _only_reason(measures: Iterable[Measure]) -> Html:
    """Give the reason why there is no figure at all, where it is one; else nothing."""
    found = {(measure.value, measure.why) for measure in measures}
    value, why = found.pop() if len(found) == 1 else (0.0, "")
    return both((reason_text(why), reason_text(why, "ja"))) if value is None and why else ""


def comparison_table(evaluation: Evaluation, output: EstimatedOutput) -> Html:
    """Write the differences to other outputs on the same units; nothing where there are none."""
    rows = [
        [
            f"{_name_cell(row.measure.metric)}, − {text(row.compared_with)}",
            _difference_cell(row),
            str(row.measure.units),
            NONE if row.measure.people is None else str(row.measure.people),
        ]
        for row in evaluation.table
        if row.output.key == output.key
        and row.level == evaluation.level_of(output.key)
        and row.compared_with not in ("", REST)
        and row.measure.label is None
    ]
    if not rows:
        return ""
    head = (FIGURE, ("difference", "差"), _UNITS, _PEOPLE)
    return table([both(each) for each in head], rows)


def reported_table(evaluation: Evaluation, output: EstimatedOutput) -> Html:
    """Write what publishers report beside what was measured here, each in a column of its own."""
    rows = []
    for each in evaluation.reported:
        if not is_of(each, output):
            continue
        measured = measured_beside(evaluation, output, each)
        said = f"{each.value:g} {each.unit}".strip()
        if each.interval not in _NO_INTERVAL:
            said += f" ({each.interval})"
        inside: Bilingual = (NONE, NONE)
        if any(one.low is not None for one in measured.values()):
            inside = ("no", "いいえ") if excludes(measured, each) else ("yes", "はい")
        here = "<br>".join(
            f"{_cell(one)} <small>{both(level_of(evaluation, level))}</small>"
            for level, one in measured.items()
        )
        rows.append([
            text(each.metric), text(said), text(each.data), text(each.source), here or NONE,
            both(inside),
        ])  # fmt: skip
    if not rows:
        return ""
    head = (
        FIGURE,
        ("as the publisher reports it", "公開元の報告"),
        ("on", "対象"),
        ("source", "出典"),
        ("measured here", "ここでの値"),
        ("an interval here includes the report", "ここでの区間に報告値が入るか"),
    )
    return table([both(each) for each in head], rows)


def _whole(evaluation: Evaluation, output: EstimatedOutput, level: Level) -> dict[str, Measure]:
    return {
        row.measure.metric: row.measure
        for row in evaluation.figures(output.key, level)
        if row.measure.label is None or output.kind == "binary"
    }


def _by_metric(rows: Iterable[EvaluationRow]) -> dict[str, EvaluationRow]:
    """Give rows by their figure, of several classes those of all."""
    return {
        row.measure.metric: row
        for row in rows
        if row.measure.label is None or row.output.kind == "binary"
    }


def _name_cell(metric: str) -> Html:
    meaning = METRICS[metric].meaning
    shown = both(metric_name(metric))
    return f'<span title="{text(meaning)}">{shown}</span>' if meaning else shown


def _cell(measure: Measure | None, *, is_difference: bool = False) -> Html:
    if measure is None:
        return NONE
    return "<br>".join(_parts(measure, is_difference=is_difference))


def _parts(measure: Measure, *, is_difference: bool) -> Iterator[Html]:
    if measure.value is not None:
        value, _, between = with_range(measure).partition(" ")
        yield f"<b>{text(value)}</b>" + (
            f' <span class="range">{text(between)}</span>' if between else ""
        )
    if measure.why and measure.why != "no-persons":
        code = reason_of_difference(measure.why) if is_difference else measure.why
        reason = (reason_text(code), reason_text(code, "ja"))
        yield f"<small>{both(reason)}</small>"
    elif measure.value is None:
        yield NONE


def _difference_cell(row: EvaluationRow | None) -> Html:
    if row is None:
        return NONE
    shown = _cell(row.measure, is_difference=True)
    if row.p_holm is not None:
        shown += f"<br><small>p {_p_text(row.p_holm)} (Holm)</small>"
    return shown


def _p_text(p: float) -> str:
    return "&lt; 0.001" if p < 0.001 else f"= {p:.3f}"
