"""The last lines of `gantei predict`: what came of it, and what is odd, in how many photographs.

They go to standard error, so that a table on standard output stays one.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..findings.wording import short_text
from ..terminal.plural import tallied
from ..terminal.text_table import visible

if TYPE_CHECKING:
    from ..photographs.passed_by import PassedBy
    from ..study.backends import AnyEstimator, Backend
    from ..study.dicom_columns import DicomColumns
    from ..study.files_of_table import FilesOfTable
    from ..study.run_summary import Summary
    from ..system.processor import Processor


def write_summary(summary: "Summary", passed_by: "Sequence[PassedBy]") -> None:
    """Say how many photographs were estimated, and each error and finding with its count.

    The files that were passed by are counted by their kinds.
    """
    from ..photographs.passed_by import counts_by_kind

    resumed = f", {summary.resumed:,} of them in an earlier run" if summary.resumed else ""
    if summary.resumed == summary.photographs > 0:
        resumed = ", already finished"
    sys.stderr.write(
        f"{tallied(summary.photographs, 'photograph')}{resumed}: "
        f"{summary.photographs - summary.failed:,} estimated, {summary.failed:,} failed\n"
    )
    write_passed_by(counts_by_kind(each.why for each in passed_by))
    write_counts("failed", summary.errors)
    write_counts("warnings", summary.findings)


def write_rate(backend: "Backend") -> None:
    """Say how fast the estimators of this machine were, where it took long enough to tell."""
    from .rate_summary import rate_line

    if backend.times is not None and (line := rate_line(backend.times)) is not None:
        sys.stderr.write(f"{line}\n")


def write_processors(kinds: "Sequence[Processor]") -> None:
    """Say on which kinds of processors was computed, where they are several; {}: not known."""
    names = sorted({" with ".join(each.values()) or "unknown" for each in kinds})
    if len(names) > 1:
        sys.stderr.write(
            visible(
                f"computed on processors of different kinds ({'; '.join(names)}): the last digits "
                "of values may differ from those of one machine\n"
            )
        )


def write_passed_by(counts: Mapping[str, int]) -> None:
    """Count the files of folders that are no photographs, by the codes of their kinds."""
    from ..photographs.passed_by import counts_in_words

    if counts:
        sys.stderr.write(visible(f"skipped: {counts_in_words(counts)}\n"))


def write_unread(added: "DicomColumns | None") -> None:
    """Count the photographs whose cells of `--dicom-columns` could not be filled."""
    if added and added.unread:
        number = tallied(len(added.unread), "photograph")
        sys.stderr.write(
            f"{number}: the cells of --dicom-columns are empty, because the header could not be "
            "decoded or the file has changed\n"
        )


def write_files(files: "FilesOfTable") -> None:
    """Name the table, and what stands beside it."""
    beside = (
        files.measures_path,
        files.dictionary_path,
        files.run_path,
        files.persons_path,
        files.skipped_path,
    )
    names = [str(files.table), *(path.name for path in beside if path.exists())]
    sys.stderr.write(f"{', '.join(names)}\n")


def write_suggestion(command: str | None) -> None:
    """Say by which command a person sees what was found."""
    if command is not None:
        sys.stderr.write(visible(f"to look at the photographs of a code: {command}\n"))


def write_every_row(estimators: "Sequence[AnyEstimator]") -> None:
    """Say once what every row of the table says by its code."""
    from ..study.columns import sentences_of_every_row

    write_sentences(sentences_of_every_row(estimators))


def write_sentences(sentences: Mapping[str, str]) -> None:
    """Say each sentence about every row once, with the codes that stand for it."""
    codes: dict[str, list[str]] = {}
    for code, text in sentences.items():
        codes.setdefault(text, []).append(code)
    for text, each in codes.items():
        sys.stderr.write(visible(f"every row ({', '.join(each)}): {text}\n"))


def write_calibrations(estimators: "Sequence[AnyEstimator]", columns: Sequence[str]) -> None:
    """Say on whom the values of each estimator are calibrated, and whether cameras are compared.

    Args:
        estimators: of the study.
        columns: of the list of its photographs, which may tell their cameras.
    """
    from ..calibrations.calibration_table import people_text
    from ..study.stated_cameras import COLUMN, StatedCameras

    for each in estimators:
        if (made := each.calibration) is not None:
            people = people_text(made.people)
            sys.stderr.write(
                visible(f"{each.name}: calibrated at {made.site} on {people} ({made.date})\n")
            )
    known = any(each.calibration and each.calibration.people.cameras for each in estimators)
    if known and StatedCameras.of(columns, estimators).place is None:
        sys.stderr.write(
            "cameras were not compared with those calibrated on: nothing tells the camera of a "
            f"photograph; a list with a column {COLUMN} does (--from)\n"
        )


def write_counts(what: str, counts: Mapping[str, int]) -> None:
    """Say each code once, with the number of photographs that have it."""
    if counts:
        sys.stderr.write(f"{what}:\n")
    for code, number in counts.items():
        sys.stderr.write(
            visible(f"  {tallied(number, 'photograph')}: {short_text(code)} ({code})\n")
        )
