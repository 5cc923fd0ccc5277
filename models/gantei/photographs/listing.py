"""Which photographs a study has, and the name under which each stands in the table."""

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..manifests.fields import UNKNOWN
from .eyes import EyeOption
from .formats.known_formats import has_suffix, suffixes
from .persons import KnownPerson


@dataclass(frozen=True)
class StudyPhotograph:
    """One photograph of a study: where it is, its name in the table, what is told of its eye.

    `person` and `cells`, which stand under `PhotographList.columns`, are what a table says of it.
    """

    path: Path
    name: str
    eye: EyeOption = UNKNOWN
    person: KnownPerson | None = None
    cells: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class PhotographList:
    """The photographs of a study in the table's order, and how many other files were passed by.

    What is said of eyes: whether they are sought in the pictures (`detect`), the digest of what is
    stated, and the names of `strays`, statements of what is no photograph here. Of the table that
    lists them: the names of its further `columns`, and the digest of what it says of them.
    """

    photographs: tuple[StudyPhotograph, ...]
    others: int
    detect: bool = False
    stated_sha256: str | None = None
    strays: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows_sha256: str | None = None

    def eyes(self) -> dict[str, Any]:
        """What values may depend on: what was said of eyes; the names tell the same again."""
        facts = {"stated_sha256": self.stated_sha256, "detect": self.detect}
        return {key: value for key, value in facts.items() if value}


def list_photographs(
    paths: Sequence[Path], lines: Iterable[str] = (), root: Path | None = None
) -> PhotographList:
    """Collect photographs from files, folders (recursively) and the lines of a list.

    In folders, files whose ending is not a picture's, hidden files and hidden folders are passed
    by, and links to folders are not followed. A file that is named itself is always taken; one
    that a list names may be missing, which its row then says. A photograph that is met twice
    counts once. Names are relative to `root`, else to the folder given, or to the deepest folder
    that holds everything given, with `/` between; the order is that of the names.

    Raises:
        OutputError: a path does not exist, a folder cannot be read, there are no photographs, or
            one of them lies outside `root`.
    """
    for path in paths:
        if not _is(path.exists):
            raise OutputError(f"{path}: no such file or folder")
    given = [*paths, *(Path(line.rstrip("\r\n")) for line in lines if line.strip())]
    found: dict[Path, None] = {}
    bases: list[Path] = []
    others = 0
    # abspath, not resolve: a link that is named keeps its own name.
    for path in (Path(os.path.abspath(each)) for each in given):  # noqa: PTH100
        if not _is(path.is_dir):
            bases.append(path.parent)
            found[path] = None
            continue
        bases.append(path)
        files = tuple(_files_below(path))
        pictures = [file for file in files if has_suffix(file)]
        found |= dict.fromkeys(pictures)
        others += len(files) - len(pictures)
    if not found:
        raise OutputError(_none_found(paths, others))
    root = _common(bases) if root is None else _checked_root(root, found)
    listed = (StudyPhotograph(path, _printable(path.relative_to(root))) for path in found)
    return PhotographList(tuple(sorted(listed, key=lambda each: each.name)), others)


def _none_found(paths: Sequence[Path], others: int) -> str:
    if not (paths or others):
        return "no photographs: name some, a folder of them, or a list"
    endings = ", ".join(suffixes())
    return (
        f"no photographs in {', '.join(map(str, paths)) or 'the list'}: {others} other files, "
        f"none of which ends in {endings}"
    )


def _is(question: Callable[[], bool]) -> bool:
    """Ask about a path; one that cannot even be looked up, being too long, say, is nothing."""
    try:
        return question()
    except OSError:
        return False


def _files_below(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise OutputError(f"{error.filename}: cannot be read: {error.strerror}") from error

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in files if not name.startswith("."))


def _checked_root(root: Path, found: Iterable[Path]) -> Path:
    if not _is(root.is_dir):
        raise OutputError(f"{root}: no such folder, which --root has to be")
    root = Path(os.path.abspath(root))  # noqa: PTH100
    if stray := next((path for path in found if not path.is_relative_to(root)), None):
        raise OutputError(f"{stray}: lies outside --root {root}; name a folder that holds all")
    return root


def _common(bases: Sequence[Path]) -> Path:
    try:
        return Path(os.path.commonpath(bases))
    except ValueError as error:
        raise OutputError("the photographs lie on several drives: run each by itself") from error


def _printable(path: Path) -> str:
    """Spell what no table can hold, control characters and bytes that are no text, as escapes."""
    return "".join(
        letter.encode("unicode_escape").decode()
        if letter == "\\" or unicodedata.category(letter) in ("Cc", "Cs")
        else letter
        for letter in path.as_posix()
    )
