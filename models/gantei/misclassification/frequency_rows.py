"""Frequencies by sex: shares, differences and ratios, with intervals or the reason why not."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from ..statistics.differential_range import FrequencyRange
from ..statistics.metric_replicates import FEWEST_PEOPLE
from ..statistics.misclassified_frequencies import Frequencies
from ..statistics.scales import student_quantile

FigureKind = Literal["share", "difference", "ratio"]
FrequencyMethod = Literal["corrected", "naive", "recorded-only"]
WhoCounts = Literal["everybody", "sex-not-recorded"]
WHY: MappingProxyType[str, tuple[str, str]] = MappingProxyType({
    "too-few-people": (
        "fewer than 10 people of that sex in the category, or in all others",
        "その区分、またはほかの区分の、その性別の人が 10 人未満です",
    ),
    "unstable-accuracy": (
        "sensitivity and specificity may add up to 1.2 or less",
        "感度と特異度の和が 1.2 以下である可能性があります",
    ),
    "beyond-errors": (
        "the errors of the estimate cannot explain these counts",
        "推定の誤りではこの人数を説明できません",
    ),
})  # fmt: skip
"""By the code of a reason, English and Japanese."""
WHY_FIRST = ("beyond-errors", "too-few-people", "unstable-accuracy")
"""Which of several reasons is told."""


@dataclass(frozen=True, slots=True)
class FrequencyRow:
    """One figure.

    Attributes:
        who: everybody, or only those whose sex is not recorded.
        method: corrected for errors; naive, as if the estimate had none; of recorded sexes alone.
        kind: a share of the people of one sex, or a difference or ratio of two, class 1 against 0.
        sex: index of the class of a share; None of a difference or ratio.
        category: index of the outcome's category.
        value, low, high: the figure, and its 95 % interval; None where `why` says why.
        people: of a share, how many there are of that sex and category, corrected as the share is.
        why: code of `WHY`, else empty.
        least, greatest: where accuracy is known only overall: how low and how high the figure may
            lie if it differs between categories; None: not so, or not told.
    """

    who: WhoCounts
    method: FrequencyMethod
    kind: FigureKind
    sex: int | None
    category: int
    value: float | None
    low: float | None
    high: float | None
    people: float | None
    why: str = ""
    least: float | None = None
    greatest: float | None = None


def rows_of(
    who: WhoCounts,
    method: FrequencyMethod,
    found: Frequencies,
    *,
    is_unstable: bool = False,
    moved: FrequencyRange | None = None,
) -> Iterator[FrequencyRow]:
    """Give the figures with intervals: shares on the logit scale, ratios on that of logarithms.

    Args:
        who: counts.
        method: how frequencies came about.
        found: the frequencies.
        is_unstable: whether the accuracy is so uncertain that no interval holds.
        moved: how far they would move with an accuracy that differs between categories.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    quantile = student_quantile(np.inf)
    k = found.shares.shape[1]
    fewer = np.minimum(found.people, found.people.sum(axis=1, keepdims=True) - found.people)
    for sex in (0, 1):
        for category in range(k):
            value, error = found.shares[sex, category], found.share_errors[sex, category]
            why = _why(value, fewer[sex, category], is_unstable=is_unstable)
            bounds = None if why else _on_logits(value, quantile * error)
            ends = _ends(moved, sex, category)
            yield FrequencyRow(
                who, method, "share", sex, category,
                *_told(value, bounds, why), float(found.people[sex, category]), why, *ends,
            )  # fmt: skip
    for category in range(k):
        reasons = [
            _why(found.shares[sex, category], fewer[sex, category], is_unstable=is_unstable)
            for sex in (0, 1)
        ]
        why = next((each for each in WHY_FIRST if each in reasons), "")
        value, reach = found.differences[category], quantile * found.difference_errors[category]
        yield FrequencyRow(
            who, method, "difference", None, category,
            *_told(value, None if why else (value - reach, value + reach), why), None, why,
            *_ends(moved, None, category),
        )  # fmt: skip
        log, reach = found.log_ratios[category], quantile * found.log_ratio_errors[category]
        bounds = None if why else (math.exp(log - reach), math.exp(log + reach))
        yield FrequencyRow(
            who, method, "ratio", None, category, *_told(np.exp(log), bounds, why), None, why
        )


def _why(value: float, people: float, *, is_unstable: bool) -> str:
    if not 0 <= value <= 1:
        return "beyond-errors"
    if people < FEWEST_PEOPLE:
        return "too-few-people"
    return "unstable-accuracy" if is_unstable else ""


def _told(
    value: float, bounds: tuple[float, float] | None, why: str
) -> tuple[float | None, float | None, float | None]:
    shown = None if why == "beyond-errors" or not math.isfinite(value) else float(value)
    if bounds is None or not all(map(math.isfinite, bounds)):
        return shown, None, None
    return shown, float(bounds[0]), float(bounds[1])


def _on_logits(value: float, reach: float) -> tuple[float, float] | None:
    if not 0 < value < 1:
        return None
    logit, reach = math.log(value / (1 - value)), reach / (value * (1 - value))
    return tuple((1 + math.tanh(each / 2)) / 2 for each in (logit - reach, logit + reach))  # type: ignore[return-value]


def _ends(
    moved: FrequencyRange | None, sex: int | None, category: int
) -> tuple[float | None, float | None]:
    if moved is None:
        return None, None
    if sex is None:
        return float(moved.least_difference[category]), float(moved.greatest_difference[category])
    return float(moved.least[sex, category]), float(moved.greatest[sex, category])


NAMES: Mapping[str, tuple[str, str]] = {
    "everybody": ("everybody", "全員"),
    "sex-not-recorded": ("people whose sex is not recorded", "性別の記録がない人"),
    "corrected": ("corrected", "補正後"),
    "naive": ("naive: estimates as if they had no errors", "補正なし（推定に誤りがないとみなす）"),
    "recorded-only": ("recorded sexes alone", "性別の記録がある人のみ"),
}
"""What codes of rows stand for."""
