"""What to know before quoting a figure, in words: each a sentence that these very data give."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..evaluation.evaluation import Evaluation
from ..evaluation.remarked_rows import is_reversed
from ..evaluation.reported_figures import ReportedFigure
from ..labels.cohort import Level
from ..labels.estimated_output import EstimatedOutput
from ..pages.bilingual import (
    Bilingual,
    class_of,
    in_both,
    name_of,
    number_text,
    range_text,
    unit_of_output,
    unit_of_value,
)
from ..pages.known_manifest import known_manifest, published_name
from ..statistics.measure import Measure
from ..statistics.metric_names import METRICS
from .level_words import level_of

FEW_OF_A_CLASS = 100
"""Persons of a class, below which calibration and error rates are known too roughly
(doi 10.1002/sim.6787 asks for 100, and better 200)."""
MANY_LEFT_OUT = 0.05
"""Share of the photographs."""


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to know.

    Attributes:
        code: what it is, in a word.
        text: in both languages.
        key: of the output that it is about; empty where it is about all.
    """

    code: str
    text: Bilingual
    key: str = ""


def cautions(evaluation: Evaluation) -> tuple[Caution, ...]:
    """Give everything to know before a figure of this evaluation is quoted."""
    return (
        *_of_persons(evaluation),
        *_of_flow(evaluation),
        *(each for output in evaluation.outputs for each in _of_output(evaluation, output)),
        *(
            Caution("not-evaluated", in_both(
                "{key} was not evaluated: the labels say nothing of it.",
                "{key} は、ラベルがないため評価していません。", key=output.key))
            for output in evaluation.unlabelled
        ),
    )  # fmt: skip


def _of_persons(evaluation: Evaluation) -> Iterator[Caution]:
    if evaluation.options.one_photograph_per_person:
        yield Caution("one-photograph-per-person", (
            "The intervals rely on the statement that each photograph is of a different person, "
            "which nothing here can check.",
            "区間は、写真がすべて別の人のものであるという申告に基づきます。ここでは確かめられません。",
        ))  # fmt: skip
    elif not evaluation.has_persons:
        yield Caution("no-persons", (
            "No confidence intervals are given, because nothing says which photographs are of the "
            "same person.",
            "どの写真が同じ人のものか分からないため、信頼区間は示していません。",
        ))  # fmt: skip


def _of_flow(evaluation: Evaluation) -> Iterator[Caution]:
    for flow in evaluation.flows:
        left_out = sum(flow.excluded.values())
        if left_out > MANY_LEFT_OUT * flow.photographs:
            yield Caution("many-left-out", in_both(
                "{n} of {all} photographs were left out; if they differ from the others, the "
                "figures do not hold for all.",
                "写真 {all} 枚のうち {n} 枚を除外しました。除外した写真の性質が異なれば、"
                "結果は全体には当てはまりません。",
                n=left_out, all=flow.photographs))  # fmt: skip
        if flow.findings:
            yield Caution("findings", in_both(
                "Photographs with a finding are included; the most frequent finding concerns {n} "
                "of {all} photographs.",
                "注意の付いた写真も集計に含みます。最も多い注意は、写真 {all} 枚中 {n} "
                "枚にあります。",
                n=max(flow.findings.values()), all=flow.joined))  # fmt: skip
        for note in flow.notes:
            yield Caution(note, flow.note_texts(note))


def _of_output(evaluation: Evaluation, output: EstimatedOutput) -> Iterator[Caution]:
    manifest = known_manifest(output)
    if manifest and manifest.notice.strip():
        notice = manifest.notice, manifest.notice_ja.strip() or manifest.notice
        yield Caution("notice", notice, output.key)
    level = evaluation.level_of(output.key)
    if level != evaluation.main_level:
        yield Caution("other-level", in_both(
            "No units are left {usual}, so the figures are {level}.",
            "{usual}では対象が残らないため、{level}の値です。",
            usual=level_of(evaluation, evaluation.main_level), level=level_of(evaluation, level),
        ), output.key)  # fmt: skip
    if facts := evaluation.settled_here(output):
        yield Caution("settled-on-these-labels", in_both(
            "These same labels have settled {facts} of {name}: the figures are optimistic; expect "
            "worse ones on other people.",
            "{name} の設定（{ja}）はこのラベル自身で決めました。指標は楽観的で、ほかの集団ではこれ"
            "より悪くなると見込まれます。",
            facts=", ".join(facts), ja="、".join(facts), name=published_name(output),
        ), output.key)  # fmt: skip
    if output.kind == "regression":
        yield from _of_number(evaluation, output)
    else:
        yield from _of_classes(evaluation, output)
    for each in evaluation.reported:
        measured = measured_beside(evaluation, output, each)
        if excludes(measured, each):
            yield Caution("other-than-reported", _other(measured, each), output.key)


def _other(measured: Mapping[Level, Measure], reported: ReportedFigure) -> Bilingual:
    here = list(measured.values())[-1]
    above = here.value is not None and here.value > reported.value
    is_better = above is METRICS[reported.code].higher_is_better
    return in_both(
        "The publisher reports {metric} {value} ({data}); here it is {side}, with a 95% "
        "confidence interval of {between}. The reason may be other people, cameras or "
        "preprocessing, or a setting that is not the publisher's.",
        "公開元の報告は {metric} {value}（{data}）ですが、ここではそれより{side}、区間は {between} "
        "です。"
        "対象者、カメラ、前処理の違い、または公開元と異なる設定が考えられます。",
        metric=reported.metric, value=f"{reported.value:g}", data=reported.data,
        side=("better", "良く") if is_better else ("worse", "悪く"),
        between=(range_text(here), range_text(here, "ja")),
    )  # fmt: skip


def _of_number(evaluation: Evaluation, output: EstimatedOutput) -> Iterator[Caution]:
    level = evaluation.level_of(output.key)
    truths = evaluation.cohorts[output.key, level].units.truths
    plain = evaluation.figure(output.key, level, "mae_of_mean")
    if len(truths):
        yield Caution("range-of-ages", in_both(
            "A mean absolute error depends on the range of {name}: here {low:.0f} to {high:.0f}"
            "{of}, standard deviation {spread:.1f}. Compare it with other studies only beside the "
            "error of predicting the mean, here {plain}{unit}.",
            "平均絶対誤差は{name}の範囲によって変わります（ここでは {low:.0f}〜{high:.0f}{of}、"
            "標準偏差 {spread:.1f}）。ほかの研究とは、平均を答えた場合の誤差（ここでは "
            "{plain}{unit}）"
            "と並べて比べてください。",
            name=name_of(output), unit=unit_of_output(output),
            of=unit_of_value(output), low=float(truths.min()),
            high=float(truths.max()),
            spread=float(np.std(truths, ddof=1)) if len(truths) > 1 else 0.0,
            plain=number_text(plain.value if plain else None, "mae")), output.key)  # fmt: skip
    r2 = evaluation.figure(output.key, level, "r2")
    if r2 is not None and r2.value is not None and r2.value < 0:
        yield Caution("worse-than-the-mean", (
            "R² is negative: predicting these people's mean for everybody would have a smaller "
            "squared error than the estimates.",
            "R² が負です。全員を平均と予測したほうが、推定値より二乗誤差が小さくなります。",
        ), output.key)  # fmt: skip


def _of_classes(evaluation: Evaluation, output: EstimatedOutput) -> Iterator[Caution]:
    level = evaluation.level_of(output.key)
    units = evaluation.cohorts[output.key, level].units
    threshold = evaluation.thresholds.get((output.key, level))
    if threshold is not None and threshold.is_chosen_here:
        yield Caution("optimistic-threshold", in_both(
            "The threshold {value:.3g} was chosen on these same people: expect lower sensitivity, "
            "specificity and accuracy on others.",
            "閾値 {value:.3g} はこの対象者自身で選びました。ほかの集団では感度・特異度・正解率が"
            "これより低くなると見込まれます。",
            value=threshold.value), output.key)  # fmt: skip
    persons = units.persons if units.persons is not None else np.arange(len(units))
    counts = [len(np.unique(persons[units.truths == each])) for each in range(len(output.classes))]
    fewest = int(np.argmin(counts))
    if counts[fewest] < FEW_OF_A_CLASS:
        what = ("people", "人") if units.persons is not None else ("photographs", "枚")
        yield Caution("few-of-a-class", in_both(
            "{label} has only {n} {what}: with fewer than {few}, calibration and error rates are "
            "imprecise (doi 10.1002/sim.6787).",
            "{label}は {n} {what}だけです。{few} {what}未満では、"
            "較正や誤り率は大まかにしか分かりません"
            "（doi 10.1002/sim.6787）。",
            label=class_of(output, fewest), n=counts[fewest], what=what,
            few=FEW_OF_A_CLASS), output.key)  # fmt: skip
    area = evaluation.figure(output.key, level, "macro_auc" if len(output.classes) > 2 else "auc")
    area = area or evaluation.figure(output.key, level, "auc", 1)
    if area is not None and is_reversed(area):
        yield Caution("worse-than-chance", (
            "The AUC is worse than chance: the labels may be coded the other way round, or the "
            "classes of the estimator may be. Check both before anything else.",
            "AUC が偶然（0.5）より悪い値です。ラベルの符号化、または推定器のクラスの並びが逆に"
            "なっている可能性があります。まずこれらを確かめてください。",
        ), output.key)  # fmt: skip
    yield Caution("predictive-values", (
        "Positive and negative predictive values hold only at this cohort's prevalence.",
        "陽性的中率と陰性的中率は、この集団での割合（有病率）のもとでのみ成り立ちます。",
    ), output.key)  # fmt: skip


def measured_beside(
    evaluation: Evaluation, output: EstimatedOutput, reported: ReportedFigure
) -> dict[Level, Measure]:
    """Give the figures measured here that a reported one stands beside, the main level last.

    By photograph too: publishers rarely say whether theirs is by photograph or by person.
    """
    if not is_of(reported, output) or reported.code not in METRICS:
        return {}
    levels: tuple[Level, ...] = tuple(
        dict.fromkeys(("photograph", evaluation.level_of(output.key)))
    )
    found = {each: evaluation.figure(output.key, each, reported.code) for each in levels}
    return {level: measure for level, measure in found.items() if measure is not None}


def is_of(reported: ReportedFigure, output: EstimatedOutput) -> bool:
    """Whether a publisher's figure is of the very weights of an output."""
    return reported.estimator == published_name(output) and known_manifest(output) is not None


def excludes(measured: Mapping[Level, Measure], reported: ReportedFigure) -> bool:
    """Whether the intervals measured here leave the reported figure out, at every level."""
    intervals = [
        (each.low, each.high)
        for each in measured.values()
        if each.low is not None and each.high is not None
    ]
    return bool(intervals) and not any(low <= reported.value <= high for low, high in intervals)
