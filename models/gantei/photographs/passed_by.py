"""Files that were passed by: many of them in little memory, counted by kind and told in words."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, overload

from ..findings.finding import Finding
from ..system.stored_texts import StoredTexts
from ..terminal.plural import tallied
from .path_spelling import unescaped
from .stored_photograph import Place

NOUNS = {
    "archive-file": "archive",
    "camera-raw": "camera raw file",
    "data-file": "data file",
    "deleted-file": "deleted file",
    "dicom-directory": "DICOMDIR",
    "document-file": "document",
    "empty-file": "empty file",
    "folder-link": "linked folder",
    "git-lfs-pointer": "Git LFS pointer",
    "hidden-file": "hidden file",
    "html-page": "HTML page",
    "not-a-file": "special file",
    "other-picture": "unsupported picture",
    "pdf-file": "PDF",
    "system-file": "system file",
    "table-file": "table",
    "temporary-file": "temporary file",
    "text-file": "text file",
    "thumbnail": "thumbnail",
    "unknown-format": "unknown file",
    "unopened-file": "unopened file",
    "unsafe-name": "unsafe name",
    "vendor-file": "vendor file",
    "video-file": "video",
}
"""What one file of a kind is called, by its code."""


class PassedBy(NamedTuple):
    """A file in a folder that is no photograph: where it is, its name as photographs have it, why.

    The name of a folder that could not be looked into ends in `/`.
    """

    path: str
    name: str
    why: Finding


_BEHIND_NAME = "\0"
"""Before every letter that a name can have in a table, so that such texts sort as names do."""
_REMEMBERED = 1_000
"""Reasons of which each is made once; there are some dozens."""
_AT_ONCE = 1_000
"""Texts that are chosen together."""


def text_passed_by(name: str, why: Finding) -> str:
    """Write a file that was passed by as one line, which begins with its name in the table."""
    return f"{name}{_BEHIND_NAME}{_text_of(why)}"


def name_and_reason(text: str) -> tuple[str, str]:
    """Take such a line apart: the name, and the reason as it is written."""
    name, _, why = text.partition(_BEHIND_NAME)
    return name, why


def reasons_of(texts: Iterable[Sequence[str]]) -> Iterator[Finding]:
    """Why each was passed by, out of lists of such lines."""
    return (_reason(name_and_reason(text)[1]) for some in texts for text in some)


@lru_cache(_REMEMBERED)
def _text_of(why: Finding) -> str:
    return json.dumps([why.code, dict(why.values)])


@lru_cache(_REMEMBERED)
def _reason(text: str) -> Finding:
    code, values = json.loads(text)
    return Finding(code, **values)


class PassedByFiles(Sequence[PassedBy]):
    """Files that were passed by below one folder or place, each made when it is asked for.

    Names and reasons are in an unnamed file: memory does not grow with their number.
    """

    def __init__(self, below: str | Place, texts: Iterable[Sequence[str]]) -> None:
        """Take files in the order of their names.

        Args:
            below: the folder, or the place, that names are below; those of files outside of the
                folder begin with `../`.
            texts: lists of any length of what `text_passed_by` has written.

        Raises:
            OutputError: there is no room for them.
        """
        self._below, self._texts = below, StoredTexts(texts)

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, number: int) -> PassedBy: ...

    @overload
    def __getitem__(self, number: slice) -> tuple[PassedBy, ...]: ...

    def __getitem__(self, number: int | slice) -> PassedBy | tuple[PassedBy, ...]:
        numbers = range(len(self))[number]
        if isinstance(numbers, range):
            return tuple(self._made(self._texts[each]) for each in numbers)
        return self._made(self._texts[numbers])

    def __iter__(self) -> Iterator[PassedBy]:
        return map(self._made, self._texts)

    def selected(self, wanted: Callable[[PassedBy], bool]) -> "PassedByFiles":
        """Give those that are wanted, apart from the others, which take no room then."""
        return PassedByFiles(self._below, self._texts_wanted(wanted))

    def _texts_wanted(self, wanted: Callable[[PassedBy], bool]) -> Iterator[list[str]]:
        for start in range(0, len(self), _AT_ONCE):
            texts = self._texts.between(start, start + _AT_ONCE)
            yield [text for text in texts if wanted(self._made(text))]

    def _made(self, text: str) -> PassedBy:
        name, why = name_and_reason(text)
        below = unescaped(name)
        if isinstance(self._below, Place):
            path = f"{self._below.address}{below}"
        else:
            path = os.path.join(self._below, below.replace("/", os.sep))  # noqa: PTH118 - of millions
            if below.startswith("../"):
                end = os.sep if below.endswith("/") else ""
                path = f"{os.path.normpath(path)}{end}"
        return PassedBy(path, name, _reason(why))


def selected_files(
    passed_by: Sequence[PassedBy], wanted: Callable[[PassedBy], bool]
) -> Sequence[PassedBy]:
    """Give the files passed by that are wanted."""
    if isinstance(passed_by, PassedByFiles):
        return passed_by.selected(wanted)
    return tuple(filter(wanted, passed_by))


def without_photographs(
    texts: Iterable[Sequence[str]], photographs: Iterable[str]
) -> Iterator[list[str]]:
    """Leave out what is a photograph after all, since it is named itself, and what repeats a name.

    Args:
        texts: what `text_passed_by` has written, sorted.
        photographs: their names in the table, sorted.
    """
    names, last = iter(photographs), ""
    named = next(names, None)
    for some in texts:
        kept = []
        for text in some:
            name, _ = name_and_reason(text)
            while named is not None and named < name:
                named = next(names, None)
            if name not in (named, last):
                kept.append(text)
            last = name
        yield kept


def counts_by_kind(reasons: Iterable[Finding]) -> dict[str, int]:
    """Count files by the code of why they were passed by, in the order of the codes."""
    return dict(sorted(Counter(why.code for why in reasons).items()))


def kinds_in_words(reasons: Iterable[Finding]) -> str:
    """Say how many files there are of each kind, the most first: `2 thumbnails, 1 HTML page`."""
    return counts_in_words(counts_by_kind(reasons))


def counts_in_words(counts: Mapping[str, int]) -> str:
    """Say the same of counts by the codes."""
    ordered = sorted(counts.items(), key=lambda each: -each[1])
    return ", ".join(tallied(number, NOUNS.get(code, code)) for code, number in ordered)
