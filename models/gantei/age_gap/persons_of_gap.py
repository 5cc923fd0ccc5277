"""`persons.csv` of a gap: each visit of a person, with raw and adjusted gap."""

from collections.abc import Iterator

from ..study.leading_columns import Column
from ..table_files.csv_writing import Cell
from .age_gap import AgeGap

_DIGITS = 6
PERSON_COLUMNS = (
    Column("results", "text", "the table of results", "結果の表のファイル名"),
    Column("person", "text", "the person", "対象者"),
    Column("visit", "text", "the visit; empty where there is none", "受診。ない場合は空欄"),
    Column("group", "text", "the group; empty where it is unknown", "群。不明な場合は空欄"),
    Column("age", "number", "real age", "実年齢", unit="years"),
    Column(
        "estimate",
        "number",
        "estimated age, mean over the photographs of each eye, then over the eyes",
        "推定年齢。眼ごとに写真を平均し、次に両眼を平均",
        unit="years",
    ),
    Column(
        "raw_gap",
        "number",
        "estimate less real age; it changes with age even where nothing is the matter",
        "推定年齢 − 実年齢。異常がなくても年齢とともに変わる",
        unit="years",
    ),
    Column(
        "adjusted_gap",
        "number",
        "estimate less what the line of the reference gives at that age; empty without a "
        "reference. Its error and R² say nothing about the estimator",
        "推定年齢 − 基準群の直線のその年齢での値。基準がない場合は空欄。その誤差や R² は推定器の"
        "良否を示さない",
        unit="years",
    ),
    Column("eyes", "number", "eyes in the mean", "平均に使った眼の数"),
    Column("photographs", "number", "photographs in the mean", "平均に使った写真の枚数"),
    Column(
        "compared",
        "text",
        "whether it, or an eye of it, is in the comparison of the groups",
        "群の比較に入っているか（片眼のみの場合を含む）",
        range="yes, no",
    ),
)


def person_rows(gap: AgeGap) -> Iterator[list[Cell]]:
    """Lay each visit out by the columns, in the order of the results."""
    visits = gap.people.visits
    rows = gap.people.compared_rows.only(gap.model.design.rows & bool(gap.people.groups))
    compared = {*zip(map(str, rows.tables), rows.visits, strict=True)}
    expected = None if gap.line is None else gap.line.line.expected(visits.ages)
    for place, (person, visit) in enumerate(visits.visits):
        eyes, photographs = gap.people.counts[place]
        estimate, age = float(visits.estimates[place]), float(visits.ages[place])
        adjusted = None if expected is None else round(estimate - float(expected[place]), _DIGITS)
        yield [
            str(visits.tables[place]), person, visit or None, str(visits.groups[place]) or None,
            age, round(estimate, _DIGITS), round(estimate - age, _DIGITS), adjusted,
            eyes, photographs,
            "yes" if (str(visits.tables[place]), (person, visit)) in compared else "no",
        ]  # fmt: skip
