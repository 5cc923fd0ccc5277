"""What `gantei settle` says on a terminal."""

from gantei.terminal.plural import counted
from gantei.terminal.text_table import fitted_table

from .settle_words import (
    PUBLISHED,
    RELATIVE_TO_TABLE,
    effort_words,
    has_order,
    headline,
    performance_words,
    verdict_words,
)
from .settling_advice import measured_with, what_next
from .settling_result import Settling

ROOM = 100
"""Columns of a terminal that the table keeps to."""


def settled_text(settling: Settling) -> str:
    """Lay out a row per fact, then how good the best candidate is, and what to know."""
    lines = [f"{settling.entry.name}: {headline(settling)[0]}", ""]
    rows = [
        (each.fact.key, each.shown or "?", verdict_words(each)[0]) for each in settling.verdicts
    ]
    lines += [fitted_table(("FACT", "VALUE", "VERDICT"), rows, ROOM), ""]
    if settling.signal == "signal":
        for each in settling.shown:
            lines += [words[0] for words in performance_words(each)]
        lines += [words[0] for words in measured_with(settling)]
    if has_order(settling):
        lines.append(RELATIVE_TO_TABLE[0])
    lines.append(PUBLISHED[0])
    lines += [note.english for note in settling.notes]
    lines += [_left_out(settling), effort_words(settling)[0]]
    lines += [words[0] for words in what_next(settling)]
    return "\n".join(line for line in lines if line is not None) + "\n"


def _left_out(settling: Settling) -> str:
    """Photographs without labels, and those that could not be read."""
    parts = [
        f"{counted(settling.with_labels, 'photograph')} with labels, "
        f"{sum(settling.left_out.values())} without or left out"
    ]
    if settling.failed:
        codes = ", ".join(f"{count} {code}" for code, count in settling.failed.most_common())
        parts.append(f"not read: {codes}")
    return "; ".join(parts)
