"""`records.csv`: the people by how much their record and their photographs disagree."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..study.leading_columns import Column
from ..table_files.csv_writing import Cell
from .age_records import AgeRecords
from .age_slips import SLIPS
from .class_records import LISTED, ClassRecords

COLUMNS = (
    Column(
        "output", "text",
        "what was estimated and recorded; each has a list of its own",
        "推定項目（順位は項目ごと）",
    ),
    Column(
        "rank", "number",
        "place in the list: the order in which to look at source documents",
        "順位（原資料を確認する順）",
    ),
    Column("person", "text", "whose record it is", "対象者"),
    Column(
        "visit", "text",
        "the visit; empty where the record holds for all visits, as a sex does",
        "受診。性別のように全受診に共通の記録では空欄",
    ),
    Column("photographs", "number", "photographs behind the estimate", "推定に用いた写真の数"),
    Column(
        "eyes", "number",
        "eyes behind the estimate; 0 where nothing tells which eyes they are",
        "推定に用いた眼の数（左右が分からない複数の写真では 0）",
        range="0, 1, 2",
    ),
    Column(
        "recorded", "text",
        "what is recorded; an age as the number in the table",
        "記録されている値",
    ),
    Column(
        "estimate", "number",
        "the estimator's own value, the mean over the eyes: a number, or the probability of the "
        "second class, which the dictionary of the results names",
        "推定器の値（眼の平均）。数値、または二番目のクラスの確率",
    ),
    Column(
        "expected", "text",
        "what is expected from the estimate after calibration on these people: the more probable "
        "class, or the age",
        "対象者に合わせて較正した推定（確率の高いクラス、または年齢）",
    ),
    Column(
        "probability", "number",
        "for classes: calibrated probability of the recorded class",
        "クラスの場合：記録されているクラスの確率（較正後）",
        range="0 to 1",
    ),
    Column(
        "wrong", "number",
        "for classes: probability that the record is wrong, given the share of wrong records and "
        "the estimate; only a disagreement until the source document has been seen",
        "クラスの場合：記録が誤りである確率（誤りの割合と推定から計算）。原資料を確認するまでは"
        "不一致にすぎない",
        range="0 to 1",
    ),
    Column(
        "true_errors", "number",
        f"for classes: expected number of wrong records up to this rank (to rank {LISTED})",
        f"クラスの場合：この順位までに含まれる誤りの期待数（{LISTED} 位まで）",
    ),
    Column(
        "true_errors_low", "number", "lower end of its 95% interval", "その 95% 区間の下限",
    ),
    Column(
        "true_errors_high", "number", "upper end of its 95% interval", "その 95% 区間の上限",
    ),
    Column(
        "p", "number",
        "for ages: p-value, the probability that a correct age lies so far from the expected one",
        "年齢の場合：正しい年齢が、期待される年齢からこれほど離れる確率（p 値）",
        range="0 to 1",
    ),
    Column(
        "q", "number",
        "p after Benjamini and Hochberg: among all ages with at most this q, on average at most "
        "this share is correct; an age with q up to 0.05 is called unlikely, and "
        "what nobody's age can be in any case",
        "Benjamini–Hochberg 法による補正値。この値以下のもののうち、正しい記録の割合は平均して"
        "この値以下。0.05 以下、または年齢でありえない値を「不一致」とする",
        range="0 to 1",
    ),
    Column(
        "slip", "text",
        "for unlikely ages: the slip that would explain the record best",
        "不一致とした年齢について、最もよく説明できる書き誤り",
        range=", ".join(SLIPS),
    ),
    Column(
        "slip_age", "number",
        "the real age if that slip was made; empty where several are possible",
        "その書き誤りの場合の実際の年齢。一つに定まらない場合は空欄",
        "years",
    ),
    Column(
        "slip_odds", "number",
        "odds of that slip against a correct record, with the stated share of wrong records; empty "
        "where none was stated, and where the recorded number cannot be an age",
        "その書き誤りの確率が、記録が正しい確率の何倍か（指定した誤りの割合による）。指定がない場合と、"
        "年齢でありえない記録では空欄",
    ),
    Column("where", "text", "where the record is: table and line", "記録の場所（表と行）"),
    Column(
        "checked", "text",
        "empty, for what the source document says",
        "空欄。原資料で確認した結果の記入用",
    ),
)  # fmt: skip
"""The columns of `records.csv`."""
NAMES = tuple(column.name for column in COLUMNS)
_DIGITS = 6


def records_rows(
    classes: Sequence[ClassRecords], ages: Sequence[AgeRecords]
) -> Iterator[list[Cell]]:
    """Lay out everybody, by the columns: output by output, each by its rank."""
    for of_classes in classes:
        yield from _class_rows(of_classes)
    for of_ages in ages:
        yield from _age_rows(of_ages)


def _class_rows(records: ClassRecords) -> Iterator[list[Cell]]:
    people, among = records.people, records.among
    names = people.output.classes
    for rank, place in enumerate(records.order.tolist(), 1):
        person = people.people[place]
        chance = float(records.calibrated[place])
        recorded = int(people.recorded[place])
        told: list[Cell] = [None, None, None]
        if rank <= len(among.expected):
            told = [_short(among.expected[rank - 1]), int(among.low[rank - 1]),
                    int(among.high[rank - 1])]  # fmt: skip
        yield [
            *(people.output.key, rank, person.name, person.visit or None, person.photographs),
            *(int(people.eyes[place]), names[recorded], _short(people.estimates[place])),
            *(names[int(chance >= 0.5)], _short(chance if recorded else 1 - chance)),
            *(_short(records.wrong[place]), *told, None, None, None, None, None),
            *(person.where, None),
        ]


def _age_rows(records: AgeRecords) -> Iterator[list[Cell]]:
    people, unlikely = records.people, records.unlikely
    for rank, place in enumerate(records.order.tolist(), 1):
        person, slip = people.people[place], records.slips.get(place)
        odds = None if slip is None or slip.odds is None else slip.odds
        yield [
            *(people.output.key, rank, person.name, person.visit or None, person.photographs),
            *(int(people.eyes[place]), f"{people.recorded[place]:g}"),
            *(_short(people.estimates[place]), f"{unlikely.expected[place]:.1f}"),
            *(None, None, None, None, None),
            *(_short(unlikely.p[place]), _short(unlikely.q[place])),
            *((slip.slip, _age(slip.age)) if slip else (None, None)),
            None if odds is None or not np.isfinite(odds) else _short(odds),
            *(person.where, None),
        ]


def _age(years: float | None) -> float | None:
    return None if years is None else round(years, 1)


def _short(number: float) -> float:
    """Round to digits that are told, the same on every machine."""
    return float(f"{number:.{_DIGITS}g}")
