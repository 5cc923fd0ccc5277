"""Which rows of an unfinished run's journal still hold."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import NamedTuple

from ..photographs.eyes import Eye
from ..photographs.listing import StudyPhotograph
from ..photographs.persons import KnownPerson
from ..photographs.photograph_source import PhotographDigest
from .columns import ERROR, WARNING_CODES, Row
from .definition import Study
from .dicom_persons import DicomPersons
from .dropped_rows import DroppedRows, WhyDropped
from .extras import Extras
from .file_stamps import kept_stamp, stamps_of
from .finished_rows import FinishedRows
from .journal import Journal
from .leading_columns import EYE, EYE_FROM, LISTED, PERSON, PERSON_FROM, SHA256
from .outages import check_told
from .photograph_digests import with_digests

_DIGEST = re.compile("[0-9a-f]{64}")
_TEXT = (str,)
_KINDS: dict[str, tuple[type, ...]] = {"text": _TEXT, "number": (float, int)}


def keep_rows(
    journal: Journal,
    study: Study,
    persons: DicomPersons,
    extras: Extras,
    *,
    rehash: bool,
    dropped: Callable[[DroppedRows], object],
) -> FinishedRows:
    """Keep the journal's rows up to the first whose photograph is another now; cut off the others.

    A photograph is the same where the stamp of its file is; where it is another, or `rehash` asks
    for it, where the file has the same digest. A row whose overlay or vector is missing is not kept
    either, nor one of another eye: its name alone may tell it where the other eye's photograph has
    come or gone; nor what is no row of this table, which no run wrote. `dropped` is called with
    those that are cut off for such a reason.

    Raises:
        TransferError: of a finished photograph nobody can tell whether it has changed.
    """
    finished = FinishedRows(study)
    batch: list[tuple[Row, str | None]] = []
    whole_batch = study.backend.batch
    rows = _JournalRows(journal, study, persons)
    # Those to be compared by their bytes, with the photographs that are read for it.
    doubted = ((row, row.listed if rehash or row.stamp is None else None) for row in rows)
    why: WhyDropped | None = None
    for number, (row, found) in enumerate(with_digests(doubted)):
        why = _why_not(row, found, persons)
        if why is None and not extras.hold(number, row.cells):
            why = WhyDropped.BESIDE
        if why is not None:
            break
        batch.append((row.cells, row.stamp))
        # Whole batches only, so that every photograph is computed beside the same neighbours.
        if len(batch) == whole_batch:
            for each in batch:
                finished.keep(*each)
            batch.clear()
    cut = journal.keep(finished.count)
    extras.keep(finished.count)
    if cut > len(batch):  # more than a last batch that was not whole
        first, last = finished.count + 1, finished.count + cut
        dropped(DroppedRows(first, last, first + len(batch), why or rows.why_ended))
    return finished


class _JournalRow(NamedTuple):
    """A row of the journal, its photograph, and the stamp of its file where both have the same."""

    cells: Row
    listed: StudyPhotograph
    stamp: str | None


class _JournalRows:
    """The journal's rows, up to the first that no run wrote, or that is of another photograph."""

    def __init__(self, journal: Journal, study: Study, persons: DicomPersons) -> None:
        self.why_ended = WhyDropped.DAMAGED
        self._journal, self._persons = journal, persons
        self._kinds = [_KINDS[column.kind] for column in study.columns_of_journal()]
        self._photographs = study.listing.photographs

    def __iter__(self) -> Iterator[_JournalRow]:
        photographs = self._photographs
        pairs = zip(photographs, stamps_of(photographs), strict=True)
        for cells, kept in self._journal.stamped_rows():
            if not _is_row(cells, self._kinds):
                return
            listed, stamp = next(pairs, (None, None))
            if listed is None or cells[0] != listed.name:
                self.why_ended = WhyDropped.OTHERS
                return
            told = stamp_in_journal(listed, cells, stamp, self._persons)
            is_same = kept is not None and kept == told
            yield _JournalRow(cells, listed, stamp if is_same else None)


def _is_row(cells: Row, kinds: Sequence[tuple[type, ...]]) -> bool:
    """Whether these are cells of such kinds, numbers among them finite, with a digest or none."""
    if len(cells) != len(kinds):
        return False
    for cell, kind in zip(cells, kinds, strict=True):
        if cell is not None and (
            type(cell) not in kind or (kind is not _TEXT and not isfinite(cell))
        ):
            return False
    return cells[SHA256] is None or _DIGEST.fullmatch(cells[SHA256]) is not None


def stamp_in_journal(
    listed: StudyPhotograph, line: Row, stamp: str | None, persons: DicomPersons
) -> str | None:
    """Give the stamp of a row's photograph as the journal keeps it; see `kept_stamp`."""
    return kept_stamp(listed, stamp, persons.key() if line[PERSON_FROM] == "DICOM" else None)


def _why_not(
    row: _JournalRow, found: PhotographDigest | None, persons: DicomPersons
) -> WhyDropped | None:
    """Why a row is not what this run would write; `found`: None where the stamp is trusted."""
    cells, listed, _ = row
    if found is None:
        if listed.person is None and cells[PERSON_FROM] == "DICOM":
            listed = replace(listed, person=KnownPerson(cells[PERSON], "DICOM"))
    elif cells[SHA256] == found.sha256:
        if cells[PERSON_FROM] == "DICOM":  # the same bytes name nobody else
            listed = persons.told(listed)
    else:
        if cells[SHA256] is not None:
            check_told(listed, found)
        return WhyDropped.CHANGED
    is_same = _is_same_eye(cells, listed) and _says_the_same(cells, listed)
    return None if is_same else WhyDropped.TOLD


def _is_same_eye(line: Row, listed: StudyPhotograph) -> bool:
    if line[EYE_FROM] == "DICOM":  # by the file, which is the same
        return _is_by_file_still(line, listed)
    if isinstance(listed.eye, Eye):
        return line[EYE : EYE_FROM + 1] == [listed.eye.side, listed.eye.origin]
    return line[EYE_FROM] in (None, "detected")


def _is_by_file_still(line: Row, listed: StudyPhotograph) -> bool:
    """Whether nothing is stated now, and the name contradicts the file where it did."""
    named = listed.eye.side if isinstance(listed.eye, Eye) else line[EYE]
    if isinstance(listed.eye, Eye) and listed.eye.origin != "file name":
        return False
    said = "eye-of-dicom-contradicts-name" in (line[WARNING_CODES] or "").split()
    return line[ERROR] is not None or said == (named != line[EYE])


def _says_the_same(line: Row, listed: StudyPhotograph) -> bool:
    person = [listed.person.name, listed.person.origin] if listed.person else [None, None]
    cells = line[LISTED : LISTED + len(listed.cells)]
    return line[PERSON : PERSON_FROM + 1] == person and cells == [*listed.cells]
