"""Which eye each photograph of a study shows: tables that state it, and names that tell it."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import OutputError
from ..manifests.fields import UNKNOWN, Side
from ..photographs.eye_names import sides_by_names
from ..photographs.eyes import DETECT, Eye, EyeOrigin, stated_eye
from ..photographs.listing import PhotographList, StudyPhotograph
from ..photographs.path_spelling import one_spelling
from .photograph_tables import PhotographRow


@dataclass(frozen=True)
class EyeStatement:
    """A row that states a photograph's eye: how it names the photograph, and where it stands.

    `folder` is that of the table, from where the name may also lead to the photograph.
    """

    photograph: str
    side: Side
    origin: EyeOrigin
    where: str
    folder: Path


@dataclass(frozen=True)
class StatedEyes:
    """What is said of the eyes of a study: rows of tables, and whether to look at the pictures."""

    statements: tuple[EyeStatement, ...] = ()
    detect: bool = False


def eye_statements(
    rows: Sequence[PhotographRow], origin: EyeOrigin, paths: Sequence[Path] = ()
) -> tuple[EyeStatement, ...]:
    """Give what the rows of a table state; an empty eye states nothing.

    Args:
        rows: of the table.
        origin: what its statements are called in the results.
        paths: of the rows' photographs, where they have been found.
    """
    names = [str(path) for path in paths] or [row.photograph for row in rows]
    return tuple(
        EyeStatement(name, row.eye, origin, row.where, row.folder)
        for name, row in zip(names, rows, strict=True)
        if row.eye
    )


def with_eyes(listing: PhotographList, stated: StatedEyes) -> PhotographList:
    """Put what is stated and what the names tell to each photograph of a study.

    A statement names its photograph as the table of results does, or by a path, from the working
    folder or from that of the table in which it stands.

    Raises:
        OutputError: two statements contradict each other, one may mean several photographs, or
            none of them means any.
    """
    names = sides_by_names(listed.name for listed in listing.photographs)
    found, strays = _found(listing, stated.statements)
    if stated.statements and not found:
        first = stated.statements[0]
        raise OutputError(
            f"{first.where}: {first.photograph} is none of the photographs here, nor is any other "
            "that is stated; name them as the results do, or by their paths"
        )

    def eye(listed: StudyPhotograph) -> Eye | str:
        name = names.get(listed.name)
        if statement := found.get(listed.path):
            return stated_eye(statement.side, statement.origin, name)
        if name is not None:
            return Eye(name, "file name")
        return DETECT if stated.detect else UNKNOWN

    return replace(
        listing,
        photographs=tuple(replace(each, eye=eye(each)) for each in listing.photographs),
        detect=stated.detect,
        strays=tuple(strays),
        stated_sha256=_digest(listing, found),
    )


def _found(
    listing: PhotographList, statements: Sequence[EyeStatement]
) -> tuple[dict[Path, EyeStatement], list[str]]:
    """The statement of each photograph by its path, and those that are of none."""
    by_key: dict[str, set[Path]] = {}
    for listed in listing.photographs:
        for key in (listed.name, os.fspath(listed.path)):
            by_key.setdefault(one_spelling(key), set()).add(listed.path)
    found: dict[Path, EyeStatement] = {}
    strays = []
    for statement in statements:
        given = statement.photograph
        paths = _named(given, statement.folder, by_key)
        paths = paths or _named(given.replace("\\", "/"), statement.folder, by_key)  # of Windows
        if len(paths) > 1:
            several = " or ".join(sorted(map(str, paths)))
            raise OutputError(f"{statement.where}: {given} may be {several}: name it by its path")
        for path in paths:
            other = found.setdefault(path, statement)
            if other.side != statement.side:
                raise OutputError(
                    f"{statement.where}: states {given} as {statement.side}, but {other.where} as "
                    f"{other.side}"
                )
        if not paths:
            strays.append(given)
    return found, strays


def _named(name: str, folder: Path, by_key: Mapping[str, set[Path]]) -> set[Path]:
    keys = {name, os.path.abspath(name), os.path.abspath(folder / name)}  # noqa: PTH100
    return set().union(*(by_key.get(one_spelling(key), set()) for key in keys))


def _digest(listing: PhotographList, found: dict[Path, EyeStatement]) -> str | None:
    """Digest of what is stated, by the names in the results."""
    if not found:
        return None
    digest = hashlib.sha256()
    for listed in listing.photographs:
        if statement := found.get(listed.path):
            digest.update(f"{listed.name}\0{statement.side}\0{statement.origin}\n".encode())
    return digest.hexdigest()
