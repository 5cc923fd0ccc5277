"""Whether a table that is there is what a run would write, and if not, what differs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..inference.parallel import ordered
from ..photographs.listing import StudyPhotograph
from ..photographs.photograph_source import versioned_sha256
from ..system.cores import cores
from ..table_files.streamed_columns import streamed_columns
from .definition import PhotographsDigest, Study
from .dicom_persons import is_other_key
from .extras import Extras
from .file_stamps import FileStamps, StampsDigest, shard_stamps_sha256, stamps_sha256
from .listed_photographs import told_sha256
from .run_differences import differences, shard_differences
from .run_summary import Summary
from .table_in_the_way import (
    RunManifest,
    changed_files,
    check_free_places,
    known_table,
    worded_difference,
)


@dataclass(frozen=True)
class FinishedTable:
    """What the run whose table is there came to, and the digest of its photographs' stamps now.

    In its summary all photographs are `resumed`.
    """

    summary: Summary
    stamps_sha256: str | None


def finished_before(
    study: Study, run: str, extras: Extras, *, rehash: bool = False
) -> FinishedTable | None:
    """Return what there is to say of the existing table if this same run wrote it, else None.

    Its photographs are read only where the stamps of their files are others than those in the run
    manifest, or `rehash` asks for it.
    """

    def read(manifest: RunManifest) -> FinishedTable | None:
        if shard_differences(manifest, study.place()) or _other_parts(study, manifest):
            return None
        is_same, stamps = True, stamps_sha256(study.listing.photographs)
        if rehash or not _has_stamps(study, manifest, stamps):
            photographs, stamps = _hashed(study)
            is_same = manifest["photographs_sha256"] == photographs
        is_same = (
            is_same
            and manifest["told_sha256"] == told_sha256(study.listing.photographs)
            and all(manifest[key] == now for key, now in extras.proofs(_measured(study)).items())
        )
        summary = Summary(**manifest["summary"])
        summary = replace(summary, resumed=summary.photographs)
        return FinishedTable(summary, stamps) if is_same else None

    return known_table(study, run, study.rows_per_file, read)


def _has_stamps(study: Study, manifest: Mapping[str, Any], stamps: str | None) -> bool:
    """Whether the photographs' files have the stamps that a run, or each merged shard, has seen."""
    if stamps == manifest.get("stamps_sha256"):
        return True
    told: list[str | None] = manifest.get("shard_stamps_sha256", [])
    return told != [] and told == shard_stamps_sha256(study.listing.photographs, len(told))


def check_beside(study: Study) -> None:
    """Refuse to replace files that a run without table and rows of its own cannot have written.

    A key of persons' pseudonyms is read, not replaced; for the journal see its `check_place`. Where
    there is one, a run of its own was killed while it began, or lost its rows in a power cut.

    Raises:
        OutputError: there is one.
    """
    kept = [study.dicom_key_path, study.journal_path]
    if study.journal_path.exists():
        kept += [study.vectors_path, study.measures_journal_path]
    check_free_places(study, kept)


def difference(study: Study, identity: Mapping[str, Any]) -> str:
    """Say how the existing table differs from the one of this run."""

    def clauses(manifest: RunManifest) -> list[str]:
        found = [*shard_differences(manifest, identity), *differences(manifest, identity)]
        if not found:
            found += _other_parts(study, manifest)
        found += changed_files(study, study.rows_per_file, manifest)
        if manifest["told_sha256"] != told_sha256(study.listing.photographs):
            found.append("its persons or the list's columns are others (--from, --persons)")
        if not found and manifest["photographs_sha256"] != _hashed(study)[0]:
            found.append("its photographs are others")
        return found

    return worded_difference(study, clauses)


def _other_parts(study: Study, manifest: Mapping[str, Any]) -> list[str]:
    """Say what is other of what all shards have in common, or of the key."""
    told, found = manifest.get("shard"), []
    if study.shard and told and study.shard.eyes_sha256 != told["eyes_sha256"]:
        found.append("its photographs, or their eyes, are others")
    key = (told or manifest).get("dicom_key_sha256")
    if study.dicom_key and key and is_other_key(study.dicom_key, key):
        found.append("its persons in DICOM files have another key (--dicom-key)")
    return found


def photograph_sha256(listed: StudyPhotograph) -> str | None:
    """Digest of a photograph's file as its row has it; None where there is no readable file."""
    return _versioned_sha256(listed)[0]


def _versioned_sha256(listed: StudyPhotograph) -> tuple[str | None, str | None]:
    sha256, version = versioned_sha256(listed.source)
    return listed.shown_sha256(sha256), version


def _measured(study: Study) -> Iterator[tuple[str, str | None]]:
    """The names and digests of the table's rows, as they also stand before the measures."""
    for name, sha256 in streamed_columns(study.measures_path, ("photograph", "sha256")):
        yield name, sha256 or None


def _hashed(study: Study) -> tuple[str, str | None]:
    """Read all photographs: the digests of their names and bytes, and of their files' stamps."""
    stamps, stamps_digest, digest = FileStamps(), StampsDigest(), PhotographsDigest()
    noted = stamps.noted(study.listing.photographs)
    digests = ordered(_versioned_sha256, noted, cores())
    for listed, (sha256, version) in zip(study.listing.photographs, digests, strict=True):
        digest.add(listed.name, sha256)
        stamps_digest.add(listed.name, sha256, stamps.taken(listed, version))
    return digest.hexdigest(), stamps_digest.hexdigest()
