"""What a card says of an adapted estimator: from which it was made, by what, on how many people."""

from ..manifests.tables import Adapted
from ..terminal.plural import counted
from .provenance import Provenance, at, card_text, compared_text

FITTED = {
    "ridge": "a new head on its embeddings, by ridge regression; its network is as it was",
    "logistic": "a new head on its embeddings, by logistic regression; its network is as it was",
    "whole-network": "every layer of its network, by fine-tuning",
}
"""What was fitted, by the method."""
FITTED_JA = {
    "ridge": "の埋め込みベクトルに、リッジ回帰による新しい出力層を付けたもの",
    "logistic": "の埋め込みベクトルに、ロジスティック回帰による新しい出力層を付けたもの",
    "whole-network": "の全層をファインチューニングしたもの",
}
_BEGUN_JA = {"estimator": "", "weights-file": "重みファイルから始めた "}
HEADS = ("ridge", "logistic")
"""The methods that leave the network as it was."""


def adapted_rows(adapted: Adapted) -> list[tuple[str, str]]:
    """Say from which estimator it was made and what was fitted; `[source]` says on how many."""
    kind = "weights" if adapted.began_with == "estimator" else "file of weights"
    return [
        ("adapted from", f"{adapted.of}, {kind} sha256 {adapted.of_sha256}"),
        ("what was fitted", FITTED[adapted.method]),
    ]


def adapted_text(adapted: Adapted) -> str:
    """Say the same in a line, for a terminal."""
    return f"adapted from {_base(adapted)}: {FITTED[adapted.method]}; fitted on {_people(adapted)}"


def adapted_ja(adapted: Adapted) -> str:
    """Say the same in Japanese, for the summary of a card."""
    sites = f"、{adapted.sites} 施設" if adapted.sites > 1 else ""
    return (
        f"{_BEGUN_JA[adapted.began_with]}{adapted.of} {FITTED_JA[adapted.method]}"
        f"(学習に用いた {adapted.people} 人の {adapted.photographs} 枚{sites})"
    )


def fitted_rows(adapted: Adapted, provenance: Provenance | None) -> list[tuple[str, str]]:
    """Say how far the network's answers are from those of what was fitted."""
    times = at(provenance, "adapted")
    last = times[-1] if isinstance(times, list) and times else None
    checked = at(last, "checked")
    rows = [("adapted", _times(len(times)) if isinstance(times, list) else "unknown")]
    if adapted.method not in HEADS:
        text = compared_text(checked) if isinstance(checked, dict) else "unknown"
        return [("largest difference from the network that was trained", text), *rows]
    text = (
        f"{card_text(at(checked, 'answer'))} in an answer, {card_text(at(checked, 'map'))} in "
        f"the mean of a map, on {card_text(at(checked, 'photographs'))} drawn photographs"
    )
    return [
        ("largest difference from the head that was fitted", text),
        *rows,
        ("what follows", f"of {adapted.of}, whose network it has"),
    ]


def _base(adapted: Adapted) -> str:
    of_file = adapted.began_with == "weights-file"
    return f"{adapted.of}, begun from a file of weights" if of_file else adapted.of


def _times(times: int) -> str:
    return "once" if times == 1 else f"{times} times, each time from what came before"


def _people(adapted: Adapted) -> str:
    sites = f" at {adapted.sites} sites" if adapted.sites > 1 else ""
    people = "1 person" if adapted.people == 1 else f"{adapted.people} people"
    return f"{counted(adapted.photographs, 'photograph')} of {people}{sites}"
