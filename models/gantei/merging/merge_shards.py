"""Merging the shards of a study: one reading of all rows, then one for each file that is written.

Tables are read in the order of names, which all of them have, and never held in memory; what takes
all rows to tell (copies, persons) waits on disk. The files are those that one machine would have
written, byte for byte; the run manifest says beside it which shards they come from.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..labels.recorded_outputs import recorded_findings
from ..study.columns import write_dictionary
from ..study.embeddings_file import write_embeddings
from ..study.journal import Journal, discard, is_of
from ..study.persons_file import write_persons
from ..study.persons_table import person_columns
from ..study.shard import names_sha256
from ..study.skipped_files import manifest_text
from ..system.files import atomic_write, remove_partial_files, sha256_of
from ..table_files.parquet_parts import remove_table
from .line_formats import CsvTableLines
from .merged_manifest import merged_manifest
from .merged_skipped import merge_skipped
from .merged_study import MergedStudy
from .merged_vectors import MergedVectors
from .row_order import columns_in_order, taken_in_order
from .shard_rows import ShardRows
from .table_layout import TableLayout, check_dictionaries, layout_of
from .unchanged_files import UnchangedFiles
from .whole_study import WholeStudy

Advance = Callable[[int], object]


@dataclass(frozen=True)
class MergedTable:
    """The run manifest of a merged table, and whether the table was there before."""

    manifest: Mapping[str, Any]
    was_there: bool


def merge_shards(
    study: MergedStudy, *, overwrite: bool = False, advance: Advance = lambda _: None
) -> MergedTable:
    """Write the table of a whole study, and what stands beside it, unless that was done before.

    Args:
        study: what is to be merged, and where it goes.
        overwrite: replace a table that stands in the way.
        advance: called with the number of rows that were read.

    Raises:
        OutputError: the shards do not come to the study whose names each of them had listed, one
            of their files was changed, the table exists and is another, or it cannot be written;
            no file is lost.
    """
    study.check()
    with study.locked():
        remove_partial_files(study.written_paths())
        if study.table.exists():
            if before := study.merged_before():
                discard(study.journal_path, study.journal_id)
                return MergedTable(before, was_there=True)
            if not overwrite:
                raise OutputError(
                    f"{study.table} exists and is not what these shards come to: "
                    f"{study.difference()}; choose another --out, or replace it with --overwrite"
                )
        elif is_of(study.journal_path, study.journal_id):  # killed while it wrote these
            for path in study.written_paths():
                remove_table(path)
        elif not overwrite:
            study.check_place()
        files = UnchangedFiles(path for shard in study.shards for path in shard.read_paths())
        for shard in study.shards:
            shard.check_unchanged()
        layout = layout_of(study.shards[0])
        check_dictionaries(study.shards, layout)
        with _nothing_left(study):
            return MergedTable(_merge(study, layout, files, advance), was_there=False)


@contextmanager
def _nothing_left(study: MergedStudy) -> Iterator[None]:
    """If merging fails, delete what it has written where nothing was before."""
    before = {path for path in study.written_paths() if os.path.lexists(path)}
    try:
        yield
    except BaseException as error:
        for path in study.written_paths():
            if path not in before:
                remove_table(path)
        if isinstance(error, OSError) and not isinstance(error, OutputError):
            raise OutputError(
                f"{study.table.parent}: what merging needs for a time cannot be written there: "
                f"{error.strerror or error}"
            ) from error
        raise


def _merge(
    study: MergedStudy, layout: TableLayout, files: UnchangedFiles, advance: Advance
) -> dict[str, Any]:
    tables = ShardRows(study.shards, layout)
    findings = recorded_findings(study.shards[0].manifest, study.shards[0].run_path)
    whole = WholeStudy(layout, findings, study.table.parent, study.overlays())
    rows = columns_in_order(study.shards, tables.columns_of_each(), layout, whole.order)
    names = names_sha256(_counted(whole.read(rows), advance))
    _check_whole(study, whole, names)
    # Without any row, it tells the same command after a kill whose the files are.
    with Journal(study.journal_path, study.journal_id, overwrite=True) as begun:
        manifest = _publish(study, layout, tables, whole, files)
        begun.remove()
    return manifest


def _counted(names: Iterator[Sequence[str]], advance: Advance) -> Iterator[str]:
    for some in names:
        advance(len(some))
        yield from some


def _check_whole(study: MergedStudy, whole: WholeStudy, names: str) -> None:
    first = study.shards[0]
    if len(whole.order) != first.listed:
        raise OutputError(
            f"the shards have {len(whole.order)} photographs, and the study has {first.listed}; "
            "run the shards again"
        )
    if names != first.names_sha256:
        raise OutputError(
            "the shards have other photographs than those of the study that each of them listed; "
            "run the shards again"
        )
    if whole.undrawn:
        raise OutputError(
            f"{study.maps}: lacks the maps of {whole.undrawn} photographs, or has those of other "
            "ones; give all shards one --maps, or copy what they drew into one folder, and name it"
        )


def _publish(
    study: MergedStudy,
    layout: TableLayout,
    tables: ShardRows,
    whole: WholeStudy,
    files: UnchangedFiles,
) -> dict[str, Any]:
    """Write the files; the table last, so that it never stands without its run manifest."""
    plain = tables.plain
    # Which looks at the files of embeddings before anything is written.
    vectors = MergedVectors(study.shards, whole.order) if study.embeddings else None
    skipped = merge_skipped(study, plain=plain)
    _write_measures(study, whole)
    beside = {"photographs": _proof(study.measures_path)}
    if study.maps:
        errors = sum(whole.errors.values())
        pictures = len(study.shards[0].manifest["estimators"]) * (len(whole.order) - errors)
        beside["maps"] = {"pictures": pictures}
    if study.embeddings and vectors:
        rows = (row[: layout.end] for row in taken_in_order(tables.of_each(), whole.order))
        shape = (len(whole.order), vectors.width)
        write_embeddings(study.embeddings, rows, vectors, shape)
        beside["embeddings"] = _proof(study.embeddings)
    columns = person_columns(layout.values)
    people = write_persons(study.persons_path, whole.persons.rows(), columns, plain=plain)
    described = {"results": layout.columns, "photographs": layout.measures}
    with atomic_write(study.dictionary_path) as file:
        write_dictionary(described | ({"persons": columns} if people else {}), file, plain=plain)
    copies = whole.copies.found()
    with tables.written(study.table, whole.order, copies, study.rows_per_file) as digest:
        files.check()
        manifest = merged_manifest(study, whole, digest, skipped) | people | beside
        with atomic_write(study.run_path) as file:
            file.write(manifest_text(manifest))
    return manifest


def _write_measures(study: MergedStudy, whole: WholeStudy) -> None:
    lines = CsvTableLines()
    paths = [shard.measures_path for shard in study.shards]
    with atomic_write(study.measures_path) as file:
        file.write(lines.head(paths[0]))
        file.writelines(taken_in_order([lines.rows(path) for path in paths], whole.order))


def _proof(path: Path) -> dict[str, Any]:
    return {"file": path.name, "sha256": sha256_of(path)}
