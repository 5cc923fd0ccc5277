"""A paragraph on methods to print, written from what was really done."""

from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version

from ..evaluation.evaluation import Evaluation
from ..evaluation.evaluation_row import REST
from ..labels.cohort import Cohort, Level
from ..labels.estimated_output import EstimatedOutput
from ..statistics.draws import SEED
from ..statistics.metric_names import METRICS, MetricScale
from ..system.version import __version__
from ..terminal.plural import counted
from .bilingual import Bilingual, class_of, in_both, joined_in_both, name_of, unit_of_output

LIBRARIES = ("numpy", "scipy", "scikit-learn", "matplotlib")
_DIGITS = 12
"""Of a digest in a sentence; the table of files has all."""
_SCALES: dict[MetricScale, Bilingual] = {
    "logit": ("the logit scale", "ロジット尺度"),
    "log": ("the logarithmic scale", "対数尺度"),
    "log_of_rest": ("the scale of log(1 − x)", "log(1 − x) の尺度"),
    "fisher": ("Fisher's z scale", "Fisher の z 尺度"),
    "plain": ("the scale of the figure itself", "元の尺度"),
}
_CALIBRATION = ("calibration_intercept", "calibration_slope")
_UNIT: dict[Level, Bilingual] = {
    "photograph": ("a photograph", "写真"),
    "eye": ("an eye at one visit", "1 回の受診の片眼"),
    "person": ("a person at one visit", "対象者の 1 回の受診"),
}


def methods(evaluation: Evaluation) -> Bilingual:
    """Say in a paragraph what was done, in English and Japanese."""
    return joined_in_both(_sentences(evaluation))


def methods_markdown(evaluation: Evaluation) -> str:
    """Write `methods.md`: the paragraph in both languages, with what it does not say."""
    english, japanese = (_escaped(each) for each in methods(evaluation))
    return (
        f"# Methods\n\n{english}\n\n"
        "To add: where, when and how the people were found, how their labels were measured, and "
        "who approved the study. gantei does not know.\n\n"
        f"# 方法\n\n{japanese}\n\n"
        "加筆が必要な点：対象者の募集の場所・時期・方法、ラベルの測定方法、倫理審査。"
        "gantei には分かりません。\n"
    )


def _sentences(evaluation: Evaluation) -> Iterator[Bilingual]:
    yield from (_estimator(each) for each in evaluation.outputs)
    yield from _flows(evaluation)
    yield from _units(evaluation)
    yield from _thresholds(evaluation)
    yield from _figures(evaluation)
    yield from _intervals(evaluation)
    yield from _groups(evaluation)
    yield from _compared(evaluation)
    yield (
        "The estimators were neither trained further nor recalibrated, and nothing was done about "
        "the balance of classes.",
        "推定器の再学習と再較正は行わず、クラスの偏りの補正も行っていません。",
    )
    yield _software()


def _estimator(output: EstimatedOutput) -> Bilingual:
    return in_both(
        "The estimator {estimator} (weights with SHA-256 {digest}…) estimated {what}.",
        "推定器 {estimator}（重みの SHA-256 は {digest}…）で{what}を推定しました。",
        estimator=output.estimator,
        digest=output.weights_sha256[:_DIGITS],
        what=_estimated(output),
    )


def _estimated(output: EstimatedOutput) -> Bilingual:
    english, japanese = name_of(output)
    match output.kind:
        case "regression":
            unit = unit_of_output(output)[0]
            return (f"{english} in{unit}" if unit else english), japanese
        case "binary":
            positive = class_of(output, 1)
            return (
                f"{english}, as the probability of {positive[0]}",
                f"{japanese}（{positive[1]}の確率）",
            )
    several = len(output.classes)
    return (
        f"{english}, as a probability for each of {several} classes",
        f"{japanese}（{several} クラスの確率）",
    )


def _flows(evaluation: Evaluation) -> Iterator[Bilingual]:
    results = [each for each in evaluation.files if each.role == "results"]
    labels = next((each for each in evaluation.files if each.role == "labels"), None)
    for place, flow in enumerate(evaluation.flows):
        left_out = sum(flow.excluded.values())
        digest = results[place].sha256[:_DIGITS] if place < len(results) else ""
        yield in_both(
            "Of {all} (results with SHA-256 {digest}…), {out} left out and {kept} had labels"
            "{people} (labels with SHA-256 {other}…), joined by name, by SHA-256, or by person.",
            "写真 {n} 枚（結果の表の SHA-256 は {digest}…）のうち {left} 枚を除外し、{m} "
            "枚にラベルが"
            "ありました{people}。ラベルの表（SHA-256 は {other}…）とは、名前、SHA-256、"
            "または対象者で"
            "対応づけました。",
            all=counted(flow.photographs, "photograph"), digest=digest,
            out=f"{left_out} {'was' if left_out == 1 else 'were'}", kept=flow.joined,
            people=("", "") if flow.people is None
            else (f", of {flow.people} people", f"（{flow.people} 人）"),
            other=labels.sha256[:_DIGITS] if labels else "", n=flow.photographs, left=left_out,
            m=flow.joined,
        )  # fmt: skip


def _units(evaluation: Evaluation) -> Iterator[Bilingual]:
    level = evaluation.main_level
    cohorts = [evaluation.cohorts[each.key, level] for each in evaluation.outputs]
    named = ", ".join(f"{each.output.key} {_count(each)[0]}" for each in cohorts)
    named_ja = "、".join(f"{each.output.key} {_count(each)[1]}" for each in cohorts)
    if level == "person":
        yield (
            "Values of the photographs of one eye were averaged, then those of the eyes of one "
            "visit; probabilities were averaged as logits, those of several classes as logarithms.",
            "値は片眼の写真で平均し、次に 1 回の受診の両眼で平均しました（確率はロジット、"
            "多クラスの"
            "確率は対数で平均）。",
        )
    yield in_both(
        "The unit of analysis was {unit}: {en}.",
        "分析の単位は{unit}です：{ja}。",
        unit=_UNIT[level], en=named, ja=named_ja,
    )  # fmt: skip


def _count(cohort: Cohort) -> Bilingual:
    people, units = cohort.units.present(), len(cohort.units)
    if people is None:
        return counted(units, "unit"), f"{units} 件"
    return f"{counted(units, 'unit')} of {people} people", f"{units} 件（{people} 人）"


def _thresholds(evaluation: Evaluation) -> Iterator[Bilingual]:
    rules = {
        "fixed": ("given beforehand", "事前に指定"),
        "youden": (
            "chosen on the same people, by the largest sum of sensitivity and specificity",
            "同じ対象者で、感度と特異度の和が最大となるよう選択",
        ),
    }
    for output in evaluation.outputs:
        threshold = evaluation.thresholds.get((output.key, evaluation.main_level))
        if threshold is None:
            continue
        wanted = threshold.rule.rpartition(":")[2]
        how = rules.get(threshold.rule) or (
            f"chosen on the same people as the highest with a sensitivity of {wanted}",
            f"同じ対象者で、感度 {wanted} を満たす最大の値として選択",
        )
        yield in_both(
            "The threshold of {key} was {value} ({how}).",
            "{key} の閾値は {value}（{how}）です。",
            key=output.key, value=f"{threshold.value:.3g}", how=how,
        )  # fmt: skip


def _figures(evaluation: Evaluation) -> Iterator[Bilingual]:
    """Name all figures that were computed of everybody at the main level."""
    codes = _codes(evaluation)
    english = ", ".join(METRICS[each].english for each in codes)
    japanese = "、".join(METRICS[each].japanese for each in codes)
    yield f"Figures were: {english}.", f"指標：{japanese}。"


def _codes(evaluation: Evaluation) -> list[str]:
    rows = [
        row
        for output in evaluation.outputs
        for row in evaluation.figures(output.key, evaluation.main_level)
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
    english = "; ".join(
        f"{', '.join(METRICS[each].english for each in of)} on {_SCALES[scale][0]}"
        for scale, of in by_scale.items()
    )
    japanese = "；".join(
        f"{'、'.join(METRICS[each].japanese for each in of)}は{_SCALES[scale][1]}"
        for scale, of in by_scale.items()
    )
    yield in_both(
        "Intervals of 95 % are the figure plus and minus a quantile times its standard error, by "
        "the delta method: {english}. Standard errors are over persons, from {draws:,} bootstrap "
        "draws (Philox, seed {seed}); quantiles are Student's (persons minus 1 degrees of "
        "freedom; of AUC and balanced accuracy, persons of the class that has fewer), those of "
        "mean errors, Brier scores and log losses of the draws themselves (bootstrap-t).",
        "95% 信頼区間は、標準誤差に分位点を掛け、デルタ法で求めました（{japanese}）。標準誤差は"
        "対象者を単位とした {draws:,} 回のブートストラップ（Philox、シード {seed}）によります。"
        "分位点は t 分布（自由度は人数 − 1、AUC と均衡正解率は少ないほうのクラスの人数 − 1）、"
        "平均誤差・Brier スコア・対数損失では標本化そのもの（ブートストラップ t 法）によります。",
        draws=evaluation.options.draws, seed=SEED, english=english, japanese=japanese,
    )  # fmt: skip
    if any(each in _CALIBRATION for each in codes):
        yield (
            "Those of the calibration are from the sandwich estimator over persons, and are not "
            "given below 150 persons or where a threshold parts the classes.",
            "較正の区間は対象者を単位としたサンドイッチ推定により、150 "
            "人未満または閾値でクラスが完全に"
            "分かれる場合は示しません。",
        )
    if any(METRICS[each].scale == "logit" for each in codes):
        yield (
            "Where a share or an AUC is exactly 0 or 1, its bounds are exact ones over persons "
            "(Clopper and Pearson).",
            "割合または AUC がちょうど 0 または 1 の場合は、対象者を単位とした正確な限界"
            "（Clopper–Pearson）です。",
        )


def _groups(evaluation: Evaluation) -> Iterator[Bilingual]:
    variables = evaluation.options.by
    if not variables:
        return
    named: Sequence[str] = tuple(dict.fromkeys(variables))
    yield in_both(
        "Groups were formed by {en}; a figure needed 10 persons in a group, and 10 of each class "
        "where it needs classes.",
        "群は {ja} で分け、群の人数、および指標に要るクラスの人数がそれぞれ 10 "
        "人以上の場合に値を示しました。",
        en=", ".join(named), ja="、".join(named),
    )  # fmt: skip
    if any(row.compared_with == REST for row in evaluation.table):
        yield (
            "Each group was compared with all others whose group is known, by the same draws "
            "(Student's t on the difference); p-values are two-sided, after Holm over the groups "
            "of one variable and figure.",
            "各群は、群の分かるほかの全員と同じ標本化で比べました（差の t 検定）。p 値は両側で、"
            "同じ変数・指標の群の間で "
            "Holm 法により補正しました。",
        )


def _compared(evaluation: Evaluation) -> Iterator[Bilingual]:
    pairs = dict.fromkeys(
        (row.output.key, row.compared_with)
        for row in evaluation.table
        if row.compared_with not in ("", REST)
    )
    for key, other in pairs:
        yield in_both(
            "{key} and {other} were compared on the units that both have, by the same draws of "
            "persons (Student's t on the difference).",
            "{key} と {other} は、両方に共通の対象を同じ標本化で比べました（差の t 検定）。",
            key=key, other=other,
        )  # fmt: skip


def _software() -> Bilingual:
    found = [f"{name} {each}" for name in LIBRARIES if (each := _version(name))]
    named = ", ".join([f"gantei {__version__}", *found])
    return f"Computed with {named}.", f"計算には {named} を用いました。"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _escaped(text: str) -> str:
    r"""Keep names from becoming Markdown: `a_b` stays `a_b`."""
    return "".join(f"\\{each}" if each in "\\`*_<>[]#|" else each for each in text)
