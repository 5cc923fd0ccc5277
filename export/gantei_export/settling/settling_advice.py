"""What the figures of a settling are of, and what to do next, in English and Japanese."""

from collections.abc import Iterator

from gantei.report.bilingual import Bilingual

from .settling_result import Settling


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
