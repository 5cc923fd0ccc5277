"""`<table>.persons.csv`: what the photographs of each person come to, both eyes together."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any, Self

from .averaging import (
    EYES,
    UNKNOWN_EYE,
    AveragingScale,
    EyeSums,
    averaging_scale,
    mean_of_means,
)
from .backends import AnyEstimator
from .columns import ERROR
from .estimate_columns import value_columns, value_places
from .leading_columns import EYE, PERSON, SHA256, Column


@dataclass(slots=True)
class _Person:
    photographs: int = 0
    failed: int = 0
    eyes: dict[str, EyeSums] = field(default_factory=dict)

    def count(self, eye: str) -> int:
        return self.eyes[eye].count if eye in self.eyes else 0


Way = Callable[[Sequence[float]], list[float]]
Ways = Sequence[tuple[slice, Way]]


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

    def ways(self, of: Callable[[AveragingScale], Way]) -> Ways:
        """Give which part of a photograph's values each scale takes, and how: there, or back."""
        ends = [*accumulate((scale.width for scale in self.scales), initial=0)]
        parts = (slice(*each) for each in pairwise(ends))
        return [(part, of(scale)) for part, scale in zip(parts, self.scales, strict=True)]


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


def person_rows(rows: Iterable[Sequence[Any]], values: PersonValues) -> Iterator[list[Any]]:
    """Lay out what the rows of a table come to for each person, in the order of their names.

    Rows without a person are passed over; those with an error are counted only, and so are copies:
    of rows with the same person, eye and sha256 the first one's values are used.

    Args:
        rows: of the table.
        values: that they have.
    """
    people: dict[str, _Person] = {}
    there = values.ways(lambda scale: scale.there)
    for row in rows:
        if (name := row[PERSON]) is None:
            continue
        if (person := people.get(name)) is None:
            person = people[name] = _Person()
        person.photographs += 1
        if row[ERROR] is not None:
            person.failed += 1
            continue
        side = row[EYE] or UNKNOWN_EYE
        if (eye := person.eyes.get(side)) is None:
            eye = person.eyes[side] = EyeSums()
        taken = [row[place] for place in values.places]
        eye.add(bytes.fromhex(row[SHA256]), _all(there, taken))
    ways = values.ways(lambda scale: scale.back)
    for name in sorted(people):
        yield [name, *_cells(people[name], ways, len(values.places))]


def _cells(person: _Person, ways: Ways, width: int) -> list[Any]:
    def back(mean: Sequence[float] | None) -> Sequence[float | None]:
        if mean is None:
            return [None] * width
        return [_rounded(each) for each in _all(ways, mean)]

    eyes = {eye: sums.mean() for eye, sums in person.eyes.items()}
    whole = mean_of_means(eyes)
    columns = zip(back(whole), *(back(eyes.get(eye)) for eye in EYES), strict=True)
    means = [
        [mean, right, left, None if right is None or left is None else _rounded(right - left)]
        for mean, right, left in columns
    ]
    counts = [person.count(eye) for eye in (*EYES, UNKNOWN_EYE)]
    return [person.photographs, person.failed, *counts, *(cell for each in means for cell in each)]


def _rounded(value: float) -> float:
    """To nine digits, as many as tell any two values of photographs apart."""
    return float(f"{value:.9g}")


def _all(ways: Ways, values: Sequence[float]) -> list[float]:
    """Take all values of a photograph there or back, output by output."""
    taken: list[float] = []
    for part, way in ways:
        taken += way(values[part])
    return taken
