"""The table of one shard, and what its run manifest says of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..study.files_of_table import FilesOfTable, TableAlone
from ..study.run_manifest_reading import read_run_manifest
from ..system.files import open_regular
from ..system.processor import Processor
from ..table_files.parquet_parts import files_of_table, is_folder_table, table_sha256
from .shard_manifest import checked_manifest

_PATTERN = frozenset("*?[")
"""What stays in a name where a shell finds no file for a pattern, or is not to look for any."""


@dataclass(frozen=True)
class ShardTable(FilesOfTable):
    """The table of shard `number` of `of`, as `gantei predict --shard` wrote it.

    `photographs` are its rows, `listed` those of all shards, whose names have the digest
    `names_sha256`. For `persons_by` and `list_sha256` see `StudyShard`.
    """

    table: Path
    manifest: Mapping[str, Any] = field(repr=False)
    number: int
    of: int
    listed: int
    photographs: int
    names_sha256: str
    persons_by: str | None
    list_sha256: str | None
    dicom_key_sha256: str | None

    @property
    def processors(self) -> Sequence[Processor]:
        """On which kinds of processors it was computed; none: on a server's."""
        one = self.manifest.get("processor")
        return [one] if one else self.manifest.get("processors", [])

    @property
    def embeddings_path(self) -> Path | None:
        """Where the embeddings are: beside the table; None: there are none."""
        told = self.manifest.get("embeddings")
        return self.table.with_name(told["file"]) if told else None

    def read_paths(self) -> list[Path]:
        """The files that merging reads, whether they are there or not."""
        beside = (self.measures_path, self.embeddings_path, self.skipped_path, self.dictionary_path)
        return [*files_of_table(self.table), *(path for path in beside if path is not None)]

    def check_unchanged(self) -> None:
        """See that table, measures and embeddings are those that the run wrote.

        Raises:
            OutputError: one of them is another by now, or gone.
        """
        beside = [(self.measures_path, self.manifest["photographs"]["sha256"])]
        if (embeddings := self.embeddings_path) is not None:
            beside.append((embeddings, self.manifest["embeddings"]["sha256"]))
        for path, sha256 in ((self.table, self.manifest["table_sha256"]), *beside):
            try:
                same = _sha256(path) == sha256
            except OutputError:
                raise
            except OSError as error:
                raise OutputError(
                    f"{path}: cannot be read: {error.strerror}; {self.run_path.name} tells of it: "
                    f"it belongs beside {self.table.name}"
                ) from error
            if not same:
                raise OutputError(
                    f"{path}: was changed since gantei predict wrote it; take it as it was, or run "
                    f"shard {self.number} again with --overwrite"
                )


def read_shard(table: Path) -> ShardTable:
    """Read the run manifest of a shard's table.

    Raises:
        OutputError: there is none, or it is not that of a shard.
    """
    if table.is_dir() and not is_folder_table(table):
        raise OutputError(f"{table}: is a folder; name the tables in it, such as shard-*.csv")
    if not (table.is_file() or table.is_dir()):
        raise absent(table)
    manifest = read_run_manifest(table)
    if manifest.get("shard") is None:
        raise OutputError(
            f"{table}: is no shard: its run manifest tells of no --shard; a table of a whole run "
            "needs no merging"
        )
    facts = checked_manifest(table, manifest)
    return ShardTable(
        table,
        manifest,
        facts.shard.number,
        facts.shard.of,
        facts.shard.photographs,
        facts.summary.photographs,
        facts.shard.names_sha256,
        facts.shard.persons_by,
        facts.shard.list_sha256,
        facts.shard.dicom_key_sha256,
    )


def absent(table: Path, beside: Path | None = None) -> OutputError:
    """Say why there is no such table of a shard; `beside`: a file of it that is there."""
    unfinished = TableAlone(table).unfinished_paths()
    if beside in unfinished or any(path.exists() for path in unfinished):
        return OutputError(
            f"{table}: is not finished; wait for its gantei predict, or give that again, which "
            "resumes"
        )
    if beside is not None:
        return OutputError(f"{table}: is gone, and {beside.name} is still there; run it again")
    if _PATTERN.intersection(table.name):
        return OutputError(
            f"{table}: no file has such a name, so no shard has ended yet, or their tables lie "
            "elsewhere; leave quotes around a pattern out"
        )
    return OutputError(f"{table}: no such file")


def _sha256(path: Path) -> str | None:
    """Digest of a table or file; None of a pipe or a device, which nobody waits for."""
    if is_folder_table(path):
        return table_sha256(path)
    file = open_regular(path)
    if file is None:
        return None
    with file:
        return hashlib.file_digest(file, "sha256").hexdigest()
