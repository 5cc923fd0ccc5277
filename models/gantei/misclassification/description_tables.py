"""The tables of a description: frequencies, and the accuracy by which they were corrected."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ..labels.person_columns import PersonColumn
from ..study.leading_columns import Column
from ..table_files.csv_writing import Cell
from .frequency_rows import WHY, FrequencyRow
from .used_accuracy import UsedAccuracy

FREQUENCY_COLUMNS = (
    Column("who", "text", "everybody, or only the people whose sex is not recorded",
           "全員、または性別の記録がない人のみ", range="everybody, sex-not-recorded"),
    Column("method", "text", "corrected for the errors of the estimated sex; naive, as if it had "
           "none; recorded-only, of people whose sex is recorded",
           "推定した性別の誤りを補正した値（corrected）、誤りがないとみなした値（naive）、"
           "性別の記録が"
           "ある人のみの値（recorded-only）", range="corrected, naive, recorded-only"),
    Column("figure", "text", "share of the category among the people of a sex; difference and "
           "ratio of the two shares", "その性別の中の割合、男女の割合の差と比",
           range="share, difference, ratio"),
    Column("sex", "text", "whose share it is; of a difference or ratio, which against which",
           "対象の性別。差と比では、どちらに対するどちらか"),
    Column("outcome", "text", "the outcome", "アウトカム"),
    Column("category", "text", "its category", "アウトカムの区分"),
    Column("value", "number", "the figure", "値"),
    Column("low", "number", "lower end of its 95% confidence interval", "95% 信頼区間の下限"),
    Column("high", "number", "upper end", "同じく上限"),
    Column("people", "number", "of a share, how many people of that sex and category there are, "
           "corrected as the share is", "その性別・区分の人数（割合と同じ方法で補正）"),
    Column("least", "number", "where accuracy is known only overall: the least value if it differs "
           "between categories", "正確さが全体でしか分からない場合、区分により異なるときの最小値"),
    Column("greatest", "number", "the greatest", "同じく最大値"),
    Column("why", "text", "code of the reason for a missing figure or interval", "理由のコード",
           range=", ".join(WHY)),
    Column("why_text", "text", "the same in words", "理由（英語）"),
)  # fmt: skip
"""Of `frequencies.csv`."""
ACCURACY_COLUMNS = (
    Column("category", "text", "category of the outcome; empty: all",
           "アウトカムの区分。空欄は全体"),
    Column("figure", "text", "sensitivity: of people of the second class; specificity: of the "
           "first", "感度（2 番目のクラスの人）と特異度（1 番目のクラスの人）",
           range="sensitivity, specificity"),
    Column("sex", "text", "the sex of which this share is classified correctly",
           "正しく判定された割合の対象となる性別"),
    Column("value", "number", "share that is classified correctly", "正しく判定された割合",
           range="0 to 1"),
    Column("right", "number", "people classified correctly; empty where only the share is known",
           "正しく判定された人数。割合しか分からない場合は空欄"),
    Column("people", "number", "people behind it", "人数"),
    Column("source", "text", "the people here whose sex is recorded, or measured elsewhere",
           "この集団の性別の記録がある人、またはほかで測定された値", range="recorded, elsewhere"),
)  # fmt: skip
"""Of `accuracy.csv`."""


def frequency_cells(
    outcome: PersonColumn, classes: Sequence[str], rows: Iterable[FrequencyRow]
) -> Iterator[Sequence[Cell]]:
    """Lay out `frequencies.csv`."""
    negative, positive = classes
    for each in rows:
        contrast = f"{positive} {'minus' if each.kind == 'difference' else 'over'} {negative}"
        yield (
            *(each.who, each.method, each.kind),
            contrast if each.sex is None else classes[each.sex],
            *(outcome.given, outcome.categories[each.category]),
            *(each.value, each.low, each.high, each.people, each.least, each.greatest),
            *((each.why, WHY[each.why][0]) if each.why else (None, None)),
        )


def accuracy_rows(
    outcome: PersonColumn, classes: Sequence[str], accuracy: UsedAccuracy
) -> Iterator[Sequence[Cell]]:
    """Lay out `accuracy.csv`."""
    counts = accuracy.counts
    for figure, sex, told in (
        ("sensitivity", classes[1], counts.sensitivity),
        ("specificity", classes[0], counts.specificity),
    ):
        for place, (right, wrong) in enumerate(np.asarray(told)):
            people = right + wrong
            yield (
                outcome.categories[place] if len(told) > 1 else None,
                *(figure, sex, float(right / people)),
                *((None, None) if counts.is_exact else (float(right), float(people))),
                accuracy.source,
            )
