"""The parts of the page of `gantei records`: contradictions, lists, unlikely ages, what is missing.

No person is named on the page: the lists are tables beside it.
"""

from collections import Counter
from collections.abc import Iterator

from ..pages.bilingual import Bilingual, in_both, name_of
from ..pages.common_sections import left_out_section
from ..pages.excluded_parts import excluded_by_reason, excluded_counts
from ..pages.html_parts import Html, below, both, table, text
from ..pages.study_report import ReportFigure, ReportSection
from ..plots.disagreements import ListedErrors, errors_among_first, recorded_over_expected
from .age_records import AgeRecords
from .age_slips import SLIPS
from .class_records import ClassRecords, OtherRate
from .contradicting_records import people_of
from .records_check import RecordsCheck

NO_SLIP: Bilingual = ("none of these", "該当なし")
_EYES: dict[int, Bilingual] = {
    1: ("one eye", "片眼"),
    2: ("both eyes", "両眼"),
    0: ("several photographs, eyes unknown", "複数の写真（左右不明）"),
}


def records_sections(check: RecordsCheck) -> Iterator[ReportSection]:
    """Give the parts in their order: what needs no estimate first."""
    yield _contradictions(check)
    for number, of_classes in enumerate(check.classes, 1):
        yield _of_classes(of_classes, number)
    for number, of_ages in enumerate(check.ages, len(check.classes) + 1):
        yield _of_ages(of_ages, number)
    if check.refused or check.passed_by:
        yield _not_told(check)
    yield left_out_section(excluded_by_reason(check.exclusions))


def of_whom(count: int) -> Bilingual:
    """Say whose records contradict each other, by their number."""
    one = "1 person or photograph"
    return one if count == 1 else f"{count} people or photographs", f"{count} 人（または写真）"


def rate_text(rate: float, digits: int = 2) -> str:
    """Write a share of records, such as `0.50%`."""
    return f"{rate:.{digits}%}"


def _contradictions(check: RecordsCheck) -> ReportSection:
    title = ("Records that contradict each other", "互いに矛盾する記録")
    found = check.contradicting
    if not found:
        none = ("No record contradicts another one.", "互いに矛盾する記録はありません。")
        return ReportSection("contradictions", title, below(none))
    said = in_both(
        "Whatever the estimate, one of these records is wrong, or a person, a visit or a "
        "photograph was mixed up: check them first. They concern {n}, are "
        "listed in contradictions.csv, and are not in the lists below.",
        "推定とは関係なく、いずれかの記録が誤っているか、対象者・受診・写真の取り違えがあります。"
        "最初に確認してください。{n} が該当し、contradictions.csv "
        "に一覧があります。"
        "以下の一覧には含みません。",
        n=of_whom(people_of(found)),
    )
    counts = Counter(each.code for each in found)
    return ReportSection("contradictions", title, below(said) + excluded_counts(counts.items()))


def _of_classes(records: ClassRecords, number: int) -> ReportSection:
    output = records.people.output
    name = name_of(output)
    lists = [ListedErrors(each.times, each.rate, each.among) for each in records.rates]
    figure = ReportFigure(
        f"{number:02}-true-errors",
        errors_among_first(lists, name=output.name),
        in_both(
            "{key}: expected number of true errors among the first of the list, by the share of "
            "wrong records.",
            "{key}：一覧の上位に含まれる誤りの期待数（誤りの割合ごと）。",
            key=output.key,
        ),
    )
    title = in_both("Recorded {name}: {key}", "記録された{name}：{key}", name=name, key=output.key)
    body = below(_rate(records)) + _firsts(records) + _lines(records)
    return ReportSection(f"classes-{number}", title, body, (figure,))


def _rate(records: ClassRecords) -> Bilingual:
    rate = records.rate
    stated = rate.source == "stated"
    return in_both(
        "{how}: {rate} of the records are wrong. The records and estimates themselves support "
        "{low} to {high} (95%). For {d} of {n} people, the record is not the class that the "
        "calibrated estimate makes more probable. In all, {e} records are expected to be wrong.",
        "{how}：記録の {rate} が誤り。記録と推定そのものと矛盾しない割合は "
        "{low}〜{high}（95%）です。"
        "{n} 人のうち {d} 人で、較正後の推定と記録が異なります。誤りの期待数は全体で {e} 件です。",
        how=("Stated", "指定された割合") if stated else ("Estimated here", "ここで推定した割合"),
        rate=rate_text(rate.value), low=rate_text(rate.low), high=rate_text(rate.high),
        n=str(len(records.people)), d=str(records.disagreeing), e=f"{records.expected:.1f}",
    )  # fmt: skip


def _firsts(records: ClassRecords) -> Html:
    half, used, double = records.rates
    head = [both(("first of the list", "上位"))]
    head += [
        both(in_both("expected true errors if {rate} are wrong", "誤りの期待数（誤り {rate}）",
                     rate=rate_text(each.rate)))
        for each in (used, half, double)
    ]  # fmt: skip
    rows = [
        [str(k), *(_expected(each, k) for each in (used, half, double))] for k in records.firsts()
    ]
    rows.append([
        both(("all", "全員")), *(f"{each.expected:.1f}" for each in (used, half, double)),
    ])  # fmt: skip
    caption = both((
        "With 95% intervals. Each share of wrong records has its own ranking; they hardly differ.",
        "かっこ内は 95% 区間。順位は割合ごとに計算していますが、ほとんど変わりません。",
    ))  # fmt: skip
    return table(head, rows, caption=caption)


def _expected(rate: OtherRate, first: int) -> Html:
    among, place = rate.among, first - 1
    return f"{among.expected[place]:.1f} ({among.low[place]}–{among.high[place]})"


def _lines(records: ClassRecords) -> Html:
    eyes = records.people.eyes
    rows = [
        [both(_EYES[each]), str(int((eyes == each).sum())), f"{intercept:.2f}", f"{slope:.2f}"]
        for each, (intercept, slope) in sorted(records.lines.items())
    ]
    head = (
        ("estimate of", "推定に用いた眼"), ("people", "人数"),
        ("calibration intercept", "較正の切片"), ("calibration slope", "較正の傾き"),
    )  # fmt: skip
    return table([both(each) for each in head], rows, stacked=True)


def _of_ages(records: AgeRecords, number: int) -> ReportSection:
    output = records.people.output
    unlikely, told = records.unlikely, records.told
    figure = ReportFigure(
        f"{number:02}-unlikely-ages",
        recorded_over_expected(
            unlikely.expected, records.people.recorded, told, name=output.name
        ),
        in_both(
            "Recorded age against the age expected from {key}; marked: unlikely at a false "
            "discovery rate of 5%.",
            "{key} から期待される年齢と記録された年齢。印：偽発見率 5% で不一致とした記録。",
            key=output.key,
        ),
    )  # fmt: skip
    said = in_both(
        "{told} of {n} recorded ages are unlikely (Benjamini–Hochberg, 5%), or no age at all; on "
        "average, at most one in twenty of these is correct. A slip of ten years is rarely found, "
        "because the estimates scatter by {spread} years around the recorded ages.",
        "記録された年齢 {n} 件のうち {told} 件を不一致としました（Benjamini–Hochberg 法、5%。年齢で"
        "ありえない値を含みます）。"
        "このうち正しい記録は平均して 20 件に 1 件までです。推定のばらつきは {spread} 年あるため、"
        "10 歳の書き誤りはほとんど見つかりません。",
        told=str(int(told.sum())), n=str(len(records.people)),
        spread=f"{float(records.unlikely.spread.mean()):.1f}",
    )  # fmt: skip
    title = in_both("Recorded {name}: {key}", "記録された{name}：{key}",
                    name=name_of(output), key=output.key)  # fmt: skip
    return ReportSection(f"ages-{number}", title, below(said) + _slips(records), (figure,))


def _slips(records: AgeRecords) -> Html:
    rows = [
        [both((SLIPS[slip].english, SLIPS[slip].japanese) if slip else NO_SLIP), str(count)]
        for slip, count in records.by_slip().items()
    ]
    if not rows:
        return ""
    return table([both(("slip that would explain the record", "説明できる書き誤り")),
                  both(("ages", "件数"))], rows)  # fmt: skip


def _not_told(check: RecordsCheck) -> ReportSection:
    rows = [[text(key), both((why, why))] for key, why in check.refused.items()]
    why = (
        "it has no records here, or is neither an output of two classes nor an age",
        "対象外（記録がないか、2 クラスでも年齢でもない）",
    )
    rows += [[text(each.key), both(why)] for each in check.passed_by]
    head = [both(("output", "推定項目")), both(("why", "理由"))]
    return ReportSection("not-told", ("Not checked", "判定しなかった項目"), table(head, rows))
