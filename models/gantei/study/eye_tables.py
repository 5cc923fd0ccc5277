"""Which eye each photograph of a study shows: tables that state it, and names that tell it."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import OutputError
from ..manifests.fields import Side
from ..photographs.eye_pairs import sides_by_names
from ..photographs.eyes import DETECT, Eye, EyeOrigin, stated_eye
from ..photographs.listing import PhotographList, StudyPhotograph
from ..photographs.path_spelling import one_spelling, path_key
from ..photographs.study_photograph import changed, with_sides
from ..storage.address import without_query
from .photograph_tables import PhotographRow
from .told_rows import ToldRows


@dataclass(frozen=True, slots=True)
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
    """What is said of the eyes of a study: rows of tables, and whether to look at the pictures.

    `of_list`: a list has told eyes of its photographs, which know them already.
    """

    statements: tuple[EyeStatement, ...] = ()
    detect: bool = False
    of_list: ToldRows | None = None


def eye_statements(rows: Iterable[PhotographRow], origin: EyeOrigin) -> tuple[EyeStatement, ...]:
    """Give what the rows of a table state; an empty eye states nothing.

    Args:
        rows: of the table.
        origin: what its statements are called in the results.
    """
    return tuple(
        EyeStatement(without_query(row.photograph), row.eye, origin, row.where, row.folder)
        for row in rows
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
    found, strays = _found(listing, stated.statements)
    if stated.statements and not found and not stated.of_list:
        first = stated.statements[0]
        raise OutputError(
            f"{first.where}: {first.photograph} is none of the photographs here, nor is any other "
            "that is stated; name them as the results do, or by their paths"
        )
    photographs = with_sides(listing.photographs, sides_by_names(listing.names()))

    def told(listed: StudyPhotograph) -> StudyPhotograph:
        if isinstance(listed.eye, Eye) and listed.eye.origin == "list":
            return listed  # which every other statement agrees with
        side = listed.eye.side if isinstance(listed.eye, Eye) else None
        if statement := found.get(path_key(listed.source)):
            return replace(listed, eye=stated_eye(statement.side, statement.origin, side))
        return replace(listed, eye=DETECT) if side is None and stated.detect else listed

    photographs = changed(photographs, told) if found or stated.detect else photographs
    return replace(
        listing,
        photographs=photographs,
        detect=stated.detect,
        strays=tuple(strays),
        stated_sha256=_digest(photographs, found, stated.of_list),
    )


def _found(
    listing: PhotographList, statements: Sequence[EyeStatement]
) -> tuple[dict[str, EyeStatement], list[str]]:
    """The statement of each photograph by its path, and those that are of none."""
    by_key = _by_key(listing, statements)
    found: dict[str, EyeStatement] = {}
    strays = []
    for statement in statements:
        given = statement.photograph
        paths = set[str]()
        for spelt in _spellings(given):
            paths = paths or _named(spelt, statement.folder, by_key)
        if len(paths) > 1:
            several = " or ".join(sorted(paths))
            raise OutputError(f"{statement.where}: {given} may be {several}: name it by its path")
        for path in paths:
            other = found.setdefault(path_key(path), statement)
            if other.side != statement.side:
                raise OutputError(
                    f"{statement.where}: states {given} as {statement.side}, but {other.where} as "
                    f"{other.side}"
                )
        if not paths:
            strays.append(given)
    return found, strays


def _by_key(
    listing: PhotographList, statements: Sequence[EyeStatement]
) -> dict[str, tuple[str, ...]]:
    """The photographs that statements may mean, by what these may call them."""
    by_key: dict[str, tuple[str, ...]] = {
        key: ()
        for statement in statements
        for spelt in _spellings(statement.photograph)
        for key in _keys(spelt, statement.folder)
    }
    if by_key:
        for listed in listing.photographs:
            path = str(listed.source)
            for key in {one_spelling(listed.name), one_spelling(path)}:
                if (paths := by_key.get(key)) is not None and path not in paths:
                    by_key[key] = (*paths, path)
    return by_key


def _spellings(name: str) -> tuple[str, str]:
    return name, name.replace("\\", "/")  # of Windows


def _keys(name: str, folder: Path) -> set[str]:
    names = (name, os.path.abspath(name), os.path.abspath(folder / name))  # noqa: PTH100
    return {one_spelling(each) for each in names}


def _named(name: str, folder: Path, by_key: Mapping[str, tuple[str, ...]]) -> set[str]:
    return set().union(*(by_key[key] for key in _keys(name, folder)))


def _digest(
    photographs: Sequence[StudyPhotograph],
    found: Mapping[str, EyeStatement],
    of_list: ToldRows | None,
) -> str | None:
    """Digest of what is stated, by the names in the results.

    Raises:
        OutputError: a statement contradicts the list.
    """
    if not found and not of_list:
        return None
    digest = hashlib.sha256()
    for number, listed in enumerate(photographs):
        eye = listed.eye
        if not isinstance(eye, Eye) or eye.origin not in ("list", "stated"):
            continue
        statement = found.get(path_key(listed.source)) if found else None
        if of_list and statement and statement.side != eye.side:
            raise OutputError(
                f"{statement.where}: states {statement.photograph} as {statement.side}, but "
                f"{of_list.where(number)} as {eye.side}"
            )
        digest.update(f"{listed.name}\0{eye.side}\0{eye.origin}\n".encode())
    return digest.hexdigest()
