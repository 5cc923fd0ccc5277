"""The report of `gantei records`: lists as tables, and a page that says how far they go."""

from collections.abc import Iterator
from typing import Any

from ..labels.flow import FLOW_NOTES
from ..pages.bilingual import Bilingual, in_both, name_of
from ..pages.excluded_parts import excluded_table
from ..pages.known_manifest import notices_of
from ..pages.study_report import ReportTable, StudyReport
from ..study.leading_columns import Column
from .age_records import AgeRecords
from .class_records import ClassRecords
from .contradicting_records import people_of
from .records_check import RecordsCheck
from .records_columns import COLUMNS, records_rows
from .records_methods import TO_ADD, records_methods
from .records_sections import of_whom, rate_text, records_sections

COMMAND = "records"
TITLE: Bilingual = ("Records that photographs contradict", "写真と一致しない記録")
LEAD: Bilingual = (
    "Which records to check against their source documents. A listed record is a disagreement, not "
    "an error: the record or the estimate may be wrong, or the photograph may be of somebody else, "
    "and only the source document tells. No table was changed.",
    "原資料を確認すべき記録の一覧です。ここにあるのは誤りではなく不一致です。記録、推定、写真の対象者の"
    "いずれが誤っているかは、原資料を見なければ分かりません。元の表は一切変更していません。",
)
_CONTRADICTING = (
    Column("name", "text", "the photograph, row or unit", "写真、行、または集計の単位"),
    Column("person", "text", "whose it is, where known", "対象者（分かる場合）"),
    Column("where", "text", "where the record is", "記録の場所"),
    Column("code", "text", "code of the reason", "理由のコード"),
    Column("text", "text", "what contradicts what", "矛盾の内容"),
    Column("checked", "text", "empty, for what the source document says", "空欄。確認結果の記入用"),
)
_EXPECTED = (
    Column("output", "text", "of which list", "推定項目"),
    Column("error_rate", "number", "share of wrong records", "誤りの割合", range="0 to 1"),
    Column(
        "error_rate_from", "text",
        "stated, estimated, or what was used halved or doubled",
        "割合の由来：指定（stated）、推定（estimated）、その半分（half）、2 倍（double）",
        range="stated, estimated, half, double",
    ),
    Column("first", "number", "how many people of the list, from its top", "一覧の上位の人数"),
    Column(
        "true_errors", "number", "expected number of wrong records among them",
        "含まれる誤りの期待数",
    ),
    Column("true_errors_low", "number", "lower end of its 95% interval", "その 95% 区間の下限"),
    Column("true_errors_high", "number", "upper end of its 95% interval", "その 95% 区間の上限"),
)  # fmt: skip
_FIRST_SAID = (20, 100)


def records_report(check: RecordsCheck) -> StudyReport:
    """Lay out what was found.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    return StudyReport(
        COMMAND,
        TITLE,
        LEAD,
        tuple(found_of(check)),
        tuple(cautions_of(check)),
        tuple(records_sections(check)),
        _tables(check),
        records_methods(check),
        _data(check),
        check.files,
        check.outputs,
        TO_ADD,
    )


def found_of(check: RecordsCheck) -> Iterator[Bilingual]:
    """Say what was found, a sentence for each list."""
    if check.contradicting:
        yield in_both(
            "Records contradict each other for {n}: look at these first.",
            "{n} の記録が互いに矛盾しています。最初に確認してください。",
            n=of_whom(people_of(check.contradicting)),
        )
    for of_classes in check.classes:
        yield class_sentence(of_classes)
    for of_ages in check.ages:
        yield age_sentence(of_ages)


def class_sentence(records: ClassRecords) -> Bilingual:
    """Say how many true errors are to be expected among the first of a list."""
    among = records.among
    lengths = [each for each in _FIRST_SAID if each <= len(records.people)]
    parts = [
        (
            f"{among.expected[k - 1]:.1f} ({among.low[k - 1]} to {among.high[k - 1]}) among the "
            f"first {k}",
            f"上位 {k} 人のうち {among.expected[k - 1]:.1f} 人"
            f"（{among.low[k - 1]}〜{among.high[k - 1]}）",
        )
        for k in lengths
    ]
    stated = records.rate.source == "stated"
    return in_both(
        "{name} ({key}): for {d} of {n} people the record differs from the estimate. If {rate} of "
        "the records are wrong ({how}), the expected number of true errors is {parts}.",
        "{name}（{key}）：{n} 人のうち {d} 人で記録と推定が異なります。記録の {rate} が誤りとすると"
        "（{how}）、実際に誤りと期待されるのは{parts}です。",
        name=name_of(records.people.output), key=records.people.output.key,
        d=records.disagreeing, n=len(records.people), rate=rate_text(records.rate.value),
        how=("as stated", "指定値") if stated else ("estimated here", "ここでの推定値"),
        parts=(" and ".join(each[0] for each in parts), "、".join(each[1] for each in parts)),
    )  # fmt: skip


def age_sentence(records: AgeRecords) -> Bilingual:
    """Say how many ages are unlikely, and how many a slip would explain."""
    told, nobodys = int(records.told.sum()), int(records.nobodys.sum())
    impossible: Bilingual = ("", "")
    if nobodys:
        impossible = (
            f", {nobodys} of them no age at all", f"、うち {nobodys} 件は年齢でありえない値"
        )  # fmt: skip
    return in_both(
        "{name} ({key}): {told} of {n} recorded ages are unlikely at a false discovery rate of "
        "5%{impossible}; a slip of the pen would explain {slips} of them.",
        "{name}（{key}）：記録された年齢 {n} 件のうち {told} 件が不一致です"
        "（偽発見率 5%{impossible}）。そのうち {slips} 件は書き誤りで説明できます。",
        name=name_of(records.people.output), key=records.people.output.key, told=told,
        n=len(records.people), slips=len(records.slips),
        impossible=impossible,
    )  # fmt: skip


def cautions_of(check: RecordsCheck) -> Iterator[Bilingual]:
    """Say what to know before anything is quoted."""
    yield from notices_of(check.outputs)
    for each in check.classes:
        rate = each.rate
        if not rate.is_supported:
            yield in_both(
                "{key}: the stated share of wrong records is {rate}, but these records support "
                "{low} to {high}. If the stated share is right, the estimator is too certain about "
                "some people, and the expected numbers do not hold.",
                "{key}：指定された割合は {rate} ですが、記録と矛盾しない範囲は {low}〜{high} です。"
                "指定が"
                "正しければ、推定器が一部の対象者で過信していることになり、期待数は当てはまりません。",
                key=each.people.output.key, rate=rate_text(rate.value),
                low=rate_text(rate.low), high=rate_text(rate.high),
            )  # fmt: skip
        if rate.source == "estimated":
            yield in_both(
                "{key}: the share of wrong records was estimated from these same records, which "
                "counts whomever the estimator is certain and wrong of as a wrong record. State it "
                "by --error-rate where it is known.",
                "{key}：誤りの割合は同じ記録から推定しました。推定器が確信をもって誤った対象者も記録"
                "の誤りに数えられます。割合が分かる場合は --error-rate で指定してください。",
                key=each.people.output.key,
            )
    if check.classes:
        yield (
            "The expected numbers depend on the share of wrong records; the tables also have them "
            "for half and double the share. They hold if every record is equally likely to be "
            "wrong, and if the calibration also holds where the estimator is certain: a disease, "
            "another camera or an unusual fovea can make it certain and wrong.",
            "期待数は誤りの割合に左右されます（表に半分と 2 倍の場合を示します）。"
            "どの記録も同じ確率で"
            "誤ること、推定器が確信している対象者でも較正が成り立つことが前提です。疾患、カメラ、黄斑の"
            "状態によって、推定器が確信をもって誤ることがあります。",
        )
    if check.ages and check.stated is None:
        yield (
            "No share of wrong records was stated, so slips in ages have no odds.",
            "誤りの割合が指定されていないため、年齢の書き誤りのオッズは示していません。",
        )
    for note in check.flow.notes:
        if note in FLOW_NOTES:
            yield check.flow.note_texts(note)


def _tables(check: RecordsCheck) -> tuple[ReportTable, ...]:
    tables = [
        ReportTable(
            "records.csv", COLUMNS, records_rows(check.classes, check.ages),
            ("everybody, in the order in which to check", "全員の一覧（確認する順）"),
        )
    ]  # fmt: skip
    if check.classes:
        tables.append(
            ReportTable(
                "expected.csv", _EXPECTED, _expected_rows(check),
                ("expected true errors among the first", "上位に含まれる誤りの期待数"),
            )
        )  # fmt: skip
    if check.contradicting:
        rows = (
            [each.name, each.person or None, each.where, each.code, each.text, None]
            for each in check.contradicting
        )
        what = ("records that contradict each other", "互いに矛盾する記録")
        tables.append(ReportTable("contradictions.csv", _CONTRADICTING, rows, what))
    if check.exclusions:
        tables.append(excluded_table(check.exclusions))
    return tuple(tables)


def _expected_rows(check: RecordsCheck) -> Iterator[list[str | int | float | None]]:
    for records in check.classes:
        named = {0.5: "half", 1.0: str(records.rate.source), 2.0: "double"}
        for each in records.rates:
            for first in records.firsts():
                yield [
                    records.people.output.key, round(each.rate, 8), named[each.times], first,
                    round(float(each.among.expected[first - 1]), 4),
                    int(each.among.low[first - 1]), int(each.among.high[first - 1]),
                ]  # fmt: skip


def _data(check: RecordsCheck) -> dict[str, Any]:
    return {
        "classes": [
            {
                "output": each.people.output.key, "people": len(each.people),
                "error_rate": each.rate.value, "error_rate_from": each.rate.source,
                "supported": [each.rate.low, each.rate.high], "auc": each.auc,
                "disagreeing": each.disagreeing, "expected": each.expected,
                "lines": [
                    {"eyes": eyes, "intercept": line[0], "slope": line[1]}
                    for eyes, line in sorted(each.lines.items())
                ],
            }
            for each in check.classes
        ],
        "ages": [
            {
                "output": each.people.output.key, "people": len(each.people),
                "unlikely": int(each.told.sum()), "freedom": each.unlikely.freedom,
                "slips": each.by_slip(),
            }
            for each in check.ages
        ],
        "refused": dict(check.refused),
        "contradicting": people_of(check.contradicting),
    }  # fmt: skip
