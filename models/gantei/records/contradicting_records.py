"""Records that contradict each other: one of them is wrong, whatever a photograph shows."""

from collections.abc import Iterable

from ..labels.exclusions import REASONS, Exclusion

CONTRADICTING = (
    "two-sexes",
    "labels-contradict",
    "copies-contradict",
    "row-contradicts",
    "ages-unexplained",
    "labels-differ",
)
"""Codes of exclusions that say so."""


def contradicting_records(exclusions: Iterable[Exclusion]) -> tuple[Exclusion, ...]:
    """Give those that were left out because records contradict each other, by their reason.

    A photograph that several outputs leave out for one reason is there once.
    """
    order = list(REASONS)
    found = [each for each in dict.fromkeys(exclusions) if each.code in CONTRADICTING]
    return tuple(sorted(found, key=lambda each: order.index(each.code)))


def people_of(contradicting: Iterable[Exclusion]) -> int:
    """Count whose records these are; a row or photograph of nobody known counts as one."""
    return len({each.person or each.name for each in contradicting})
