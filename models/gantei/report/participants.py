"""Who was evaluated, and who was left out: boxes, and tables of counts."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from ..evaluation.evaluation import Evaluation
from ..evaluation.excluded_units import counts_units, left_out_of
from ..findings.wording import short_text
from ..labels.cohort import Cohort, Level
from ..labels.exclusions import REASONS
from ..pages.bilingual import NONE, Bilingual, class_of, in_both, unit_of_value
from ..pages.excluded_parts import LEFT_OUT_OF
from ..pages.flow_parts import BilingualBox, box, boxes_of_flow, flow_of_boxes
from ..pages.html_parts import Html, both, table, text
from ..terminal.plural import counted
from .level_words import level_of

_UNITS: dict[Level, Bilingual] = {
    "photograph": ("photograph", "写真 {n} 枚"),
    "eye": ("eye of a visit", "眼・受診 {n} 件"),
    "person": ("visit", "受診 {n} 件"),
}


def flow_boxes(evaluation: Evaluation) -> tuple[BilingualBox, ...]:
    """Give the boxes of the flow, each in English and Japanese."""
    return tuple(_boxes(evaluation))


def _boxes(evaluation: Evaluation) -> Iterator[BilingualBox]:
    names = [each.name for each in evaluation.files if each.role == "results"]
    cohorts = [evaluation.cohorts[each.key, evaluation.level_of(each.key)]
               for each in evaluation.outputs]  # fmt: skip
    alone = len(evaluation.flows) == 1
    for place, flow in enumerate(evaluation.flows):
        beside = [out for each in cohorts for out in _units_left_out(each)] if alone else []
        yield from boxes_of_flow(flow, names[place] if place < len(names) else "", beside)
    every = [_analysed(each, _units_left_out(each) if not alone else []) for each in cohorts]
    analysed = ("\n".join(each[0] for each in every), "\n".join(each[1] for each in every))
    # Which tables an output is of is not told, so no arrow leads to several.
    yield box(analysed, [], begins=not alone)


def _analysed(cohort: Cohort, left_out: list[Bilingual]) -> Bilingual:
    people = cohort.units.present()
    key = cohort.output.key
    counted_as = counted_units(cohort)
    said = (f"{key}: {counted_as[0]}", f"{key}：{counted_as[1]}")
    if people is not None and (cohort.level != "person" or cohort.has_visits):
        said = (f"{said[0]} of {people} people", f"{said[1]}、{people} 人")
    if left_out:
        english, japanese = (
            [each[place].removeprefix(key).lstrip("：: ") for each in left_out] for place in (0, 1)
        )
        said = (
            f"{said[0]} (left out: {', '.join(english)})",
            f"{said[1]}（除外：{'、'.join(japanese)}）",
        )
    return said


def counted_units(cohort: Cohort) -> Bilingual:
    """Count the units of a cohort by what they are: visits and their eyes where some are told."""
    units = len(cohort.units)
    if cohort.level == "photograph" or cohort.has_visits:
        english, japanese = _UNITS[cohort.level]
        return counted(units, english), japanese.format(n=units)
    if cohort.level == "eye":
        return counted(units, "eye"), f"{units} 眼"
    return f"{units} {'person' if units == 1 else 'people'}", f"{units} 人"


def _units_left_out(cohort: Cohort) -> list[Bilingual]:
    counts = Counter(each.code for each in cohort.exclusions)
    key = cohort.output.key
    return [
        (
            f"{key}: {counts[code]} {reason.text('en')}",
            f"{key}：{reason.text('ja')}：{counts[code]}",
        )
        for code, reason in REASONS.items()
        if counts[code]
    ]


def flow_html(evaluation: Evaluation) -> Html:
    """Write the flow as boxes that break into lines where the page is narrow."""
    return flow_of_boxes(flow_boxes(evaluation))


def people_table(evaluation: Evaluation) -> Html:
    """Write how many units and persons each output has, and how their labels are spread."""
    head = (
        ("output", "推定項目"),
        ("people", "人数"),
        ("units", "件数"),
        ("labels", "ラベル"),
    )
    rows = []
    for output in evaluation.outputs:
        cohort = evaluation.cohorts[output.key, evaluation.level_of(output.key)]
        people = cohort.units.present()
        rows.append([
            text(output.key), NONE if people is None else str(people),
            both(counted_units(cohort)),
            both(spread(cohort)),
        ])  # fmt: skip
    return table([both(each) for each in head], rows)


def spread(cohort: Cohort) -> Bilingual:
    """Say how the labels of a cohort are spread."""
    truths = cohort.units.truths
    if not len(truths):
        return NONE, NONE
    if cohort.output.kind == "regression":
        low, middle, high = np.percentile(truths, (25, 50, 75))
        return in_both(
            "{least:.0f} to {most:.0f}{unit}, median {middle:.0f} (quartiles {low:.0f} and "
            "{high:.0f}), mean {mean:.1f}, standard deviation {spread:.1f}",
            "{least:.0f}〜{most:.0f}{unit}、中央値 {middle:.0f}（四分位 {low:.0f}、{high:.0f}）、"
            "平均 {mean:.1f}、標準偏差 {spread:.1f}",
            least=float(truths.min()), most=float(truths.max()), middle=float(middle),
            low=float(low), high=float(high), mean=float(truths.mean()),
            spread=float(truths.std(ddof=1)) if len(truths) > 1 else 0.0,
            unit=unit_of_value(cohort.output),
        )  # fmt: skip
    counts = np.bincount(truths, minlength=len(cohort.output.classes))
    named = [
        (class_of(cohort.output, place), count, 100 * count / len(truths))
        for place, count in enumerate(counts)
    ]
    return (
        ", ".join(f"{name[0]} {count} ({share:.0f} %)" for name, count, share in named),
        "、".join(f"{name[1]} {count}（{share:.0f}%）" for name, count, share in named),
    )


def excluded_tables(evaluation: Evaluation) -> Html:
    """Write how many photographs, labels and units were left out for which reason."""
    rows = []
    for flow in evaluation.flows:
        rows += [
            _reason_row(code, count) for code, count in {**flow.excluded, **flow.unused}.items()
        ]
    for output in evaluation.outputs:
        every = tuple(level for key, level in evaluation.cohorts if key == output.key)
        rows += [
            _unit_row(evaluation, code, count, output.key, () if levels == every else levels)
            for (code, levels), count in left_out_of(evaluation, output).items()
        ]
    if not rows and not evaluation.lists_excluded:
        return f"<p>{both(('Nothing was left out.', '除外したものはありません。'))}</p>\n"
    head = (("reason", "理由"), ("of what", "対象"), ("number", "件数"))
    return table([both(each) for each in head], rows)


def _reason_row(code: str, count: int) -> list[Html]:
    reason = REASONS[code]
    said = both((reason.text("en"), reason.text("ja")))
    return [said, both(LEFT_OUT_OF[reason.what]), str(count)]


def _unit_row(
    evaluation: Evaluation, code: str, count: int, key: str, levels: tuple[Level, ...]
) -> list[Html]:
    """Say what is left out of an output, and of which figures where others have it."""
    said, _, number = _reason_row(code, count)
    what = LEFT_OUT_OF["unit" if counts_units(code) else "photograph"]
    if levels:
        names = [level_of(evaluation, each) for each in levels]
        what = in_both(
            "{what}, left out of the figures {en}", "{what}（{ja}の値から除外）", what=what,
            en=" and ".join(each[0] for each in names), ja="、".join(each[1] for each in names),
        )  # fmt: skip
    return [said, f"{text(key)}: {both(what)}", number]


def findings_table(evaluation: Evaluation) -> Html:
    """Write how many of the photographs that are left have which finding or which error."""
    rows = []
    for flow in evaluation.flows:
        for counts in (flow.findings, flow.errors):
            rows += [
                [both((short_text(code), short_text(code, "ja"))), str(count)]
                for code, count in counts.items()
            ]
    if not rows:
        return ""
    head = (("finding or error", "注意またはエラー"), ("photographs", "写真"))
    return table([both(each) for each in head], rows)
