"""What a paragraph on methods says of figures and their intervals."""

from collections.abc import Iterator, Sequence

from ..evaluation.evaluation import Evaluation
from ..pages.bilingual import Bilingual, in_both
from ..statistics.draws import SEED
from ..statistics.measures import CALIBRATION_PEOPLE
from ..statistics.metric_names import METRICS, MetricScale
from ..statistics.metric_replicates import FEWEST_PEOPLE

_SCALES: dict[MetricScale, Bilingual] = {
    "logit": ("logit scale", "ロジット尺度"),
    "log": ("log scale", "対数尺度"),
    "log_of_rest": ("scale of log(1 − x)", "log(1 − x) の尺度"),
    "fisher": ("Fisher's z scale", "Fisher の z 尺度"),
    "plain": ("original scale", "元の尺度"),
}
_MACRO = "macro_"
_CALIBRATION = ("calibration_intercept", "calibration_slope")
_BOOTSTRAP_T = ("mae", "rmse", "brier", "log_loss", "macro_brier", "macro_log_loss")
_SMALLER_CLASS = ("auc", "balanced_accuracy", "macro_auc", "macro_sensitivity")


def figures_and_intervals(evaluation: Evaluation) -> Iterator[Bilingual]:
    """Name the figures of everybody at the level quoted, and say how their intervals came about."""
    codes = _codes(evaluation)
    if not evaluation.has_persons:
        english, japanese = _named(codes)
        yield f"Performance measures were {english}.", f"指標は{japanese}とした。"
        yield (
            "No confidence intervals are given, because nothing says which photographs are of the "
            "same person.",
            "どの写真が同じ人のものか分からないため、信頼区間は示さない。",
        )
        return
    if evaluation.options.one_photograph_per_person:
        yield (
            "Each photograph was taken to be of a different person.",
            "写真はすべて別の人のものとみなした。",
        )
    yield _measures_by_scale(codes)
    yield from _intervals(codes, evaluation.options.draws)


def _measures_by_scale(codes: Sequence[str]) -> Bilingual:
    """Name the figures in groups, each with the scale of their intervals."""
    by_scale: dict[MetricScale, list[str]] = {}
    for code in codes:
        if code not in _CALIBRATION:
            by_scale.setdefault(METRICS[code].scale, []).append(code)
    named = [(*_named(of), *_SCALES[scale]) for scale, of in by_scale.items()]
    english = [f"{names} ({scale})" for names, _, scale, _ in named]
    japanese = [f"{names}（{scale}）" for _, names, _, scale in named]
    if calibrations := [each for each in codes if each in _CALIBRATION]:
        english.append(_named(calibrations)[0])
        japanese.append(_named(calibrations)[1])
    return (
        "Performance measures, with the scale on which their intervals were computed, were "
        f"{'; '.join(english)}.",
        f"指標（括弧内は区間を計算した尺度）は、{'、'.join(japanese)}とした。",
    )


def _named(codes: Sequence[str]) -> Bilingual:
    """Name figures, the means over the classes after the others."""
    single = [each for each in codes if not each.startswith(_MACRO)]
    macro = [each.removeprefix(_MACRO) for each in codes if each.startswith(_MACRO)]
    english, japanese = _listed(single)
    if macro:
        means, means_ja = _listed(macro)
        both = single != []
        english += f"{', and ' if both else ''}the mean over the classes (macro) of {means}"
        japanese += f"{'、' if both else ''}{means_ja}のクラス平均（マクロ平均）"
    return english, japanese


def _listed(codes: Sequence[str]) -> Bilingual:
    names = [METRICS[each] for each in codes]
    return (
        _in_a_list([each.english.replace(", ", " ") for each in names]),
        "、".join(each.japanese for each in names),
    )


def _codes(evaluation: Evaluation) -> list[str]:
    rows = [
        row
        for output in evaluation.outputs
        for row in evaluation.figures(output.key, evaluation.level_of(output.key))
    ]
    return list(dict.fromkeys(row.measure.metric for row in rows))


def _in_a_list(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def _intervals(codes: Sequence[str], draws: int) -> Iterator[Bilingual]:
    yield in_both(
        "A 95% confidence interval is the estimate plus and minus a quantile times its standard "
        "error over {draws:,} bootstrap draws of persons (Philox generator, seed {seed}), on that "
        "scale by the delta method. Quantiles are Student's for n − 1 degrees of freedom, with n "
        "persons{smaller}{own}.",
        "95% 信頼区間は、対象者を単位とした {draws:,} 回のブートストラップ（Philox、シード {seed}）"
        "による標準誤差をデルタ法でその尺度に移し、分位点を掛けて求めた。分位点は、n 人"
        "{smaller}に対し自由度 n − 1 の t 分布による{own}。",
        draws=draws,
        seed=SEED,
        smaller=(" (for AUC and balanced accuracy, in the smallest class)",
                 "（AUC と均衡正解率では最も少ないクラスの n 人）")
        if any(each in _SMALLER_CLASS for each in codes) else ("", ""),
        own=_own_quantiles(codes),
    )  # fmt: skip
    if any(each in _CALIBRATION for each in codes):
        yield in_both(
            "Intervals of calibration intercept and slope are from the sandwich estimator over "
            "persons; neither is given for fewer than {n} persons, fewer than {few} of a class, or "
            "perfectly separated classes.",
            "較正の切片と傾きの区間は、対象者を単位としたサンドイッチ推定による。{n} 人未満、"
            "{few} 人未満のクラスがある場合、クラスが完全に分離する場合には、どちらも示さない。",
            n=CALIBRATION_PEOPLE,
            few=FEWEST_PEOPLE,
        )
    if any(METRICS[each].scale == "logit" for each in codes):
        yield (
            "Proportions and AUCs of exactly 0 or 1 have exact bounds (Clopper–Pearson), over "
            "persons or, for AUCs, pairs of persons.",
            "値がちょうど 0 または 1 の割合と AUC の区間は、対象者（AUC では対象者の組）を単位と"
            "する正確な限界（Clopper–Pearson）とした。",
        )


def _own_quantiles(codes: Sequence[str]) -> Bilingual:
    """Say which figures have quantiles from the draws themselves."""
    names = [
        METRICS[each] for each in codes if each in _BOOTSTRAP_T and not each.startswith(_MACRO)
    ]
    if not names:
        return "", ""
    return (
        f"; for {_in_a_list([each.english for each in names])}, those of the bootstrap-t",
        f"。ただし{'、'.join(each.japanese for each in names)}ではブートストラップ t 法による",
    )
