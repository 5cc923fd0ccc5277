"""What is odd about the people that an estimator is settled on, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.labels.estimated_output import EstimatedOutput
from gantei.labels.true_values import is_of_age

from .scores import LabelledPerson

NARROW = 8.0
"""Standard deviation of ages, in years, below which they tell little apart."""
FEWEST = 20
"""People with both, from whom on it is asked whether a group goes with a label."""
STRONG, UNLIKELY = 0.3, 0.001
"""Cramér's V, or the root of the share of variance; and the p-value from which on it is chance."""


@dataclass(frozen=True, slots=True)
class CohortNote:
    """A sentence in two languages."""

    english: str
    japanese: str


def cohort_notes(
    people: Sequence[LabelledPerson], outputs: Mapping[str, EstimatedOutput], by: Sequence[str]
) -> tuple[CohortNote, ...]:
    """Say where ages lie too close together, a class is rare, or a group goes with a label."""
    notes: list[CohortNote] = []
    for name, output in outputs.items():
        known = [each for each in people if name in each.truths]
        truths = np.array([each.truths[name] for each in known])
        if output.kind == "regression":
            notes += _narrow(output, truths)
        else:
            notes += _rare(output, truths)
        for variable in by:
            if variable.partition(":")[0].casefold() != name:
                own = [each.groups.get(variable, "") for each in known]
                notes += _goes_with(output, variable, own, truths)
    return tuple(notes)


def _narrow(output: EstimatedOutput, ages: NDArray[np.float64]) -> list[CohortNote]:
    if not is_of_age(output) or len(ages) < 2 or float(ages.std()) >= NARROW:
        return []
    low, high, spread = float(ages.min()), float(ages.max()), float(ages.std())
    return [
        CohortNote(
            f"The age range is narrow, {low:.0f} to {high:.0f} years (standard deviation "
            f"{spread:.1f}): candidates are hard to tell apart, and the error is smaller than it "
            "would be over all ages.",
            f"年齢の幅が狭いため（{low:.0f}〜{high:.0f}歳、標準偏差{spread:.1f}歳）、候補を区別しにくく、"
            "誤差は幅広い年齢の場合より小さくなります。",
        )
    ]


def _rare(output: EstimatedOutput, truths: NDArray[np.float64]) -> list[CohortNote]:
    counts = np.bincount(truths.astype(np.intp), minlength=len(output.classes))
    least = int(counts.argmin())
    if counts[least] >= 10:
        return []
    label = output.classes[least]
    return [
        CohortNote(
            f"Only {counts[least]} people are {label}: too few to settle much.",
            f"「{label}」は{counts[least]}人しかいないため、判断できることが限られます。",
        )
    ]


def _goes_with(
    output: EstimatedOutput, variable: str, groups: Sequence[str], truths: NDArray[np.float64]
) -> list[CohortNote]:
    names, places = np.unique(groups, return_inverse=True)
    known = np.array([bool(names[place]) for place in places], dtype=bool)
    if known.sum() < FEWEST or len(set(places[known].tolist())) < 2:
        return []
    strength, p = _association(output, places[known], truths[known])
    if not (strength >= STRONG and p < UNLIKELY):
        return []
    return [
        CohortNote(
            f"{variable} is associated with {output.name} here (strength {strength:.2f}, at most "
            f"1): what was settled may reflect {variable} rather than the eyes. Settle again on "
            "people in whom the two are not associated.",
            f"ここでは {variable} と {output.name} に関連があります（強さ{strength:.2f}、最大1）。"
            f"決まった内容は眼ではなく {variable} の違いを反映している可能性があります。関連のない"
            "対象者でも確かめてください。",
        )
    ]


def _association(
    output: EstimatedOutput, groups: NDArray[np.intp], truths: NDArray[np.float64]
) -> tuple[float, float]:
    """Cramér's V and its p-value; of numbers the root of the share of variance, by an F test."""
    from scipy import stats

    if output.kind == "regression":
        samples = [truths[groups == each] for each in np.unique(groups)]
        total = float(((truths - truths.mean()) ** 2).sum())
        within = sum(float(((each - each.mean()) ** 2).sum()) for each in samples)
        if total == 0 or within == 0:
            return 0.0, 1.0
        return float(np.sqrt(1 - within / total)), float(stats.f_oneway(*samples).pvalue)
    table = np.zeros((int(groups.max()) + 1, int(truths.max()) + 1))
    np.add.at(table, (groups, truths.astype(np.intp)), 1)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return 0.0, 1.0
    p = float(stats.chi2_contingency(table, correction=False).pvalue)
    return float(stats.contingency.association(table.astype(np.intp), method="cramer")), p
