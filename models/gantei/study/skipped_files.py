"""`<table>.skipped.csv`: the files that were passed by, each with its reason."""

import hashlib
import io
import json
from functools import lru_cache
from typing import IO, Any, cast

from ..findings.finding import Finding
from ..photographs.passed_by import counts_by_kind
from ..system.files import atomic_write, sha256_of
from ..table_files.csv_writing import write_csv
from .definition import Study

COLUMNS = ("file", "kind", "meaning", "meaning_ja")


def skipped_counts(study: Study) -> dict[str, int]:
    """How many files were passed by of each kind, as the run manifest has it."""
    return counts_by_kind(each.why for each in study.listing.passed_by)


def write_skipped(study: Study) -> None:
    """Write the list, one line per file in the order of the names; without any there is no list.

    Raises:
        OutputError: it cannot be written.
    """
    if study.listing.passed_by:
        with atomic_write(study.skipped_path) as file:
            _write(study, file)
    else:
        study.skipped_path.unlink(missing_ok=True)


def renew_manifest(study: Study, stamps_sha256: str | None) -> None:
    """Bring list and run manifest of a finished table up to date: other files come and go.

    `stamps_sha256`: of its photographs, as `stamps_sha256` has it, which were compared just now.

    Raises:
        OutputError: one cannot be written.
    """
    counts = skipped_counts(study)
    manifest: dict[str, Any] = json.loads(study.run_path.read_bytes())
    now: dict[str, Any] = {
        "files_skipped": counts,
        "eyes_of_other_photographs": len(study.listing.strays),
        "stamps_sha256": stamps_sha256,
    }
    if study.shard is not None:  # other shards may have other photographs now
        now["shard"] = study.shard.as_dict(manifest["shard"]["dicom_key_sha256"])
    there = sha256_of(study.skipped_path) if study.skipped_path.is_file() else None
    if there != (_sha256(study) if counts else None):
        write_skipped(study)
    if any(manifest.get(key) != value for key, value in now.items()):
        with atomic_write(study.run_path) as file:
            file.write(manifest_text(manifest | now))


def _write(study: Study, file: IO[bytes]) -> None:
    rows = ((each.name, *_words(each.why)) for each in study.listing.passed_by)
    write_csv(COLUMNS, rows, file, plain=study.plain_csv)


def _sha256(study: Study) -> str:
    """Digest of the list, which may be of millions of files, without writing it anywhere."""
    digest = _DigestFile()
    _write(study, cast(IO[bytes], digest))
    return digest.hexdigest()


class _DigestFile(io.RawIOBase):
    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.hexdigest = self._digest.hexdigest

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._digest.update(data)
        return len(data)


@lru_cache(1_000)
def _words(why: Finding) -> tuple[str, str, str]:
    return why.code, why.text(), why.text("ja")


def manifest_text(manifest: dict[str, Any]) -> bytes:
    """Lay a run manifest out, as JSON."""
    return json.dumps(manifest, ensure_ascii=False, indent=2).encode() + b"\n"
