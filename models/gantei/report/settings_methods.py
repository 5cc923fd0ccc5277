"""The sentences on methods that say where the settings of an estimator come from."""

from collections.abc import Iterator, Sequence

from ..evaluation.estimator_settings import EstimatorSettings, FittedFact
from ..evaluation.evaluation import Evaluation
from ..pages.bilingual import Bilingual, in_both

_DIGITS = 12


def settings_sentences(evaluation: Evaluation) -> Iterator[Bilingual]:
    """Say which facts were fitted, on how many people, and which were stated or assumed.

    Nothing of an estimator all of whose facts are read from its file or stated by its publisher.
    """
    for each in evaluation.settings:
        parts = [*_fitted(each.fitted), *_others(each)]
        if parts:
            yield in_both(
                "Of the settings of {name}, {en}.",
                "{name} の設定のうち、{ja}。",
                name=each.estimator,
                en="; ".join(part[0] for part in parts),
                ja="、".join(part[1] for part in parts),
            )
    facts = {
        each.estimator: list(evaluation.settled_here(output))
        for output in evaluation.outputs
        for each in evaluation.settings
        if each.is_of(output) and evaluation.settled_here(output)
    }
    if facts:
        yield in_both(
            "Settings of {en} were fitted on the same labels that they are evaluated on here, "
            "which makes the figures optimistic.",
            "{ja} の設定は、この評価と同じラベルで決めたため、指標は楽観的になる。",
            en=" and ".join(facts), ja="、".join(facts),
        )  # fmt: skip


def _fitted(facts: Sequence[FittedFact]) -> Iterator[Bilingual]:
    """Name what was fitted together: on as many people, with the same labels."""
    together: dict[tuple[int | None, str], list[str]] = {}
    for each in facts:
        together.setdefault((each.people, each.labels_sha256), []).append(each.key)
    for (people, labels), keys in together.items():
        digest = labels[:_DIGITS]
        yield in_both(
            "{en} {were} fitted on labelled photographs{people}{digest}",
            "{ja} は{people}ラベル付きの写真{digest}で決めた",
            en=_listed(keys), ja="、".join(keys), were=_were(keys),
            people=("", "") if people is None
            else (f" of {people} {'person' if people == 1 else 'people'}", f" {people} 人の"),
            digest=(f" (SHA-256 of the labels {digest}…)", f"（ラベルの SHA-256：{digest}…）")
            if digest else ("", ""),
        )  # fmt: skip


def _others(settings: EstimatorSettings) -> Iterator[Bilingual]:
    if keys := settings.stated:
        yield (
            f"{_listed(keys)} {_were(keys)} stated by the user",
            f"{'、'.join(keys)} は使用者が指定した",
        )
    if keys := settings.assumed:
        yield f"{_listed(keys)} {_were(keys)} assumed", f"{'、'.join(keys)} は仮定した"


def _listed(keys: Sequence[str]) -> str:
    *most, last = keys
    return f"{', '.join(most)} and {last}" if most else last


def _were(keys: Sequence[str]) -> str:
    return "was" if len(keys) == 1 else "were"
