"""What is true of all rows of a study together, gathered in one reading of its shards."""

import hashlib
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from ..study.columns import ERROR, Row
from ..study.counts import FindingCounts
from ..study.definition import PhotographsDigest
from ..study.leading_columns import PERSON, PERSON_FROM, SHA256
from ..study.listed_photographs import told_line
from ..study.overlay_files import OverlayFiles
from ..study.same_files import SAME_FILE
from .copies import CopySearch
from .merged_persons import MergedPersons
from .spill import Spill
from .table_layout import TableLayout


class WholeStudy:
    """Order, digests, counts, copies and persons of a whole study, once its rows have been read.

    Attributes:
        order: is filled by `rows_in_order`.
        copies: which rows are copies of an earlier one.
        persons: what the rows come to for each person.
        undrawn: photographs without an error that lack an overlay.
    """

    def __init__(
        self,
        layout: TableLayout,
        of_every_row: Collection[str],
        spill: Callable[[], Spill],
        maps: OverlayFiles | None,
    ) -> None:
        """Prepare to read.

        Args:
            layout: of the rows.
            of_every_row: codes that every row of an estimator has.
            spill: makes a place for records on disk.
            maps: where the overlays are; None: none were drawn.
        """
        self.order: array[int] = array("H")
        self.copies = CopySearch(spill)
        self.persons = MergedPersons(layout.values, spill)
        self.undrawn = 0
        self._layout = layout
        self._counts = FindingCounts(of_every_row)
        self._photographs = PhotographsDigest()
        self._told, self._is_told = hashlib.sha256(), False
        self._maps = maps

    def read(self, rows: Iterator[Row]) -> Iterator[str]:
        """Read all rows, in the order of the table; gives the name of each."""
        for place, line in enumerate(rows):
            row = line[: self._layout.end]
            name, sha256 = row[0], row[SHA256]
            self._photographs.add(name, sha256)
            self._tell(row)
            self._counts.add(row)
            self.copies.add(place, name, sha256)
            self.persons.add(row)
            if self._maps and row[ERROR] is None and not self._maps.are_there(name, sha256):
                self.undrawn += 1
            yield name
        self._counts.add_finding(SAME_FILE, self.copies.find())

    def facts(self) -> dict[str, Any]:
        """What the run manifest says of all rows, besides their findings."""
        return {
            "photographs_sha256": self._photographs.hexdigest(),
            "told_sha256": self._told.hexdigest() if self._is_told else None,
        }

    @property
    def findings(self) -> Mapping[str, int]:
        """Photographs by the code of a finding."""
        return self._counts.findings

    @property
    def errors(self) -> Mapping[str, int]:
        """Photographs by the code of their error."""
        return self._counts.errors

    def _tell(self, row: Row) -> None:
        # Whom a DICOM file names, the photograph tells, and nobody else.
        told = row[PERSON] is not None and row[PERSON_FROM] != "DICOM"
        person = (row[PERSON], row[PERSON_FROM]) if told else None
        if line := told_line(row[0], person, row[self._layout.listed]):
            self._is_told = True
            self._told.update(line)
