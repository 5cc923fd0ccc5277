"""A paragraph on methods to print, written from what was really done."""

from collections.abc import Iterator, Sequence

from ..evaluation.evaluation import Evaluation
from ..evaluation.evaluation_row import REST
from ..evaluation.smallest_groups import LEAST_PEOPLE
from ..labels.cohort import Cohort, Level
from ..pages.bilingual import Bilingual, class_of, in_both, joined_in_both
from ..pages.methods_parts import estimators_sentence, flow_sentence, software_sentence
from ..terminal.plural import counted
from .figure_tables import why_other_level
from .interval_methods import figures_and_intervals
from .settings_methods import settings_sentences

_UNIT: dict[Level, Bilingual] = {
    "photograph": ("a photograph", "写真"),
    "eye": ("an eye at one visit", "1 回の受診の片眼"),
    "person": ("a person at one visit", "対象者の 1 回の受診"),
}
_WITHOUT_VISITS: dict[Level, Bilingual] = {
    "photograph": _UNIT["photograph"],
    "eye": ("an eye", "片眼"),
    "person": ("a person", "対象者"),
}


def methods(evaluation: Evaluation) -> Bilingual:
    """Say in a paragraph what was done, in English and Japanese."""
    return joined_in_both(_sentences(evaluation))


def _sentences(evaluation: Evaluation) -> Iterator[Bilingual]:
    yield estimators_sentence(evaluation.outputs)
    yield from settings_sentences(evaluation)
    yield from _flows(evaluation)
    yield from _units(evaluation)
    yield from _thresholds(evaluation)
    yield from figures_and_intervals(evaluation)
    yield from _groups(evaluation)
    yield from _compared(evaluation)
    yield (
        "In this evaluation the estimators were neither retrained nor recalibrated, and class "
        "imbalance was not corrected for.",
        "この評価では推定器の再学習と再較正は行わず、クラスの不均衡も補正しなかった。",
    )
    yield software_sentence()


def _flows(evaluation: Evaluation) -> Iterator[Bilingual]:
    results = [each.sha256 for each in evaluation.files if each.role == "results"]
    labels = next((each.sha256 for each in evaluation.files if each.role == "labels"), "")
    for place, flow in enumerate(evaluation.flows):
        yield flow_sentence(flow, results[place] if place < len(results) else "", labels)


def _units(evaluation: Evaluation) -> Iterator[Bilingual]:
    by_level: dict[Level, list[Cohort]] = {}
    for each in evaluation.outputs:
        level = evaluation.level_of(each.key)
        by_level.setdefault(level, []).append(evaluation.cohorts[each.key, level])
    visits = evaluation.has_visits
    if "person" in by_level:
        yield in_both(
            "Estimates were averaged over the photographs of an eye, then over the eyes of a "
            "{whose}{how}.",
            "推定値は、{ja}片眼の写真で平均し、次に両眼で平均した{how}。",
            whose="visit" if visits else "person",
            ja="同じ受診の" if visits else "同じ人の",
            how=_averaged({each.kind for each in evaluation.outputs}),
        )
    for level, cohorts in by_level.items():
        yield in_both(
            "The unit of analysis was {unit}: {en}.",
            "分析の単位は{unit}とした（{ja}）。",
            unit=(_UNIT if visits else _WITHOUT_VISITS)[level],
            en=", ".join(f"{each.output.key} {_count(each)[0]}" for each in cohorts),
            ja="、".join(f"{each.output.key} {_count(each)[1]}" for each in cohorts),
        )


def _averaged(kinds: set[str]) -> Bilingual:
    """Say on which scale probabilities were averaged."""
    scales = {
        "binary": ("probabilities as logits", "確率はロジット"),
        "categorical": (
            "probabilities of several classes as logarithms",
            "多クラスの確率は対数",
        ),
    }
    used = [scales[each] for each in scales if each in kinds]
    if not used:
        return "", ""
    return f" ({', '.join(each[0] for each in used)})", (
        f"（{'、'.join(each[1] for each in used)}で平均）"
    )


def _count(cohort: Cohort) -> Bilingual:
    people, units = cohort.units.present(), len(cohort.units)
    if people is None:
        return counted(units, "unit"), f"{units} 件"
    return f"{counted(units, 'unit')} of {people} people", f"{units} 件（{people} 人）"


def _thresholds(evaluation: Evaluation) -> Iterator[Bilingual]:
    rules = {
        "fixed": ("a fixed threshold", "固定した閾値"),
        "youden": (
            "chosen on the same people to maximise the sum of sensitivity and specificity, which "
            "makes figures optimistic",
            "同じ対象者で感度と特異度の和が最大となるように選んだ閾値で、指標は楽観的になる",
        ),
    }
    for output in evaluation.outputs:
        threshold = evaluation.thresholds.get((output.key, evaluation.level_of(output.key)))
        if threshold is None:
            continue
        wanted = threshold.rule.rpartition(":")[2]
        how = rules.get(threshold.rule) or (
            f"chosen on the same people as the highest with a sensitivity of {wanted}, which makes "
            "figures optimistic",
            f"同じ対象者で感度 {wanted} を満たす最大の閾値で、指標は楽観的になる",
        )
        yield in_both(
            "{key} counted as {label} at a probability of {value} or more ({how}).",
            "{key} は、確率 {value} 以上を{label}とした（{how}）。",
            key=output.key, value=f"{threshold.value:.3g}", how=how, label=class_of(output, 1),
        )  # fmt: skip


def _groups(evaluation: Evaluation) -> Iterator[Bilingual]:
    variables = evaluation.options.by
    if not variables:
        return
    named: Sequence[str] = tuple(dict.fromkeys(variables))
    yield in_both(
        "Subgroups ({en}) were analysed if they had at least {n} persons, and {n} of each class "
        "where classes are needed.",
        "サブグループ（{ja}）は、{n} 人以上（クラスを要する指標では各クラス {n} 人以上）の場合に"
        "分析した。",
        en=", ".join(named),
        ja="、".join(named),
        n=LEAST_PEOPLE,
    )
    yield from _levels_of_groups(evaluation)
    if any(row.compared_with == REST for row in evaluation.table):
        yield (
            "Each was compared with all others of known subgroup on the same bootstrap draws "
            "(Student's t); two-sided p-values were adjusted by Holm's method over the subgroups "
            "of one variable and measure.",
            "各群は、群の分かるほかの全員と、同じブートストラップ標本で比較した（t 検定）。両側 p"
            " 値は変数と指標ごとに、群の間で Holm 法により補正した。",
        )


def _levels_of_groups(evaluation: Evaluation) -> Iterator[Bilingual]:
    keys: dict[tuple[str, Bilingual], list[str]] = {}
    for output in evaluation.outputs:
        for variable in dict.fromkeys(evaluation.options.by):
            if why := why_other_level(evaluation, output, variable):
                keys.setdefault((variable, why), []).append(output.key)
    for (variable, why), named in keys.items():
        yield in_both(
            "For {en}, subgroups of {variable} were analysed {why}.",
            "{ja} では、{variable} による群を{why}に分析した。",
            en=" and ".join(named), ja="、".join(named), variable=variable, why=why,
        )  # fmt: skip


def _compared(evaluation: Evaluation) -> Iterator[Bilingual]:
    pairs = dict.fromkeys(
        (row.output.key, row.compared_with)
        for row in evaluation.table
        if row.compared_with not in ("", REST)
    )
    for key, other in pairs:
        yield in_both(
            "{key} and {other} were compared on the units that both have and on the same bootstrap "
            "draws (Student's t).",
            "{key} と {other} は、共通する対象を同じブートストラップ標本で比較した（t 検定）。",
            key=key, other=other,
        )  # fmt: skip
    if pairs:
        yield (
            "Their two-sided p-values were adjusted by Holm's method over the outputs that one is "
            "compared with.",
            "その両側 p 値は、一つの推定項目と比較した相手の間で Holm 法により補正した。",
        )
