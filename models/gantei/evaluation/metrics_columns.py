"""The columns of `metrics.csv`, one row per figure, and what each means."""

from typing import Any

from ..statistics.metric_names import METRICS
from ..study.leading_columns import Column
from .evaluation_row import EvaluationRow
from .figure_reasons import reason_of_difference, reason_text
from .threshold import BY_THRESHOLD, Threshold

UNITS_OF_OUTPUT = frozenset({"mae", "rmse", "bias", "mae_of_mean"})
"""Figures of numbers that have the output's unit, such as years; the others are plain numbers."""
DIGITS = 9
"""Of a figure in tables: further ones are not the same on every machine."""
COLUMNS = (
    Column("estimator", "text", "the estimator", "推定器"),
    Column("output", "text", "what it estimates", "推定する項目"),
    Column(
        "level",
        "text",
        "what a unit is: a photograph, an eye at one visit, or a person at one visit",
        "集計の単位：写真、1 回の受診の片眼、1 回の受診の対象者",
        range="photograph, eye, person",
    ),
    Column(
        "variable",
        "text",
        "what forms groups, as --by names it; empty: everybody",
        "群分けの変数（--by）。空欄は全体",
    ),
    Column(
        "group",
        "text",
        "the group; empty beside a variable: units of which it is not known, or whose photographs "
        "are of several groups",
        "群の値。variable があって空欄の場合は、値が不明なもの、または写真によって値が異なるもの",
    ),
    Column(
        "compared_with",
        "text",
        "empty: a figure; rest: the group's figure minus that of all others whose group is known; "
        "else the output whose figure on the same units was subtracted",
        "空欄は指標の値そのもの。rest は、群の値から、群の分かる残り全体の値を引いた差。それ以外は"
        "、同じ対象での値を引いた相手の推定項目",
    ),
    Column("metric", "text", "code of the figure", "指標のコード", range=", ".join(METRICS)),
    Column(
        "class",
        "text",
        "the class that counts as positive; empty for a number, and for all classes together",
        "陽性とみなすクラス。数値の場合と全クラスをまとめた場合は空欄",
    ),
    Column("value", "number", "the figure, or the difference", "指標の値、または差"),
    Column("low", "number", "lower end of its 95% confidence interval", "95% 信頼区間の下限"),
    Column("high", "number", "upper end of its 95% confidence interval", "95% 信頼区間の上限"),
    Column(
        "unit",
        "text",
        "unit of the figure; empty for a plain number",
        "指標の単位。単位のない数は空欄",
    ),
    Column("units", "number", "units behind it", "集計の単位の数"),
    Column("people", "number", "persons behind it, where known", "対象者数（分かる場合）"),
    Column(
        "threshold",
        "number",
        "probability from which the class is taken, where the figure depends on it",
        "陽性と判定する確率の閾値（指標がそれによる場合）",
        range="0 to 1",
    ),
    Column("p", "number", "two-sided p-value of a difference", "差の両側 p 値", range="0 to 1"),
    Column(
        "p_holm",
        "number",
        "the same after Holm, over the groups of one variable and figure, or over the outputs that "
        "are compared",
        "Holm 法で補正した p 値（同じ変数・指標の群の間、または比較する推定項目の間）",
        range="0 to 1",
    ),
    Column(
        "why",
        "text",
        "code of the reason why the figure or its interval is missing",
        "値または区間がない理由のコード",
    ),
    Column("why_text", "text", "the same in words", "その理由"),
    Column("notes", "text", "codes of what to know before quoting it", "引用する前の注意のコード"),
    Column("notes_text", "text", "the same in words", "その注意"),
    Column("name", "text", "the figure's name", "指標の名前（英語）"),
    Column("name_ja", "text", "the figure's name in Japanese", "指標の名前（日本語）"),
)
NAMES = tuple(column.name for column in COLUMNS)


def record(row: EvaluationRow, threshold: Threshold | None = None) -> dict[str, Any]:
    """Lay one figure out by the columns; None where a cell is empty.

    Args:
        row: the figure.
        threshold: of its output and level, where there is one.
    """
    measure, output = row.measure, row.output
    used = threshold.value if threshold and depends_on_threshold(row) else None
    cells = (
        *(output.estimator, output.name, row.level, row.variable, row.group, row.compared_with),
        *(measure.metric, row.class_name),
        *map(_rounded, (measure.value, measure.low, measure.high)),
        *(unit_of(row), measure.units, measure.people, _rounded(used)),
        *map(_rounded, (measure.p, row.p_holm)),
        *(
            measure.why,
            reason_text(reason_of_difference(measure.why) if row.is_difference else measure.why),
        ),
        *(" ".join(row.notes), " ".join(map(reason_text, row.notes))),
        *(METRICS[measure.metric].english, METRICS[measure.metric].japanese),
    )
    return {key: None if cell == "" else cell for key, cell in zip(NAMES, cells, strict=True)}


def unit_of(row: EvaluationRow) -> str:
    """Give the unit of a figure; empty for a plain number."""
    return row.output.unit if row.measure.metric in UNITS_OF_OUTPUT else ""


def depends_on_threshold(row: EvaluationRow) -> bool:
    """Whether a figure would be another at another threshold."""
    return row.output.kind == "binary" and row.measure.metric in BY_THRESHOLD


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
