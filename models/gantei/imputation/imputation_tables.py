"""The tables of an imputation: people with missing sex, counts, the sets, and what they combine to.

`imputed.csv` is laid out as R's mice has it (`.imp`, `.id`): set 0 is what is observed, and every
further set has the same people in the same order.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from ..labels.estimated_people import EstimatedPeople
from ..statistics.reasons import REASONS
from ..study.leading_columns import Column
from ..table_files.csv_writing import Cell
from .calibrated_sexes import CalibratedSexes, MissingSexes
from .combined_analysis import AnalysedOutcome, SexDifference
from .imputed_people import ImputedPeople

SET, ROW = ".imp", ".id"


def records_of(columns: Sequence[Column], rows: Iterator[Sequence[Cell]]) -> list[dict[str, Any]]:
    """Give rows as records by the names of their columns."""
    names = [each.name for each in columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


def probability_columns(people: EstimatedPeople) -> tuple[Column, ...]:
    """Describe `persons.csv`."""
    name = people.output.classes[1]
    return (
        Column("person", "text", "whose sex is missing", "性別の記録がない対象者"),
        Column("eyes", "number", "eyes whose estimates were averaged; an unknown eye counts as one",
               "推定値を平均した眼の数（左右不明は 1 とする）", range="1, 2"),
        Column("photographs", "number", "their photographs", "写真の枚数"),
        Column("of", "text", "the sex whose probability it is", "確率の対象となる性別", range=name),
        Column("probability", "number",
               "calibrated probability of that sex, by the people whose sex is recorded",
               "その性別である較正済みの確率（性別の記録がある人で較正）", "probability", "0 to 1"),
        Column("low", "number",
               "lower end of its 95% confidence interval, by the uncertainty of the calibration",
               "較正の不確かさによる 95% 区間の下限", "probability", "0 to 1"),
        Column("high", "number", "upper end", "同じく上限", "probability", "0 to 1"),
        Column("wrong_if_likelier", "number",
               "probability of being wrong if the person were given the likelier sex",
               "可能性の高い方の性別を与えた場合に誤りである確率", "probability", "0 to 0.5"),
    )  # fmt: skip


def probability_rows(people: EstimatedPeople, told: CalibratedSexes) -> Iterator[Sequence[Cell]]:
    """Lay out `persons.csv`, a row for each person with missing sex."""
    name = people.output.classes[1]
    for place in (~people.is_recorded).nonzero()[0]:
        chance = float(told.probability[place])
        yield (
            people.names[place],
            int(people.eyes[place]),
            len(people.photographs[place]),
            name,
            chance,
            float(told.low[place]),
            float(told.high[place]),
            min(chance, 1 - chance),
        )


COUNT_COLUMNS = (
    Column("eyes", "number", "eyes per person; empty: all people", "対象者ごとの眼の数。空欄は全員",
           range="1, 2"),
    Column("recorded", "number", "people whose sex is recorded", "性別の記録がある人数"),
    Column("missing", "number", "people whose sex is missing", "性別の記録がない人数"),
    Column("of", "text", "the sex that is counted", "数える性別"),
    Column("expected", "number", "how many of the missing are expected to be of that sex",
           "記録がない人のうち、その性別と見込まれる人数"),
    Column("expected_low", "number", "lower end of the 95% prediction interval",
           "95% 予測区間の下限"),
    Column("expected_high", "number", "upper end", "同じく上限"),
    Column("wrong", "number",
           "how many are expected to be wrong if each were given the likelier sex",
           "全員に可能性の高い方の性別を与えた場合に、誤りと見込まれる人数"),
    Column("wrong_low", "number", "lower end of the 95% prediction interval", "95% 予測区間の下限"),
    Column("wrong_high", "number", "upper end", "同じく上限"),
)  # fmt: skip
"""Of `counts.csv`."""


def count_rows(people: EstimatedPeople, counts: Sequence[MissingSexes]) -> Iterator[Sequence[Cell]]:
    """Lay out `counts.csv`."""
    name = people.output.classes[1]
    for each in counts:
        yield (
            *(each.eyes, each.recorded, each.missing, name),
            *(each.of_class_1.value, each.of_class_1.low, each.of_class_1.high),
            *(each.wrong.value, each.wrong.low, each.wrong.high),
        )


def imputed_columns(people: EstimatedPeople, imputed: ImputedPeople | None) -> tuple[Column, ...]:
    """Describe `imputed.csv`; without an outcome there is none."""
    if imputed is None:
        return ()
    given = (
        Column(each.given, "number" if each.kind == "number" else "text",
               f"as --with {each.given} names it", f"--with {each.given} の値",
               range=", ".join(each.categories))
        for each in imputed.columns
    )  # fmt: skip
    return (
        Column(SET, "number", "the set; 0: as observed, where a missing sex is empty",
               "セットの番号。0 は観測値のまま（性別がない場合は空欄）",
               range=f"0 to {len(imputed.sets)}"),
        Column(ROW, "number", "the person, the same in every set", "対象者の番号（全セット共通）"),
        Column("person", "text", "the person", "対象者"),
        *given,
        Column("sex", "text", "recorded, or imputed in this set", "記録された性別、またはこのセット"
               "で補完した性別", range=", ".join(people.output.classes)),
        Column("imputed", "number", "1: the person's sex is missing, and imputed in sets 1 on",
               "1：性別の記録がなく、セット 1 以降で補完した対象者", range="0, 1"),
    )  # fmt: skip


def imputed_rows(
    people: EstimatedPeople, imputed: ImputedPeople | None
) -> Iterator[Sequence[Cell]]:
    """Lay out `imputed.csv`: every set below the one before."""
    if imputed is None:
        return
    classes = people.output.classes
    places = imputed.used.nonzero()[0]
    values = [each.texts() for each in imputed.columns]
    lead = [
        (number, people.names[place], *(column[place] for column in values))
        for number, place in enumerate(places, 1)
    ]
    missing = imputed.missing[places]
    recorded = people.recorded[places]
    for number in range(len(imputed.sets) + 1):
        drawn = iter(imputed.sets[number - 1] if number else ())
        for row, is_missing, sex in zip(lead, missing, recorded, strict=True):
            of = int(next(drawn)) if is_missing and number else sex
            yield (number, *row, classes[of] if of >= 0 else None, int(is_missing))


COMBINED_COLUMNS = (
    Column("outcome", "text", "the outcome", "アウトカム"),
    Column("positive", "text", "of two values, the one that is counted",
           "二値のとき、数える方の値"),
    Column("scale", "text", "what is compared", "比較の尺度",
           range="mean-difference, log-odds-ratio"),
    Column("contrast", "text", "which sex minus which", "どちらの性別からどちらを引くか"),
    Column("adjusted_for", "text", "covariates; empty: none", "共変量。空欄は調整なし"),
    Column("method", "text", "complete cases (people whose sex is recorded), imputed sets, or the "
           "difference of both", "記録のある人のみ、補完したセット、または両者の差",
           range="complete-cases, imputed, imputed-minus-complete"),
    Column("shift", "number", "what was added to the logits of people with missing sex",
           "性別の記録がない人のロジットに加えた値"),
    Column("estimate", "number", "the difference, by Rubin's rules where sets are combined",
           "差（セットは Rubin の規則で統合）"),
    Column("low", "number", "lower end of its 95% confidence interval", "95% 信頼区間の下限"),
    Column("high", "number", "upper end", "同じく上限"),
    Column("error", "number", "its standard error", "標準誤差"),
    Column("freedom", "number", "degrees of freedom; of sets, those of Barnard and Rubin",
           "自由度（セットは Barnard と Rubin による）"),
    Column("p", "number", "two-sided p-value of no difference", "差がないことの両側 p 値"),
    Column("odds_ratio", "number", "of a log odds ratio, the odds ratio", "オッズ比"),
    Column("odds_ratio_low", "number", "lower end of its interval", "オッズ比の区間の下限"),
    Column("odds_ratio_high", "number", "upper end", "同じく上限"),
    Column("fraction_missing", "number", "fraction of missing information", "欠測情報の割合",
           range="0 to 1"),
    Column("variance_missing", "number", "share of the variance that is due to missing sex",
           "分散のうち、性別の欠測による割合", range="0 to 1"),
    Column("people", "number", "people it rests on", "人数"),
    Column("imputed_share", "number", "share of the first sex of the contrast among imputed sexes",
           "補完した性別のうち、差の前者の性別の割合", range="0 to 1"),
    Column("why", "text", "code of the reason for a missing figure", "値がない理由のコード"),
    Column("why_text", "text", "the same in words", "理由（英語）"),
)  # fmt: skip
"""Of `combined.csv`."""


def combined_rows(
    people: EstimatedPeople,
    outcome: AnalysedOutcome | None,
    covariates: Sequence[str],
    differences: Sequence[SexDifference],
) -> Iterator[Sequence[Cell]]:
    """Lay out `combined.csv`."""
    if outcome is None or outcome.scale is None:
        return
    negative, positive = people.output.classes
    for each in differences:
        yield (
            *(outcome.column.given, outcome.positive or None, outcome.scale),
            f"{positive} minus {negative}",
            ", ".join(covariates) if each.adjusted else None,
            *(each.method, each.shift),
            *_figures(each, is_log=outcome.scale == "log-odds-ratio"),
            *(each.people, each.of_class_1, each.why or None),
            REASONS[each.why][0] if each.why else None,
        )


def _figures(each: SexDifference, *, is_log: bool) -> Iterator[float | None]:
    found = each.estimate
    if found is None:
        yield from [None] * 11
        return
    told = (found.value, found.low, found.high)
    yield from map(known, (*told, found.error, found.freedom, found.p))
    yield from map(known, (math.exp(value) if is_log else math.nan for value in told))
    has_sets = each.method == "imputed"
    yield from (found.fraction_missing, found.variance_missing) if has_sets else (None, None)


def known(value: float) -> float | None:
    """Give a number, None where it is none."""
    return value if math.isfinite(value) else None
