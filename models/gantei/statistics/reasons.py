"""Why a figure or its interval is missing: codes, and their words."""

from types import MappingProxyType

REASONS: MappingProxyType[str, tuple[str, str]] = MappingProxyType({
    "no-units": ("there is nothing to compare", "比較できるものがありません"),
    "one-class": ("all are of one class", "全例が同じクラスです"),
    "class-absent": ("nobody here is of one of the classes", "該当者のいないクラスがあります"),
    "none-answered": ("no answer of this kind was given", "該当する回答がありません"),
    "no-spread": ("all values are the same", "すべての値が同じです"),
    "no-persons": (
        "nothing says whose photograph is whose", "どの写真が誰のものか分かりません"
    ),
    "no-draws": ("no interval was requested", "区間は求められていません"),
    "too-few-people": (
        "fewer than 10 persons, or fewer than 10 of a class",
        "人数（またはクラスごとの人数）が10人未満です",
    ),
    "too-few-for-calibration": (
        "fewer than 150 persons, or fewer than 10 of a class",
        "150人未満、またはクラスごとに10人未満です",
    ),
    "separable": (
        "a threshold separates the classes perfectly", "閾値で完全に分かれるため推定できません"
    ),
    "at-the-end": (
        "the figure is at the end of its range", "値が取りうる範囲の端にあります"
    ),
    "too-few-differ": (
        "too few people differ from the others for an interval",
        "ほかと異なる人が少なすぎるため、区間は求められません",
    ),
    "too-large": ("numbers too large to compute with", "数値が大きすぎて計算できません"),
    "no-variation": (
        "all bootstrap draws give the same value",
        "ブートストラップのどの標本でも同じ値になります",
    ),
})  # fmt: skip
"""By the code of `Measure.why`, English and Japanese."""
