"""The parts of a whole network's report: who was where, head against network, its making."""

import math
from collections.abc import Iterator

from gantei.pages.bilingual import NONE, Bilingual, in_both, number_text
from gantei.pages.html_parts import Html, below, both, table, text
from gantei.table_files.csv_writing import Cell

from ..fine_tuning.epochs import Rows
from ..fine_tuning.fine_tuned import FineTuned
from ..learning.trials import TrialFigure, Trials
from .participants_part import participants
from .shared_words import gain_words
from .trial_texts import figure_in_unit, interval_of
from .whole_figures import loss_name
from .whole_words import epoch_kept, whole_output


def who_was_where(tuned: FineTuned) -> Html:
    """Write the flow of photographs, who they are, and which people were for what."""
    first = tuned.trials[0]
    parts: list[tuple[Bilingual, Rows]] = [
        (("learnt from (training)", "学習用"), first.people.train),
        (("decided when to stop (validation)", "学習の終了を決める検証用"), first.people.aside),
        (("tested on (held out)", "評価用（学習・検証に使わない）"), first.people.test),
    ]
    rows = [[both(words), str(tuned.people_of(own)), str(len(own))] for words, own in parts]
    head = [both(each) for each in (
        ("people who were", "対象者の役割"), ("people", "人数"), ("photographs", "写真")
    )]  # fmt: skip
    note = (
        "All photographs of a person are in one row."
        + (" Of the first split; the others are divided alike." if len(tuned.trials) > 1 else ""),
        "同じ対象者の写真はすべて同じ行にあります。"
        + ("最初の分割のもので、ほかの分割も同様です。" if len(tuned.trials) > 1 else ""),
    )
    return participants(tuned.labelled, whole_output(tuned)) + table(head, rows) + below(note)


def against_head(tuned: FineTuned) -> Html:
    """Write a row per figure: the head alone, the whole network, and their difference."""
    head = (
        ("figure", "指標"),
        ("new head alone", "新しい出力層のみ"),
        ("whole network", "ネットワーク全体"),
        ("difference", "差"),
        ("without photographs", "写真を見ない場合"),
    )
    rows = [_row(tuned, each) for each in tuned.whole.figures]
    first = tuned.whole.splits[0]
    note = in_both(
        "Tested on {test} people, {photographs} photographs; both learnt from the same {train} "
        "people. In brackets: 95% intervals by resampling the held-out people, of the difference "
        "too.",
        "評価用の対象者 {test} 人、写真 {photographs} 枚。どちらも同じ {train} 人で学習。括弧内は"
        "、評"
        "価用の対象者の再標本抽出による 95% 区間（差も同様）です。",
        test=first.test_people, photographs=first.test_photographs, train=first.training_people,
    ) if len(tuned.trials) == 1 else in_both(
        "Means over {n} splits, about {train} people to learn from and {test} to test on in each; "
        "both learnt from the same people. In brackets: 95% intervals by resampling the held-out "
        "people, of the difference too.",
        "分割 {n} 回の平均（学習 約 {train} 人、評価 約 {test} 人）。どちらも同じ対象者で学習。括"
        "弧内"
        "は、評価用の対象者の再標本抽出による 95% 区間（差も同様）です。",
        n=len(tuned.trials), train=first.training_people, test=first.test_people,
    )  # fmt: skip
    return table([both(each) for each in head], rows) + below(note)


def _row(tuned: FineTuned, figure: TrialFigure) -> list[Html]:
    code = figure.metric
    return [
        both(figure_in_unit(tuned.whole, code)),
        _with_interval(tuned.head.figure(code)),
        _with_interval(figure),
        text(gain_words(tuned.whole, tuned.head, code, unit=False)[0]),
        text(number_text(figure.naive, code)),
    ]


def _with_interval(figure: TrialFigure) -> Html:
    between = interval_of(figure)[0]
    value = number_text(figure.mean, figure.metric)
    return text(f"{value} ({between})" if between else value)


def training(tuned: FineTuned) -> Html:
    """Write which epoch was kept in each trial."""
    head = (
        ("split", "分割"),
        ("epochs", "エポック数"),
        ("kept", "採用"),
        ("validation loss, new head alone", "検証用の損失（新しい出力層のみ）"),
        ("validation loss, kept epoch", "検証用の損失（採用したエポック）"),
    )
    rows = [
        [
            both(in_both("split {n}", "分割 {n}", n=number)),
            str(len(each.history) - 1),
            str(each.best),
            _loss(each.history[0].kept_aside),
            _loss(each.history[each.best].kept_aside),
        ]
        for number, each in enumerate(tuned.trials, 1)
    ]
    loss = in_both("Loss: {loss}.", "損失：{loss}。", loss=loss_name(tuned))
    return below(epoch_kept(tuned)) + table([both(each) for each in head], rows) + below(loss)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _loss(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else NONE


def made_of_whole(tuned: FineTuned) -> Html:
    """Write what the estimator is made of, and how it was trained."""
    manifest, settings = tuned.base.manifest, tuned.options.settings
    rate = settings.training
    yes: Bilingual = ("yes, never mirrored", "あり（左右反転なし）")
    no: Bilingual = ("no", "なし")
    rows: list[list[Html]] = [
        [both(("made from", "もとの推定器")), text(tuned.base.name)],
        [both(("publisher's file", "公開元の重みファイル")), text(manifest.source.original_file)],
        [both(("SHA-256 of that file", "その SHA-256")),
         f"<code>{text(manifest.source.original_sha256)}</code>"],
        [both(("architecture", "アーキテクチャ")), text(manifest.architecture)],
        [both(("photographs as it sees them", "ネットワークへの入力")),
         f"{tuned.size[1]} × {tuned.size[0]} px"],
        [both(("learning rate (Adam)", "学習率（Adam）")), f"{rate.rate:g}"],
        [both(("batch size", "バッチサイズ")), str(rate.batch)],
        [both(("epochs at most", "最大エポック数")), str(settings.epochs)],
        [both(("patience, epochs", "早期終了までのエポック数")), str(settings.patience)],
        [both(("augmentation", "写真の拡張")), both(yes if rate.augment else no)],
        [both(("seed", "シード")), str(rate.seed)],
        [both(("trained with", "学習に用いたソフトウェア")),
         text(", ".join(f"{name} {version}" for name, version in tuned.versions.items()))],
    ]  # fmt: skip
    return table([both(("what", "項目")), both(("value", "値"))], rows)


def loss_rows(tuned: FineTuned) -> Iterator[list[Cell]]:
    """Give a row per trial and epoch, for `losses.csv`."""
    for number, trial in enumerate(tuned.trials, 1):
        for each in trial.history:
            kept = "yes" if each.epoch == trial.best else "no"
            losses = (each.training, each.kept_aside)
            yield [number, each.epoch, *map(_finite, losses), kept]


def network_rows(tuned: FineTuned) -> Iterator[list[Cell]]:
    """Give a row per trial, network and figure, for `trials.csv`."""
    both_of: tuple[tuple[str, Trials], ...] = (("head", tuned.head), ("whole", tuned.whole))
    for number, trial in enumerate(tuned.trials, 1):
        for name, trials in both_of:
            split = trials.splits[number - 1]
            for code, value in split.figures.items():
                yield [
                    number, name, split.training_people, split.training_photographs,
                    tuned.people_of(trial.people.aside), len(trial.people.aside),
                    split.test_people, split.test_photographs, code, value,
                ]  # fmt: skip
