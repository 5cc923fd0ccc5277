"""The table of `gantei predict --out -`: row by row to standard output, nothing beside it."""

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .crops_suggestion import crops_suggestion
from .predict_summary import (
    write_calibrations,
    write_every_row,
    write_rate,
    write_suggestion,
    write_summary,
    write_unread,
)

if TYPE_CHECKING:
    from ..photographs.listing import PhotographList
    from ..study.backends import Backend
    from ..study.dicom_columns import DicomColumns


def write_stream(
    chosen: argparse.Namespace,
    listing: "PhotographList",
    backend: "Backend",
    added: "DicomColumns | None",
) -> int:
    """Write the table, and the summary to standard error; give the number of failed photographs."""
    from ..study.columns import Row, columns, row, sentences_of_every_row
    from ..study.counts import FindingCounts
    from ..study.dicom_persons import DicomPersons
    from ..study.refusing import without_refused
    from ..study.run_summary import Summary
    from ..study.same_files import SameFiles, with_same_files
    from ..study.stated_cameras import StatedCameras
    from ..study.table import write_comma_separated

    results, persons = backend.results(listing.photographs), DicomPersons(None)
    counts = FindingCounts(sentences_of_every_row(backend.estimators))
    cameras = StatedCameras.of(listing.columns, backend.estimators)

    def rows() -> Iterator[Row]:
        same_files = SameFiles(listing.photographs)
        for listed, found in with_same_files(listing.photographs, results, same_files):
            result = without_refused(cameras.compared(listed, found), chosen.refuse)
            line = row(persons.told(listed, result.format), result, backend.estimators)
            counts.add(line)
            yield line

    # A pipe leads to a program, which would take a byte order mark for a letter of a name.
    described = columns(
        backend.estimators,
        listing.columns,
        added=added.columns() if added else (),
        anonymous=listing.anonymous,
    )
    lines: Iterator[Row] = rows()
    if added:
        lines = added.extended(lines, listing.photographs)
    write_comma_separated(lines, described, sys.stdout.buffer, plain=True)
    sys.stdout.buffer.flush()
    failed = sum(counts.errors.values())
    total = len(listing.photographs)
    write_summary(Summary(total, failed, 0, 0.0, counts.findings, counts.errors), listing.passed_by)
    write_rate(backend)
    write_unread(added)
    write_every_row(backend.estimators)
    write_calibrations(backend.estimators, listing.columns)
    write_suggestion(crops_suggestion(chosen, listing, [*counts.findings, *counts.errors]))
    return failed
