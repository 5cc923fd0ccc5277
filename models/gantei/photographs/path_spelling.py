"""Paths as a list spells them, and as the disk does: macOS takes accents and voiced kana apart."""

import os
import re
import unicodedata
from pathlib import Path


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
    return "".join(
        letter.encode("unicode_escape").decode()
        if letter == "\\" or unicodedata.category(letter) in ("Cc", "Cs")
        else letter
        for letter in name
    )


def unescaped(name: str) -> str:
    """Give back what `printable` was given; what is no escape of its own stays as it is."""

    def meant(found: re.Match[str]) -> str:
        return found[0].encode().decode("unicode_escape")

    return re.sub(r"\\(?:[\\tnr]|x[0-9a-f]{2}|ud[89a-f][0-9a-f]{2})", meant, name)


class PathsOnDisk:
    """Finds files by names that may be spelt otherwise; looks into each folder once."""

    def __init__(self) -> None:
        self._folders: dict[Path, dict[str, str]] = {}

    def find(self, path: Path) -> Path | None:
        """Give an absolute path as the disk spells it; None where there is no such file.

        One that is there as it is written is preferred.
        """
        try:
            if path.exists():
                return path
        except (OSError, ValueError):  # too long, or with a null character
            return None
        if str(path).isascii():  # nothing to spell otherwise
            return None
        found = Path(path.anchor)
        for part in path.parts[1:]:
            name = part if (found / part).exists() else self._names(found).get(one_spelling(part))
            if name is None:
                return None
            found /= name
        return found

    def _names(self, folder: Path) -> dict[str, str]:
        if folder not in self._folders:
            try:
                names = sorted(os.listdir(folder))  # noqa: PTH208
            except OSError:
                names = []
            self._folders[folder] = {one_spelling(name): name for name in names}
        return self._folders[folder]
