"""What an analysis says on the terminal beside its table: what was found, and what to know.

All of it goes to standard error: findings, notes, what was left out, and where the report is.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.text_table import visible

if TYPE_CHECKING:
    from ..labels.exclusions import Exclusion
    from ..pages.bilingual import Bilingual

_NOUNS = {
    "photograph": ("photograph", "photographs"),
    "label": ("row", "rows"),
    "unit": ("eye or visit", "eyes or visits"),
    "person": ("person", "people"),
}
"""What is left out, of one and of several."""


def write_report_summary(
    found: "Iterable[Bilingual]",
    cautions: "Iterable[Bilingual]",
    exclusions: "Iterable[Exclusion]",
    out: Path | None,
    names: Sequence[str],
) -> None:
    """Say what a report says first, in English, and where it is.

    Args:
        found: its findings.
        cautions: what to know before quoting them.
        exclusions: what was left out.
        out: its folder; None: it was not written.
        names: of the files in it.
    """
    for english, _ in found:
        _write(english)
    for english, _ in cautions:
        _write(f"note: {english}")
    for line in left_out_lines(exclusions):
        _write(line)
    if out is not None:
        _write(f"{out}: {', '.join(names)}")


def left_out_lines(exclusions: "Iterable[Exclusion]") -> Iterator[str]:
    """Count what was left out by its reason, in the order of a flow of participants."""
    from ..labels.exclusions import REASONS
    from ..pages.excluded_parts import what_is_left_out

    counts = Counter(each.code for each in exclusions)
    for code, reason in REASONS.items():
        if counts[code]:
            of = what_is_left_out(code)
            what = "labels not used" if of == "label" else "left out"
            noun = _NOUNS[of][counts[code] != 1]
            yield f"{what}: {counts[code]} {noun} {reason.english} ({code})"


def _write(line: str) -> None:
    sys.stderr.write(f"{visible(line)}\n")
