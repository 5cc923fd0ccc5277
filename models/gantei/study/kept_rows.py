"""Which rows of an unfinished run's journal still hold."""

import re
from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

from ..photographs.eyes import Eye
from ..photographs.listing import StudyPhotograph
from ..photographs.persons import KnownPerson
from .columns import ERROR, WARNING_CODES, Row
from .definition import Study
from .dicom_persons import DicomPersons
from .existing_table import photograph_sha256
from .extras import Extras
from .file_stamps import kept_stamp, stamps_of
from .finished_rows import FinishedRows
from .journal import Journal
from .leading_columns import EYE, EYE_FROM, LISTED, PERSON, PERSON_FROM, SHA256

_DIGEST = re.compile("[0-9a-f]{64}")
_TEXT = (str,)
_KINDS: dict[str, tuple[type, ...]] = {"text": _TEXT, "number": (float, int)}


def keep_rows(
    journal: Journal, study: Study, persons: DicomPersons, extras: Extras, *, rehash: bool
) -> FinishedRows:
    """Keep the journal's rows up to the first whose photograph is another now; cut off the others.

    A photograph is the same where the stamp of its file is; where it is another, or `rehash` asks
    for it, where the file has the same digest. A row whose overlay or vector is missing is not kept
    either, nor one of another eye: its name alone may tell it where the other eye's photograph has
    come or gone; nor what is no row of this table, which no run wrote.
    """
    finished = FinishedRows(study)
    kinds = [_KINDS[column.kind] for column in study.columns_of_journal()]
    batch: list[tuple[Row, str | None]] = []
    whole_batch = study.backend.batch
    photographs = study.listing.photographs
    pairs = zip(journal.stamped_rows(), photographs, stamps_of(photographs), strict=False)
    for number, ((line, kept), listed, stamp) in enumerate(pairs):
        if not _is_row(line, kinds):
            break
        same_stamp = kept is not None and kept == stamp_in_journal(listed, line, stamp, persons)
        is_trusted = same_stamp and not rehash
        if not (_holds(line, listed, persons, is_trusted=is_trusted) and extras.hold(number, line)):
            break
        batch.append((line, stamp if same_stamp else None))
        # Whole batches only, so that every photograph is computed beside the same neighbours.
        if len(batch) == whole_batch:
            for each in batch:
                finished.keep(*each)
            batch.clear()
    journal.keep(finished.count)
    extras.keep(finished.count)
    return finished


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


def _holds(line: Row, listed: StudyPhotograph, persons: DicomPersons, *, is_trusted: bool) -> bool:
    if line[0] != listed.name:
        return False
    if is_trusted:
        if listed.person is None and line[PERSON_FROM] == "DICOM":
            listed = replace(listed, person=KnownPerson(line[PERSON], "DICOM"))
    elif line[1] == photograph_sha256(listed):
        if line[PERSON_FROM] == "DICOM":  # the same bytes name nobody else
            listed = persons.told(listed)
    else:
        return False
    return _is_same_eye(line, listed) and _says_the_same(line, listed)


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
