"""Which photographs stand on a sheet: all, or those of some codes, found here or in a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..photographs.listing import StudyPhotograph
from .cell import Cell

CODE_COLUMNS = ("warning_codes", "error_code")
"""Columns of results that tell codes; `estimator:code` is a code of that estimator."""


@dataclass(frozen=True)
class Selection:
    """The photographs that are shown, and what a table tells of them.

    Attributes:
        codes: only photographs with one of these; none: all of them.
        columns: of the table that lists the photographs, as `PhotographList.columns`. Where it has
            codes they decide, as no other photograph is opened then; also what only networks or
            the whole study find is among them.
    """

    codes: frozenset[str] = frozenset()
    columns: Sequence[str] = ()

    @property
    def by_table(self) -> bool:
        """Whether a table tells the codes."""
        return bool({*CODE_COLUMNS} & {*self.columns})

    def told(self, listed: StudyPhotograph) -> tuple[str, ...]:
        """The codes that the table has of a photograph, once each."""
        cells = dict(zip(self.columns, listed.cells, strict=False))
        words = " ".join(cells.get(column) or "" for column in CODE_COLUMNS).split()
        return tuple(dict.fromkeys(word.rpartition(":")[2] for word in words))

    def opens(self, listed: StudyPhotograph) -> bool:
        """Whether a photograph may be among those that are shown."""
        return not (self.codes and self.by_table) or not self.codes.isdisjoint(self.told(listed))

    def shows(self, cell: Cell) -> bool:
        """Whether a photograph that was looked at is shown."""
        return not self.codes or self.by_table or not self.codes.isdisjoint(cell.codes())
