"""What sheets of crops came to: how many photographs, on how many pages, and what is odd."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ..findings.wording import has_short_text
from .cell import Cell

MOST_LINKS = 100
"""How many photographs of a code the first page links to."""


@dataclass
class SheetSummary:
    """What came of it, so far.

    Attributes:
        photographs: on the sheets.
        failed: those of them with an error.
        pages: the files.
        errors: photographs by the code of what is wrong.
        findings: photographs by the code of what is odd.
        places: of each code the first photographs, as (number, page).
    """

    photographs: int = 0
    failed: int = 0
    pages: tuple[Path, ...] = ()
    errors: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def add(self, cell: Cell, page: int) -> None:
        """Count a photograph that stands on that page."""
        self.photographs += 1
        self.failed += cell.error is not None
        if cell.error is not None:
            self.errors[cell.error.code] += 1
            self._place(cell.error.code, cell.number, page)
        for code in dict.fromkeys(finding.code for _, finding in cell.findings):
            self.findings[code] += 1
            self._place(code, cell.number, page)
        for code in cell.told:
            if has_short_text(code):
                self.findings[code] += 1
                self._place(code, cell.number, page)

    def _place(self, code: str, number: int, page: int) -> None:
        places = self.places.setdefault(code, [])
        if len(places) < MOST_LINKS:
            places.append((number, page))
