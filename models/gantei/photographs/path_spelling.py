"""Paths as a list spells them, and as the disk does: macOS takes accents and voiced kana apart."""

import os
import re
import unicodedata
from pathlib import Path
from typing import Any

from .stored_photograph import PhotographPlace, StoredPhotograph

LONGEST_NAME = 8_000
"""Letters of a name in a list, escapes counted: twice as many as Linux opens. A cell that says
something of two such names can still be read."""


def one_spelling(text: str) -> str:
    """Give the one spelling (NFC) of a name, in which names are compared.

    >>> from gantei.photographs.path_spelling import one_spelling
    >>> one_spelling("\u304b\u3099") == "\u304c"
    True
    """
    return unicodedata.normalize("NFC", text)


def printable(name: str) -> str:
    r"""Spell what no table can hold, control characters and bytes that are no text, as escapes.

    >>> from gantei.photographs.path_spelling import printable
    >>> print(printable("a\n右.jpg"))
    a\n右.jpg
    """
    if name.isprintable() and "\\" not in name:
        return name
    return "".join(
        letter.encode("unicode_escape").decode()
        if letter == "\\" or unicodedata.category(letter) in ("Cc", "Cs")
        else letter
        for letter in name
    )


def unescaped(name: str) -> str:
    """Give back what `printable` was given; what is no escape of its own stays as it is."""
    if "\\" not in name:
        return name

    def meant(found: re.Match[str]) -> str:
        return found[0].encode().decode("unicode_escape")

    return re.sub(r"\\(?:[\\tnr]|x[0-9a-f]{2}|ud[89a-f][0-9a-f]{2})", meant, name)


def path_key(path: str | PhotographPlace) -> str:
    """Give what is equal where paths are: on Windows, where they differ in case alone too.

    A text takes a fifth of a `Path`'s memory; one with `://` is an address, which differs in case.
    """
    if isinstance(path, StoredPhotograph):
        return str(path)
    return path if isinstance(path, str) and "://" in path else os.path.normcase(path)


class PathsOnDisk:
    """Finds files by names that may be spelt otherwise, and asks the disk as little as it can.

    What it learns of folders it remembers of some of them: which are missing, so that nothing is in
    them, and the names in those where one is spelt otherwise.
    """

    def __init__(self) -> None:
        self._missing: dict[str, bool] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._spelt: dict[str, str | None] = {}

    def find(self, path: str) -> str | None:
        """Give an absolute path as the disk spells it; None where there is no such file.

        One that is there as it is written is preferred.
        """
        try:
            if not self._lacks_folder(path) and os.access(path, os.F_OK):
                return path
            if path.isascii():  # nothing to spell otherwise
                return None
            Path(path).exists()
        except (OSError, ValueError):  # too long, or with a null character
            return None
        return self._as_spelt(path)

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder at an absolute path; False where it cannot be looked up."""
        return not self._lacks_folder(path) and os.path.isdir(path)  # noqa: PTH112 - of millions

    def _lacks_folder(self, path: str) -> bool:
        """Whether the folder that would hold a path is not there; those of a list repeat."""
        folder = path[: path.rfind(os.sep) + 1]
        missing = self._missing.get(folder)
        return self._is_missing(folder) if missing is None else missing

    def _is_missing(self, folder: str) -> bool:
        above = folder[: folder.rfind(os.sep, 0, -1) + 1]
        missing = False
        if above:
            known = self._missing.get(above)
            missing = self._is_missing(above) if known is None else known
        if not missing:
            try:
                os.stat(folder)  # noqa: PTH116 - of millions
            except (FileNotFoundError, NotADirectoryError):
                missing = True
            except (OSError, ValueError):  # which asking for a path in it says again
                pass
        _make_room(self._missing, _MOST_FOLDERS)
        self._missing[folder] = missing
        return missing

    def _as_spelt(self, path: str) -> str | None:
        folder, name = os.path.split(path)
        if not name:  # the root, or a drive
            return path
        if folder not in self._spelt:
            parent = self._as_spelt(folder)
            _make_room(self._spelt, _MOST_LISTED)
            self._spelt[folder] = parent
        found = self._spelt[folder]
        if found is None:
            return None
        if not Path(found, name).exists():
            spelt = self._names_in(found).get(one_spelling(name))
            return None if spelt is None else os.path.join(found, spelt)  # noqa: PTH118
        return os.path.join(found, name)  # noqa: PTH118

    def _names_in(self, folder: str) -> dict[str, str]:
        if folder not in self._names:
            try:
                names = sorted(os.listdir(folder))  # noqa: PTH208
            except OSError:
                names = []
            _make_room(self._names, _MOST_LISTED)
            self._names[folder] = {one_spelling(name): name for name in names}
        return self._names[folder]


_MOST_FOLDERS, _MOST_LISTED = 100_000, 64
"""How many it remembers to be missing or not, and as they are spelt."""


def _make_room(known: dict[str, Any], most: int) -> None:
    if len(known) >= most:
        known.clear()
