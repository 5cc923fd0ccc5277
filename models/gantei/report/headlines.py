"""What was found, on whom, and how certain it is: a sentence or two for each output."""

import numpy as np

from ..evaluation.evaluation import Evaluation
from ..evaluation.figure_reasons import NO_PERSONS, reason_text
from ..labels.cohort import Cohort
from ..labels.estimated_output import EstimatedOutput
from ..pages.bilingual import (
    Bilingual,
    class_of,
    in_both,
    joined_in_both,
    metric_name,
    name_of,
    number_text,
    range_text,
    unit_of_output,
)
from ..statistics.measure import Measure

_NO_INTERVAL = ("no interval", "区間なし")


def headline(evaluation: Evaluation, output: EstimatedOutput) -> Bilingual:
    """Say what an evaluation found of one output."""
    cohort = evaluation.cohorts[output.key, evaluation.level_of(output.key)]
    who = people_of(cohort)
    match output.kind:
        case "regression":
            found = _of_number(evaluation, output, who)
        case "binary":
            found = _of_two(evaluation, output, who)
        case _:
            found = _of_several(evaluation, output, who)
    return joined_in_both(found)


def people_of(cohort: Cohort) -> Bilingual:
    """Count those behind a cohort: persons where they are known, else photographs."""
    people = cohort.units.present()
    if people is None:
        return in_both("{n} photographs", "写真 {n} 枚", n=len(cohort.units))
    noun = ("person", "people")[people != 1]
    return f"{people} {noun}", f"{people} 人"


def _of_number(evaluation: Evaluation, output: EstimatedOutput, who: Bilingual) -> list[Bilingual]:
    level = evaluation.level_of(output.key)
    error = evaluation.figure(output.key, level, "mae")
    plain = evaluation.figure(output.key, level, "mae_of_mean")
    bias = evaluation.figure(output.key, level, "bias")
    values = {"name": name_of(output), "unit": unit_of_output(output), "who": who}
    found = [
        in_both(
            "The mean absolute error of {name} is {value}{unit} ({between}), in {who}.",
            "{name}の平均絶対誤差は {value}{unit}（{between}）、対象は {who}です。",
            value=_value(error), between=_between(error), **values,
        )
    ]  # fmt: skip
    if plain is not None and plain.value is not None:
        found.append(
            in_both(
                "Predicting their mean {name} for everybody would have an error of "
                "{value}{unit}.",
                "全員を平均の{name}と予測した場合の誤差は {value}{unit}です。",
                value=_value(plain), **values,
            )
        )  # fmt: skip
    if bias is not None and bias.value is not None:
        found.append(
            in_both(
                "The bias, estimated minus real {name}, is {value}{unit} ({between}).",
                "推定した{name}から実際の{name}を引いた差の平均は {value}{unit}（{between}）です。",
                value=_value(bias), between=_between(bias), **values,
            )
        )  # fmt: skip
    return found


def _of_two(evaluation: Evaluation, output: EstimatedOutput, who: Bilingual) -> list[Bilingual]:
    level = evaluation.level_of(output.key)
    area, right = (evaluation.figure(output.key, level, each) for each in ("auc", "accuracy"))
    threshold = evaluation.thresholds.get((output.key, level))
    found = [
        _area("auc", area, output, who),
        in_both(
            "The accuracy at a threshold of {threshold} is {value} ({between}).",
            "閾値 {threshold} での正解率は {value}（{between}）です。",
            value=_value(right), between=_between(right),
            threshold=f"{threshold.value:.3g}" if threshold else "0.5",
        ),
    ]  # fmt: skip
    return [*found, _most_frequent(evaluation, output)]


def _area(code: str, area: Measure | None, output: EstimatedOutput, who: Bilingual) -> Bilingual:
    """Say the AUC, or why there is none."""
    values = {"name": name_of(output), "who": who, "what": metric_name(code)}
    label = ("", "")
    if output.kind == "binary":
        english, japanese = class_of(output, 1)
        label = (f" ({english})", f"（{japanese}）")
    if area is None or area.value is None:
        return in_both(
            "There is no {what} of {name}{label}, in {who}: {why}.",
            "{name}{label}の{what}は求められません（{who}）：{why}。",
            why=_why(area), label=label, **values,
        )  # fmt: skip
    return in_both(
        "The {what} of {name}{label} is {value} ({between}), in {who}.",
        "{name}{label}の{what}は {value}（{between}）、対象は {who}です。",
        value=_value(area), between=_between(area), label=label, **values,
    )  # fmt: skip


def _why(measure: Measure | None) -> Bilingual:
    code = measure.why if measure else ""
    return reason_text(code), reason_text(code, "ja")


def _of_several(evaluation: Evaluation, output: EstimatedOutput, who: Bilingual) -> list[Bilingual]:
    level = evaluation.level_of(output.key)
    area, right = (evaluation.figure(output.key, level, each) for each in ("macro_auc", "accuracy"))
    found = [
        in_both(
            "The accuracy of taking the most probable of {n} classes of {name} is {value} "
            "({between}), in {who}.",
            "{name}の {n} クラスで最も確率の高い答えの正解率は {value}（{between}）、対象は "
            "{who}です。",
            n=len(output.classes), name=name_of(output), value=_value(right), who=who,
            between=_between(right),
        ),
        _area("macro_auc", area, output, who),
    ]  # fmt: skip
    return [*found, _most_frequent(evaluation, output)]


def _most_frequent(evaluation: Evaluation, output: EstimatedOutput) -> Bilingual:
    """Say what the most frequent class for everybody would reach."""
    truths = evaluation.cohorts[output.key, evaluation.level_of(output.key)].units.truths
    counts = np.bincount(truths, minlength=len(output.classes))
    place = int(counts.argmax())
    return in_both(
        "Predicting {label} for everybody would have an accuracy of {value}.",
        "全員を{label}と予測した場合の正解率は {value} です。",
        label=class_of(output, place), value=number_text(counts[place] / max(1, len(truths)), ""),
    )  # fmt: skip


def _value(measure: Measure | None) -> str:
    return number_text(
        None if measure is None else measure.value, measure.metric if measure else ""
    )


def _between(measure: Measure | None) -> Bilingual:
    """Write an interval, or that there is none, and why."""
    if measure is None or measure.low is None:
        if measure is None or measure.why in ("", NO_PERSONS):
            return _NO_INTERVAL
        return in_both("no interval: {why}", "区間なし：{why}", why=_why(measure))
    return (
        f"95% confidence interval {range_text(measure)}",
        f"95% 信頼区間 {range_text(measure, 'ja')}",
    )
