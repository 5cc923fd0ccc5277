"""The sections of the page of a gap: people, comparison, repeats, eyes, change, and limits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ..pages.bilingual import NONE, Bilingual
from ..pages.common_sections import left_out_section, limits_section, participants_section
from ..pages.excluded_parts import excluded_counts
from ..pages.flow_parts import boxes_of_flow, flow_of_boxes
from ..pages.html_parts import Html, below, both, table, text
from ..pages.study_report import ReportSection
from .age_gap import AgeGap
from .gap_figures import change_figures_of, comparison_figures, repeat_figures_of
from .gap_names import GAP_METRICS, GAP_REASONS
from .gap_row import GapFigure
from .gap_words import LEVELS, between, decimals_of, p_text, percent, plain

_EVERYBODY = ("everybody", "全体")
_HEAD: tuple[Bilingual, ...] = (
    ("figure", "指標"), ("of", "対象"), ("value", "値"),
    ("95% confidence interval", "95% 信頼区間"),
    ("p-value", "p 値"), ("p-value, Holm", "p 値（Holm）"),
    ("rows", "件数"), ("people", "人数"),
)  # fmt: skip
_MAY_BE_EMPTY = frozenset({4, 5})
_ROWS: Bilingual = ("rows", "件数")
_PEOPLE_HEAD: tuple[Bilingual, ...] = (
    ("group", "群"), ("people", "人数"), _ROWS, ("mean age", "平均年齢"),
    ("ages", "年齢の範囲"), ("central 95%", "中央 95%"), ("women", "女性"),
    ("cameras", "カメラ"), ("slope of estimate on age", "推定年齢の傾き"),
)  # fmt: skip
CANNOT_SAY: tuple[Bilingual, ...] = (
    (
        "Why a gap differs. Camera, pupil, cataract, image quality and who came to the clinic "
        "change an estimated age just as disease does.",
        "年齢差が異なる理由。カメラ、瞳孔、白内障、画質、受診した人の違いも、病気と同じように推定年"
        "齢を動かします。",
    ),
    (
        "What is true of one person. The gaps of healthy people of the same age differ by years, "
        "and so do those of two photographs of one eye.",
        "個人について言えること。同じ年齢の健康な人どうしでも、同じ眼の 2 "
        "枚の写真でも、年齢差は数年異なります。",
    ),
    (
        "How good the estimator is. An error or R² of a gap that was corrected by age is no "
        "measure of it; gantei evaluate measures estimates themselves.",
        "推定器の良否。年齢で補正した年齢差の誤差や R² はその尺度になりません。推定値そのものは "
        "gantei evaluate で評価してください。",
    ),
)  # fmt: skip


def gap_sections(gap: AgeGap) -> tuple[ReportSection, ...]:
    """Give the sections in their order.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    return tuple(_sections(gap))


def _sections(gap: AgeGap) -> Iterator[ReportSection]:
    yield participants_section(_flows(gap) + _people(gap))
    compared = ("group_difference", "group_difference_cr1", "model_term", "slope_difference",
                "adjusted_gap", "line_intercept", "line_slope", "ages_within_reference",
                "reference_within_ages")  # fmt: skip
    title = ("Comparison", "比較") if gap.people.groups else ("Gap and age", "年齢差と年齢")
    yield ReportSection("comparison", title, _figures(gap, compared), [*comparison_figures(gap)])
    yield ReportSection(
        "raw", ("Raw gap and slope", "補正していない年齢差と傾き"),
        _figures(gap, ("raw_gap", "slope_of_estimate")),
    )  # fmt: skip
    eyes = ("within_eye_sd", "repeatability", "eye_difference", "eye_difference_sd",
            "eye_limit_low", "eye_limit_high", "eye_icc")  # fmt: skip
    yield ReportSection(
        "repeats", ("Repeats and both eyes", "反復と両眼"), _figures(gap, eyes),
        [*repeat_figures_of(gap)],
    )  # fmt: skip
    change = ("change_per_year", "adjusted_change_per_year", "change_difference")
    yield ReportSection(
        "change", ("Change over time", "経時変化"), _figures(gap, change),
        [*change_figures_of(gap)],
    )  # fmt: skip
    yield left_out_section(_left_out(gap))
    yield limits_section(CANNOT_SAY)


def _flows(gap: AgeGap) -> Html:
    names = [each.name for each in gap.files if each.role != "labels"]
    boxes = [
        box
        for name, flow in zip(names, gap.flows, strict=True)
        for box in boxes_of_flow(flow, name)
    ]
    return flow_of_boxes(boxes)


def _people(gap: AgeGap) -> Html:
    rows = [list(_group(gap, group)) for group in gap.people.groups or ("",)]
    head = [LEVELS[gap.people.level] if each == _ROWS else each for each in _PEOPLE_HEAD]
    return table([both(each) for each in head], rows)


def _group(gap: AgeGap, group: str) -> Iterator[Html]:
    rows = gap.people.compared_rows
    rows = rows if not group else rows.only(rows.groups == group)
    yield both(_EVERYBODY) if not group else _named(gap, group)
    yield str(rows.people)
    yield str(len(rows))
    yield plain(float(rows.ages.mean()), 1)
    for low, high in (("youngest", "oldest"), ("central_age_low", "central_age_high")):
        ends = [gap.figure(each, group) for each in (low, high)]
        yield "–".join(plain(each.measure.value if each else None, 1) for each in ends)
    sexes = gap.sexes.get(group, {})
    yield percent(sexes.get("female", 0) / sum(sexes.values())) if sexes else NONE
    cameras = Counter(gap.cameras.get(group, {}))
    yield text(", ".join(f"{name} {n}" for name, n in cameras.most_common(6))) or NONE
    slope = gap.figure("slope_of_estimate", group)
    yield plain(slope.measure.value if slope else None, 2)


def _named(gap: AgeGap, group: str) -> Html:
    if group != gap.people.reference:
        return text(group)
    return f"{text(group)} ({both(('reference', '基準'))})"


def _figures(gap: AgeGap, metrics: Sequence[str]) -> Html:
    """Write a table of figures, and why some are missing below it."""
    found = [each for metric in metrics for each in gap.figures if each.measure.metric == metric]
    rows = [[*_cells(each)] for each in found]
    # Of figures without any p, its columns would be empty.
    kept = [place for place in range(len(_HEAD))
            if place not in _MAY_BE_EMPTY or any(row[place] != NONE for row in rows)]  # fmt: skip
    head = [both(_HEAD[place]) for place in kept]
    return table(head, [[row[place] for place in kept] for row in rows]) + _missing(found)


def _cells(figure: GapFigure) -> Iterator[Html]:
    measure = figure.measure
    named = GAP_METRICS[measure.metric]
    unit = f", {named.unit}" if named.unit not in ("", "fraction") else ""
    yield f"{both((named.english, named.japanese))}{text(unit)}"
    yield _of(figure)
    share = named.unit == "fraction" and measure.value is not None
    yield (
        percent(measure.value or 0.0)
        if share
        else plain(measure.value, decimals_of(measure.metric))
    )
    yield between(measure) or NONE
    yield (
        p_text(measure.p).removeprefix("p = ").removeprefix("p ").replace("< ", "&lt;&nbsp;")
        or NONE
    )
    holm = p_text(figure.p_holm)
    yield holm.removeprefix("p = ").removeprefix("p ").replace("< ", "&lt;&nbsp;") or NONE
    yield str(measure.units)
    yield NONE if measure.people is None else str(measure.people)


def _of(figure: GapFigure) -> Html:
    if figure.term:
        return text(figure.term)
    if figure.compared_with:
        against = both(("against", "対"))
        return f"{text(figure.group)} {against} {text(figure.compared_with)}"
    whose = text(figure.group) if figure.group else both(_EVERYBODY)
    return f"{whose} ({both(LEVELS[figure.level])})"


def _missing(figures: Iterable[GapFigure]) -> Html:
    reasons = dict.fromkeys(
        each.measure.why for each in figures if each.measure.why not in ("", "describes")
    )
    return "".join(below(GAP_REASONS[each]) for each in reasons)


def _left_out(gap: AgeGap) -> Html:
    codes = [each.code for *_, each in gap.left_out]
    codes += [each.code for *_, each in gap.left_out_of_model]
    return excluded_counts(Counter(codes).most_common())
