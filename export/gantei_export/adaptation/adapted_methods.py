"""A paragraph on how an estimator was adapted and measured, to print."""

from collections.abc import Iterator

from gantei.pages.bilingual import Bilingual, in_both, joined_in_both, listed, name_of
from gantei.pages.methods_parts import software_sentence
from gantei.statistics.draws import DRAWS
from gantei.terminal.plural import counted

from ..adapting.changed_copies import COPIES
from ..learning.head_fitting import STRENGTHS
from ..learning.learning_curve import FEWEST_SIZES
from ..learning.people_split import FOLDS
from .adapted import AdaptedEstimator
from .adapted_words import new_output
from .base_words import base_words
from .trial_texts import figure_name

_DIGITS = 12


def adapted_methods(made: AdaptedEstimator) -> Bilingual:
    """Say in a paragraph what was done, in English and Japanese."""
    return joined_in_both(_sentences(made))


def _sentences(made: AdaptedEstimator) -> Iterator[Bilingual]:
    base, labelled = base_words(made.prepared.base), made.embedded.labelled
    yield in_both(
        "We adapted {base} (SHA-256 of {hashed} {digest}…) to estimate {output}, from {n} of "
        "{people} people with labels (SHA-256 {labels}…).",
        "{kind}{base}（{hashed}の SHA-256：{digest}…）を、{people} 人の写真 {count} 枚とラベル（"
        "SHA-256："
        "{labels}…）を用いて、{output}を推定するよう適応させた。",
        base=base.name, kind=base.ja_kind, hashed=base.hashed, digest=base.sha256[:_DIGITS],
        output=name_of(new_output(made)),
        n=counted(len(labelled), "photograph"), people=labelled.people, count=len(labelled),
        labels=labelled.table.sha256[:_DIGITS],
    )  # fmt: skip
    yield _fit(made)
    if made.prepared.options.augment:
        yield in_both(
            "The fit also used {n} augmented copies of each photograph (turned, shifted, with "
            "other light, contrast and colour, blurred, recompressed; never mirrored). The "
            "photograph and its copies together had the weight of one photograph; copies were not "
            "used for testing.",
            "学習には、各写真を変化させたコピー {n} 枚（回転・移動・明るさ・コントラスト・彩度・"
            "ぼかし・再圧縮。"
            "左右反転はしない）も使い、もとの写真と合わせて 1 枚分の重みとした。コピーは評価には"
            "使わない。",
            n=COPIES,
        )  # fmt: skip
    if made.trials is not None:
        yield from _trials(made)
    if made.curve is not None:
        yield in_both(
            "For the learning curve, heads were fitted on nested groups of {sizes} people and "
            "tested on the same people at every size, over {n} splits; an inverse power law was "
            "fitted only with at least {fewest} sizes, and kept only where the 95% bootstrap "
            "interval of its exponent excluded 0.",
            "学習曲線では、入れ子にした {sizes} 人で学習し、どの人数でも同じ対象者で評価した（"
            "{n} 回の分割）。"
            "{fewest} 通り以上の人数があり、指数の 95% ブートストラップ区間が 0 を含まない場合に"
            "限り、"
            "べき乗則を当てはめた。",
            sizes=listed([str(each.people) for each in made.curve.sizes]),
            n=made.curve.sizes[0].repeats, fewest=FEWEST_SIZES,
        )  # fmt: skip
    yield software_sentence()


def _fit(made: AdaptedEstimator) -> Bilingual:
    low, high = STRENGTHS[0], STRENGTHS[-1]
    kinds = (
        ("ridge regression", "リッジ回帰")
        if made.embedded.data.target.kind == "regression"
        else ("logistic regression with a quadratic penalty", "2 次の罰則付きロジスティック回帰")
    )
    return in_both(
        "A {kind} was fitted to the network's standardised embeddings ({width} numbers); its "
        "penalty (chosen: {strength:g}) was the one of {n} from {low:g} to {high:g} with the "
        "lowest cross-validated loss, in {folds} folds of people.",
        "標準化したネットワークの埋め込み（{width} 次元）に{kind}を当てはめた。罰則の強さは、"
        "{low:g}〜{high:g} "
        "の {n} 通りから、対象者を {folds} 分割した交差検証の損失が最小のもの（{strength:g}）を選"
        "んだ。",
        kind=kinds, width=made.embedded.data.embeddings.shape[1], n=len(STRENGTHS), low=low,
        high=high, folds=FOLDS, strength=made.fitted.strength,
    )  # fmt: skip


def _trials(made: AdaptedEstimator) -> Iterator[Bilingual]:
    trials = made.trials
    if trials is None:
        return
    names = [figure_name(each.metric) for each in trials.figures]
    figures = ", ".join(each[0] for each in names), "、".join(each[1] for each in names)
    yield in_both(
        "We split the people {n} times at random, stratified by label and age, into four fifths to "
        "learn from and one fifth to test on (seed {seed}); all photographs of a person were on "
        "the same side, and the penalty was chosen anew within the people learnt from. We report "
        "{figures} per photograph: means over the splits, their standard deviation, and 95% "
        "intervals by bootstrapping people over their held-out estimates ({draws} draws); no "
        "standard error was derived from the spread over splits, which overlap "
        "(doi 10.1023/A:1024068626366).",
        "対象者を、ラベルと年齢で層化して無作為に、学習用 4／5 と評価用 1／5 に {n} 回分割した（"
        "シード "
        "{seed}）。同じ対象者の写真はすべて同じ側に置き、罰則の強さは毎回学習用の対象者の中で選び"
        "直した。写真ごと"
        "の{figures}について、分割にわたる平均と標準偏差、および評価用とした際の推定に対する対象"
        "者単位のブート"
        "ストラップ（{draws} 回）による 95% 区間を示す。分割どうしは"
        "重なるため（doi 10.1023/A:1024068626366）、分割間のばらつきから標準誤差は求めていない。",
        n=len(trials.splits), seed=trials.seed, figures=figures, draws=DRAWS,
    )  # fmt: skip
