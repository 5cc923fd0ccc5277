"""What a network trained as a whole is worth, in sentences: for the terminal and the page."""

from collections.abc import Iterator

from gantei.labels.estimated_output import EstimatedOutput
from gantei.pages.bilingual import Bilingual, in_both, name_of, number_text
from gantei.pages.flow_parts import notes_of
from gantei.pages.known_manifest import notices_of
from gantei.terminal.plural import counted

from ..fine_tuning.fine_tuned import FineTuned
from ..fine_tuning.training_loop import is_diverged
from .new_outputs import cited_outputs, what_is_estimated
from .shared_words import (
    GAINS,
    few_people,
    figure_words,
    gain_verdict,
    gain_words,
    nothing_learnt,
    persons_unsure,
)
from .trial_texts import HEADLINES, figure_name, headline_figures, unit_of_figure

LEAD: Bilingual = (
    "An estimator made by training all layers of a network on labelled photographs. Some people "
    "were learnt from, others (validation people) decided when to stop, and it was tested on "
    "people who had no part in either. Intervals are 95%, by resampling people.",
    "ネットワークの全層を、ラベルのある写真で学習させた推定器です。学習用、学習の終了を決める検証"
    "用、評価用の対象者は、すべて別の人です。区間は対象者を単位とした再標本抽出による 95% 区間で"
    "す。",
)
_OTHER_SPLIT: Bilingual = (
    "It was tested in one split of the people; another split may give other figures. --trials 5 "
    "trains and tests in five.",
    "評価は 1 通りの分割によるもので、別の分割では値が変わりえます。--trials 5 とすると 5 通りの分"
    "割で学習・評価します。",
)
_OF_SPLITS: Bilingual = (
    "The figures are means over {n} trainings, each in a split of its own; the estimator is the "
    "network of the first split.",
    "値は、分割ごとに学習した {n} 個のネットワークの平均です。推定器になるのは最初の分割のネット"
    "ワークです。",
)


def whole_output(tuned: FineTuned) -> EstimatedOutput:
    """Give the new output."""
    return tuned.labelled.target.as_output(tuned.options.name)


def title(tuned: FineTuned) -> Bilingual:
    """Name the report."""
    return in_both(
        "{name}: {output}, by training the whole network of {base}",
        "{name}：{base} のネットワーク全体を学習させた「{output}」の推定器",
        name=tuned.options.name, output=name_of(whole_output(tuned)), base=tuned.base.name,
    )  # fmt: skip


def found(tuned: FineTuned) -> Iterator[Bilingual]:
    """Say what was learnt from whom, how good it is, and what the whole network gains."""
    first = tuned.trials[0]
    yield in_both(
        "{name} estimates {what}: all layers of the network of {base}, trained on {n} of {people} "
        "people.",
        "{name} は{what}を推定します。{base} のネットワークの全層を、{people} 人の写真 {count} 枚で"
        "学習しました。",
        name=tuned.options.name, what=what_is_estimated(whole_output(tuned)),
        base=tuned.base.name, n=counted(len(first.people.train), "photograph"),
        people=tuned.training_people, count=len(first.people.train),
    )  # fmt: skip
    yield performance(tuned)
    yield effect_of_layers(tuned)
    yield epoch_kept(tuned)


def epoch_kept(tuned: FineTuned) -> Bilingual:
    """Say which epoch was kept, and why."""
    return in_both(
        "Epoch {best} of {last} was kept, which had the lowest loss on {n} validation people.",
        "{last} エポックのうち、検証用の対象者 {n} 人での損失が最も小さいエポック {best} を採用し"
        "まし"
        "た。",
        best=tuned.best, last=len(tuned.history) - 1, n=tuned.aside_people,
    )  # fmt: skip


def performance(tuned: FineTuned) -> Bilingual:
    """Say the main figures, beside what no photograph at all reaches."""
    said = [figure_words(tuned.whole, each) for each in headline_figures(tuned.whole)]
    texts = "; ".join(each[0] for each in said), "、".join(each[1] for each in said)
    if len(tuned.trials) == 1:
        return in_both(
            "On {n} held-out people: {said}.",
            "評価用の対象者 {n} 人での値：{said}。",
            n=tuned.whole.judging_people, said=texts,
        )  # fmt: skip
    return in_both(
        "On held-out people, mean of {n} splits: {said}.",
        "評価用の対象者での値（{n} 回の分割の平均）：{said}。",
        n=len(tuned.trials), said=texts,
    )  # fmt: skip


def effect_of_layers(tuned: FineTuned) -> Bilingual:
    """Say what training all layers gained over the new head alone, on the same people."""
    code = HEADLINES[tuned.whole.target.kind][0]
    head = number_text(tuned.head.figure(code).mean, code)
    verdict = gain_verdict(tuned.whole, tuned.head, code)
    return in_both(
        "With a new head alone, {name} was {head}{unit} on the same people; training all layers "
        "changed it by {gain}: {verdict}.",
        "新しい出力層だけでは同じ対象者での{name}は {head}{unit}、全層の学習による変化は {gain}"
        "（{verdict}）。",
        name=figure_name(code), head=head, unit=unit_of_figure(tuned.whole, code),
        gain=gain_words(tuned.whole, tuned.head, code), verdict=GAINS[verdict],
    )  # fmt: skip


def cautions(tuned: FineTuned) -> Iterator[Bilingual]:
    """Say what to know before the estimator is used or its figures are quoted."""
    labelled = tuned.labelled
    yield from notices_of(cited_outputs(tuned.base))
    figure = headline_figures(tuned.whole)[0]
    yield from nothing_learnt(figure)
    yield from _beside_head(tuned, figure.metric)
    yield from few_people(labelled, whole_output(tuned))
    trials = len(tuned.trials)
    yield _OTHER_SPLIT if trials == 1 else in_both(*_OF_SPLITS, n=trials)
    yield from _of_epochs(tuned)
    yield from notes_of(labelled.flow)
    yield from persons_unsure(labelled)


def _beside_head(tuned: FineTuned, code: str) -> Iterator[Bilingual]:
    if gain_verdict(tuned.whole, tuned.head, code) == "better":
        return
    yield in_both(
        "It is not clearly better than a new head alone ({name}), which gantei adapt without "
        "--whole-network learns in minutes, from all of the people.",
        "新しい出力層だけの場合より明らかに良いとは言えません（{name}）。出力層だけなら "
        "--whole-network を付けない gantei adapt が、対象者全員から数分で学習します。",
        name=figure_name(code),
    )  # fmt: skip


def _of_epochs(tuned: FineTuned) -> Iterator[Bilingual]:
    if broken := [each for each in tuned.trials if is_diverged(each.history[-1])]:
        yield in_both(
            "Training broke off in {n} of {of}, as the loss was no longer a finite number: a lower "
            "learning rate (--rate) may help.",
            "{of} 回中 {n} 回の学習は、損失が有限でなくなり中断しました。学習率（--rate）を下げてく"
            "ださい。",
            n=len(broken), of=len(tuned.trials),
        )  # fmt: skip
    if tuned.best == 0:
        yield (
            "No epoch had a lower loss on the validation people than the new head alone, so the "
            "network is as it was, with a new head.",
            "検証用の対象者での損失が新しい出力層だけの場合より小さいエポックはなく、ネットワーク"
            "自体"
            "は元のままです（出力層のみ新しいもの）。",
        )
    elif tuned.best == tuned.options.settings.epochs:
        yield (
            "The last epoch was the best: with more (--epochs) it may become better.",
            "最後のエポックが最良でした。エポック数を増やす（--epochs）とさらに良くなる可能性があり"
            "ます。",
        )
