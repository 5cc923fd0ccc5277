"""What a paragraph on methods says of figures and their intervals."""

from collections.abc import Iterator, Sequence

from ..evaluation.evaluation import Evaluation
from ..statistics.draws import SEED
from ..statistics.measures import CALIBRATION_PEOPLE
from ..statistics.metric_names import METRICS, MetricScale
from .bilingual import Bilingual, in_both

_SCALES: dict[MetricScale, Bilingual] = {
    "logit": ("the logit scale", "ロジット尺度"),
    "log": ("the logarithmic scale", "対数尺度"),
    "log_of_rest": ("the scale of log(1 − x)", "log(1 − x) の尺度"),
    "fisher": ("Fisher's z scale", "Fisher の z 尺度"),
    "plain": ("the scale of the figure itself", "元の尺度"),
}
_MACRO = "macro_"
_CALIBRATION = ("calibration_intercept", "calibration_slope")


def figures_and_intervals(evaluation: Evaluation) -> Iterator[Bilingual]:
    """Name the figures of everybody at the main level, and say how their intervals came about."""
    yield from _figures(evaluation)
    yield from _intervals(evaluation)


def _figures(evaluation: Evaluation) -> Iterator[Bilingual]:
    """Name all figures that were computed of everybody at the main level."""
    english, japanese = _named(_codes(evaluation))
    yield f"Figures were {english}.", f"指標は{japanese}です。"


def _named(codes: Sequence[str]) -> Bilingual:
    """Name figures, the means over the classes after the others."""
    single = [each for each in codes if not each.startswith(_MACRO)]
    macro = [each.removeprefix(_MACRO) for each in codes if each.startswith(_MACRO)]
    english, japanese = _listed(single)
    if macro:
        means, means_ja = _listed(macro)
        both = single != []
        english += f"{' and ' if both else ''}the mean over the classes (macro) of {means}"
        japanese += f"{'、' if both else ''}{means_ja}のクラス平均（マクロ平均）"
    return english, japanese


def _listed(codes: Sequence[str]) -> Bilingual:
    names = [METRICS[each] for each in codes]
    return (
        ", ".join(each.english.replace(", ", " ") for each in names),
        "、".join(each.japanese for each in names),
    )


def _codes(evaluation: Evaluation) -> list[str]:
    rows = [
        row
        for output in evaluation.outputs
        for row in evaluation.figures(output.key, evaluation.level_of(output.key))
    ]
    return list(dict.fromkeys(row.measure.metric for row in rows))


def _intervals(evaluation: Evaluation) -> Iterator[Bilingual]:
    if not evaluation.has_persons:
        yield (
            "There are no intervals, as nothing tells which photographs are of one person.",
            "どの写真が同じ人のものか分からないため、区間は示していません。",
        )
        return
    if evaluation.options.one_photograph_per_person:
        yield ("Each photograph was taken to be of another person.",
               "写真はすべて別の人のものとしました。")  # fmt: skip
    codes = _codes(evaluation)
    by_scale: dict[MetricScale, list[str]] = {}
    for code in codes:
        if code not in _CALIBRATION:
            by_scale.setdefault(METRICS[code].scale, []).append(code)
    named = {scale: _named(of) for scale, of in by_scale.items()}
    yield in_both(
        "A 95 % interval is the figure plus and minus a quantile times its standard error, taken "
        "by the delta method to {english}. Standard errors are over persons, from {draws:,} "
        "bootstrap draws (Philox, seed {seed}). Quantiles are Student's (persons minus 1 degrees "
        "of freedom; of AUC and balanced accuracy, persons of the class that has fewer), those of "
        "mean errors, Brier scores and log losses of the draws themselves (bootstrap-t).",
        "95% 信頼区間は、標準誤差に分位点を掛け、デルタ法により次の尺度で求めました：{japanese}。"
        "標準誤差は対象者を単位とした {draws:,} 回のブートストラップ（Philox、シード {seed}）により"
        "ます。分位点は t 分布（自由度は人数 − 1、AUC と均衡正解率は少ないほうのクラスの人数 − 1）"
        "、"
        "平均誤差・Brier スコア・対数損失では標本化そのもの（ブートストラップ t 法）によります。",
        draws=evaluation.options.draws,
        seed=SEED,
        english="; to ".join(f"{_SCALES[each][0]} for {of[0]}" for each, of in named.items()),
        japanese="；".join(f"{_SCALES[each][1]}（{of[1]}）" for each, of in named.items()),
    )
    if any(each in _CALIBRATION for each in codes):
        yield in_both(
            "Those of the calibration are from the sandwich estimator over persons; neither figure "
            "is given below {n} persons, or where a threshold parts the classes.",
            "較正の区間は対象者を単位としたサンドイッチ推定によります。較正は {n} 人未満の場合と、"
            "閾値でクラスが完全に分かれる場合には示しません。",
            n=CALIBRATION_PEOPLE,
        )
    if any(METRICS[each].scale == "logit" for each in codes):
        yield (
            "Where a share or an AUC is exactly 0 or 1, its bounds are exact (Clopper and "
            "Pearson), "
            "over persons, or for an AUC over pairs of them.",
            "割合または AUC がちょうど 0 または 1 の場合は、対象者（AUC では対象者の組）"
            "を単位とした"
            "正確な限界（Clopper–Pearson）です。",
        )
