"""What the figures of a settling are of, and what to do next, in English and Japanese."""

import shlex
from collections.abc import Iterator

from gantei.manifests.fields import UNKNOWN
from gantei.pages.bilingual import Bilingual

from .elimination import ENOUGH_PEOPLE
from .open_facts import settable
from .settling_result import Settling
from .verdicts import FactVerdict

NONE_WORKS: Bilingual = (
    "Next: check that the labels are of these photographs and in the column that is meant, and "
    "that the file is the network that is meant; --candidates tries other values. An estimator "
    "that predicts little needs more people.",
    "次の確認：ラベルがこの写真のもので列が正しいか、ファイルが目的のネットワークか。ほかの値は "
    "--candidates で試せます。予測力の低い推定器では、より多くの対象者が必要です。",
)
NOTHING_OF_INPUT: Bilingual = (
    "No fact of the input is settled: the true values may not be among those tried; --candidates "
    "tries others.",
    "入力の項目は1つも決まっていません。試した値の中に真の値がない可能性があります。ほかの値は "
    "--candidates で試せます。",
)
NOT_COMPARED: Bilingual = (
    "The publisher's performance is not known here, so nothing tells whether the true values are "
    "among those tried: judge by the figures above.",
    "公開元の性能が登録されていないため、試した値の中に真の値があるかは確かめられません。上の数値で判断"
    "してください。",
)


def measured_with(settling: Settling) -> list[Bilingual]:
    """Say with which values the figures are measured, where others are called the best so far."""
    return list(_measured_with(settling))


def _measured_with(settling: Settling) -> Iterator[Bilingual]:
    for each in settling.verdicts:
        word = settling.winner.words.get(each.fact.key)
        if each.verdict == "not yet" and word not in (None, each.value):
            yield (
                f"These figures are with {each.fact.key} {word}: {each.value} is not settled.",
                f"上の数値は {each.fact.key} を {word} として求めました（{each.value} は未確定）。",
            )


def left_open(settling: Settling) -> list[FactVerdict]:
    """The unknown facts of which more than one value is left."""
    return [
        each
        for each in settling.verdicts
        if each.verdict == "not yet" and each.fact.origin == UNKNOWN and each.value is not None
    ]


def best_so_far(settling: Settling, verdict: FactVerdict) -> str:
    """The value of a fact that is best so far, as `gantei set` takes it."""
    return settable(verdict.fact.key, str(verdict.value), settling.winner.spec.colour)


def what_next(settling: Settling) -> list[Bilingual]:
    """Say what to do about what was not settled, and what nobody can tell; maybe nothing."""
    if settling.signal == "too early":
        return [_more_people()]
    if settling.signal != "signal":
        return [NONE_WORKS]
    opened = [each for each in settling.verdicts if each.fact.role == "open"]
    if settling.contradicted or not opened:
        return []
    found = []
    of_input = [each for each in opened if each.fact.key.startswith("input.")]
    nothing = bool(of_input) and all(each.verdict == "not yet" for each in of_input)
    if nothing:
        found.append(NOTHING_OF_INPUT)
    left = left_open(settling)
    if left and not (nothing and len(of_input) > 1):
        found.append(_state_or_go_on(settling, left))
    if not nothing and not any(each.reported for each in settling.performance):
        found.append(NOT_COMPARED)
    return found


def _more_people() -> Bilingual:
    return (
        f"Next: run it on more people, about {ENOUGH_PEOPLE} in all, of every age or label.",
        f"次は、対象者を全部で約{ENOUGH_PEOPLE}人に増やし、"
        "あらゆる年齢やラベルの人を含めて、もう一度実行してください。",
    )


def _state_or_go_on(settling: Settling, left: list[FactVerdict]) -> Bilingual:
    name = settling.entry.name
    facts = " ".join(shlex.quote(f"{each.fact.key}={best_so_far(settling, each)}") for each in left)
    others = [each for each in settling.entry.manifest.output if each not in settling.outputs]
    labels = f", or with labels of {', '.join(others)} too" if others else ""
    labels_ja = f"（または {'、'.join(others)} のラベルも加えて）" if others else ""
    command = f'gantei set {name} {facts} --because "…"'
    keys = [each.fact.key for each in left]
    return (
        f"Left open, and needed before it predicts: {', '.join(keys)}. Settle again with more "
        f"people{labels}, or state the best so far, where the difference said above does not "
        f"matter to you: {command}",
        f"未決定で、推定に必要な項目：{'、'.join(keys)}。対象者を増やして{labels_ja}もう一度実行するか、"
        f"上に示した差が問題にならなければ、現時点で最良の値を指定してください：{command}",
    )
