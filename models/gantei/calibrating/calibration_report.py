"""The report of a calibration: what it does, what it was made on, and how to print it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ..calibrations.calibration import LineCalibration
from ..pages.bilingual import NONE, Bilingual, class_of, in_both, name_of, unit_of_value
from ..pages.common_sections import left_out_section, participants_section
from ..pages.excluded_parts import excluded_by_reason, excluded_table
from ..pages.flow_parts import box, boxes_of_flow, counted_reasons_of, flow_of_boxes
from ..pages.html_parts import Html, both, table, text
from ..pages.study_report import ReportSection, ReportTable, StudyReport
from ..study.leading_columns import Column
from .before_and_after import before_and_after, covered
from .calibration_cautions import calibration_cautions
from .calibration_figures import figures_of
from .calibration_methods import calibration_methods
from .fitted_calibration import FittedCalibration
from .fitted_output import FittedOutput
from .found_words import found_words

LEAD = (
    "What the estimates of one estimator mean for the people of one site. Errors and coverage are "
    "cross-validated: each tenth of the people is judged by the line that was fitted to all "
    "others.",
    "ある推定器の推定値を、一つの施設の対象者に合わせて較正した結果です。誤差と区間の評価は"
    "交差検証によります（10 分割した対象者のそれぞれを、残りの対象者で決めた直線で評価）。",
)
BANDS_CSV = "bands.csv"
_BAND_COLUMNS = (
    Column("output", "text", "the estimator and its output", "推定器と推定項目"),
    Column("least", "number", "the least estimate of the band", "区分の最小の推定値"),
    Column("greatest", "number", "where the next band begins", "次の区分の始まり"),
    Column("people", "number", "persons whose errors the interval is made of", "人数"),
    Column(
        "down",
        "number",
        "how far below the calibrated value the interval reaches; empty: too few people",
        "較正値から区間の下端までの幅。空欄は人数不足",
    ),
    Column("up", "number", "how far above", "較正値から区間の上端までの幅"),
)


def calibration_report(fitted: FittedCalibration) -> StudyReport:
    """Lay out the report of a calibration.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    made = fitted.calibration
    return StudyReport(
        command="calibrate",
        title=in_both(
            "Calibration of {name} at {site}", "{site} での {name} の較正", name=made.estimator,
            site=made.site,
        ),
        lead=LEAD,
        found=found_words(fitted),
        cautions=calibration_cautions(fitted),
        sections=[
            *(_section(each, made.level) for each in fitted.outputs),
            participants_section(_people(fitted)),
            left_out_section(excluded_by_reason(fitted.exclusions)),
        ],
        tables=[*_bands(fitted), excluded_table(fitted.exclusions)],
        methods=calibration_methods(fitted),
        data=_data(fitted),
        files=fitted.files,
        outputs=[each.output for each in fitted.outputs],
    )  # fmt: skip


def _section(fitted: FittedOutput, level: float) -> ReportSection:
    record = fitted.record
    body = _intervals(fitted, record) if isinstance(record, LineCalibration) else ""
    name = name_of(fitted.output)
    return ReportSection(
        f"output-{fitted.output.name}",
        (name[0].capitalize(), name[1]),
        body,
        figures_of(fitted, level),
    )


def _intervals(fitted: FittedOutput, record: LineCalibration) -> Html:
    unit = unit_of_value(fitted.output)
    head = (
        ("estimate", "推定値"),
        ("people", "人数"),
        ("prediction interval, around the calibrated value", "予測区間（較正値が基準）"),
    )
    rows = [
        [
            both(in_both("{low:g} to {high:g}{unit}", "{low:g}〜{high:g}{unit}", low=each.least,
                         high=each.greatest, unit=unit)),
            str(each.people),
            text(_ends(each.down, each.up)),
        ]
        for each in record.bands
    ]  # fmt: skip
    return table([both(each) for each in head], rows)


def _ends(down: float | None, up: float | None) -> str:
    if down is None or up is None:
        return NONE
    return f"{-down:+.2f}, {up:+.2f}".replace("-", "−")


def _people(fitted: FittedCalibration) -> Html:
    who, flow = fitted.calibration.people, fitted.joined.flow
    left = [
        (f"{key[0]}: {said[0]}", f"{key[1]}：{said[1]}")
        for each in fitted.outputs
        for key in [name_of(each.output)]
        for said in counted_reasons_of(Counter(one.code for one in each.exclusions).items())
    ]
    start, kept = boxes_of_flow(flow, fitted.files[0].name, left)
    used = box(
        in_both(
            "{people} people, {n} photographs to calibrate on",
            "較正に使用：{people} 人、写真 {n} 枚",
            people=who.people, n=who.photographs,
        ), [],
    )  # fmt: skip
    rows: list[list[Html]] = []
    if who.ages is not None:
        ages = in_both("{low:g} to {high:g} years", "{low:g}〜{high:g}歳",
                       low=who.ages[0], high=who.ages[1])  # fmt: skip
        rows.append([both(("ages", "年齢")), both(ages)])
    if who.sexes:
        sexes = in_both("{f} female, {m} male", "女性 {f} 人、男性 {m} 人",
                        f=who.sexes["female"], m=who.sexes["male"])  # fmt: skip
        rows.append([both(("people of each sex", "性別")), both(sexes)])
    if who.cameras:
        named = ", ".join(f"{name} {count}" for name, count in who.cameras.items())
        rows.append([both(("photographs of each camera", "カメラごとの写真")), text(named)])
    rows += [[both(name_of(each.output)), both(_labels(each))] for each in fitted.outputs]
    head = [both(("what", "項目")), both(("of whom", "内訳"))]
    return flow_of_boxes([start, kept, used]) + table(head, rows)


def _labels(fitted: FittedOutput) -> Bilingual:
    units = fitted.drawn
    said = f"{len(units)} people", f"{len(units)} 人"
    if units.kind == "regression":
        return said
    counts = Counter(units.truths.tolist())
    named = [(class_of(fitted.output, place), counts[place]) for place in sorted(counts)]
    return (
        f"{said[0]}: {', '.join(f'{name[0]} {n}' for name, n in named)}",
        f"{said[1]}（{'、'.join(f'{name[1]} {n}' for name, n in named)}）",
    )


def _bands(fitted: FittedCalibration) -> Iterator[ReportTable]:
    rows = [
        [each.output.key, band.least, band.greatest, band.people, band.down, band.up]
        for each in fitted.outputs
        if isinstance(each.record, LineCalibration)
        for band in each.record.bands
    ]
    if rows:
        yield ReportTable(BANDS_CSV, _BAND_COLUMNS, rows, ("intervals by band", "区分ごとの区間"))


def _data(fitted: FittedCalibration) -> Mapping[str, Any]:
    figures = {}
    for each in fitted.outputs:
        found = before_and_after(each)
        figures[each.output.key] = {
            found.metric: {
                "before": found.before, "after": found.after, "without": found.without,
            },
            "people": len(each.drawn),
        }  # fmt: skip
        if isinstance(each.record, LineCalibration):
            people, held = covered(each)
            figures[each.output.key]["covered"] = held / people if people else None
    return {
        "calibration": fitted.calibration.described(),
        "figures": figures,
        "not_calibrated": dict(fitted.left),
    }
