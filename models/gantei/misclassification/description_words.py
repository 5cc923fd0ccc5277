"""What a report on frequencies by sex says first, and what to know before it is quoted."""

from collections.abc import Iterator

from ..pages.bilingual import NONE, Bilingual, class_of, in_both
from ..pages.flow_parts import notes_of
from ..pages.known_manifest import notices_of
from ..statistics.misclassified_frequencies import AccuracyCounts
from .description import Description
from .frequency_rows import WHY, FigureKind, FrequencyMethod, FrequencyRow, WhoCounts

TITLE: Bilingual = ("Frequencies by sex", "性別ごとの頻度")
LEAD: Bilingual = (
    "How frequent an outcome is in each sex, where the sex of some people is only estimated. "
    "Intervals are 95%, and count persons.",
    "性別の一部が推定である場合の、性別ごとのアウトカムの頻度です。区間は 95% で、"
    "対象者を単位とします。",
)
SAME_ACCURACY: Bilingual = (
    "The intervals assume that, in each category, sensitivity and specificity are the same in the "
    "people whose sex is recorded and in the others. If the two differ in camera, age or disease, "
    "the intervals do not include what that changes.",
    "区間は、各区分の感度と特異度が、性別の記録がある人とない人で同じであることを前提とします（カメ"
    "ラ、年齢、疾患など）。両者の違いは区間に含まれません。",
)
CANNOT_SAY: tuple[Bilingual, ...] = (
    (
        "Why the frequencies differ: age and other causes are not adjusted for. For a comparison "
        "with covariates, use gantei impute --with.",
        "頻度が異なる理由（年齢などの調整はしていません。共変量を含む比較には gantei impute --with "
        "を使ってください）。",
    ),
    (
        "Anybody's sex: the counts are corrected as a whole, not the sex of a person.",
        "個々の対象者の性別（補正するのは人数で、個人の性別ではありません）。",
    ),
)


def percent(value: float | None) -> str:
    """Write a share.

    >>> from gantei.misclassification.description_words import percent
    >>> percent(0.1234), percent(-0.05)
    ('12.3%', '−5.0%')
    """
    return NONE if value is None else f"{100 * value:.1f}%".replace("-", "−")


def shown(row: FrequencyRow, value: float | None) -> str:
    """Write a value of a row: a share in percent, a difference in percentage points, a ratio."""
    if value is None or row.kind == "share":
        return percent(value)
    return f"{value:.2f}" if row.kind == "ratio" else percent(value).removesuffix("%")


def figure_text(row: FrequencyRow) -> Bilingual:
    """Write a figure with its interval."""
    value = shown(row, row.value)
    if row.low is None or row.high is None:
        return value, value
    low, high = (shown(row, each) for each in (row.low, row.high))
    return f"{value} ({low} to {high})", f"{value}（{low}〜{high}）"


def range_text(row: FrequencyRow) -> Bilingual:
    """Write how low and high a figure may lie if accuracy differs; empty where nothing tells."""
    if row.least is None or row.greatest is None:
        return "", ""
    low, high = (shown(row, each) for each in (row.least, row.greatest))
    return f"{low} to {high}", f"{low}〜{high}"


def main_group(description: Description) -> WhoCounts:
    """Give whose frequencies are quoted: everybody's where some sexes are recorded."""
    has_recorded = description.counts.recorded.sum() > 0
    return "everybody" if has_recorded else "sex-not-recorded"


def row_of(
    description: Description,
    method: FrequencyMethod,
    kind: FigureKind,
    sex: int | None,
    category: int,
) -> FrequencyRow | None:
    """Give one figure of those who are quoted; None where there is none."""
    who = main_group(description)
    wanted = (who, method, kind, sex, category)
    return next(
        (
            each
            for each in description.frequencies
            if (each.who, each.method, each.kind, each.sex, each.category) == wanted
        ),
        None,
    )


def quoted_categories(description: Description) -> range:
    """Give the categories that are quoted first: of two the second, of more all."""
    k = len(description.outcome.categories)
    return range(1, k) if k == 2 else range(k)


def found(description: Description) -> Iterator[Bilingual]:
    """Say what was found, a sentence for each quoted category."""
    recorded = int(description.counts.recorded.sum())
    estimated = int(description.counts.estimated.sum())
    yield in_both(
        "{outcome} is known for {all} people: sex recorded for {recorded}, estimated for "
        "{estimated}.",
        "{outcome} の分かる {all} 人：性別の記録あり {recorded}、推定 {estimated}。",
        all=recorded + estimated, outcome=description.outcome.given, recorded=recorded,
        estimated=estimated,
    )  # fmt: skip
    for category in quoted_categories(description):
        yield _sentence(description, category)


def _sentence(description: Description, category: int) -> Bilingual:
    output = description.read.people.output
    told: list[Bilingual] = []
    for sex in (0, 1):
        row = row_of(description, "corrected", "share", sex, category)
        naive = row_of(description, "naive", "share", sex, category)
        if row is None or naive is None:
            continue
        told.append(
            in_both(
                "{sex} {value}{why}, naive {naive}",
                "{sex} {value}{why}（補正なし {naive}）",
                value=figure_text(row),
                sex=class_of(output, sex),
                naive=percent(naive.value),
                why=_why(row),
            )
        )
    difference = row_of(description, "corrected", "difference", None, category)
    name = f"{description.outcome.given} {description.outcome.categories[category]}"
    return in_both(
        "{name}: {en}. Difference, {one} minus {other}: {value} percentage points{why}{moved}.",
        "{name}：{ja}。差（{one} − {other}）：{value}ポイント{why}{moved}。",
        name=name, en="; ".join(each[0] for each in told), ja="、".join(each[1] for each in told),
        one=class_of(output, 1), other=class_of(output, 0),
        value=figure_text(difference) if difference else NONE,
        why=_why(difference) if difference else "", moved=_moved(difference),
    )  # fmt: skip


def _moved(difference: FrequencyRow | None) -> Bilingual:
    """Give the range of a difference, where it has one."""
    if difference is None or not range_text(difference)[0]:
        return "", ""
    return in_both(
        "; {range} if accuracy differs between the categories",
        "（正確さが区分により異なる場合 {range}）",
        range=range_text(difference),
    )


def _why(row: FrequencyRow) -> Bilingual:
    if not row.why:
        return "", ""
    english, japanese = WHY[row.why]
    return f" (no interval: {english})", f"（区間なし：{japanese}）"


def cautions(description: Description) -> Iterator[Bilingual]:
    """Say what to know before quoting it."""
    yield from notices_of([description.read.people.output])
    accuracy, outcome = description.accuracy, description.outcome
    if accuracy.is_assumed:
        yield in_both(
            "Assumed non-differential: {what} known only overall{why}, and taken to be the same "
            "in every category of {outcome}. In one study, disease "
            "of the fovea lowered the accuracy of an estimated sex from 85 to 69% (doi "
            "10.1038/s41598-021-89743-x). The range shows the frequencies if each differs by up to "
            "{vary} in each category.",
            "非差異的誤分類を仮定：{what}が全体でしか分からず{why}、{outcome} "
            "のどの区分でも同じとみなしました。黄斑の疾患では、推定した性別の正解率が 85% から 69% "
            "に下がった報告があります（doi 10.1038/s41598-021-89743-x）。範囲は、各区分の感度と特異"
            "度がそれぞれ {vary} まで異なる場合の頻度です。",
            outcome=outcome.given, vary=f"{description.options.vary:g}",
            why=_too_few(accuracy.too_few), what=_known_overall(accuracy.counts),
        )  # fmt: skip
        if not any(each.least is not None for each in description.frequencies):
            yield (
                "No range is given: at its end, sensitivity and specificity would add up to 1.2 or "
                "less.",
                "範囲の端で感度と特異度の和が 1.2 以下になるため、範囲は示しません。",
            )
    if accuracy.is_unstable:
        yield (
            "Corrected frequencies have no intervals: sensitivity and specificity may add up to "
            "1.2 or less, where no interval holds.",
            "感度と特異度の和が 1.2 以下である可能性があるため、補正後の頻度の区間は示しません。",
        )
    yield from (() if accuracy.is_unstable else withheld(description))
    if accuracy.source == "recorded":
        yield SAME_ACCURACY
    elif accuracy.counts.is_exact:
        yield (
            "Sensitivity and specificity were given as shares, so the intervals do not include "
            "their uncertainty. Give counts, such as 108/120, if you know them.",
            "感度と特異度は割合で与えられたため、その不確かさは区間に含まれません。分かる場合は "
            "108/120 のように人数で与えてください。",
        )
    if description.left_out:
        yield in_both(
            "{outcome} is not known, or differs between photographs, for {n} people, who are left "
            "out; excluded.csv lists them.",
            "{outcome} が分からないか、写真により異なる {n} 人を除外しました（excluded.csv に一覧が"
            "あります）。",
            n=len(description.left_out), outcome=outcome.given,
        )  # fmt: skip
    joined = description.read.joined
    is_of_age = outcome.given.partition(":")[0] in {"age", joined.table.options.age}
    yield from notes_of(joined.flow, ages=is_of_age)


def _known_overall(counts: AccuracyCounts) -> Bilingual:
    """Name what is known only overall, where it may be one of both."""
    if len(counts.sensitivity) == len(counts.specificity):
        return "sensitivity and specificity are", "感度と特異度"
    if len(counts.sensitivity) == 1:
        return "sensitivity is", "感度"
    return "specificity is", "特異度"


def withheld(description: Description) -> Iterator[Bilingual]:
    """Say once for each reason that intervals are missing."""
    rows = [each for each in description.frequencies if each.method == "corrected" and each.why]
    for why in dict.fromkeys(each.why for each in rows):
        count = sum(each.why == why for each in rows)
        yield in_both(
            "{n} corrected figures have no interval: {why}.",
            "補正後の {n} 個の値に区間なし：{why}。",
            n=count, why=WHY[why],
        )  # fmt: skip


def _too_few(category: str) -> Bilingual:
    if not category:
        return "", ""
    return (
        f", because fewer than 10 people of one sex are recorded where it is {category}",
        f"（{category} では性別の記録がある人がどちらかの性別で 10 人未満）",
    )
