"""The figures of a calibration: before and after, on people whom the line has not seen."""

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
            "Real {name} over the estimate as the network gives it, one photograph of each person: "
            "the fitted line, and by band of the estimate the interval for a new person.",
            "推定値（較正前）に対する実際の{name}（1 人 1 枚）。較正の直線と、"
            "推定値の区分ごとの新しい人の"
            "区間。",
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
                "Calibrated over real {name}, on people whom the line has not seen. A calibrated "
                "value is the expected one, so it still leans towards the mean: a gap must not be "
                "made of it.",
                "実際の{name}に対する較正値（較正に使っていない人）。"
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
                "Share of people whose real {name} lies in their interval, by band of the real "
                "{name}, on people not fitted on; with few people it varies by chance.",
                "実際の{name}の区分ごとに、区間が実際の値を含んだ人の割合（較正に使っていない人）"
                "。人数が"
                "少ない区分は偶然でばらつきます。",
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
                    "Share that is {label} over the probability {stage}, one photograph of each "
                    "person.",
                    "{stage}の確率に対する、実際に{label}である人の割合（1 人 1 枚）。",
                    label=class_of(fitted.output, place),
                    stage=("as the network gives it", "較正前") if stage == "before" else (
                        "after calibrating, on people whom the line has not seen",
                        "較正後（較正に使っていない人）",
                    ),
                ),
            )  # fmt: skip
