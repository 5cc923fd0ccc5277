"""What is true of all rows of a study together, gathered in one reading of its shards."""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

from ..study.columns import ERROR, ERROR_CODE, WARNING_CODES
from ..study.counts import FindingCounts
from ..study.definition import PhotographsDigest
from ..study.leading_columns import EYE, PERSON, PERSON_FROM, SHA256
from ..study.listed_photographs import ToldDigest
from ..study.overlay_files import OverlayFiles
from ..study.person_photographs import PersonPhotographs
from ..study.same_files import SAME_FILE
from ..study.table_rows import CellColumns
from .copies import CopySearch
from .table_layout import TableLayout


class WholeStudy:
    """Order, digests, counts, copies and persons of a whole study, once its rows have been read.

    Attributes:
        order: is filled by `columns_in_order`.
        copies: which rows are copies of an earlier one.
        persons: what the rows come to for each person.
        undrawn: photographs without an error that lack an overlay.
    """

    def __init__(
        self,
        layout: TableLayout,
        of_every_row: Collection[str],
        folder: Path,
        maps: OverlayFiles | None,
    ) -> None:
        """Prepare to read.

        Args:
            layout: of the rows.
            of_every_row: codes that every row of an estimator has.
            folder: where what takes all rows to tell waits on disk.
            maps: where the overlays are; None: none were drawn.
        """
        self.order: array[int] = array("H")
        self.copies = CopySearch(folder)
        self.persons = PersonPhotographs(layout.values, folder)
        self.undrawn = 0
        self._layout = layout
        self._counts = FindingCounts(of_every_row)
        self._photographs = PhotographsDigest()
        self._told = ToldDigest()
        self._maps = maps

    def read(self, rows: Iterator[CellColumns]) -> Iterator[Sequence[str]]:
        """Read all rows, some at a time, in the order of the table; gives the names of each."""
        end, start = self._layout.end, 0
        for cells in rows:
            names, sha256s, errors = cells[0], cells[SHA256], cells[end + ERROR]
            self._photographs.add_all(names, sha256s)
            self._tell(cells)
            self._counts.add_all(cells[end + WARNING_CODES], cells[end + ERROR_CODE])
            self.copies.add(start, names, sha256s)
            values = [cells[place] for place in self._layout.values.places]
            self.persons.add(cells[PERSON], cells[EYE], sha256s, errors, values)
            if self._maps is not None:
                there = map(self._maps.are_there, names, sha256s)
                self.undrawn += sum(
                    error is None and not each for error, each in zip(errors, there, strict=True)
                )
            start += len(names)
            yield names
        self._counts.add_finding(SAME_FILE, self.copies.find())

    def facts(self) -> dict[str, Any]:
        """What the run manifest says of all rows, besides their findings."""
        return {
            "photographs_sha256": self._photographs.hexdigest(),
            "told_sha256": self._told.hexdigest(),
        }

    @property
    def findings(self) -> Mapping[str, int]:
        """Photographs by the code of a finding."""
        return self._counts.findings

    @property
    def errors(self) -> Mapping[str, int]:
        """Photographs by the code of their error."""
        return self._counts.errors

    def _tell(self, cells: CellColumns) -> None:
        listed = cells[self._layout.listed]
        further = zip(*listed, strict=True) if listed else repeat(())
        self._told.add_all(cells[0], cells[PERSON], cells[PERSON_FROM], further)
