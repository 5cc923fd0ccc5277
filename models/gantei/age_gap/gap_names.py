"""The figures of an age gap: their codes, names and units, and why one may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..statistics.reasons import REASONS


@dataclass(frozen=True, slots=True)
class GapMetric:
    """What a figure is called, and its unit; empty for a plain number."""

    english: str
    japanese: str
    unit: str = "years"


PER_YEAR = "years per year"
GAP_METRICS: Mapping[str, GapMetric] = MappingProxyType({
    "raw_gap": GapMetric("mean raw gap", "年齢差（補正なし）の平均"),
    "group_difference": GapMetric(
        "difference in the gap at the same age and covariates",
        "年齢と共変量を揃えた年齢差の群間差",
    ),
    "group_difference_cr1": GapMetric(
        "the same with the usual sandwich (CR1)", "同、通常のサンドイッチ推定（CR1）による"
    ),
    "model_term": GapMetric("term of the model", "モデルの項"),
    "slope_difference": GapMetric(
        "difference in the slope on age", "年齢に対する傾きの群間差", PER_YEAR
    ),
    "adjusted_gap": GapMetric(
        "mean gap from the reference line", "基準群の直線からの年齢差の平均"
    ),
    "line_intercept": GapMetric("intercept of the reference line", "基準群の直線の切片"),
    "line_slope": GapMetric("slope of the reference line", "基準群の直線の傾き", PER_YEAR),
    "slope_of_estimate": GapMetric(
        "slope of estimated on real age", "実年齢に対する推定年齢の傾き", PER_YEAR
    ),
    "youngest": GapMetric("youngest", "最年少"),
    "oldest": GapMetric("oldest", "最年長"),
    "central_age_low": GapMetric(
        "2.5th percentile of real age", "実年齢の 2.5 パーセンタイル"
    ),
    "central_age_high": GapMetric(
        "97.5th percentile of real age", "実年齢の 97.5 パーセンタイル"
    ),
    "ages_within_reference": GapMetric(
        "share within the reference's central 95% of ages",
        "基準群の年齢の中央 95% に入る割合",
        "fraction",
    ),
    "reference_within_ages": GapMetric(
        "share of the reference within the group's central 95% of ages",
        "群の年齢の中央 95% に入る基準群の割合",
        "fraction",
    ),
    "within_eye_sd": GapMetric(
        "standard deviation of repeated photographs of an eye", "同じ眼の写真の標準偏差"
    ),
    "repeatability": GapMetric("coefficient of repeatability", "反復性係数"),
    "eye_difference": GapMetric("mean of right − left", "右眼 − 左眼の平均"),
    "eye_difference_sd": GapMetric(
        "standard deviation of right − left", "右眼 − 左眼の標準偏差"
    ),
    "eye_limit_low": GapMetric("lower limit of agreement", "一致限界の下限"),
    "eye_limit_high": GapMetric("upper limit of agreement", "一致限界の上限"),
    "eye_icc": GapMetric(
        "intraclass correlation of both eyes, ICC(1)", "両眼の級内相関係数 ICC(1)", ""
    ),
    "change_per_year": GapMetric("change of the raw gap", "補正なしの年齢差の変化", PER_YEAR),
    "change_difference": GapMetric(
        "difference in the change", "年齢差の変化の群間差", PER_YEAR
    ),
    "adjusted_change_per_year": GapMetric(
        "change of the gap from the reference line",
        "基準群の直線からの年齢差の変化",
        PER_YEAR,
    ),
})  # fmt: skip
"""By the code of the figure, in the order of `metrics.csv`."""
GAP_REASONS: Mapping[str, tuple[str, str]] = MappingProxyType({
    **REASONS,
    "too-few-people": (
        "fewer than 10 persons, or fewer than 10 in one of the groups",
        "人数が10人未満、または10人未満の群があります",
    ),
    "describes": (
        "describes these people, and has no interval", "対象者そのものの記述で、区間はありません"
    ),
    "no-repeats": (
        "no eye has several photographs at one visit",
        "1 回の受診に同じ眼の写真が複数ある例がありません",
    ),
    "no-pairs": (
        "fewer than 3 people have both eyes", "両眼のある人が 3 人未満です"
    ),
    "no-dated-visits": (
        "nobody has visits on two dates", "日付の異なる受診のある人がいません"
    ),
})  # fmt: skip
"""By the code of `Measure.why`, English and Japanese."""
