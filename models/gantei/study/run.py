"""One study: photographs through estimators into a table that survives being killed.

Finished rows go into a journal beside the table. At the end the data dictionary, the run manifest
and the table are written, each whole or not at all, and the journal is deleted. The same command
after a kill checks the journal's rows against the files and resumes after them, so the table is
that of an uninterrupted run, byte for byte. It reads no photograph again whose file has the size
and the time of its last change that it had.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any

from ..errors import OutputError
from ..manifests.citation import bibliography, reference, software
from ..system.files import atomic_write, remove_partial_files
from ..system.processor import told_processors
from .columns import Row, row, write_dictionary
from .definition import Study, digest_of
from .described_outputs import described_outputs
from .dicom_persons import DicomPersons
from .dropped_rows import DroppedRows
from .existing_table import check_beside, difference, finished_before
from .extras import Extras
from .file_stamps import FileStamps
from .finished_rows import FinishedRows
from .journal import Journal, check_place, discard, is_of
from .kept_rows import keep_rows, stamp_in_journal
from .leading_columns import Column
from .measure_columns import measure_columns
from .outages import Outages
from .person_photographs import PersonPhotographs
from .persons_file import write_persons
from .persons_table import PersonValues, person_columns
from .refusing import without_refused
from .run_summary import Summary
from .same_files import with_same_files
from .skipped_files import manifest_text, renew_manifest, skipped_counts, write_skipped
from .stated_cameras import StatedCameras
from .table_writing import atomic_table, check_extent, check_form


def run_study(
    study: Study,
    *,
    overwrite: bool = False,
    rehash: bool = False,
    advance: Callable[[int], object] = lambda _: None,
    dropped: Callable[[DroppedRows], object] = lambda _: None,
) -> Summary:
    """Fill the table, or finish what an interrupted run began.

    Args:
        study: what is to be done.
        overwrite: replace a table, or drop the rows of another run, that stand in the way.
        rehash: read each finished photograph again, also where size and time of its file are the
            same.
        advance: called first with the number of photographs that were finished before, then with
            that of those finished since.
        dropped: called before with finished rows that do not hold any more, if there are any.

    Raises:
        OutputError: the table exists and is not this run's, another process writes it, or it
            cannot be written; no file is lost.
        TransferError: the store of the photographs answers no more; see `Outages`.
    """
    # Refuse what cannot be written before any work.
    check_form(study.table, study.rows_per_file, (study.maps, study.embeddings))
    size = len(study.listing.photographs), len(study.columns())
    check_extent(study.table, *size, study.rows_per_file)
    identity = study.identity()
    run = digest_of(identity)
    journal_id, told = study.journal_of(run), identity | study.which_shard()
    extras = study.extras(run)
    with study.locked(), closing(extras):
        remove_partial_files(study.written_paths())
        if study.table.exists():
            if before := finished_before(study, run, extras, rehash=rehash):
                discard(study.journal_path, journal_id)
                _remove_unfinished(study)
                renew_manifest(study, before.stamps_sha256)
                advance(before.summary.photographs)
                return before.summary
            if not overwrite:
                raise OutputError(
                    f"{study.table} exists and is not the table of this run: "
                    f"{difference(study, told)}; choose another --out, or replace it with "
                    "--overwrite"
                )
        if not overwrite and not is_of(study.journal_path, journal_id):
            check_place(study.journal_path, journal_id, told)
            check_beside(study)
            extras.check(study.names())
        with Journal(study.journal_path, journal_id, told, overwrite=overwrite) as journal:
            told = {"run": run, **identity}
            summary = _fill(study, journal, told, extras, advance, dropped, rehash=rehash)
            extras.close()
            journal.remove()
            _remove_unfinished(study)
    return summary


def _fill(
    study: Study,
    journal: Journal,
    told: dict[str, Any],
    extras: Extras,
    advance: Callable[[int], object],
    dropped: Callable[[DroppedRows], object],
    *,
    rehash: bool,
) -> Summary:
    """Estimate what the journal has not yet, then write the files."""
    started = time.monotonic()
    persons = DicomPersons(study.persons_key_path, shared=study.shard is not None)
    finished = keep_rows(journal, study, persons, extras, rehash=rehash, dropped=dropped)
    resumed = finished.count
    advance(resumed)
    with closing(_rows(study, finished, persons, extras)) as rows:
        for line, stamp, kept in rows:
            journal.append(line, kept)
            finished.add(line, stamp)
            advance(1)
    summary = finished.summary(resumed, time.monotonic() - started)
    told |= study.shard_and_key(persons.key_sha256)
    _publish(study, journal, told, summary, finished, extras)
    return summary


def _remove_unfinished(study: Study) -> None:
    for path in (study.vectors_path, study.measures_journal_path):
        path.unlink(missing_ok=True)


def _publish(
    study: Study,
    journal: Journal,
    told: dict[str, Any],
    summary: Summary,
    finished: FinishedRows,
    extras: Extras,
) -> None:
    """Write the files; the table last, so that it never stands without its run manifest."""
    described, rows, plain = study.columns(), journal.rows(), study.plain_csv
    values = PersonValues.of(study.estimators, len(study.listing.columns))
    persons = PersonPhotographs(values, study.table.parent)
    if study.shard is None:  # a person's other photographs may be in another shard
        rows = persons.noted(rows)
    if added := study.dicom_columns:
        rows = added.extended(rows, study.listing.photographs)
    extras.publish(journal.rows)
    write_skipped(study)
    written = atomic_table(
        study.table, rows, described, plain=plain, rows_per_file=study.rows_per_file
    )
    with written as digest:
        columns = person_columns(values)
        people = write_persons(study.persons_path, persons.rows(), columns, plain=plain)
        _write_dictionary(study, described, columns if people or study.shard is not None else ())
        with atomic_write(study.run_path) as file:
            manifest = told | _run_manifest(study, summary, finished, digest)
            manifest |= people
            manifest |= extras.proofs((line[0], line[1]) for line in journal.rows())
            file.write(manifest_text(manifest))


def _write_dictionary(study: Study, results: Sequence[Column], persons: Sequence[Column]) -> None:
    """Explain all columns; whether the whole study has persons, no shard knows."""
    measures = measure_columns(anonymous=study.listing.anonymous)
    tables = {"results": results, "photographs": measures, "persons": persons}
    with atomic_write(study.dictionary_path) as file:
        write_dictionary(tables, file, plain=study.plain_csv)


def _rows(
    study: Study, finished: FinishedRows, persons: DicomPersons, extras: Extras
) -> Generator[tuple[Row, str | None, str | None]]:
    """Estimate what is not finished: rows, the stamps of their files, and as the journal has it."""
    cameras = StatedCameras.of(study.listing.columns, study.estimators)
    left = study.listing.photographs[finished.count :]
    stamps, outages = FileStamps(), Outages()
    results = study.backend.results(stamps.noted(left), extras.explain)
    with closing(with_same_files(left, results, finished.same_files)) as pairs:
        for listed, found in pairs:
            outages.see(listed, found)
            stamp = stamps.taken(listed, found.version)
            result = without_refused(cameras.compared(listed, found), study.refuse)
            extras.add(listed, result)
            told = listed if result.sha256 is None else persons.told(listed, result.format)
            line = row(told, result, study.estimators)
            yield line, stamp, stamp_in_journal(listed, line, stamp, persons)


def _run_manifest(
    study: Study, summary: Summary, finished: FinishedRows, digest: str
) -> dict[str, Any]:
    references = [software(), *(reference(each.manifest) for each in study.estimators)]
    return {
        "summary": asdict(summary),
        "files_skipped": skipped_counts(study),
        "eyes_of_other_photographs": len(study.listing.strays),
        "outputs": [
            output
            for each in study.estimators
            for output in described_outputs(each.name, each.manifest)
        ],
        **told_processors(study.backend.processors()),
        "table": study.table.name,
        "rows_per_file": study.rows_per_file,
        "table_sha256": digest,
        "photographs_sha256": finished.photographs_sha256(),
        "stamps_sha256": finished.stamps_sha256(),
        "told_sha256": finished.told_sha256(),
        "notices": sorted({each.manifest.notice for each in study.estimators} - {""}),
        "citations": [each.record() for each in references],
        "bibtex": bibliography(references),
    }
