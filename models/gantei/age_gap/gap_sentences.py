"""What was found of an age gap, a sentence each."""

from collections.abc import Iterator
from dataclasses import replace

from ..findings.wording import word_of
from ..pages.bilingual import Bilingual, in_both, listed
from ..statistics.measure import Measure
from .age_gap import AgeGap
from .covariates import Covariate
from .gap_names import GAP_REASONS
from .gap_row import GapFigure
from .gap_words import LEVELS, between, p_text, plain, with_interval

_HIGHER, _LOWER = ("older", "高く"), ("younger", "低く")


def gap_sentences(gap: AgeGap) -> tuple[Bilingual, ...]:
    """Say what was found: the comparison of groups first."""
    return (*_compared(gap), *_described(gap), *_repeated(gap), *_changed(gap))


def _compared(gap: AgeGap) -> Iterator[Bilingual]:
    held = held_constant(gap)
    taken = [taken_as(gap, each) for each in gap.covariates]
    for group in gap.people.compared:
        found = gap.figure("group_difference", group)
        if found is not None:
            yield _difference(gap, found, held)
        adjusted = gap.figure("adjusted_gap", group)
        if adjusted is not None and adjusted.measure.low is not None:
            value = with_interval(adjusted.measure)
            yield in_both(
                "Measured from a line fitted in {reference} alone, the mean gap of {group} is "
                "{en}; the interval includes the uncertainty of the line.",
                "{reference} のみに当てはめた直線からの {group} の年齢差の平均は {ja}"
                "です（区間は直線の不確かさを含みます）。",
                reference=gap.people.reference, group=group, en=value[0], ja=value[1],
            )  # fmt: skip

    if taken:
        yield (
            f"Covariates: {', '.join(each[0] for each in taken)}.",
            f"共変量：{'、'.join(each[1] for each in taken)}。",
        )


def held_constant(gap: AgeGap) -> Bilingual:
    """Name what the model holds constant."""
    names = ["age", *(each.name for each in gap.covariates)]
    return listed(names)[0], listed([word_of(each, "ja") for each in names])[1]


def taken_as(gap: AgeGap, covariate: Covariate) -> Bilingual:
    """Say what a covariate was taken as, and beside which value."""
    name, base = covariate.name, gap.model.design.bases[covariate.name]
    name_ja, base_ja = word_of(name, "ja"), word_of(base, "ja")
    if covariate.kind == "number":
        return f"{name} (a number, mean {base})", f"{name_ja}（数値、平均 {base}）"
    mixed = covariate.mixed
    rows, rows_ja = LEVELS[gap.people.level]
    more = f"; {mixed} {rows} have several, by their share in the mean" if mixed else ""
    more_ja = f"、{rows_ja} {mixed} 件では複数あり平均に占める割合で" if mixed else ""
    return (
        f"{name} (categories, reference {base}{more})",
        f"{name_ja}（カテゴリー、基準 {base_ja}{more_ja}）",
    )


def _difference(gap: AgeGap, found: GapFigure, held: Bilingual) -> Bilingual:
    measure = found.measure
    if measure.value is None or measure.low is None:
        why = GAP_REASONS[measure.why]
        return in_both(
            "{group} against {reference}: {en}.",
            "{group} と {reference} の比較：{ja}。",
            group=found.group, reference=found.compared_with, en=why[0], ja=why[1],
        )  # fmt: skip
    p = p_text(measure.p)
    if len(gap.people.compared) > 1:
        p = f"{p}, {p_text(found.p_holm).replace('p ', 'after Holm p ', 1)}"
    return in_both(
        "At the same {held}, the group {group} is estimated {years} years {side} than the group "
        "{reference} (95% CI {between}, {p}; {n} and {m} people).",
        "{held_ja}を揃えると、{group} の年齢は {reference} より {years} 年{side}推定されます"
        "（95% 信頼区間 {between}、{p}、{n} 人と {m} 人）。",
        held=held[0], held_ja=held[1], group=found.group, reference=found.compared_with,
        years=plain(abs(measure.value)), side=_HIGHER if measure.value >= 0 else _LOWER,
        between=(between(measure), between(measure, "ja")),
        p=(p, p.replace("after Holm", "Holm 補正後")),
        n=gap.model.people[found.group], m=gap.model.people[found.compared_with],
    )  # fmt: skip


def _described(gap: AgeGap) -> Iterator[Bilingual]:
    raw, slope = gap.figure("raw_gap", level="visit"), gap.figure("slope_of_estimate")
    if raw is None or slope is None or slope.measure.value is None:
        return
    mean, line = with_interval(raw.measure), with_interval(slope.measure)
    yield in_both(
        "The mean raw gap (estimated minus real age) is {mean}. The slope of estimated on real age "
        "is {line}, and for this reason alone a raw gap changes by {change} years per year of age.",
        "補正していない年齢差（推定年齢 − 実年齢）の平均は {mean}、実年齢に対する推定年齢の傾きは "
        "{line}です。したがって補正していない年齢差は、それだけで年齢 1 歳あたり {change} "
        "年変わります。",
        mean=mean, line=line, change=plain(slope.measure.value - 1),
    )  # fmt: skip


_REPEATED: Bilingual = (
    "Two photographs of one eye at one visit differ by at most {en} in 95% of cases (coefficient "
    "of repeatability).",
    "同じ受診・同じ眼の 2 枚の写真の推定年齢の差は、95% の場合 {ja} 以内です（反復性係数）。",
)
_REPEATED_ANY_DAY: Bilingual = (
    "Two photographs of one eye differ by at most {en} in 95% of cases (coefficient of "
    "repeatability). Nothing tells visits apart (--visit), so all photographs of an eye count as "
    "taken at one.",
    "同じ眼の 2 枚の写真の推定年齢の差は、95% の場合 {ja} 以内です（反復性係数）。受診を区別する"
    "列がないため（--visit）、同じ眼の写真はすべて 1 回の受診のものとみなしています。",
)


def _repeated(gap: AgeGap) -> Iterator[Bilingual]:
    repeats = gap.figure("repeatability")
    if repeats is not None and repeats.measure.value is not None:
        value = with_interval(repeats.measure)
        told = any(visit for _, visit in gap.people.photographs.visits)
        yield in_both(*(_REPEATED if told else _REPEATED_ANY_DAY), en=value[0], ja=value[1])
    alike, differ = gap.figure("eye_icc"), gap.figure("eye_difference")
    if alike is None or differ is None or alike.measure.value is None:
        return
    low, high = gap.figure("eye_limit_low"), gap.figure("eye_limit_high")
    yield in_both(
        "Right eyes are estimated {mean} {side} than left ones, with limits of agreement from "
        "{low} to {high} years; the intraclass correlation of both eyes' gaps is {icc}.",
        "右眼は左眼より {mean}{side}推定され、一致限界は {low}〜{high} 年です。両眼の年齢差の級内相"
        "関係数は {icc}です。",
        mean=with_interval(_positive(differ.measure)),
        side=_HIGHER if (differ.measure.value or 0) >= 0 else _LOWER,
        icc=with_interval(alike.measure),
        low=plain(low.measure.value if low else None),
        high=plain(high.measure.value if high else None),
    )  # fmt: skip


def _positive(measure: Measure) -> Measure:
    """Turn a figure around where it is negative, and its interval with it."""
    if measure.value is None or measure.value >= 0:
        return measure
    low = None if measure.high is None else -measure.high
    high = None if measure.low is None else -measure.low
    return replace(measure, value=-measure.value, low=low, high=high)


def _changed(gap: AgeGap) -> Iterator[Bilingual]:
    for group in gap.people.groups or ("",):
        found = gap.figure("adjusted_change_per_year", group) or gap.figure(
            "change_per_year", group
        )
        if found is None or found.measure.value is None:
            continue
        value = with_interval(found.measure)
        beside = found.measure.metric == "adjusted_change_per_year"
        what = (
            ("the gap from the reference line", "基準群の直線からの年齢差")
            if beside
            else ("the raw gap", "補正していない年齢差")
        )
        whom = (f" of {group}", f"{group} で") if group else ("", "")
        yield in_both(
            "Within people{whom} with several dated visits, {what} changes by {value}.",
            "{whom}複数の受診がある人の中では、{what}は {value}変化します。",
            what=what, whom=whom, value=value,
        )  # fmt: skip
    for group in gap.people.compared:
        found = gap.figure("change_difference", group)
        if found is not None and found.measure.low is not None:
            yield in_both(
                "The change of {group} differs from that of {reference} by {value}, {p}.",
                "{group} と {reference} の変化の差は {value}、{p}です。",
                group=group, reference=gap.people.reference, value=with_interval(found.measure),
                p=p_text(found.p_holm),
            )  # fmt: skip
