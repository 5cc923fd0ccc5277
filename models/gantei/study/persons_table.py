"""`<table>.persons.csv`: what the photographs of each person come to, both eyes together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from .averaging import EYES, UNKNOWN_EYE, AveragingScale, averaging_scale
from .backends import AnyEstimator
from .estimate_columns import value_columns, value_places
from .leading_columns import Column


@dataclass(frozen=True)
class PersonValues:
    """What persons are averaged of: columns of values, their places in a row, and their scales.

    There is a scale for each output, which may have several values.
    """

    columns: Sequence[Column]
    places: Sequence[int]
    scales: Sequence[AveragingScale]

    @classmethod
    def of(cls, estimators: Sequence[AnyEstimator], listed: int = 0) -> Self:
        """Take those of estimators, where so many columns of a list stand before the values."""
        return cls(
            [column for each in estimators for column in value_columns(each)],
            value_places(estimators, listed),
            [
                averaging_scale(spec.kind, len(spec.value_names("")))
                for each in estimators
                for spec in each.manifest.output.values()
            ],
        )


def person_columns(values: PersonValues) -> tuple[Column, ...]:
    """Give the columns of the table of persons."""
    described = [
        Column("person", "text", "as in the results", "結果の表の person 列と同じ"),
        Column(
            "photographs",
            "number",
            "rows of the person in the results; the same file under several names has several, and "
            "is used once",
            "結果の表の行数。同じ内容のファイルもそれぞれ数えるが、値には 1 回だけ使用",
        ),
        Column("failed", "number", "those with an error", "そのうちエラーになった枚数"),
        Column("right", "number", "those used of the right eye", "使用した右眼の枚数"),
        Column("left", "number", "those used of the left eye", "使用した左眼の枚数"),
        Column(
            UNKNOWN_EYE,
            "number",
            "those without an error of an unknown eye; used only where no eye of the person is "
            "known",
            "左右不明の枚数（エラーを除く）。左右の分かる写真が 1 枚もない場合にだけ使用",
        ),
    ]
    for column in values.columns:
        described += _described(column)
    return tuple(described)


def _described(column: Column) -> Iterator[Column]:
    how, how_ja = "", ""
    if column.unit == "probability":
        how, how_ja = ", averaged as logits", "（ロジットで平均）"
    yield _with(
        column,
        "",
        f"{column.meaning}, mean of the person: over the photographs of each eye, then over the "
        f"eyes{how}",
        f"{column.meaning_ja}の対象者ごとの平均。眼ごとに写真を平均し、次に両眼を平均{how_ja}",
    )
    for eye, japanese in zip(EYES, ("右眼", "左眼"), strict=True):
        yield _with(
            column,
            f".{eye}",
            f"{column.meaning}, mean over the photographs of the {eye} eye{how}",
            f"{column.meaning_ja}の平均（{japanese}）{how_ja}",
        )
    yield _with(
        column,
        ".right_minus_left",
        f"{column.meaning}, right eye minus left eye",
        f"{column.meaning_ja}の左右差（右眼 − 左眼）",
        "from -1 to 1" if column.unit == "probability" else "",
    )


def _with(column: Column, suffix: str, meaning: str, japanese: str, found: str = "") -> Column:
    return Column(
        f"{column.name}{suffix}",
        "number",
        meaning,
        japanese,
        column.unit,
        found or ("" if suffix == ".right_minus_left" else column.range),
        column.estimator,
        column.weights_sha256,
    )
