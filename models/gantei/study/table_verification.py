"""Whether a table of results still is of these photographs, and as the run wrote it."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..errors import OutputError
from ..photographs.listing import PhotographList
from ..photographs.photograph_source import PhotographDigest
from ..photographs.stored_photograph import PhotographPlace
from ..photographs.study_photograph import StudyPhotograph, selected
from ..table_files.parquet_parts import is_folder_table, table_sha256
from .files_of_table import TableAlone
from .outages import check_asked
from .photograph_digests import recorded_digests, with_digests
from .renamed_photographs import renamed_photographs
from .run_manifest_path import run_manifest_path
from .run_manifest_reading import not_understood, read_run_manifest
from .shard import Shard

FileState = Literal["right", "changed", "missing"]
RowState = Literal["right", "changed", "missing", "unreadable", "twice"]
_GONE = frozenset(("stored-missing", "missing-entry"))
"""What places say of a photograph that is not there."""
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
        TransferError: the place of the photographs cannot be asked now.
    """
    manifest = manifest_to_verify(table)
    _check_key(table, manifest, listing)
    photographs = listing.photographs
    digests, shard = _digests(table, manifest, embeddings), _shard(table, manifest)
    if shard is not None:
        photographs = selected(photographs, shard.which)
    met = bytearray(len(photographs))
    rows = right = 0
    found: dict[RowState, list[tuple[str, str | None]]] = {state: [] for state in _DIFFERENT}
    pairs = ((row, row.read) for row in _with_photographs(table, photographs, met))
    for row, digest in with_digests(pairs, workers):
        rows += 1
        state = _state_of_row(row, digest)
        if state == "right":
            right += 1
        else:
            found[state].append((row.name, row.sha256))
        advance(1)
    left = (photographs[place] for place, has_row in enumerate(met) if not has_row)
    paired = renamed_photographs(found["missing"], left, workers)
    changed, unreadable, twice = (
        tuple(name for name, _ in found[state]) for state in ("changed", "unreadable", "twice")
    )
    return TableReport(
        rows, right, changed, paired.renamed, paired.missing, unreadable, twice,
        paired.not_in_table,
        files={path.name: _state(path, sha256) for path, sha256 in digests.items()},
    )  # fmt: skip


def manifest_to_verify(table: Path) -> Mapping[str, Any]:
    """Read the run manifest of a table.

    Raises:
        OutputError: there is no finished table of a run; says what is there.
    """
    if table.is_dir() and not is_folder_table(table):
        raise OutputError(f"{table}: is a folder; name the table first, then its photographs")
    if not table.exists() and TableAlone(table).journal_path.exists():
        raise OutputError(
            f"{table}: is not finished; the command of gantei predict that began it resumes"
        )
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


class _VerifiedRow(NamedTuple):
    """Name and digest, as a row has them, its photograph, and whether an earlier row has had it."""

    name: str
    sha256: str | None
    listed: StudyPhotograph | None
    is_second: bool = False

    @property
    def read(self) -> StudyPhotograph | None:
        """The photograph that is read for it."""
        return None if self.is_second else self.listed


def _with_photographs(
    table: Path, photographs: Sequence[StudyPhotograph], met: bytearray
) -> Iterator[_VerifiedRow]:
    place = 0
    for name, sha256 in recorded_digests(table):
        listed = _at(photographs, place, name)
        if listed is None:  # another program has sorted the table, or there is no such photograph
            place = bisect_left(photographs, name, key=lambda each: each.name)
            listed = _at(photographs, place, name)
        if listed is None:
            yield _VerifiedRow(name, sha256, None)
            continue
        before, met[place] = bool(met[place]), True
        place += 1
        yield _VerifiedRow(name, sha256, listed, before)


def _at(photographs: Sequence[StudyPhotograph], place: int, name: str) -> StudyPhotograph | None:
    if place == len(photographs):
        return None
    listed = photographs[place]
    return listed if listed.name == name else None


def _state_of_row(row: _VerifiedRow, found: PhotographDigest | None) -> RowState:
    if row.is_second:
        return "twice"
    sha256 = None if found is None else found.sha256
    if sha256 == row.sha256:  # also where there was nothing to read, and is not now
        return "right"
    if sha256 is not None:
        return "changed"
    if row.listed is None or found is None:
        return "missing"
    return "unreadable" if _is_there(row.listed.source, found) else "missing"


def _is_there(source: PhotographPlace, found: PhotographDigest) -> bool:
    """Whether a photograph that could not be read is there at all.

    Raises:
        TransferError: its place cannot be asked now.
    """
    if isinstance(source, Path):
        return source.exists()
    if found.error is not None:
        check_asked(source.place, found.error)
    return found.error is None or found.error.code not in _GONE


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
