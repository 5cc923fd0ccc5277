"""Which photographs a study has, and the name under which each stands in the table."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..system.stored_texts import ExternalSort, StoredTexts
from .folder_walk import files_below
from .passed_by import (
    PassedBy,
    PassedByFiles,
    kinds_in_words,
    name_and_reason,
    reasons_of,
    selected_files,
    text_passed_by,
    without_photographs,
)
from .path_spelling import PathsOnDisk, printable, unescaped
from .stored_photograph import Place
from .study_photograph import CompactPhotographs, StudyPhotograph, names_of

__all__ = ["PhotographList", "StudyPhotograph", "list_located", "list_photographs"]


@dataclass(frozen=True)
class PhotographList:
    """The photographs of a study in the table's order, and the other files of its folders.

    What is said of eyes: whether they are sought in the pictures (`detect`), the digest of what is
    stated, and the names of `strays`, statements of what is no photograph here. Of the table that
    lists them: the names of its further `columns`. `anonymous` says that names are random. `place`:
    that has all of them; None: they are files of this machine. `persons_by`: how names tell
    persons, as `PersonRule.told_by` has it; None: they do not. `image_column`: of Parquet files,
    where another than the usual one was chosen.
    """

    photographs: Sequence[StudyPhotograph]
    passed_by: Sequence[PassedBy] = ()
    detect: bool = False
    stated_sha256: str | None = None
    strays: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    anonymous: bool = False
    place: Place | None = None
    persons_by: str | None = None
    image_column: str | None = None

    def names(self) -> Iterator[str]:
        """The photographs' names in the table."""
        return names_of(self.photographs)

    def eyes(self) -> dict[str, Any]:
        """What values may depend on: what was said of eyes; the names tell the same again."""
        facts = {"stated_sha256": self.stated_sha256, "detect": self.detect}
        return {key: value for key, value in facts.items() if value}

    def without(self, own: Iterable[Path]) -> "PhotographList":
        """The same, where these files, and what is in these folders, are not among those passed by.

        Args:
            own: files that gantei wrote, and folders that are tables.
        """
        paths = {os.path.abspath(path) for path in own}  # noqa: PTH100
        if not paths:
            return self

        def is_other(each: PassedBy) -> bool:
            return paths.isdisjoint((each.path, os.path.dirname(each.path)))  # noqa: PTH120

        return replace(self, passed_by=selected_files(self.passed_by, is_other))


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

    They are compact: memory does not grow with their number, nor with that of the files that are
    passed by. See `CompactPhotographs`.

    Raises:
        OutputError: a path does not exist, a folder cannot be read, there are no photographs, one
            of them lies outside `root`, or there is no room for their names.
    """
    files = (os.path.abspath(line.rstrip("\r\n")) for line in lines if line.strip())  # noqa: PTH100
    return list_located(paths, files, root)


def list_located(
    paths: Sequence[Path],
    files: Iterable[str],
    root: Path | None = None,
    disk: PathsOnDisk | None = None,
) -> PhotographList:
    """Do as `list_photographs`, where what a list names is given as absolute paths, in any number.

    `disk` is what has found them, so that nothing is asked of it twice.

    Raises:
        OutputError: as there.
    """
    for path in paths:
        if not _is(path.exists):
            raise OutputError(f"{path}: no such file or folder")
    # abspath, not resolve: a link that is named keeps its own name.
    top = None if root is None else os.path.abspath(root)  # noqa: PTH100
    found = _Found(top, disk or PathsOnDisk())
    for each in chain(map(os.path.abspath, paths), files):
        found.add(each)
    if not found.photographs.count:
        raise OutputError(_none_found(paths, found.others))
    if root is not None and not _is(root.is_dir):
        kind = root.suffix.lower().removeprefix(".")
        hint = f"; of an archive write {kind}://{root}" if kind in ("zip", "tar") else ""
        raise OutputError(f"--root {root}: no such folder{hint}")
    return found.listing()


class _Found:
    """What has been found so far: photographs, which are sorted, other files, and their folder."""

    def __init__(self, root: str | None, disk: PathsOnDisk) -> None:
        self.photographs = ExternalSort()
        self.others = ExternalSort()
        self._root, self._given = root, 0
        self._before = None if root is None else _before_names(root)
        self._disk = disk
        self._folders: list[str] = []  # the deepest that holds all, one on each drive, with a /
        self._outside: str | None = None
        self._on_windows: set[str] = set()  # where names differ in case that mean one file

    def add(self, path: str) -> None:
        """Take a photograph, or all that is in a folder."""
        self._given += 1
        if not self._disk.is_folder(path):
            if not (self._folders and path.startswith(self._folders[0])):
                self._widen(os.path.dirname(path))  # noqa: PTH120 - of millions
            self._add_photograph(path)
            return
        self._widen(path)
        for file, why in files_below(path):
            if why is None:
                self._add_photograph(file)
            else:
                self.others.add(text_passed_by(printable(file), why))

    def _add_photograph(self, path: str) -> None:
        if os.name == "nt":
            if (known := os.path.normcase(path)) in self._on_windows:
                return
            self._on_windows.add(known)
        if self._before and not path.startswith(self._before) and not self._outside:
            inside = os.name == "nt" and Path(path).is_relative_to(self._before)  # in other case
            self._outside = None if inside else path
        # All begin with one folder, so that they sort as the names below it do.
        self.photographs.add(printable(path))

    def _widen(self, folder: str) -> None:
        for place, known in enumerate(self._folders):
            with suppress(ValueError):  # of another drive
                self._folders[place] = _before_names(os.path.commonpath([known, folder]))
                return
        self._folders.append(_before_names(folder))

    def listing(self) -> PhotographList:
        """Give the list of what was found."""
        root = self._root or os.path.commonpath([_common(self._folders)])
        if self._outside is not None:
            raise OutputError(
                f"{self._outside}: lies outside --root {root}; name a folder that holds all"
            )
        photographs = CompactPhotographs(root, StoredTexts(self._names(root)))
        if not self.others.count:
            return PhotographList(photographs)
        # One that is named itself is a photograph, though a folder passes it by.
        named = photographs.names() if self._given > 1 else ()
        others = without_photographs(self._other_names(root), named)
        return PhotographList(photographs, PassedByFiles(root, others))

    def _other_names(self, root: str) -> Iterator[list[str]]:
        """The files passed by with their names below the root, sorted by these."""
        before = printable(_before_names(root))
        names = ExternalSort()
        for text in chain.from_iterable(self.others.sorted()):
            path, _ = name_and_reason(text)
            if os.name != "nt" and path.startswith(before):
                names.add(text[len(before) :])
            else:
                names.add(f"{_name_below(root, unescaped(path))}{text[len(path) :]}")
        yield from names.sorted()

    def _names(self, root: str) -> Iterator[list[str]]:
        """The names below the root, sorted."""
        if os.name == "nt":
            names = ExternalSort()
            for path in chain.from_iterable(self.photographs.sorted()):
                names.add(printable(Path(unescaped(path)).relative_to(root).as_posix()))
            yield from names.sorted()
            return
        before = len(printable(_before_names(root)))
        for paths in self.photographs.sorted():
            yield [path[before:] for path in paths]


def _before_names(folder: str) -> str:
    return os.path.join(folder, "")  # noqa: PTH118 - as a text


def _none_found(paths: Sequence[Path], others: ExternalSort) -> str:
    if not (paths or others.count):
        return "no photographs: name some, a folder of them, or a list"
    where = ", ".join(map(str, paths)) or "the list"
    what = "nothing lies there"
    if others.count:
        what = f"only {kinds_in_words(reasons_of(others.sorted()))}"
    return f"no photographs in {where}: {what}"


def _is(question: Callable[[], bool]) -> bool:
    """Ask about a path; one that cannot even be looked up, being too long, say, is nothing."""
    try:
        return question()
    except OSError:
        return False


def _common(folders: Sequence[str]) -> str:
    if len(folders) > 1:
        raise OutputError("the photographs lie on several drives: run each by itself")
    return folders[0]


def _name_below(root: str, path: str) -> str:
    below = Path(os.path.relpath(path, root))  # perhaps outside of a stated root
    name = printable(below.as_posix())
    return f"{name}/" if path.endswith(os.sep) else name
