"""The columns of a gap's `metrics.csv`, one row per figure, and what each means."""

from typing import Any

from ..study.leading_columns import Column
from .gap_names import GAP_METRICS, GAP_REASONS
from .gap_row import GapFigure

DIGITS = 9
"""Of a figure in tables: further ones are not the same on every machine."""
GAP_COLUMNS = (
    Column("metric", "text", "code of the figure", "指標のコード", range=", ".join(GAP_METRICS)),
    Column(
        "level",
        "text",
        "what a row behind it is: a photograph, an eye at a visit, a visit of a person, a person",
        "集計の単位：写真、1 回の受診の片眼、1 回の受診の対象者、対象者",
        range="photograph, eye, visit, person",
    ),
    Column("group", "text", "of whom; empty: everybody", "群。空欄は全体"),
    Column(
        "compared_with",
        "text",
        "the reference that the group is compared with; empty: no comparison",
        "比較した基準群。空欄は比較でない指標",
    ),
    Column(
        "term",
        "text",
        "the term of the model: age per decade, or a covariate, with its category where it is one, "
        "against its most frequent category; empty: of no term",
        "モデルの項：10 年あたりの年齢、または共変量（カテゴリーは最も多いカテゴリーとの差）。"
        "空欄は項でない指標",
    ),
    Column("value", "number", "the figure", "指標の値"),
    Column("low", "number", "lower end of its 95% confidence interval", "95% 信頼区間の下限"),
    Column("high", "number", "upper end of its 95% confidence interval", "95% 信頼区間の上限"),
    Column(
        "unit", "text", "unit of the figure; empty for a plain number", "単位。単位のない数は空欄"
    ),
    Column("units", "number", "rows behind it", "集計の単位の数"),
    Column("people", "number", "persons behind it", "対象者数"),
    Column(
        "freedom", "number", "degrees of freedom of Student's t", "t 分布の自由度"
    ),
    Column("p", "number", "two-sided p-value, against 0", "両側 p 値（0 との差）", range="0 to 1"),
    Column(
        "p_holm",
        "number",
        "the same after Holm, over the groups that are compared with the reference",
        "Holm 法で補正した p 値（基準群と比較した群の間）",
        range="0 to 1",
    ),
    Column(
        "why",
        "text",
        "code of the reason why the figure or its interval is missing",
        "値または区間がない理由のコード",
    ),
    Column("why_text", "text", "the same in words", "その理由"),
    Column("name", "text", "the figure's name", "指標の名前（英語）"),
    Column("name_ja", "text", "the figure's name in Japanese", "指標の名前（日本語）"),
)  # fmt: skip
COLUMN_NAMES = tuple(column.name for column in GAP_COLUMNS)


def gap_record(figure: GapFigure) -> dict[str, Any]:
    """Lay one figure out by the columns; None where a cell is empty."""
    measure = figure.measure
    named = GAP_METRICS[measure.metric]
    cells = (
        *(measure.metric, figure.level, figure.group, figure.compared_with, figure.term),
        *map(_rounded, (measure.value, measure.low, measure.high)),
        *(_unit(figure), measure.units, measure.people, _rounded(figure.freedom)),
        *map(_rounded, (measure.p, figure.p_holm)),
        *(measure.why, GAP_REASONS[measure.why][0] if measure.why else ""),
        *(named.english, named.japanese),
    )
    return {
        key: None if cell == "" else cell for key, cell in zip(COLUMN_NAMES, cells, strict=True)
    }


def _unit(figure: GapFigure) -> str:
    return GAP_METRICS[figure.measure.metric].unit


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
