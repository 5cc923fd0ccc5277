"""The figures of a calibration: before, and after by cross-validation."""

from collections.abc import Iterator

import numpy as np

from ..calibrations.calibration import LineCalibration
from ..pages.bilingual import class_of, in_both, name_of
from ..pages.study_report import ReportFigure
from ..plots.age_agreement import estimated_against_real
from ..plots.calibrated_numbers import IntervalStep, calibrated_line, covered_by_band
from ..plots.calibration_plot import calibration
from ..statistics.calibration_lines import logits_of
from ..statistics.logistic import fit_logistic
from .before_and_after import covered_bands
from .fitted_output import FittedOutput

MOST_CLASSES = 6
"""Whose figures are drawn, of an output of several classes."""


def figures_of(fitted: FittedOutput, level: float) -> tuple[ReportFigure, ...]:
    """Draw the figures of an output.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    if isinstance(fitted.record, LineCalibration):
        return tuple(_of_number(fitted, fitted.record, level))
    return tuple(_of_classes(fitted))


def _of_number(
    fitted: FittedOutput, record: LineCalibration, level: float
) -> Iterator[ReportFigure]:
    output, units = fitted.output, fitted.drawn
    name = name_of(output)
    steps = [IntervalStep(each.least, each.greatest, each.down, each.up) for each in record.bands]
    drawn = calibrated_line(
        units.estimates, units.truths, line=(record.intercept, record.slope), steps=steps,
        level=level, name=output.name, unit=output.unit,
    )  # fmt: skip
    yield ReportFigure(
        f"{output.name}-line",
        drawn,
        in_both(
            "Real {name} against the estimate before calibration, one photograph per person, with "
            "the fitted line and, by band of the estimate, the prediction interval of a new "
            "person.",
            "推定値（較正前）に対する実際の{name}（1 人 1 枚）。較正の直線と、"
            "推定値の区分ごとの、新たな対象者の予測区間。",
            name=name,
        ),
    )
    if fitted.calibrated is not None:
        after = estimated_against_real(
            fitted.calibrated, np.asarray(units.truths, np.float64),
            name=output.name, unit=output.unit, what="calibrated",
        )  # fmt: skip
        yield ReportFigure(
            f"{output.name}-after",
            after,
            in_both(
                "Calibrated against real {name}, cross-validated. A calibrated value is an "
                "expected value, so it still leans towards the mean: do not compute a gap from it.",
                "実際の{name}に対する較正値（交差検証）。"
                "較正値は期待値なので平均に近づきます。"
                "差（ギャップ）の計算には使えません。",
                name=name,
            ),
        )
    if bands := covered_bands(fitted):
        shown = covered_by_band(bands, level=level, name=output.name, unit=output.unit)
        yield ReportFigure(
            f"{output.name}-coverage",
            shown,
            in_both(
                "Share of people whose real {name} lies in their prediction interval, by band of "
                "the real {name}, cross-validated; with few people it varies by chance.",
                "実際の{name}の区分ごとに、予測区間が実際の値を含んだ対象者の割合（交差検証）。"
                "人数が少ない区分は偶然でばらつきます。",
                name=name,
            ),
        )


def _of_classes(fitted: FittedOutput) -> Iterator[ReportFigure]:
    units, two = fitted.drawn, fitted.drawn.kind == "binary"
    places = [1] if two else range(min(len(fitted.output.classes), MOST_CLASSES))
    for place in places:
        label = fitted.output.classes[place]
        before = units.estimates if two else units.estimates[:, place]
        stages = [("before", before)]
        if fitted.calibrated is not None:
            stages.append(("after", fitted.calibrated[:, place]))
        for stage, chances in stages:
            own = (units.truths == place).astype(np.intp)
            fit = fit_logistic(logits_of(chances), own)
            line = (float(fit.intercept), float(fit.slope))
            drawn = calibration(
                chances, own, name=label, persons=units.persons,
                line=line if np.isfinite(line).all() else None,
                said="as given" if stage == "before" else "as calibrated",
            )  # fmt: skip
            yield ReportFigure(
                f"{fitted.output.name}-{place}-{stage}",
                drawn,
                in_both(
                    "Share of {label} against the probability {stage}, one photograph per person.",
                    "{stage}の確率に対する、実際に{label}である対象者の割合（1 人 1 枚）。",
                    label=class_of(fitted.output, place),
                    stage=("before calibration", "較正前") if stage == "before" else (
                        "after calibration, cross-validated", "較正後（交差検証）",
                    ),
                ),
            )  # fmt: skip
