"""Which photographs a study has, and the name under which each stands in the table."""

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..findings.finding import Finding
from ..manifests.fields import UNKNOWN
from ..system.keyed_digest import keyed_digest
from .eyes import EyeOption
from .folder_walk import files_below
from .passed_by import PassedBy, kinds_in_words
from .path_spelling import printable
from .persons import KnownPerson


@dataclass(frozen=True, slots=True)
class StudyPhotograph:
    """One photograph of a study: where it is, its name in the table, what is told of its eye.

    `person` is told by a table or a name, `cells` by a table: what stands under
    `PhotographList.columns`. In an anonymous study the name is random, and digests are keyed by its
    `secret`.
    """

    path: Path
    name: str
    eye: EyeOption = UNKNOWN
    person: KnownPerson | None = None
    cells: tuple[str | None, ...] = ()
    secret: bytes | None = field(default=None, repr=False)

    def shown_sha256(self, sha256: str | None) -> str | None:
        """The digest of the file as it stands in tables: as it is, or keyed by the secret."""
        if sha256 is None or self.secret is None:
            return sha256
        return keyed_digest(self.secret, sha256)


@dataclass(frozen=True)
class PhotographList:
    """The photographs of a study in the table's order, and the other files of its folders.

    What is said of eyes: whether they are sought in the pictures (`detect`), the digest of what is
    stated, and the names of `strays`, statements of what is no photograph here. Of the table that
    lists them: the names of its further `columns`. `anonymous` says that names are random.
    """

    photographs: tuple[StudyPhotograph, ...]
    passed_by: tuple[PassedBy, ...] = ()
    detect: bool = False
    stated_sha256: str | None = None
    strays: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    anonymous: bool = False

    def eyes(self) -> dict[str, Any]:
        """What values may depend on: what was said of eyes; the names tell the same again."""
        facts = {"stated_sha256": self.stated_sha256, "detect": self.detect}
        return {key: value for key, value in facts.items() if value}

    def without(self, own: Iterable[Path]) -> "PhotographList":
        """The same, where the files of the study itself are not among those passed by."""
        paths = {os.path.abspath(path) for path in own}  # noqa: PTH100
        return replace(
            self, passed_by=tuple(each for each in self.passed_by if each.path not in paths)
        )


def list_photographs(
    paths: Sequence[Path], lines: Iterable[str] = (), root: Path | None = None
) -> PhotographList:
    """Collect photographs from files, folders (recursively) and the lines of a list.

    In folders, a file is taken whose ending is a picture's, or whose first bytes are where the
    ending is of no known kind. All others are passed by, each with its reason, and so is what is
    hidden, thumbnails and the litter of systems, whatever they hold; links to folders are not
    followed. A file that is named itself is always taken; one that a list names may be missing,
    which its row then says. A photograph that is met twice counts once. Names are relative to
    `root`, else to the folder given, or to the deepest folder that holds everything given, with `/`
    between; the order is that of the names.

    Raises:
        OutputError: a path does not exist, a folder cannot be read, there are no photographs, or
            one of them lies outside `root`.
    """
    for path in paths:
        if not _is(path.exists):
            raise OutputError(f"{path}: no such file or folder")
    given = [*paths, *(Path(line.rstrip("\r\n")) for line in lines if line.strip())]
    found: dict[Path, None] = {}
    others: dict[str, Finding] = {}
    bases: list[Path] = []
    # abspath, not resolve: a link that is named keeps its own name.
    for path in (Path(os.path.abspath(each)) for each in given):  # noqa: PTH100
        if not _is(path.is_dir):
            bases.append(path.parent)
            found[path] = None
            continue
        bases.append(path)
        for file, why in files_below(str(path)):
            if why is None:
                found[Path(file)] = None
            else:
                others[file] = why
    if not found:
        raise OutputError(_none_found(paths, others.values()))
    root = _common(bases) if root is None else _checked_root(root, found)
    names = (printable(path.relative_to(root).as_posix()) for path in found)
    listed = (StudyPhotograph(*each) for each in zip(found, names, strict=True))
    # One that is named itself is a photograph, though a folder passes it by.
    taken = {str(path) for path in found} if others and len(given) > 1 else set()
    named = (
        PassedBy(path, _name_below(root, path), why)
        for path, why in others.items()
        if path not in taken
    )
    return PhotographList(
        tuple(sorted(listed, key=lambda each: each.name)),
        tuple(sorted(named, key=lambda each: each.name)),
    )


def _none_found(paths: Sequence[Path], others: Collection[Finding]) -> str:
    if not (paths or others):
        return "no photographs: name some, a folder of them, or a list"
    where = ", ".join(map(str, paths)) or "the list"
    what = f"only {kinds_in_words(others)}" if others else "nothing"
    return f"no photographs in {where}: {what}"


def _is(question: Callable[[], bool]) -> bool:
    """Ask about a path; one that cannot even be looked up, being too long, say, is nothing."""
    try:
        return question()
    except OSError:
        return False


def _checked_root(root: Path, found: Iterable[Path]) -> Path:
    if not _is(root.is_dir):
        raise OutputError(f"--root {root}: no such folder")
    root = Path(os.path.abspath(root))  # noqa: PTH100
    if stray := next((path for path in found if not path.is_relative_to(root)), None):
        raise OutputError(f"{stray}: lies outside --root {root}; name a folder that holds all")
    return root


def _common(bases: Sequence[Path]) -> Path:
    try:
        return Path(os.path.commonpath(bases))
    except ValueError as error:
        raise OutputError("the photographs lie on several drives: run each by itself") from error


def _name_below(root: Path, path: str) -> str:
    below = Path(os.path.relpath(path, root))  # perhaps outside of a stated root
    name = printable(below.as_posix())
    return f"{name}/" if path.endswith(os.sep) else name
