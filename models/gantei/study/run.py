"""One study: photographs through estimators into a table that survives being killed.

Finished rows go into a journal beside the table. At the end the data dictionary, the run manifest
and the table are written, each whole or not at all, and the journal is deleted. The same command
after a kill checks the journal's rows against the files and resumes after them, so the table is
that of an uninterrupted run, byte for byte.
"""

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..manifests.citation import bibliography, reference, software
from ..photographs.eyes import Eye
from ..photographs.listing import StudyPhotograph
from ..system.files import atomic_write, exclusive_lock, remove_partial_files, sha256_of
from .columns import ERROR, WARNING_CODES, Row, row, sentences_of_every_row, write_dictionary
from .counts import FindingCounts
from .definition import Study, digest_of, names_and_digests
from .described_outputs import described_outputs
from .dicom_persons import DicomPersons
from .existing_table import (
    Summary,
    check_beside,
    difference,
    finished_before,
    photograph_sha256,
)  # fmt: skip
from .extras import Extras
from .journal import Journal, check_place, discard, is_of
from .leading_columns import EYE, EYE_FROM, LISTED, PERSON, PERSON_FROM
from .listed_photographs import told_sha256
from .measure_columns import measure_columns
from .persons_file import write_persons
from .persons_table import person_columns
from .refusing import without_refused
from .same_files import SameFiles, with_same_files
from .skipped_files import manifest_text, renew_skipped, skipped_counts, write_skipped
from .stated_cameras import StatedCameras
from .table import check_size, writer_for


def run_study(
    study: Study, *, overwrite: bool = False, advance: Callable[[int], object] = lambda _: None
) -> Summary:
    """Fill the table, or finish what an interrupted run began.

    Args:
        study: what is to be done.
        overwrite: replace a table, or drop the rows of another run, that stand in the way.
        advance: called with the number of photographs that were finished.

    Raises:
        OutputError: the table exists and is not this run's, another process writes it, or it
            cannot be written; no file is lost.
    """
    started = time.monotonic()
    if study.table.is_dir():
        raise OutputError(f"{study.table}: is a folder; name a file in it")
    # Refuse what cannot be written before any work.
    writer_for(study.table)
    check_size(study.table, len(study.listing.photographs), len(study.columns()))
    identity = study.identity()
    run = digest_of(identity)
    journal_id = study.journal_of(run)
    extras = study.extras(run)
    busy = f"another process is writing {study.table.name}; wait for it"
    lock = study.table.with_name(f".{study.table.name}.lock")
    with exclusive_lock(lock, 0, busy), closing(extras):
        remove_partial_files(study.written_paths())
        if study.table.exists():
            if finished := finished_before(study, run, extras):
                discard(study.journal_path, journal_id)
                _remove_unfinished(study)
                renew_skipped(study)
                advance(finished.photographs)
                return finished
            if not overwrite:
                raise OutputError(
                    f"{study.table} exists and is not the table of this run: "
                    f"{difference(study, identity)}; choose another --out, or replace it with "
                    "--overwrite"
                )
        if not overwrite and not is_of(study.journal_path, journal_id):
            check_place(study.journal_path, journal_id, identity)
            check_beside(study)
            extras.check(study.names())
        with Journal(study.journal_path, journal_id, identity, overwrite=overwrite) as journal:
            persons = DicomPersons(study.dicom_key_path)
            done = _kept(journal, study, persons, extras)
            advance(done)
            with closing(_rows(study, journal, done, persons, extras)) as rows:
                for line in rows:
                    journal.append(line)
                    advance(1)
            summary = _summary(journal, study, done, time.monotonic() - started)
            _publish(study, journal, identity, summary, extras)
            extras.close()
            journal.remove()
            _remove_unfinished(study)
    return summary


def _remove_unfinished(study: Study) -> None:
    for path in (study.vectors_path, study.measures_journal_path):
        path.unlink(missing_ok=True)


def _publish(
    study: Study,
    journal: Journal,
    identity: dict[str, Any],
    summary: Summary,
    extras: Extras,
) -> None:
    """Write the files; the table last, so that it never stands without its run manifest."""
    described, rows = study.columns(), journal.rows()
    if added := study.dicom_columns:
        rows = added.extended(rows, study.listing.photographs)
    extras.publish(journal.rows())
    people = write_persons(study, journal.rows())
    anonymous = study.listing.anonymous
    tables = {"results": described, "photographs": measure_columns(anonymous=anonymous)}
    if people:
        tables["persons"] = person_columns(study.estimators)
    with atomic_write(study.dictionary_path) as file:
        write_dictionary(tables, file, plain=study.plain_csv)
    write_skipped(study)
    with atomic_write(study.table) as table:
        writer_for(study.table, plain=study.plain_csv)(rows, described, table)
        table.flush()
        digest = sha256_of(Path(table.name))
        with atomic_write(study.run_path) as file:
            manifest = _run_manifest(study, journal, identity, summary, digest)
            manifest |= people
            manifest |= extras.proofs((line[0], line[1]) for line in journal.rows())
            file.write(manifest_text(manifest))


def _rows(
    study: Study, journal: Journal, start: int, persons: DicomPersons, extras: Extras
) -> Generator[Row]:
    known = SameFiles()
    cameras = StatedCameras.of(study.listing.columns, study.estimators)
    for line in islice(journal.rows(), start):
        known.first_of(line[0], line[1])
    left = study.listing.photographs[start:]
    results = study.backend.results(left, extras.explain)
    with closing(with_same_files(left, results, known)) as pairs:
        for listed, found in pairs:
            result = without_refused(cameras.compared(listed, found), study.refuse)
            extras.add(listed, result)
            yield row(persons.told(listed, result.format), result, study.estimators)


def _kept(journal: Journal, study: Study, persons: DicomPersons, extras: Extras) -> int:
    """Keep the journal's rows up to the first whose photograph is another now; count them.

    A row whose overlay or vector is missing is not kept either, nor one of another eye: its name
    alone may tell it where the other eye's photograph has come or gone.
    """
    count = 0
    for line, listed in zip(journal.rows(), study.listing.photographs, strict=False):
        if line[0] != listed.name or line[1] != photograph_sha256(listed):
            break
        if not (_is_same_eye(line, listed) and _says_the_same(line, persons.told(listed))):
            break
        if not extras.hold(count, line):
            break
        count += 1
    # Whole batches only, so that every photograph is computed beside the same neighbours.
    count -= count % study.backend.batch
    journal.keep(count)
    extras.keep(count)
    return count


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


def _summary(journal: Journal, study: Study, resumed: int, seconds: float) -> Summary:
    photographs = 0
    counts = FindingCounts(sentences_of_every_row(study.estimators))
    for line in journal.rows():
        photographs += 1
        counts.add(line)
    errors = counts.errors
    failed = sum(errors.values())
    return Summary(photographs, failed, resumed, round(seconds, 3), counts.findings, errors)


def _run_manifest(
    study: Study, journal: Journal, identity: dict[str, Any], summary: Summary, digest: str
) -> dict[str, Any]:
    references = [software(), *(reference(each.manifest) for each in study.estimators)]
    return {
        "run": digest_of(identity),
        **identity,
        "summary": asdict(summary),
        "files_skipped": skipped_counts(study),
        "eyes_of_other_photographs": len(study.listing.strays),
        "outputs": [
            output
            for each in study.estimators
            for output in described_outputs(each.name, each.manifest)
        ],
        "table": study.table.name,
        "table_sha256": digest,
        "photographs_sha256": names_and_digests((line[0], line[1]) for line in journal.rows()),
        "told_sha256": told_sha256(study.listing.photographs),
        "notices": sorted({each.manifest.notice for each in study.estimators} - {""}),
        "citations": [each.record() for each in references],
        "bibtex": bibliography(references),
    }
