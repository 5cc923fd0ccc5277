"""Sentences on methods that every report has, and the file to print them from."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from ..labels.estimated_output import EstimatedOutput
from ..labels.flow import Flow
from ..system.version import __version__
from ..terminal.plural import counted
from .bilingual import Bilingual, class_of, in_both, joined_in_both, name_of, unit_of_output

LIBRARIES = ("numpy", "scipy", "scikit-learn", "matplotlib")
TO_ADD: Bilingual = (
    "To add, as gantei cannot know it: where, when and how people were recruited, how their "
    "labels were established, and who approved the study.",
    "加筆が必要な点（gantei には分かりません）：対象者を募集した場所・時期・方法、ラベルの"
    "決定方法、倫理審査。",
)
"""What stands below the paragraph of every report."""
CHANGED: Bilingual = (
    "The table of results was changed after the run that wrote it; what was changed is not "
    "recorded.",
    "結果の表は推定の実行後に変更されており、変更の内容は記録されていない。",
)
_DIGITS = 12
"""Of a digest in a sentence; the table of files has all."""


def methods_markdown(paragraph: Bilingual, to_add: Bilingual = TO_ADD) -> str:
    """Write `methods.md`: the paragraph in both languages, with what it does not say.

    The Japanese paragraph is in the plain style of papers, other than the page around it.
    """
    english, japanese = (_escaped(each) for each in paragraph)
    return f"# Methods\n\n{english}\n\n{to_add[0]}\n\n# 方法\n\n{japanese}\n\n{to_add[1]}\n"


def estimators_sentence(outputs: Sequence[EstimatedOutput]) -> Bilingual:
    """Say what was estimated by which weights, each named once."""
    by_weights: dict[tuple[str, str], list[Bilingual]] = {}
    for output in outputs:
        weights = output.estimator, output.weights_sha256[:_DIGITS]
        by_weights.setdefault(weights, []).append(_estimated(output))
    english, japanese = [], []
    for (name, digest), what in by_weights.items():
        english.append(
            f"{' and '.join(each[0] for each in what)} with {name} (SHA-256 of its weights "
            f"{digest}…)"
        )
        named = "と".join(each[1] for each in what)
        japanese.append(f"{named}を推定器 {name}（重みの SHA-256：{digest}…）")
    return f"We estimated {', and '.join(english)}.", f"{'、'.join(japanese)}で推定した。"


def flow_sentence(flow: Flow, results_sha256: str, labels_sha256: str) -> Bilingual:
    """Say how many photographs there were, how many had labels, and if the results were changed."""
    left_out = sum(flow.excluded.values())
    said = in_both(
        "Of {all} (SHA-256 of the results {digest}…), {out} excluded and {kept} had labels"
        "{people} (SHA-256 of the labels {other}…), matched by name, SHA-256 or person.",
        "写真 {n} 枚（結果の SHA-256：{digest}…）のうち {left} 枚を除外した。残る {kept} 枚"
        "{people}に、名前、SHA-256、または対象者でラベル（SHA-256：{other}…）を対応づけた。",
        all=counted(flow.photographs, "photograph"), digest=results_sha256[:_DIGITS],
        out=f"{left_out or 'none'} {'were' if left_out > 1 else 'was'}", kept=flow.joined,
        people=("", "") if flow.people is None
        else (f", of {flow.people} people", f"（{flow.people} 人）"),
        other=labels_sha256[:_DIGITS], n=flow.photographs, left=left_out,
    )  # fmt: skip
    return joined_in_both([said, CHANGED]) if "table-changed" in flow.notes else said


def software_sentence() -> Bilingual:
    """Say which software computed it, with versions."""
    found = [f"{name} {each}" for name in LIBRARIES if (each := _version(name))]
    named = ", ".join([f"gantei {__version__}", *found])
    return f"We used {named}.", f"解析には {named} を用いた。"


def _estimated(output: EstimatedOutput) -> Bilingual:
    english, japanese = name_of(output)
    match output.kind:
        case "regression":
            unit = unit_of_output(output)[0]
            return (f"{english} in{unit}" if unit else english), japanese
        case "binary":
            positive = class_of(output, 1)
            return (
                f"{english} as the probability of {positive[0]}",
                f"{japanese}（{positive[1]}の確率）",
            )
    several = len(output.classes)
    return (
        f"{english} as the probability of each of {several} classes",
        f"{japanese}（{several} クラスの確率）",
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _escaped(text: str) -> str:
    r"""Keep names from becoming Markdown: `a_b` stays `a_b`."""
    return "".join(f"\\{each}" if each in "\\`*_<>[]#|" else each for each in text)
