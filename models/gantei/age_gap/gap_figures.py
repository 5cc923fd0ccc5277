"""The figures of a gap's report, and what stands below each."""

from collections.abc import Iterator

import numpy as np

from ..pages.bilingual import in_both
from ..pages.study_report import ReportFigure
from ..plots.forest import ForestRow, forest
from ..plots.gap_by_age import gap_by_age
from ..plots.gap_over_time import gap_over_time
from ..plots.repeated_ages import repeat_differences, right_against_left
from .age_gap import AgeGap
from .gap_names import GAP_REASONS
from .gap_words import LEVELS

_BY_AGE = (
    "Gap against real age ({rows}). A gap that falls with age is regression to the mean, not a "
    "finding.",
    "実年齢と年齢差（点は{rows}）。年齢とともに下がるのは平均への回帰で、所見ではありません。",
)
_LINE = (
    "{caption} The dashed line is fitted in {reference} alone: groups are compared by their "
    "distance from it at the same age.",
    "{caption}破線は {reference} のみに当てはめたもので、群は同じ年齢での破線からの距離で比べます。"
    "",
)
_FOREST = (
    "Differences from {reference} at the same age and covariates, years, with 95% confidence "
    "intervals.",
    "年齢と共変量を揃えた {reference} との差（年）と 95% 信頼区間。",
)
_EYES = (
    "Estimated age of both eyes at one visit.",
    "同じ受診での両眼の推定年齢。",
)
_REPEATS = (
    "Repeated photographs of an eye at one visit, less the eye's mean, over that mean "
    "(Bland–Altman).",
    "同じ受診・同じ眼の写真の推定年齢とその平均との差（Bland–Altman）。",
)
_CHANGE = (
    "Raw gap at each visit beside the person's own mean; lines have the slope within persons. The "
    "raw gap changes even in people who age as the reference does.",
    "各受診の補正していない年齢差と、本人の平均との差。線は個人内の傾きです。基準群と同じように"
    "年を取る人でも、補正していない年齢差は変わります。",
)


def comparison_figures(gap: AgeGap) -> Iterator[ReportFigure]:
    """Draw gap by age, and the differences of the groups.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    rows, line = gap.people.compared_rows, None
    caption = in_both(*_BY_AGE, rows=LEVELS[gap.people.level])
    if gap.line is not None and np.isfinite(gap.line.line.slope):
        line = gap.line.line.intercept, gap.line.line.slope - 1
        caption = in_both(*_LINE, caption=caption, reference=gap.people.reference)
    drawn = gap_by_age(rows.ages, rows.gaps, rows.groups, names=gap.people.groups, line=line)
    yield ReportFigure("gap-by-age", drawn, caption)
    differences = [_row(gap, group) for group in gap.people.compared]
    if any(each.value is not None for each in differences):
        drawn = forest(
            differences, metric="difference in the gap, years", everybody=0.0, line="no difference"
        )
        caption = in_both(*_FOREST, reference=gap.people.reference)
        yield ReportFigure("group-differences", drawn, caption)


def _row(gap: AgeGap, group: str) -> ForestRow:
    found = gap.figure("group_difference", group)
    if found is None or found.measure.value is None:
        return ForestRow(group, note=GAP_REASONS[found.measure.why][0] if found else "")
    measure = found.measure
    return ForestRow(
        group, measure.value, measure.low, measure.high, f"{gap.model.people[group]} people"
    )


def repeat_figures_of(gap: AgeGap) -> Iterator[ReportFigure]:
    """Draw both eyes against each other, and repeats.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    if len(gap.pairs.right) > 2:
        yield ReportFigure(
            "right-against-left", right_against_left(gap.pairs.right, gap.pairs.left), _EYES
        )
    if gap.repeats.groups > 2:
        drawn = repeat_differences(gap.repeats.values, gap.repeats.means, gap.repeats.spread.value)
        yield ReportFigure("repeats", drawn, _REPEATS)


def change_figures_of(gap: AgeGap) -> Iterator[ReportFigure]:
    """Draw how gaps change within persons.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    slopes = [
        (group, found.measure.value)
        for group in gap.people.groups or ("",)
        if (found := gap.figure("change_per_year", group)) and found.measure.value is not None
    ]
    if len(gap.change) and slopes:
        drawn = gap_over_time(gap.change.times, gap.change.gaps, gap.change.groups, slopes=slopes)
        yield ReportFigure("change-over-time", drawn, _CHANGE)
