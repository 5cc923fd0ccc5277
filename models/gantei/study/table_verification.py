"""Whether a table of results still is of these photographs, and as the run wrote it."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import OutputError
from ..inference.parallel import ordered
from ..photographs.listing import PhotographList
from ..photographs.stored_photograph import PhotographPlace, StoredPhotograph
from ..photographs.study_photograph import StudyPhotograph, selected
from ..system.cores import cores
from ..table_files.parquet_parts import is_folder_table, table_sha256
from ..table_files.streamed_columns import streamed_columns
from .existing_table import photograph_sha256
from .file_stamps import stored_version
from .renamed_photographs import renamed_photographs
from .run_manifest_path import run_manifest_path
from .run_manifest_reading import not_understood, read_run_manifest
from .shard import Shard

FileState = Literal["right", "changed", "missing"]
RowState = Literal["right", "changed", "missing", "unreadable", "twice"]
_DIFFERENT: tuple[RowState, ...] = ("changed", "missing", "unreadable", "twice")


@dataclass(frozen=True)
class TableReport:
    """What became of a table, its photographs, and the files beside it, since the run wrote them.

    Attributes:
        rows: of the table.
        right: rows whose photographs have the bytes that were estimated.
        changed: names of photographs that have other bytes now, or none then and some now.
        renamed: of photographs that have another name now and the same bytes, both names.
        missing: names of photographs that are not among those given.
        unreadable: names of photographs that are, but cannot be read.
        twice: names that a second row has.
        not_in_table: names of photographs that have no row.
        files: of the table, and of each file beside it of which the run manifest has the digest,
            its name and whether it is `right`, `changed` or `missing`.
    """

    rows: int
    right: int
    changed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    unreadable: tuple[str, ...]
    twice: tuple[str, ...]
    not_in_table: tuple[str, ...]
    files: Mapping[str, FileState]

    @property
    def is_right(self) -> bool:
        """Whether everything is as the run left it."""
        return (
            self.right == self.rows
            and not self.not_in_table
            and all(state == "right" for state in self.files.values())
        )


def verify_table(
    table: Path,
    listing: PhotographList,
    *,
    embeddings: Path | None = None,
    workers: int | None = None,
    advance: Callable[[int], object] = lambda _: None,
) -> TableReport:
    """Read each photograph, and compare its digest with the one in its row.

    Where rows lack their photographs, those that lack a row are read too: they may be the same.
    A table of one shard is compared with the photographs of that shard. The names of what differs
    are in memory, and a byte per photograph; rows and photographs pass through.

    Args:
        table: of the results, with its run manifest beside it.
        listing: of the photographs, by the names in the table.
        embeddings: file of the embeddings; None: it is sought beside the table.
        workers: photographs that are read at the same time; None: one per core.
        advance: called with the number of rows that were compared.

    Raises:
        OutputError: the table or its run manifest cannot be read, or the table has identifiers and
            the listing has names, or the other way round.
        MissingExtraError: what the table's format needs is not installed.
    """
    manifest = _manifest(table)
    _check_key(table, manifest, listing)
    photographs = listing.photographs
    digests, shard = _digests(table, manifest, embeddings), _shard(table, manifest)
    if shard is not None:
        photographs = selected(photographs, shard.which)
    met = bytearray(len(photographs))
    rows = right = 0
    found: dict[RowState, list[tuple[str, str | None]]] = {state: [] for state in _DIFFERENT}
    pairs, at_once = _with_photographs(table, photographs, met), workers or cores()
    for row, state in ordered(_compared, pairs, at_once):
        rows += 1
        if state == "right":
            right += 1
        else:
            found[state].append(row)
        advance(1)
    left = (photographs[place] for place, has_row in enumerate(met) if not has_row)
    paired = renamed_photographs(found["missing"], left, at_once)
    changed, unreadable, twice = (
        tuple(name for name, _ in found[state]) for state in ("changed", "unreadable", "twice")
    )
    return TableReport(
        rows,
        right,
        changed,
        paired.renamed,
        paired.missing,
        unreadable,
        twice,
        paired.not_in_table,
        files={path.name: _state(path, sha256) for path, sha256 in digests.items()},
    )


def _manifest(table: Path) -> Mapping[str, Any]:
    if table.is_dir() and not is_folder_table(table):
        raise OutputError(f"{table}: is a folder; name the table first, then its photographs")
    if not table.exists():
        raise OutputError(f"{table}: no such file; name a table of gantei predict")
    return read_run_manifest(table)


def _check_key(table: Path, manifest: Mapping[str, Any], listing: PhotographList) -> None:
    if bool(manifest.get("anonymous")) == listing.anonymous:
        return
    raise OutputError(
        f"{table}: has names in it; leave out --anonymous"
        if listing.anonymous
        else f"{table}: is of an anonymous study; name its key by --anonymous"
    )


_VerifiedRow = tuple[str, str | None, StudyPhotograph | None, bool]
"""Name and digest, as a row has them, its photograph, and whether an earlier row has had it."""


def _with_photographs(
    table: Path, photographs: Sequence[StudyPhotograph], met: bytearray
) -> Iterator[_VerifiedRow]:
    place = 0
    for name, sha256 in streamed_columns(table, ("photograph", "sha256")):
        listed = _at(photographs, place, name)
        if listed is None:  # another program has sorted the table, or there is no such photograph
            place = bisect_left(photographs, name, key=lambda each: each.name)
            listed = _at(photographs, place, name)
        if listed is None:
            yield name, sha256 or None, None, False
            continue
        before, met[place] = bool(met[place]), True
        place += 1
        yield name, sha256 or None, listed, before


def _at(photographs: Sequence[StudyPhotograph], place: int, name: str) -> StudyPhotograph | None:
    if place == len(photographs):
        return None
    listed = photographs[place]
    return listed if listed.name == name else None


def _compared(row: _VerifiedRow) -> tuple[tuple[str, str | None], RowState]:
    name, expected, listed, before = row
    return (name, expected), "twice" if before else _state_of_row(expected, listed)


def _state_of_row(expected: str | None, listed: StudyPhotograph | None) -> RowState:
    found = None if listed is None else photograph_sha256(listed)
    if found == expected:  # also where there was nothing to read, and is not now
        return "right"
    if found is not None:
        return "changed"
    is_there = listed is not None and _is_there(listed.source)
    return "unreadable" if is_there else "missing"


def _is_there(source: PhotographPlace) -> bool:
    """Whether a photograph that could not be read is there at all."""
    if isinstance(source, StoredPhotograph):
        return stored_version(source) is not None
    return source.exists()


def _shard(table: Path, manifest: Mapping[str, Any]) -> Shard | None:
    if (told := manifest.get("shard")) is None:
        return None
    try:
        number, of = told["number"], told["of"]
        if isinstance(number, int) and isinstance(of, int) and 1 <= number <= of:
            return Shard(number, of)
    except (KeyError, TypeError):
        pass
    raise not_understood(run_manifest_path(table), "shard")


def _digests(table: Path, manifest: Mapping[str, Any], embeddings: Path | None) -> dict[Path, str]:
    """The files of which the run manifest has the digest: the table, and those beside it."""
    digests = {table: manifest["table_sha256"]}
    for key in ("persons", "photographs", "embeddings"):
        if (told := manifest.get(key)) is not None:
            try:
                path = table.with_name(told["file"])  # no way to another folder
                digests[embeddings if embeddings and key == "embeddings" else path] = told["sha256"]
            except (KeyError, TypeError, ValueError) as error:
                raise not_understood(run_manifest_path(table), key) from error
    return digests


def _state(path: Path, sha256: str) -> FileState:
    if not path.exists():
        return "missing"
    return "right" if table_sha256(path) == sha256 else "changed"
