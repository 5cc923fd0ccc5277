"""The figures of an output: which there are, in which order, and what stands below each."""

from collections.abc import Iterator

import numpy as np

from ..evaluation.evaluation import Evaluation
from ..labels.cohort import Cohort
from ..labels.estimated_output import EstimatedOutput
from ..pages.bilingual import class_of, in_both, name_of
from ..pages.study_report import ReportFigure
from ..plots.age_agreement import bland_altman, estimated_against_real
from ..plots.calibration_plot import calibration
from ..plots.confusion import confusion
from ..plots.discrimination import precision_recall, roc
from ..plots.error_by_decade import error_by_decade, step_of
from ..plots.settling_plots import values_by_label
from ..statistics.calibration_lines import logits_of
from ..statistics.logistic import fit_logistic

_SCATTER = (
    "Estimated against real {name}. A slope below 1 means that low values are estimated too "
    "high and high values too low.",
    "推定した{name}と実際の{name}。傾きが 1 より小さいほど、低い値は高めに、"
    "高い値は低めに推定されて"
    "います。",
)
_DIFFERENCES = (
    "Differences against means (Bland–Altman). The dotted line has the slope 2(r² − 1)/(1 + 3r²) "
    "that regression to the mean alone gives, even for the best estimate with the same correlation "
    "r. Limits of agreement: mean ± 1.96 standard deviations.",
    "差と平均（Bland–Altman）。点線は、同じ相関 r をもつ最良の推定でも平均への回帰だけで生じる傾き "
    "2(r² − 1)/(1 + 3r²) です。一致限界は平均 ± 1.96 標準偏差です。",
)
_DECADES = (
    "Error by real {name}, in steps of {step:g}; the number above each is its count.",
    "実際の{name} {step:g} ごとの誤差。上の数字は件数です。",
)
_ROC = ("ROC curve.", "ROC 曲線。")
_ROC_OF_SEVERAL = (
    "ROC curves, each class against the rest.",
    "ROC 曲線（各クラス対その他）。",
)
_PRECISION = (
    "Precision against recall. The thin line is the share of the class in this cohort: the "
    "precision of random answers.",
    "適合率と再現率。細い線はこの集団でのクラスの割合で、無作為な答えの適合率に当たります。",
)
_CALIBRATION = (
    "Calibration: observed share against estimated probability. Bars show the distribution of the "
    "probabilities.",
    "較正：推定した確率と実際の割合。灰色の棒は確率の分布です。",
)
_DISTRIBUTION = (
    "Distribution of the probability of {label} within each label.",
    "ラベルごとの、{label}の確率の分布。",
)
_CONFUSION = (
    "Confusion matrix: counts, shaded by their share of the real class.",
    "混同行列（件数）。濃さは実際のクラスの中での割合です。",
)


def figures_of(evaluation: Evaluation, output: EstimatedOutput) -> tuple[ReportFigure, ...]:
    """Draw the figures of an output, of the units at the main level.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    level = evaluation.level_of(output.key)
    cohort = evaluation.cohorts[output.key, level]
    if not len(cohort.units):
        return ()
    match output.kind:
        case "regression":
            return tuple(_of_number(cohort))
        case "binary":
            threshold = evaluation.thresholds.get((output.key, level))
            slope = evaluation.figure(output.key, level, "calibration_slope")
            is_estimable = slope is not None and slope.value is not None
            chosen = threshold.value if threshold else 0.5
            return tuple(_of_two(cohort, chosen, _line(cohort) if is_estimable else None))
        case _:
            return tuple(_of_several(cohort))


def _of_number(cohort: Cohort) -> Iterator[ReportFigure]:
    output, units = cohort.output, cohort.units
    estimates, truths, unit = units.estimates, units.truths, output.unit
    name = name_of(output)
    drawn = estimated_against_real(estimates, truths, name=output.name, unit=unit)
    yield ReportFigure("estimated-against-real", drawn, in_both(*_SCATTER, name=name))
    drawn = bland_altman(estimates, truths, name=output.name, unit=unit)
    yield ReportFigure("bland-altman", drawn, _DIFFERENCES)
    drawn = error_by_decade(estimates, truths, name=output.name, unit=unit)
    yield ReportFigure(
        "error-by-decade", drawn, in_both(*_DECADES, name=name, step=step_of(truths))
    )


def _of_two(
    cohort: Cohort, threshold: float, line: tuple[float, float] | None
) -> Iterator[ReportFigure]:
    output, units = cohort.output, cohort.units
    classes, name = output.classes, output.classes[1]
    if 0 < units.truths.sum() < len(units):
        drawn = roc(units.estimates, units.truths, classes=classes, threshold=threshold)
        yield ReportFigure("roc", drawn, _ROC)
        drawn = precision_recall(units.estimates, units.truths, classes=classes)
        yield ReportFigure("precision-recall", drawn, _PRECISION)
    drawn = calibration(units.estimates, units.truths, name=name, persons=units.persons, line=line)
    yield ReportFigure("calibration", drawn, _CALIBRATION)
    drawn = values_by_label(
        units.estimates, units.truths, classes=classes, axis=f"probability of {name}",
        extent=(0.0, 1.0),
    )  # fmt: skip
    caption = in_both(*_DISTRIBUTION, label=class_of(output, 1))
    yield ReportFigure("distribution-by-label", drawn, caption)


def _of_several(cohort: Cohort) -> Iterator[ReportFigure]:
    output, units = cohort.output, cohort.units
    answers = units.estimates.argmax(axis=1)
    drawn = confusion(answers, units.truths, classes=output.classes)
    yield ReportFigure("answers-by-class", drawn, _CONFUSION)
    if len(np.unique(units.truths)) > 1:
        drawn = roc(units.estimates, units.truths, classes=output.classes)
        yield ReportFigure("roc", drawn, _ROC_OF_SEVERAL)
        drawn = precision_recall(units.estimates, units.truths, classes=output.classes)
        yield ReportFigure("precision-recall", drawn, _PRECISION)


def _line(cohort: Cohort) -> tuple[float, float]:
    """Fit the logistic line on the logit: intercept and slope."""
    fit = fit_logistic(logits_of(cohort.units.estimates), cohort.units.truths)
    return float(fit.intercept), float(fit.slope)
