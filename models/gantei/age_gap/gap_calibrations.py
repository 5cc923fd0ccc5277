"""Whether these people are like those on whom the estimator was calibrated."""

from collections.abc import Iterator, Mapping
from typing import Any

from .age_gap import AgeGap
from .gap_caution import GapCaution, caution
from .gap_words import percent

OUTSIDE = 0.05
"""Share of the visits that may lie outside the ages calibrated on."""
OTHER_SHARE = 0.1
"""By how much the share of women may differ."""


def calibration_cautions(gap: AgeGap) -> Iterator[GapCaution]:
    """Compare these people with those of the calibrations that the results carry, if they do."""
    for each in gap.calibrations:
        if each.people.ages is not None:
            yield from _ages(gap, each.people.ages, each.site)
        yield from _sexes(gap, each.people.sexes, each.site)


def _ages(gap: AgeGap, told: tuple[float, float], site: str) -> Iterator[GapCaution]:
    low, high = told
    ages = gap.people.visits.ages
    outside = float(((ages < low) | (ages > high)).mean())
    if outside > OUTSIDE:
        yield caution((
            "{share} of the visits lie outside the ages that the calibration of {site} was made on "
            "({low:g} to {high:g}): whether the estimator behaves there as it does within them is "
            "not known.",
            "受診の {share} は、{site} の較正に使った年齢（{low:g}〜{high:g} 歳）の範囲外です。範囲"
            "の外でも推定器が同じように働くかは分かりません。",
        ), (
            "{share} of the visits lay outside the ages of the estimator's calibration at {site} "
            "({low:g} to {high:g}).",
            "受診の {share} は、{site} での推定器の較正に用いた年齢（{low:g}〜{high:g} "
            "歳）の範囲外であった。",
        ),
            share=percent(outside), site=site, low=low, high=high,
        )  # fmt: skip


def _sexes(gap: AgeGap, told: Mapping[Any, int], site: str) -> Iterator[GapCaution]:
    then, now = _share_of_women(told), _share_of_women(gap.sexes.get("", {}))
    if then is not None and now is not None and abs(then - now) > OTHER_SHARE:
        yield caution((
            "{now} of these people are women, of those of the calibration of {site} {then}: if the "
            "estimator behaves differently in women, hold sex constant by --covariates.",
            "女性の割合は {now} で、{site} の較正に使った集団では {then} でした。男女で推定器の働き"
            "が異なる場合に備え、--covariates で性別を揃えてください。",
        ), (
            "{now} of the people were women, against {then} of those of the calibration at {site}.",
            "女性の割合は {now}（{site} での較正の集団では {then}）であった。",
        ),
            now=percent(now), then=percent(then), site=site,
        )  # fmt: skip


def _share_of_women(counts: Mapping[Any, int]) -> float | None:
    women, men = counts.get("female", 0), counts.get("male", 0)
    return women / (women + men) if women + men > 0 else None
