"""Which accuracy of an estimated sex counts are corrected by, and whether it is good enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from ..labels.person_columns import PersonColumn
from ..statistics.misclassified_frequencies import LEAST_YOUDEN, AccuracyCounts, OutcomeCounts
from ..statistics.scales import student_quantile

LEAST_OF_A_CATEGORY = 10
"""People of each sex, recorded, in each category: with fewer, its accuracy is not told by them."""
LEAST_OVERALL = 20
"""The same of all categories together."""
AccuracySource = Literal["recorded", "elsewhere"]


@dataclass(frozen=True)
class UsedAccuracy:
    """The accuracy by which counts are corrected.

    Attributes:
        counts: people told right and wrong, by category or overall.
        source: the people here whose sex is recorded, or measured elsewhere.
        is_assumed: whether it is known only overall, and assumed to be the same in every category.
        is_unstable: whether sensitivity and specificity may together be no more than 1.2.
        too_few: the first category with too few recorded people for an accuracy of its own.
    """

    counts: AccuracyCounts
    source: AccuracySource
    is_assumed: bool
    is_unstable: bool
    too_few: str = ""


def used_accuracy(
    validated: NDArray[np.float64],
    estimated: NDArray[np.float64],
    elsewhere: AccuracyCounts | None,
    outcome: PersonColumn,
    classes: Sequence[str],
) -> tuple[UsedAccuracy, OutcomeCounts]:
    """Choose the accuracy: that of elsewhere where it is given, else by the recorded people.

    Args:
        validated: float64 (k, 2, 2), people whose sex is recorded, by category, class and estimate.
        estimated: float64 (k, 2), the others, by category and estimate.
        elsewhere: what was measured on others.
        outcome: whose categories they are.
        classes: of the estimate.

    Raises:
        SettingError: everybody's sex is recorded, too few are, or the accuracy is too poor.
        MissingExtraError: scipy is not installed.
    """
    if not estimated.sum():
        raise SettingError("every person's sex is recorded; nothing is estimated: count by it")
    too_few = ""
    by_category = True
    if elsewhere is None:
        by_category, too_few = _by_category(validated, outcome, classes)
    counts = OutcomeCounts(validated.sum(axis=2), estimated, validated, elsewhere, by_category)
    accuracy = counts.used_accuracy()
    _check(accuracy, outcome)
    least = accuracy.youden() - student_quantile(np.inf) * accuracy.youden_error()
    # An accuracy that one of both has by category is assumed of the other.
    is_assumed = min(len(accuracy.sensitivity), len(accuracy.specificity)) == 1
    used = UsedAccuracy(
        accuracy,
        "recorded" if elsewhere is None else "elsewhere",
        is_assumed,
        bool((least <= LEAST_YOUDEN).any()),
        too_few,
    )
    return used, counts


def _by_category(
    validated: NDArray[np.float64], outcome: PersonColumn, classes: Sequence[str]
) -> tuple[bool, str]:
    """Say whether the recorded people tell an accuracy by category, and which is the first not."""
    of_sex = validated.sum(axis=2)
    overall = of_sex.sum(axis=0)
    if overall.min() < LEAST_OVERALL:
        told = " and ".join(
            f"{count:.0f} {name}" for count, name in zip(overall, classes, strict=True)
        )
        raise SettingError(
            f"sex and {outcome.given} are recorded for {told}: telling how often the estimate is "
            f"wrong needs {LEAST_OVERALL} of each. Give what was measured elsewhere by "
            "--sensitivity and --specificity"
        )
    few = of_sex.min(axis=1) < LEAST_OF_A_CATEGORY
    return not few.any(), outcome.categories[int(np.argmax(few))] if few.any() else ""


def _check(accuracy: AccuracyCounts, outcome: PersonColumn) -> None:
    youden = accuracy.youden()
    place = int(np.argmin(youden))
    if youden[place] > LEAST_YOUDEN:
        return
    where = f" where {outcome.given} is {outcome.categories[place]}" if len(youden) > 1 else ""
    raise SettingError(
        f"sensitivity and specificity add up to {youden[place] + 1:.2f}{where}; at "
        f"{1 + LEAST_YOUDEN:g} or less, the estimate hardly tells the sexes apart, and a small "
        "error in either moves the answer fivefold; use people whose sex is recorded"
    )
