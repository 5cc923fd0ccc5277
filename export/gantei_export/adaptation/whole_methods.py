"""A paragraph on how a whole network was trained and measured, to print."""

from collections.abc import Iterator

from gantei.pages.bilingual import Bilingual, in_both, joined_in_both, name_of
from gantei.pages.methods_parts import software_sentence
from gantei.statistics.draws import DRAWS
from gantei.terminal.plural import counted

from ..fine_tuning.fine_tuned import FineTuned
from ..fine_tuning.pixel_augmentation import MOST_BRIGHTENED, MOST_TURNED, SHARE_BLURRED
from .base_words import base_words
from .trial_texts import figure_name
from .whole_figures import loss_name
from .whole_words import whole_output

_DIGITS = 12


def whole_methods(tuned: FineTuned) -> Bilingual:
    """Say in a paragraph what was done, in English and Japanese."""
    return joined_in_both(_sentences(tuned))


def _sentences(tuned: FineTuned) -> Iterator[Bilingual]:
    labelled, source, base = tuned.labelled, tuned.base.manifest.source, base_words(tuned.base)
    yield in_both(
        "We trained all layers of the network of {base} (SHA-256 of the file of its weights "
        "{digest}…) to estimate {output}, from {n} of {people} people with labels (SHA-256 "
        "{labels}…).",
        "{kind}{base}（重みファイルの SHA-256：{digest}…）のネットワークの全層を、"
        "{people} 人の写真 {count} 枚とラベル（SHA-256：{labels}…）を用いて、{output}を推定するよ"
        "う学"
        "習させた。",
        base=base.name, kind=base.ja_kind, digest=source.original_sha256[:_DIGITS],
        output=name_of(whole_output(tuned)), n=counted(len(labelled), "photograph"),
        people=labelled.people, count=len(labelled), labels=labelled.table.sha256[:_DIGITS],
    )  # fmt: skip
    yield _division(tuned)
    yield _fit(tuned)
    if tuned.options.settings.training.augment:
        yield in_both(
            "In every epoch each training photograph was turned by up to {degrees:g}°, brightened "
            "or darkened by up to {light:.0%} and, with a probability of {blurred:g}, blurred, at "
            "random; never mirrored. Validation and test photographs were left as they are.",
            "学習用の写真は、エポックごとに無作為に最大 {degrees:g}° 回転し、明るさを最大 "
            "{light:.0%} "
            "変え、確率 {blurred:g} でぼかした（左右反転はしない）。検証用と評価用の写真は変化さ"
            "せて"
            "いない。",
            degrees=MOST_TURNED, light=MOST_BRIGHTENED, blurred=SHARE_BLURRED,
        )  # fmt: skip
    yield _measured(tuned)
    yield software_sentence()


def _division(tuned: FineTuned) -> Bilingual:
    first, trials = tuned.trials[0], len(tuned.trials)
    often = (
        ("", "")
        if trials == 1
        else in_both(
            " This was done {n} times, each with a training of its own; the estimator is the "
            "network of the first split.",
            "これを {n} 回行い、毎回学習し直した。推定器は最初の分割のネットワークである。",
            n=trials,
        )
    )
    split = in_both(
        "The people were split at random, stratified by label and age (seed {seed}): a fifth were "
        "held out for testing ({test} people), a fifth of the others were validation people "
        "({aside}), and the rest were trained on ({train}); all photographs of a person were in "
        "the same group.",
        "対象者を、ラベルと年齢で層化して無作為に分割した（シード {seed}）。1／5 を評価用（{test}"
        " 人"
        "）、残りの 1／5 を検証用（{aside} 人）、ほかを学習用（{train} 人）とし、同じ対象者の写真は"
        "すべて同じ群に置いた。",
        seed=tuned.options.settings.training.seed, test=tuned.people_of(first.people.test),
        aside=tuned.aside_people, train=tuned.training_people,
    )  # fmt: skip
    return split[0] + often[0], split[1] + often[1]


def _fit(tuned: FineTuned) -> Bilingual:
    settings = tuned.options.settings
    number = tuned.labelled.target.kind == "regression"
    head = ("ridge regression", "リッジ回帰") if number else (
        "logistic regression", "ロジスティック回帰"
    )  # fmt: skip
    return in_both(
        "A new linear head was fitted by {head} on the embeddings; then all layers were trained "
        "with Adam (learning rate {rate:g}, batch size {batch}, loss: {loss}), with batch "
        "normalisation in inference mode, for at most {epochs} epochs, until the loss on the "
        "validation people had not fallen for {patience}; the epoch with the lowest one was kept "
        "(epoch {best}).",
        "まず埋め込みに対する新しい線形の出力層を{head}で当てはめ、次に全層を Adam（学習率 "
        "{rate:g}、"
        "バッチサイズ {batch}、損失：{loss}）で学習した。バッチ正規化は推論モードとし、最大 "
        "{epochs} "
        "エポック、検証用の対象者での損失が {patience} エポック下がらなければ終了し、損失が最小のエ"
        "ポック（{best}）を採用した。",
        head=head, rate=settings.training.rate, batch=settings.training.batch,
        loss=loss_name(tuned), epochs=settings.epochs, patience=settings.patience,
        best=tuned.best,
    )  # fmt: skip


def _measured(tuned: FineTuned) -> Bilingual:
    names = [figure_name(each.metric) for each in tuned.whole.figures]
    figures = ", ".join(each[0] for each in names), "、".join(each[1] for each in names)
    means = (" (means over the splits)", "（分割の平均）") if len(tuned.trials) > 1 else ("", "")
    return in_both(
        "We report {figures} per photograph{means}, with 95% intervals by bootstrapping the "
        "held-out people ({draws} draws), of the head alone and of the whole network on the same "
        "people, and of their paired difference.",
        "写真ごとの{figures}{means}を、同じ対象者での出力層のみとネットワーク全体について、対象者"
        "単位"
        "のブートストラップ（{draws} 回）による 95% 区間とともに示す。両者の差の区間は対応のある"
        "差によ"
        "る。",
        figures=figures, means=means, draws=DRAWS,
    )  # fmt: skip
