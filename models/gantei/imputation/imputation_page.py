"""The report on missing sex: sections with figures and tables, and the tables beside the page."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..labels.exclusions import REASONS as EXCLUDED
from ..pages.bilingual import NONE, Bilingual, class_of, in_both, number_text
from ..pages.common_sections import left_out_section, limits_section, participants_section
from ..pages.excluded_parts import excluded_by_reason, excluded_table
from ..pages.flow_parts import box, boxes_of_flow, counted_reasons_of, flow_of_boxes
from ..pages.html_parts import Html, both, table, text
from ..pages.study_report import ReportFigure, ReportSection, ReportTable, StudyReport
from ..plots.calibration_plot import calibration
from ..plots.forest import ForestRow, forest
from ..plots.settling_plots import values_by_label
from ..statistics.reasons import REASONS
from . import imputation_words as words
from .combined_analysis import SexDifference
from .imputation import Imputation
from .imputation_methods import imputation_methods
from .imputation_tables import (
    COMBINED_COLUMNS,
    COUNT_COLUMNS,
    combined_rows,
    count_rows,
    imputed_columns,
    imputed_rows,
    known,
    probability_columns,
    probability_rows,
)

COMMAND = "impute"
_METHODS: dict[str, Bilingual] = {
    "complete-cases": ("complete cases", "完全ケース"),
    "imputed": ("imputed sets", "補完したセット"),
    "imputed-minus-complete": ("imputed minus complete", "補完 − 完全ケース"),
}


def imputation_report(imputation: Imputation) -> StudyReport:
    """Make the report of an imputation.

    Raises:
        MissingExtraError: matplotlib or scipy is not installed.
    """
    return StudyReport(
        COMMAND,
        words.TITLE,
        words.LEAD,
        tuple(words.found(imputation)),
        tuple(words.cautions(imputation)),
        tuple(_sections(imputation)),
        tuple(_tables(imputation)),
        imputation_methods(imputation),
        _data(imputation),
        imputation.read.files,
        (imputation.read.people.output,),
    )


def _sections(imputation: Imputation) -> Iterator[ReportSection]:
    yield participants_section(_flow(imputation))
    yield ReportSection(
        "probabilities",
        ("Probabilities", "確率"),
        _counts(imputation),
        tuple(_figures(imputation)),
    )
    if imputation.differences:
        yield ReportSection(
            "difference",
            ("The outcome by sex", "アウトカムの男女差"),
            "".join(_compared(imputation, each) for each in words.adjustments(imputation)),
            tuple(_forests(imputation)),
        )
    yield left_out_section(excluded_by_reason(imputation.exclusions))
    yield limits_section(words.CANNOT_SAY)


def _flow(imputation: Imputation) -> Html:
    read, every = imputation.read, imputation.counts[0]
    first, second = boxes_of_flow(read.joined.flow, read.files[0].name)
    told = in_both(
        "{all} people: sex recorded {known}, missing {missing}",
        "{all} 人：性別の記録あり {known}、なし {missing}",
        all=len(read.people), known=every.recorded, missing=every.missing,
    )  # fmt: skip
    imputed = imputation.imputed
    if imputed is None:
        return flow_of_boxes([first, second, box(told, [])])
    counts = Counter(each.code for each in imputed.exclusions)
    out = counted_reasons_of((code, counts[code]) for code in EXCLUDED if counts[code])
    used = in_both(
        "{all} people in the sets: sex recorded {known}, imputed {missing}",
        "セットに入る {all} 人：性別の記録あり {known}、補完 {missing}",
        all=int(imputed.used.sum()), missing=int(imputed.missing.sum()),
        known=int((imputed.used & ~imputed.missing).sum()),
    )  # fmt: skip
    return flow_of_boxes([first, second, box(told, out), box(used, [])])


def _counts(imputation: Imputation) -> Html:
    label = class_of(imputation.read.people.output, 1)
    head = (
        ("eyes per person", "眼の数"),
        ("sex recorded", "記録あり"),
        ("sex missing", "記録なし"),
        in_both("of these, {label} (expected)", "うち{label}（見込み）", label=label),
        (
            "wrong if each were given the likelier sex (expected)",
            "可能性の高い方を与えた場合の誤り（見込み）",
        ),
    )
    rows = []
    for each in imputation.counts:
        name = ("all", "全員") if each.eyes is None else (str(each.eyes), str(each.eyes))
        cells = [
            f"{one.value:.1f} ({one.low:.1f}–{one.high:.1f})"
            for one in (each.of_class_1, each.wrong)
        ]
        rows.append([both(name), str(each.recorded), str(each.missing), *cells])
    return table([both(each) for each in head], rows)


def _figures(imputation: Imputation) -> Iterator[ReportFigure]:
    people, told = imputation.read.people, imputation.calibrated
    recorded = people.is_recorded
    name = people.output.classes[1]
    group = np.where(recorded, people.recorded, 2)
    classes = [f"{each}, recorded" for each in people.output.classes]
    drawn = values_by_label(
        told.probability, group, classes=[*classes, "sex missing"],
        axis=f"calibrated probability of {name}", extent=(0.0, 1.0),
    )  # fmt: skip
    caption = in_both(
        "Calibrated probability of {label} of people whose sex is recorded, and of those whose sex "
        "is missing.",
        "性別の記録がある人と、ない人の、{label}である較正済みの確率。",
        label=class_of(people.output, 1),
    )
    yield ReportFigure("probabilities", drawn, caption)
    drawn = calibration(
        told.probability[recorded], people.recorded[recorded] == 1, name=name,
        persons=np.arange(recorded.sum()), line=None,
    )  # fmt: skip
    yield ReportFigure(
        "calibration",
        drawn,
        (
            "Calibration in the people whose sex is recorded, on whom it was fitted: observed "
            "share against calibrated probability.",
            "性別の記録がある人（較正に使った人）での、較正した確率と実際の割合。",
        ),
    )


def _forests(imputation: Imputation) -> Iterator[ReportFigure]:
    for adjusted in words.adjustments(imputation):
        name = words.compared(imputation, adjusted=adjusted)
        rows = [
            row
            for each in imputation.differences
            if each.adjusted == adjusted and each.method != "imputed-minus-complete"
            for row in _forest_rows(imputation, each)
        ]
        is_ratio = imputation.outcome is not None and imputation.outcome.scale == "log-odds-ratio"
        drawn = forest(
            rows, metric=name[0], everybody=1.0 if is_ratio else 0.0, line="no difference",
            alt=f"{name[0]}: complete cases, imputed sets, and sets with shifted logits.",
        )  # fmt: skip
        caption = in_both(
            "{name}: complete cases, imputed sets, and sets drawn with the logits of people with "
            "missing sex shifted.",
            "{name}：完全ケース、補完したセット、性別の記録がない人のロジットをずらしたセット。",
            name=name,
        )
        kind = f"difference-{'adjusted' if adjusted else 'unadjusted'}"
        yield ReportFigure(kind, drawn, caption, wide=True)


def _forest_rows(imputation: Imputation, each: SexDifference) -> Iterator[ForestRow]:
    name = _METHODS[each.method][0]
    if each.shift:
        name = f"logit {_shift_text(each)}"
    if each.estimate is None:
        yield ForestRow(name, note=REASONS[each.why][0])
        return
    value, low, high = words.scaled(imputation, each.estimate)
    yield ForestRow(name, value, low, high, f"{each.people} people")


def _compared(imputation: Imputation, adjusted: bool) -> Html:
    head = (
        ("method", "方法"),
        ("shift of the logit", "ロジットのずれ"),
        ("estimate (95% interval)", "推定値（95% 区間）"),
        ("p-value", "p 値"),
        ("degrees of freedom", "自由度"),
        ("fraction of missing information", "欠測情報の割合"),
        in_both(
            "{label} among the imputed",
            "補完した中の{label}の割合",
            label=class_of(imputation.read.people.output, 1),
        ),
        ("people", "人数"),
    )
    rows = []
    for each in imputation.differences:
        if each.adjusted != adjusted:
            continue
        rows.append([both(_METHODS[each.method]), _shift_text(each),
                     *_cells(imputation, each), str(each.people)])  # fmt: skip
    caption = both(words.compared(imputation, adjusted=adjusted))
    return table([both(each) for each in head], rows, caption=caption)


def _shift_text(each: SexDifference) -> str:
    return f"{each.shift:+g}".replace("-", "−") if each.shift else "0"


def _cells(imputation: Imputation, each: SexDifference) -> list[Html]:
    found = each.estimate
    if found is None:
        return [both(REASONS[each.why]) if each.why else NONE, NONE, NONE, NONE, NONE]
    if each.method == "imputed-minus-complete":
        value = words.scaled(imputation, found)[0]
        return [text(number_text(value, "")), NONE, NONE, NONE, NONE]
    has_sets = each.method == "imputed"
    p = "< 0.001" if found.p < 0.001 else f"{found.p:.3f}"
    return [
        text(words.estimate_text(imputation, found)[0]),
        text(p),
        f"{found.freedom:.0f}",
        f"{found.fraction_missing:.3f}" if has_sets else NONE,
        NONE if each.of_class_1 is None else f"{each.of_class_1:.3f}",
    ]


def _tables(imputation: Imputation) -> Iterator[ReportTable]:
    people, covariates = imputation.read.people, imputation.options.columns[1:]
    yield ReportTable(
        "persons.csv",
        probability_columns(people),
        probability_rows(people, imputation.calibrated),
        ("probability of each missing sex", "欠測した性別の確率"),
    )
    counted = count_rows(people, imputation.counts)
    yield ReportTable("counts.csv", COUNT_COLUMNS, counted, ("counts", "人数"))
    if imputation.imputed is not None:
        yield ReportTable(
            "imputed.csv",
            imputed_columns(people, imputation.imputed),
            imputed_rows(people, imputation.imputed),
            ("the imputed sets", "補完したセット"),
        )
        yield ReportTable(
            "combined.csv",
            COMBINED_COLUMNS,
            combined_rows(people, imputation.outcome, covariates, imputation.differences),
            ("the outcome by sex, combined", "統合したアウトカムの男女差"),
        )
    if imputation.exclusions:
        yield excluded_table(imputation.exclusions)


def _data(imputation: Imputation) -> dict[str, Any]:
    options = imputation.options
    calibrated = imputation.calibrated
    return {
        "with": list(options.columns),
        "sets": options.sets if options.columns else None,
        "seed": options.seed,
        "calibrated_by_eyes": calibrated.by_eyes,
        "coefficients": [known(float(each)) for each in calibrated.model.coefficients],
        "counts": imputation.counted(),
        "combined": imputation.combined(),
    }
