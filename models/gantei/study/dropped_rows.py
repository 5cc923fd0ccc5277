"""Rows of an unfinished run that no longer hold when it resumes, and why."""

from dataclasses import dataclass
from enum import Enum


class WhyDropped(Enum):
    """Why a row does not hold; its value is said of the row whose number it is formatted with."""

    CHANGED = "the photograph of row {row} has changed since it was estimated"
    TOLD = "what is known of the photograph of row {row}, such as its eye or person, is other now"
    OTHERS = "photographs were added, removed or renamed, from row {row} on"
    BESIDE = "the map, embedding or measures of row {row} are missing"
    DAMAGED = "row {row} is damaged"


@dataclass(frozen=True)
class DroppedRows:
    """Rows `first` to `last`, counted from 1, and the row of them that does not hold.

    With that row go those after it, and those before it that were computed together with it.
    """

    first: int
    last: int
    row: int
    why: WhyDropped

    def __str__(self) -> str:
        """Say it; names of photographs have no place in a log."""
        which = f"rows {self.first:,} to {self.last:,} are"
        if self.first == self.last:
            which = f"row {self.first:,} is"
        why = self.why.value.format(row=f"{self.row:,}")
        return f"finished {which} dropped, and the run goes on at row {self.first:,}: {why}"
