"""Why a figure or its interval is missing: codes, and their words."""

from types import MappingProxyType

REASONS: MappingProxyType[str, tuple[str, str]] = MappingProxyType({
    "no-units": ("there is nothing to compare", "比較できるものがありません"),
    "one-class": ("all are of one class", "全例が同じクラスです"),
    "class-absent": ("a class has nobody here", "該当者のいないクラスがあります"),
    "none-answered": ("no such answer was given", "該当する回答がありません"),
    "no-spread": ("all values are the same", "すべての値が同じです"),
    "no-persons": (
        "nothing tells whose photograph is whose", "どの写真が誰のものか分かりません"
    ),
    "no-draws": ("no interval was requested", "区間は求められていません"),
    "too-few-people": (
        "fewer than 10 persons, or persons of a class",
        "人数（またはクラスごとの人数）が10人未満です",
    ),
    "too-few-for-calibration": (
        "fewer than 150 persons, or 10 of a class",
        "150人未満、またはクラスごとに10人未満です",
    ),
    "separable": (
        "a threshold parts the classes without an error", "閾値で完全に分かれるため推定できません"
    ),
    "at-the-end": (
        "the figure stands at the end of its range", "値が取りうる範囲の端にあります"
    ),
    "too-few-differ": (
        "too few people differ from the others for an interval",
        "ほかと異なる人が少なすぎるため、区間は求められません",
    ),
    "too-large": ("numbers too large to compute with", "数値が大きすぎて計算できません"),
    "no-variation": ("all draws give the same", "再標本化しても値が変わりません"),
})  # fmt: skip
"""By the code of `Measure.why`, English and Japanese."""
