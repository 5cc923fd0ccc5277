"""The parts of an adapted estimator's report: who took part, how good it is, what it is made of."""

from collections.abc import Iterator

from gantei.pages.bilingual import NONE, in_both, number_text
from gantei.pages.html_parts import Html, below, both, table, text

from ..learning.trials import TrialFigure, Trials, gain_over
from .adapted import AdaptedEstimator
from .adapted_words import effect_of_copies
from .base_words import base_words
from .curve_words import curve_words
from .trial_texts import figure_in_unit, figure_name, interval_of


def trial_table(trials: Trials) -> Html:
    """Write a row per figure: mean, spread, interval, and what no photograph reaches."""
    head = (
        ("figure", "指標"),
        ("mean", "平均"),
        ("standard deviation over splits", "分割間の標準偏差"),
        ("95% interval", "95% 区間"),
        ("without photographs", "写真を見ない場合"),
    )
    rows = [_row(trials, each) for each in trials.figures]
    first = trials.splits[0]
    note = in_both(
        "{n} splits; about {train} people to learn from and {test} to test on. The standard "
        "deviation tells how much splits differ, not how precise the mean is, since splits "
        "overlap. The interval is by resampling the held-out people.",
        "分割 {n} 回（学習 約 {train} 人、評価 {test} 人）。標準偏差は分割による違いで、平均の確"
        "かさではありません"
        "（分割どうしは重なります）。区間は評価用の対象者の再標本抽出によります。",
        n=len(trials.splits), train=first.training_people, test=first.test_people,
    )  # fmt: skip
    return table([both(each) for each in head], rows) + below(note)


def _row(trials: Trials, figure: TrialFigure) -> list[Html]:
    between = interval_of(figure)[0]
    return [
        both(figure_in_unit(trials, figure.metric)),
        text(number_text(figure.mean, figure.metric)),
        text(number_text(figure.sd, figure.metric)),
        text(between) if between else NONE,
        text(number_text(figure.naive, figure.metric)),
    ]


def copies(trials: Trials, without: Trials) -> Html:
    """Write each figure with and without augmented copies, and the paired difference."""
    head = (
        ("figure", "指標"),
        ("without copies", "コピーなし"),
        ("with copies", "コピーあり"),
        ("difference (95% interval)", "差（95% 区間）"),
    )
    rows = []
    for figure in trials.figures:
        gain = gain_over(trials, without, figure.metric)
        value, low, high = (
            number_text(each, figure.metric) for each in (gain.value, gain.low, gain.high)
        )
        between = "" if gain.low is None or gain.high is None else f" ({low} to {high})"
        rows.append([
            both(figure_name(figure.metric)),
            text(number_text(without.figure(figure.metric).mean, figure.metric)),
            text(number_text(figure.mean, figure.metric)),
            text(f"{value}{between}"),
        ])  # fmt: skip
    return table([both(each) for each in head], rows) + below(effect_of_copies(trials, without))


def curve(made: AdaptedEstimator) -> Html:
    """Write a row per number of people, and what it says of how many are needed."""
    measured = made.curve
    if measured is None:
        return ""
    is_mae = measured.measure == "mae"
    unit = f", {measured.target.unit}" if is_mae else ""
    head = (
        ("people learnt from", "学習に用いた人数"),
        ("photographs", "写真"),
        (f"mean absolute error{unit}" if is_mae else "accuracy",
         "平均絶対誤差" if is_mae else "正解率"),
        ("standard deviation over splits", "分割間の標準偏差"),
    )  # fmt: skip
    rows = [
        [
            str(each.people),
            f"{each.photographs:.0f}",
            number_text(each.error if is_mae else 1 - each.error, measured.measure),
            number_text(each.sd, measured.measure),
        ]
        for each in measured.sizes
    ]
    said = "".join(below(each) for each in curve_words(measured, made.prepared.options.reach))
    return table([both(each) for each in head], rows) + said


def made_of_what(made: AdaptedEstimator) -> Html:
    """Write what the estimator is made of, and how its penalty was chosen."""
    base = base_words(made.prepared.base)
    hashed = in_both("SHA-256 of {hashed}", "{hashed}の SHA-256", hashed=base.hashed)
    rows = [
        [both(("made from", "もとの推定器")), text(base.name)],
        [both(hashed), f"<code>{text(base.sha256)}</code>"],
        [both(("numbers in an embedding", "埋め込みの次元")),
         str(made.embedded.data.embeddings.shape[1])],
        [both(("penalty", "罰則の強さ")), f"{made.fitted.strength:g}"],
    ]  # fmt: skip
    head = [both(("what", "項目")), both(("value", "値"))]
    number = made.embedded.data.target.kind == "regression"
    loss = (
        ("mean squared error, by cross-validation", "平均二乗誤差（交差検証）")
        if number
        else ("log loss, by cross-validation", "対数損失（交差検証）")
    )
    losses = [[f"{each.strength:g}", f"{each.loss:.4g}"] for each in made.fitted.strengths]
    return table(head, rows) + table([both(("penalty", "罰則の強さ")), both(loss)], losses)


def trial_rows(trials: Trials) -> Iterator[list[str | float | None]]:
    """Give a row per trial and figure, for `trials.csv`."""
    for number, split in enumerate(trials.splits, 1):
        for code, value in split.figures.items():
            yield [
                number, split.training_people, split.training_photographs, split.test_people,
                split.test_photographs, split.strength, code, value,
            ]  # fmt: skip
