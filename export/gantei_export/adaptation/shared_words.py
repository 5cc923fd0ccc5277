"""What the reports of heads and of whole networks have to say in common."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from gantei.labels.estimated_output import EstimatedOutput
from gantei.pages.bilingual import Bilingual, class_of, in_both, number_text
from gantei.statistics.metric_names import METRICS

from ..adapting.labelled_photographs import LabelledPhotographs
from ..learning.trials import TrialFigure, Trials, gain_over
from .trial_texts import beside_nothing, figure_name, interval_of, unit_of_figure

FEW_PEOPLE = 100
"""Below, another group of as many people may give clearly different figures."""
FEW_OF_A_CLASS = 30
GainVerdict = Literal["better", "worse", "unclear"]
GAINS: dict[GainVerdict, Bilingual] = {
    "better": ("better", "改善"),
    "worse": ("worse", "悪化"),
    "unclear": ("no clear difference", "明らかな差なし"),
}
PERSONS_UNSURE = {"persons-alike", "persons-dated"}
"""Notes of a flow: some who count as different people may be the same."""
LIMITS: tuple[Bilingual, ...] = (
    (
        "How it performs elsewhere: all people here are from one source. Before anybody relies on "
        "it, measure it with gantei evaluate on people from another camera, hospital or time.",
        "ほかの集団での性能。対象者はすべて同じ集団の人です。使う前に、別のカメラ・施設・時期の対"
        "象者で "
        "gantei evaluate により評価してください。",
    ),
    (
        "What it looks at: if the label is associated with a camera, an age or a hospital, it may "
        "have learnt those instead.",
        "何を見ているか。ラベルがカメラ・年齢・施設と関連していれば、それらを学習した可能性があり"
        "ます。",
    ),
    (
        "Whether the estimator that it was made from had already learnt from photographs of these "
        "same people: if so, the figures here are too good.",
        "もとの推定器が同じ対象者の写真で学習していたか（その場合、ここでの値は実際より良く出ま"
        "す）。",
    ),
)


def figure_words(trials: Trials, figure: TrialFigure) -> Bilingual:
    """Write a figure with its interval, beside what no photograph at all reaches."""
    between, unit = interval_of(figure), unit_of_figure(trials, figure.metric)
    value = number_text(figure.mean, figure.metric)
    naive = number_text(figure.naive, figure.metric)
    english = f"{figure_name(figure.metric)[0]} {value}{unit[0]}"
    english += f" ({between[0]})" if between[0] else ""
    japanese = f"{figure_name(figure.metric)[1]} {value}{unit[1]}"
    japanese += f"（{between[1]}）" if between[1] else ""
    if figure.naive is None:
        return english, japanese
    return (
        f"{english}, {naive}{unit[0]} without looking at any photograph",
        f"{japanese}（写真を見ない場合 {naive}{unit[1]}）",
    )


def gain_words(trials: Trials, other: Trials, code: str, *, unit: bool = True) -> Bilingual:
    """Write by how much a figure differs from that of other trials of the same splits.

    A value with its sign, interval and, if asked for, unit; an en dash where there is none.
    """
    gain = gain_over(trials, other, code)
    of = unit_of_figure(trials, code) if unit else ("", "")
    sign = number_text(gain.value, code)
    if gain.value is not None and gain.value > 0 and float(sign):
        sign = f"+{sign}"
    if gain.low is None or gain.high is None:
        return f"{sign}{of[0]}", f"{sign}{of[1]}"
    low, high = (number_text(each, code) for each in (gain.low, gain.high))
    return f"{sign}{of[0]} ({low} to {high})", f"{sign}{of[1]}（{low}〜{high}）"


def gain_verdict(trials: Trials, other: Trials, code: str) -> GainVerdict:
    """Tell whether a figure is better or worse than that of other trials, beyond chance."""
    gain = gain_over(trials, other, code)
    if gain.value is None or gain.low is None or gain.high is None or gain.low * gain.high <= 0:
        return "unclear"
    higher = bool(METRICS[code].higher_is_better)
    return "better" if higher == (gain.value > 0) else "worse"


def persons_unsure(labelled: LabelledPhotographs) -> Iterator[Bilingual]:
    """Say what it means for the figures that some who count as different people may be the same."""
    if PERSONS_UNSURE & {*labelled.flow.notes}:
        yield (
            "If such persons are the same, some were learnt from and tested on at once: the "
            "figures are too good.",
            "それらが同一人物であれば、学習と評価の両方に入っており、ここでの値は良すぎます。",
        )


def nothing_learnt(figure: TrialFigure) -> Iterator[Bilingual]:
    """Say that a figure is not better than without photographs, where that may be."""
    verdict = beside_nothing(figure)
    if verdict == "not better":
        yield in_both(
            "It is not clearly better than not looking at any photograph ({name}): do not use it.",
            "写真をまったく見ない場合より明らかに良いとは言えません（{name}）。使わないでくださ"
            "い。",
            name=figure_name(figure.metric),
        )
    elif verdict == "unknown":
        yield in_both(
            "Too few people to say whether it is better than not looking at any photograph "
            "({name}).",
            "人数が足りず、写真をまったく見ない場合より良いかどうか分かりません（{name}）。",
            name=figure_name(figure.metric),
        )


def few_people(labelled: LabelledPhotographs, output: EstimatedOutput) -> Iterator[Bilingual]:
    """Say that people are few, of all or of a class, where they are."""
    target = labelled.target
    if target.kind != "regression":
        counts = [
            len(np.unique(labelled.persons[labelled.truths == place]))
            for place in range(len(target.classes))
        ]
        least = int(np.argmin(counts))
        if counts[least] < FEW_OF_A_CLASS:
            name = class_of(output, least)
            yield in_both(
                "Only {n} people have photographs of {name}: figures from so few are uncertain.",
                "{name}の写真がある対象者は {n} 人だけです。少人数での値は不確かです。",
                n=counts[least], name=name,
            )  # fmt: skip
            return
    if labelled.people < FEW_PEOPLE:
        yield in_both(
            "{n} people are few: another {n} may give clearly different figures.",
            "{n} 人は少なく、別の {n} 人では値がはっきり異なる可能性があります。",
            n=labelled.people,
        )
