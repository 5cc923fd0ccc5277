"""A paragraph on methods to print, written from what was really done."""

from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version

from ..evaluation.evaluation import Evaluation
from ..evaluation.evaluation_row import REST
from ..evaluation.smallest_groups import LEAST_PEOPLE
from ..labels.cohort import Cohort, Level
from ..labels.estimated_output import EstimatedOutput
from ..system.version import __version__
from ..terminal.plural import counted
from .bilingual import Bilingual, class_of, in_both, joined_in_both, name_of, unit_of_output
from .figure_tables import why_other_level
from .interval_methods import figures_and_intervals

LIBRARIES = ("numpy", "scipy", "scikit-learn", "matplotlib")
_DIGITS = 12
"""Of a digest in a sentence; the table of files has all."""
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
    if any(each.is_changed for each in evaluation.files):
        yield (
            "The table of results was changed after the run that wrote it; what was changed is not "
            "recorded.",
            "結果の表は、推定の実行後に変更されています。変更の内容は記録されていません。",
        )
    yield from _units(evaluation)
    yield from _thresholds(evaluation)
    yield from figures_and_intervals(evaluation)
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
    by_level: dict[Level, list[Cohort]] = {}
    for each in evaluation.outputs:
        level = evaluation.level_of(each.key)
        by_level.setdefault(level, []).append(evaluation.cohorts[each.key, level])
    if "person" in by_level:
        yield (
            "Values of the photographs of one eye were averaged, then those of the eyes of one "
            "visit; probabilities were averaged as logits, those of several classes as logarithms.",
            "値は片眼の写真で平均し、次に 1 回の受診の両眼で平均しました（確率はロジット、"
            "多クラスの"
            "確率は対数で平均）。",
        )
    for level, cohorts in by_level.items():
        yield in_both(
            "The unit of analysis was {unit}: {en}.",
            "分析の単位は{unit}です：{ja}。",
            unit=_UNIT[level],
            en=", ".join(f"{each.output.key} {_count(each)[0]}" for each in cohorts),
            ja="、".join(f"{each.output.key} {_count(each)[1]}" for each in cohorts),
        )


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
        threshold = evaluation.thresholds.get((output.key, evaluation.level_of(output.key)))
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


def _groups(evaluation: Evaluation) -> Iterator[Bilingual]:
    variables = evaluation.options.by
    if not variables:
        return
    named: Sequence[str] = tuple(dict.fromkeys(variables))
    yield in_both(
        "Groups were formed by {en}; a figure needed {n} persons in a group, and {n} of each class "
        "where it needs classes.",
        "群は {ja} で分けました。群の人数、および指標に要るクラスの人数がそれぞれ {n} "
        "人以上の場合に"
        "値を示しました。",
        en=", ".join(named),
        ja="、".join(named),
        n=LEAST_PEOPLE,
    )
    yield from _levels_of_groups(evaluation)
    if any(row.compared_with == REST for row in evaluation.table):
        yield (
            "Each group was compared with all others whose group is known, by the same draws "
            "(Student's t on the difference); p-values are two-sided, after Holm over the groups "
            "of one variable and figure.",
            "各群は、群の分かるほかの全員と同じ標本化で比べました（差の t 検定）。p 値は両側で、"
            "同じ変数・指標の"
            "群の間で Holm 法により補正しました。",
        )


def _levels_of_groups(evaluation: Evaluation) -> Iterator[Bilingual]:
    for output in evaluation.outputs:
        for variable in dict.fromkeys(evaluation.options.by):
            if why := why_other_level(evaluation, output, variable):
                yield in_both(
                    "Of {key}, the groups of {variable} were analysed {why}.",
                    "{key} の {variable} による群は{why}で分析しました。",
                    key=output.key,
                    variable=variable,
                    why=why,
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
    if pairs:
        yield (
            "Their p-values are two-sided, after Holm over the outputs that one is compared with.",
            "その p 値は両側で、一つの推定項目と比べた相手の間で Holm 法により補正しました。",
        )


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
