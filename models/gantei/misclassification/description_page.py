"""The report on frequencies by sex: sections with figures and tables, and the tables beside it."""

from collections import Counter
from collections.abc import Iterator

from ..labels.exclusions import REASONS as EXCLUDED
from ..pages.bilingual import NONE, Bilingual, class_of, in_both
from ..pages.common_sections import left_out_section, limits_section, participants_section
from ..pages.excluded_parts import excluded_by_reason, excluded_table
from ..pages.flow_parts import box, boxes_of_flow, counted_reasons_of, flow_of_boxes
from ..pages.html_parts import Html, below, both, table, text
from ..pages.study_report import ReportFigure, ReportSection, ReportTable, StudyReport
from ..plots.forest import ForestRow, forest
from . import description_words as words
from .description import Description
from .description_methods import description_methods
from .description_tables import (
    ACCURACY_COLUMNS,
    FREQUENCY_COLUMNS,
    accuracy_rows,
    frequency_cells,
)
from .frequency_rows import NAMES, WHY, FrequencyRow

COMMAND = "describe"
_SOURCES: dict[str, Bilingual] = {
    "recorded": (
        "Counted in the people here whose sex is recorded.",
        "この集団の、性別の記録がある人での値です。",
    ),
    "elsewhere": ("As measured elsewhere.", "ほかで測定された値です。"),
}
_MARKS = {"too-few-people": "*", "unstable-accuracy": "†", "beyond-errors": "‡"}
"""Behind a figure without an interval, by the code of its reason, which stands below the table."""
_KINDS: dict[str, Bilingual] = {
    "difference": ("difference, percentage points", "差（ポイント）"),
    "ratio": ("ratio", "比"),
}


def description_report(description: Description) -> StudyReport:
    """Make the report of a description.

    Raises:
        MissingExtraError: matplotlib or scipy is not installed.
    """
    options = description.options
    return StudyReport(
        COMMAND,
        words.TITLE,
        words.LEAD,
        tuple(words.found(description)),
        tuple(words.cautions(description)),
        tuple(_sections(description)),
        tuple(_tables(description)),
        description_methods(description),
        {
            "outcome": description.outcome.given,
            "threshold": options.threshold,
            "assumed_non_differential": description.accuracy.is_assumed,
            "vary": options.vary if description.accuracy.is_assumed else None,
            "accuracy": description.accuracies(),
            "frequencies": description.rows(),
        },
        description.read.files,
        (description.read.people.output,),
    )


def _sections(description: Description) -> Iterator[ReportSection]:
    yield participants_section(_flow(description))
    yield ReportSection(
        "frequencies",
        ("Frequencies", "頻度"),
        _frequencies(description),
        (_shares(description), _differences(description)),
    )
    yield ReportSection(
        "accuracy", ("How often the estimate is right", "推定の正しさ"), _accuracy(description)
    )
    yield left_out_section(excluded_by_reason(description.exclusions))
    yield limits_section(words.CANNOT_SAY)


def _flow(description: Description) -> Html:
    read = description.read
    first, second = boxes_of_flow(read.joined.flow, read.files[0].name)
    counts = Counter(each.code for each in description.left_out)
    out = counted_reasons_of((code, counts[code]) for code in EXCLUDED if counts[code])
    people = (f"{len(read.people)} people", f"{len(read.people)} 人")
    return flow_of_boxes([first, second, box(people, out), box(next(words.found(description)), [])])


def _shares(description: Description) -> ReportFigure:
    rows: list[ForestRow] = []
    output, who = description.read.people.output, words.main_group(description)
    for category in words.quoted_categories(description):
        name = f"{description.outcome.given} {description.outcome.categories[category]}"
        for sex in (0, 1):
            rows.append(ForestRow(f"{name}, {output.classes[sex]}", is_heading=True))
            rows += [
                _forest_row(each)
                for each in description.frequencies
                if (each.who, each.kind, each.sex, each.category) == (who, "share", sex, category)
            ]
    drawn = forest(
        rows, metric=f"share of {description.outcome.given}, %", everybody=None,
        alt="Share of each category by sex: corrected, naive, and of recorded sexes alone.",
    )  # fmt: skip
    caption = (
        "Share of the category among people of each sex, in %: corrected for the errors of the "
        "estimated sex, naive, and of recorded sexes alone.",
        "性別ごとの割合（%）：推定した性別の誤りを補正した値、補正なしの値、性別の記録がある人のみ"
        "の値。",
    )
    return ReportFigure("shares", drawn, caption, wide=True)


def _differences(description: Description) -> ReportFigure:
    rows: list[ForestRow] = []
    classes, who = description.read.people.output.classes, words.main_group(description)
    for category in words.quoted_categories(description):
        name = f"{description.outcome.given} {description.outcome.categories[category]}"
        rows.append(ForestRow(name, is_heading=True))
        for each in description.frequencies:
            if (each.who, each.kind, each.category) == (who, "difference", category):
                rows.append(_forest_row(each))
                if each.least is not None and each.greatest is not None:
                    rows.append(_range_row(each))
    drawn = forest(
        rows, metric=f"{classes[1]} minus {classes[0]}, percentage points", everybody=0.0,
        line="no difference",
        alt="Difference of the shares between the sexes: corrected, naive, recorded sexes alone.",
    )  # fmt: skip
    caption = in_both(
        "Difference of the shares, {one} minus {other}, in percentage points.",
        "割合の差（{one} − {other}、パーセントポイント）。",
        one=class_of(description.read.people.output, 1),
        other=class_of(description.read.people.output, 0),
    )
    return ReportFigure("differences", drawn, caption, wide=True)


def _forest_row(each: FrequencyRow) -> ForestRow:
    name = NAMES[each.method][0].partition(":")[0]
    if each.value is None:
        return ForestRow(name, note=WHY[each.why][0] if each.why else "")
    low, high = (None if end is None else 100 * end for end in (each.low, each.high))
    people = "" if each.people is None else f"{each.people:.0f} people"
    return ForestRow(name, 100 * each.value, low, high, people)


def _range_row(each: FrequencyRow) -> ForestRow:
    least, greatest = 100 * (each.least or 0), 100 * (each.greatest or 0)
    return ForestRow("range", 100 * (each.value or 0), least, greatest, "if accuracy differs")


def _frequencies(description: Description) -> Html:
    output = description.read.people.output
    head = [
        ("of", "対象"), ("category", "区分"), ("figure", "指標"), ("corrected", "補正後"),
        ("naive", "補正なし"), ("recorded sexes alone", "記録のある人のみ"),
    ]  # fmt: skip
    if description.accuracy.is_assumed:
        head.insert(4, ("range if accuracy differs", "正確さが異なる場合の範囲"))
    rows = []
    for each in description.frequencies:
        if each.method != "corrected":
            continue
        kind = class_of(output, each.sex) if each.sex is not None else _KINDS[each.kind]
        cells = [both(NAMES[each.who]), text(description.outcome.categories[each.category]),
                 both(kind), _cell(each)]  # fmt: skip
        if description.accuracy.is_assumed:
            has_range = each.least is not None
            ends = [words.shown(each, end) for end in (each.least, each.greatest)]
            cells.append(text(" to ".join(ends)) if has_range else NONE)
        cells += [_cell(_beside(description, each, other)) for other in ("naive", "recorded-only")]
        rows.append(cells)
    reasons = dict.fromkeys(each.why for each in description.frequencies if each.why)
    notes = (
        below(in_both("{mark} no interval: {why}", "{mark} 区間なし：{why}", mark=_MARKS[each],
                      why=WHY[each]))
        for each in reasons
    )  # fmt: skip
    return table([both(each) for each in head], rows) + "".join(notes)


def _beside(description: Description, row: FrequencyRow, method: str) -> FrequencyRow | None:
    key = (row.who, method, row.kind, row.sex, row.category)
    return next(
        (
            each
            for each in description.frequencies
            if (each.who, each.method, each.kind, each.sex, each.category) == key
        ),
        None,
    )


def _cell(row: FrequencyRow | None) -> Html:
    if row is None:
        return NONE
    said = text(words.figure_text(row)[0])
    return f"{said}{_MARKS[row.why]}" if row.why else said


def _accuracy(description: Description) -> Html:
    head = (
        ("category", "区分"),
        ("figure", "指標"),
        ("of", "対象"),
        ("classified correctly", "正しく判定された割合"),
        ("people", "人数"),
    )
    names = {"sensitivity": ("sensitivity", "感度"), "specificity": ("specificity", "特異度")}
    rows = []
    for row in description.accuracies():
        category = ("all", "全体") if row["category"] is None else (row["category"],) * 2
        sex = next(place for place, name in enumerate(description.read.people.output.classes)
                   if name == row["sex"])  # fmt: skip
        rows.append([
            both(category), both(names[row["figure"]]),
            both(class_of(description.read.people.output, sex)),
            words.percent(row["value"]),
            NONE if row["people"] is None else f"{row['people']:.0f}",
        ])  # fmt: skip
    return below(_SOURCES[description.accuracy.source]) + table([both(each) for each in head], rows)


def _tables(description: Description) -> Iterator[ReportTable]:
    outcome, classes = description.outcome, description.read.people.output.classes
    yield ReportTable(
        "frequencies.csv",
        FREQUENCY_COLUMNS,
        frequency_cells(outcome, classes, description.frequencies),
        ("frequencies, differences and ratios", "頻度、差、比"),
    )
    yield ReportTable(
        "accuracy.csv",
        ACCURACY_COLUMNS,
        accuracy_rows(outcome, classes, description.accuracy),
        ("sensitivity and specificity", "感度と特異度"),
    )
    if description.exclusions:
        yield excluded_table(description.exclusions)
