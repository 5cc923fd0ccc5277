"""A table that stands where one is to be written: whether it is the same, and if not, why."""

import os
from collections.abc import Callable, Container, Mapping
from typing import Any, TypeVar

from ..errors import OutputError, TransferError
from ..table_files.parquet_parts import table_sha256
from .files_of_table import FilesOfTable
from .persons_file import persons_are_there
from .run_manifest_reading import existing_manifest

RunManifest = Mapping[str, Any]
Found = TypeVar("Found")

_NOT_UNDERSTOOD = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""What comes of reading a run manifest that no run wrote, or files beside it that are gone."""


def known_table(
    files: FilesOfTable,
    run: str,
    rows_per_file: int | None,
    read: Callable[[RunManifest], Found | None],
) -> Found | None:
    """Give what `read` finds in the run manifest of the table that is there, if it is this run's.

    Args:
        files: of the table.
        run: digest of the run.
        rows_per_file: of a Parquet table that is a folder of files; None: it is one file.
        read: tells the rest; None: the table is another.

    Raises:
        TransferError: `read` cannot ask now what it needs to know.
    """
    if (manifest := existing_manifest(files.table)) is None:
        return None
    try:
        if (
            manifest["run"] == run
            and not changed_files(files, rows_per_file, manifest)
            and persons_are_there(files.persons_path, manifest)
        ):
            return read(manifest)
    except TransferError:
        raise
    except _NOT_UNDERSTOOD:
        pass
    return None


def worded_difference(files: FilesOfTable, clauses: Callable[[RunManifest], list[str]]) -> str:
    """Say how the table that is there differs from the one that is to be written.

    Args:
        files: of the table.
        clauses: what differs, by its run manifest.

    Raises:
        TransferError: as `known_table`.
    """
    nothing = f"there is no {files.run_path.name} that could tell what made it"
    if (manifest := existing_manifest(files.table)) is None:
        return nothing
    try:
        # What `known_table` asks and no clause explains.
        return ", ".join(clauses(manifest)) or "what stands beside it is other, or gone"
    except TransferError:
        raise
    except _NOT_UNDERSTOOD:
        return nothing


def changed_files(
    files: FilesOfTable, rows_per_file: int | None, manifest: RunManifest
) -> list[str]:
    """Say whether the table is divided otherwise, or is no more as its run manifest says."""
    found = []
    if manifest.get("rows_per_file") != rows_per_file:
        found.append("it is divided into files otherwise (--rows-per-file)")
    if manifest["table_sha256"] != table_sha256(files.table):
        found.append("it was changed since it was written")
    return found


def check_free_places(files: FilesOfTable, kept: Container[object] = ()) -> None:
    """Refuse to replace files beside a table that is not there yet, except those in `kept`.

    Raises:
        OutputError: there is one.
    """
    for path in files.own_paths():
        if path not in kept and os.path.lexists(path):  # a link to nothing is somebody's too
            raise OutputError(
                f"{path} exists, and a file of that name would be written beside "
                f"{files.table.name}: move it, choose another --out, or replace it with --overwrite"
            )
