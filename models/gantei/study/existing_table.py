"""Whether a table that is there is what a run would write, and if not, what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..photographs.listing import StudyPhotograph
from ..photographs.photograph_source import PhotographDigest
from .definition import PhotographsDigest, Study
from .dicom_persons import is_other_key
from .extras import Extras
from .file_stamps import FileStamps, StampsDigest, shard_stamps_sha256, stamps_sha256
from .listed_photographs import told_sha256
from .outages import check_told, is_untold
from .photograph_digests import digests_of, recorded_digests
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

    Raises:
        TransferError: the place of the photographs cannot be asked now whether they have changed.
    """

    def read(manifest: RunManifest) -> FinishedTable | None:
        if shard_differences(manifest, study.which_shard()) or _other_parts(study, manifest):
            return None
        is_same, stamps = True, stamps_sha256(study.listing.photographs)
        if rehash or not _has_stamps(study, manifest, stamps):
            is_same, stamps = _read_again(study, manifest["photographs_sha256"])
        is_same = (
            is_same
            and manifest["told_sha256"] == told_sha256(study.listing.photographs)
            and all(
                manifest[key] == now
                for key, now in extras.proofs(recorded_digests(study.measures_path)).items()
            )
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
    """Say how the existing table differs from the one of this run.

    Raises:
        TransferError: as `finished_before`.
    """

    def clauses(manifest: RunManifest) -> list[str]:
        other_shard = shard_differences(manifest, identity)
        found = [*other_shard, *differences(manifest, identity)]
        if not found:
            found += _other_parts(study, manifest)
        found += changed_files(study, study.rows_per_file, manifest)
        told = told_sha256(study.listing.photographs)
        if not other_shard and manifest["told_sha256"] != told:  # which is of a shard's own rows
            found.append("its persons or the list's columns are others (--from, --persons)")
        if not found and not _read_again(study, manifest["photographs_sha256"])[0]:
            found.append(
                f"its photographs are others (`gantei verify-table {study.table}` with those that "
                "are given here says which)"
            )
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


def _read_again(study: Study, photographs_sha256: str) -> tuple[bool, str | None]:
    """Read all photographs: whether they have that digest, and the digest of their files' stamps.

    Raises:
        TransferError: they have not, and of one nobody can tell whether it has changed.
    """
    stamps, stamps_digest, digest = FileStamps(), StampsDigest(), PhotographsDigest()
    untold: tuple[StudyPhotograph, PhotographDigest] | None = None
    noted = stamps.noted(study.listing.photographs)
    for listed, found in zip(study.listing.photographs, digests_of(noted), strict=True):
        digest.add(listed.name, found.sha256)
        stamps_digest.add(listed.name, found.sha256, stamps.taken(listed, found.version))
        if untold is None and is_untold(found):
            untold = listed, found
    is_same = digest.hexdigest() == photographs_sha256
    if untold is not None and not is_same:
        check_told(*untold)
    return is_same, stamps_digest.hexdigest()
