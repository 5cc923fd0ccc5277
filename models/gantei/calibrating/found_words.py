"""What a calibration is, in sentences: for the terminal and the page."""

from collections.abc import Iterator

from ..calibrations.calibration import LineCalibration, LogisticCalibration
from ..pages.bilingual import (
    NONE,
    Bilingual,
    class_of,
    in_both,
    name_of,
    number_text,
    unit_of_output,
)
from .before_and_after import before_and_after, covered
from .fitted_calibration import FittedCalibration
from .fitted_output import FittedOutput


def found_words(fitted: FittedCalibration) -> tuple[Bilingual, ...]:
    """Say whom it was made on, then what it does to each output, and which are left."""
    return tuple(_found(fitted))


def _found(fitted: FittedCalibration) -> Iterator[Bilingual]:
    made = fitted.calibration
    yield in_both(
        "Calibration of {name} at {site}: {people} people, {photographs} photographs.",
        "{site} での {name} の較正：{people} 人、写真 {photographs} 枚。",
        name=made.estimator, site=made.site, people=made.people.people,
        photographs=made.people.photographs,
    )  # fmt: skip
    for each in fitted.outputs:
        if isinstance(each.record, LineCalibration):
            yield from _number(each, each.record, made.level)
        else:
            yield _classes(each, each.record)
    for key, why in fitted.left.items():
        yield f"{key} is not calibrated: {why}.", f"{key} は較正していません（{why}）。"


def _number(fitted: FittedOutput, record: LineCalibration, level: float) -> Iterator[Bilingual]:
    found, unit = before_and_after(fitted), unit_of_output(fitted.output)
    yield in_both(
        "{name}: calibrated = {intercept} + {slope} × estimate. Mean absolute error: {after}{unit} "
        "after calibration (cross-validated), {before}{unit} before, {without}{unit} for "
        "predicting the mean.",
        "{name}：較正値 = {intercept} + {slope} × 推定値。平均絶対誤差：較正後 {after}{unit}"
        "（交差検証）、較正前 {before}{unit}、平均を答えた場合 {without}{unit}。",
        name=name_of(fitted.output), intercept=_four(record.intercept), slope=_four(record.slope),
        unit=unit,
        after=number_text(found.after, "mae"), before=number_text(found.before, "mae"),
        without=number_text(found.without, "mae"),
    )  # fmt: skip
    widths = [each.down + each.up for each in record.bands
              if each.down is not None and each.up is not None]  # fmt: skip
    if not widths or record.covered_at_least is None:
        yield in_both(
            "{name}: no {level} prediction intervals: too few people.",
            "{name}：人数が足りないため、{level} 予測区間はありません。",
            name=name_of(fitted.output), level=percent(level),
        )  # fmt: skip
        return
    people, held = covered(fitted)
    yield in_both(
        "{name}: {level} prediction intervals are {width}{unit} wide{bands}, and hold {held} of "
        "the people (cross-validated). This varies with the sample: in 95 of 100 samples of so "
        "many people, the intervals cover {least} or more.",
        "{name}：{level} 予測区間の幅は {width}{unit}{bands}で、対象者の {held} を含みます"
        "（交差検証）。"
        "標本によって変わり、同じ人数の標本 100 のうち 95 で、区間は {least} 以上を含みます。",
        name=name_of(fitted.output), level=percent(level), width=_range(widths), unit=unit,
        held=f"{held / people:.0%}" if people else NONE,
        least=f"{record.covered_at_least:.0%}",
        bands=(f" in {len(record.bands)} bands of the estimate",
               f"（推定値の {len(record.bands)} 区分）") if len(record.bands) > 1 else ("", ""),
    )  # fmt: skip


def percent(level: float) -> str:
    """Write a level of intervals.

    >>> from gantei.calibrating.found_words import percent
    >>> percent(0.9), percent(0.999)
    ('90%', '99.9%')
    """
    return f"{100 * level:.4g}%"


def _four(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


def _range(widths: list[float]) -> Bilingual:
    low, high = f"{min(widths):.3g}", f"{max(widths):.3g}"
    return (low, low) if low == high else (f"{low} to {high}", f"{low}〜{high}")


def _classes(fitted: FittedOutput, record: LogisticCalibration) -> Bilingual:
    found = before_and_after(fitted)
    two = len(record.classes) == 2
    return in_both(
        "{name}: {line}. Log loss: {after} after calibration (cross-validated), {before} before, "
        "{without} for predicting the shares of the classes.",
        "{name}：{line}。対数損失：較正後 {after}（交差検証）、較正前 {before}、"
        "各クラスの割合を答えた場合 {without}。",
        name=name_of(fitted.output),
        line=in_both(
            "calibrated logit of {label} = {intercept} + {slope} × logit",
            "{label}の較正したロジット = {intercept} + {slope} × ロジット",
            label=class_of(fitted.output, 1), intercept=_four(record.intercepts[0]),
            slope=_four(record.slope),
        ) if two else in_both(
            "one slope of {slope:.3g} on the log-odds of {n} classes",
            "{n} クラスの対数オッズに共通の傾き {slope:.3g}",
            slope=record.slope, n=len(record.classes),
        ),
        after=number_text(found.after, "log_loss"), before=number_text(found.before, "log_loss"),
        without=number_text(found.without, "log_loss"),
    )  # fmt: skip
