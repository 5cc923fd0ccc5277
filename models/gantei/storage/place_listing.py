"""The photographs of a place: which of its files are, and why each of the others is none."""

import os
from collections.abc import Iterable, Iterator

from ..errors import OutputError, PhotographError
from ..findings.finding import Finding
from ..photographs.dicom.recognition import SUFFIXES
from ..photographs.folder_walk import no_photograph
from ..photographs.formats.known_formats import suffixes
from ..photographs.formats.other_contents import HEAD
from ..photographs.listed_text import listed_text, name_of_text
from ..photographs.listing import PhotographList
from ..photographs.other_names import by_suffix, file_by_name, folder_by_name
from ..photographs.passed_by import (
    PassedByFiles,
    kinds_in_words,
    reasons_of,
    text_passed_by,
    without_photographs,
)
from ..photographs.path_spelling import LONGEST_NAME, printable
from ..photographs.stored_photograph import Place, StoredFile
from ..photographs.study_photograph import CompactPhotographs
from ..system.stored_texts import ExternalSort, StoredTexts
from .address import why_unsafe


def list_place(
    place: Place, names: Iterable[str] = (), *, is_listed: bool = True
) -> PhotographList:
    """Collect the photographs of a place, and those of these names, which may be missing.

    Files are told apart by their names as in a folder. One whose name tells nothing is opened where
    the place lies on this machine, and passed by where that would take a request. Names are those
    below the place; the order is theirs. Memory does not grow with the number of photographs.

    Args:
        place: that has them.
        names: below the place, of photographs that are named by themselves.
        is_listed: whether all files of the place are meant, or those of the names alone.

    Raises:
        OutputError: it cannot be listed, it holds no photographs, or there is no room for names.
    """
    found, others = ExternalSort(), ExternalSort()
    if is_listed:
        kinds = _FilesByName(place)
        for file in place.files():
            if file.name.endswith("/"):
                continue
            _check_length(place, file.name)
            if (why := None if file.is_photograph else kinds.why_none(file.name)) is None:
                found.add(listed_text(file))
            else:
                others.add(text_passed_by(printable(file.name), why))
    is_named = False
    for name in names:
        is_named = True
        found.add(listed_text(StoredFile(name)))
    if not found.count:
        what = "nothing lies there"
        if others.count:
            what = f"only {kinds_in_words(reasons_of(others.sorted()))}"
        raise OutputError(f"no photographs in {place.address}: {what}")
    may_repeat = is_listed and (is_named or not place.is_remote)  # as entries of an archive may
    texts = _each_once(found.sorted()) if may_repeat else found.sorted()
    photographs = CompactPhotographs(place, StoredTexts(texts))
    if not others.count:
        return PhotographList(photographs, place=place)
    # One that is named itself is a photograph, whatever its name tells.
    named = photographs.names() if is_named else ()
    passed_by = PassedByFiles(place, without_photographs(others.sorted(), named))
    return PhotographList(photographs, passed_by, place=place)


def _check_length(place: Place, name: str) -> None:
    """Refuse a name that lists and tables could not be read back with, escapes counted.

    Raises:
        OutputError: it is longer than any file's.
    """
    # An escape has at most six letters.
    if 6 * len(name) > LONGEST_NAME and len(printable(name)) > LONGEST_NAME:
        raise OutputError(
            f"{place.address} holds a name of more than {LONGEST_NAME:,} letters, which no file "
            "can have where it is unpacked; name the photographs by --from LIST"
        )


class _FilesByName:
    """Tells photographs from other files by their names."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._pictures = frozenset((*suffixes(), *SUFFIXES))
        self._folder: tuple[str, Finding | None] = "", None

    def why_none(self, name: str) -> Finding | None:
        folder, _, last = name.rpartition("/")
        if self._folder[0] != folder:
            self._folder = folder, _why_no_folder(folder)
        if why := self._folder[1] or file_by_name(last):
            return why
        if last in (".", "..") or name.startswith("/"):
            return Finding("unsafe-name")
        suffix = os.path.splitext(last)[1].lower()  # noqa: PTH122 - no Path for each of millions
        if suffix in self._pictures:
            return None
        return by_suffix().get(suffix) or self._by_content(name)

    def _by_content(self, name: str) -> Finding | None:
        try:
            head = self._place.head(name, HEAD)
        except PhotographError:  # it may be one, and its row says why there are no values
            return None
        return Finding("unopened-file") if head is None else no_photograph(head)


def _why_no_folder(folder: str) -> Finding | None:
    if folder and why_unsafe(f"{folder}/"):
        return Finding("unsafe-name")
    return next(filter(None, map(folder_by_name, folder.split("/"))), None)


def _each_once(texts: Iterable[list[str]]) -> Iterator[list[str]]:
    """Drop the line of a name alone where the place has said something of the same name."""
    last: str | None = None
    for some in texts:
        kept = []
        for text in some:
            if last is not None and name_of_text(last) != name_of_text(text):
                kept.append(last)
            last = text
        yield kept
    if last is not None:
        yield [last]
