"""Which eye the name of a photograph tells, that of its file and of its folders.

A wrong side is worse than none, so a name is read narrowly, here and on the service's
page by one table, `eye_names.json`:

1. The file's own name is taken in words: runs of letters, parted where lower case meets upper
   case (p1Left) and where anything else meets letters. Of a folder's name nothing tells unless
   all of it is one such word, as `right/` or `left eye/` are: right-handed/ is a group of people.
2. Words tell a side by themselves: left and right in any case; OD and OS in capitals, with no
   letter of an alphabet beside them (iOS is none); 左 or 右 standing alone; 左眼, 右眼, 左目, 右目
   inside a Japanese word that has no other 左 or 右.
3. Words tell a side only when the other eye is there too: L, R, LE, RE, and OD and OS written
   otherwise. Alone they may be initials, a retake, or another language's word (os olhos).
4. A name whose words disagree (left-right-1) has no side.
5. Two photographs are a pair when their names are the same but for those words, one says left and
   one right, and no third has that name.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import SettingError
from ..manifests.fields import Side

RULES_FILE = Path(__file__).with_name("eye_names.json")
PLACE = "\0"
"""Stands for the word that tells the side."""


def side_of(text: str) -> Side:
    """Read a side as people write it: right, R, RE, OD, 右, 右眼, 右目 in any case; likewise left.

    Raises:
        SettingError: it is something else.
    """
    table = rules()
    word = unicodedata.normalize("NFKC", text).strip().lower()
    if whole := re.fullmatch(table["within"], word):
        word = whole[1]
    side: Side | None = (table["alone"] | table["together"]).get(word)
    if side is None:
        raise SettingError(
            f"{text!r} is no side of an eye; known: right, R, RE, OD, 右, 右眼, 右目, "
            "and left, L, LE, OS, 左, 左眼, 左目"
        )
    return side


class NameSide(NamedTuple):
    """What a name tells: the side; `sure` where it stands without the other eye.

    `key` is the same for both eyes of a person.
    """

    side: Side | None
    sure: bool
    key: str


@cache
def rules() -> dict[str, Any]:
    """The table of the rules, which the service's page reads too."""
    table: dict[str, Any] = json.loads(RULES_FILE.read_text("utf-8"))
    return table


def side_in_name(name: str) -> NameSide:
    """Read what the name of a photograph tells, or its path below the folder that was given."""
    end = name.rfind("/") + 1
    folders, own = _folders_tell(name[:end]), _normalised(name[end:])
    dot = own.rfind(".")
    if dot >= 0 and _is_ending(own[dot:]):
        own = own[:dot]
    found = _sides_of_words(own)
    sides = folders.sides | found.sides
    if len(sides) != 1:
        return NameSide(None, False, f"{folders.name}{own}")
    (side,) = sides
    return NameSide(side, folders.sure or found.sure, f"{folders.rest}{found.rest(own)}")


@lru_cache(maxsize=256)
def _is_ending(text: str) -> bool:
    return _patterns().ending.fullmatch(text) is not None


def folder_tells_eye(name: str) -> bool:
    """Whether all of a folder's name tells an eye, as `right` or `left eye` does."""
    return _tells_whole(_patterns().eye.sub("", _normalised(name))) is not None


class _WordSides(NamedTuple):
    """What the words of a name tell; `cuts` are where they stand, and what is left of each."""

    sides: frozenset[Side]
    sure: bool
    cuts: Sequence[tuple[int, int, str]]

    def rest(self, name: str) -> str:
        """The name with `PLACE` instead of the words that tell."""
        for start, after, left in reversed(self.cuts):
            name = f"{name[:start]}{left}{name[after:]}"
        return name


class _FolderSides(NamedTuple):
    """What folders tell: `name` as they are read, `rest` with `PLACE` for those that tell."""

    sides: frozenset[Side]
    sure: bool
    name: str
    rest: str


class _Patterns(NamedTuple):
    ending: re.Pattern[str]
    eye: re.Pattern[str]
    word: re.Pattern[str]  # in the kinds of a name's letters
    ascii_word: re.Pattern[str]  # the same in the letters themselves
    within: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    table = rules()
    letters = {"U": "[A-Z]", "l": "[a-z]", "o": "[^\\x00-\\x7f]"}
    in_ascii = "".join(letters.get(each, each) for each in table["word"])
    return _Patterns(
        re.compile(table["ending"], re.IGNORECASE),
        *(re.compile(each) for each in (table["eye"], table["word"], in_ascii, table["within"])),
    )


def _normalised(name: str) -> str:
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


@lru_cache(maxsize=256)  # photographs of one folder follow each other
def _folders_tell(folders: str) -> _FolderSides:
    """What all folders of a name tell; there is a `/` after each."""
    names = [_normalised(each) for each in folders.split("/")[:-1]]
    found = [_tells_whole(_patterns().eye.sub("", each)) for each in names]
    rest = (each if told is None else PLACE for each, told in zip(names, found, strict=True))
    return _FolderSides(
        frozenset[Side]().union(*(told.sides for told in found if told)),
        any(told.sure for told in found if told),
        "".join(f"{each}/" for each in names),
        "".join(f"{each}/" for each in rest),
    )


def _tells_whole(name: str) -> _WordSides | None:
    found = _sides_of_words(name)
    return found if found.rest(name) == PLACE else None


_DIGITS = str.maketrans("123456789", "000000000")


def _sides_of_words(name: str) -> _WordSides:
    # Names of a study differ in their digits, which part words and tell nothing.
    return _sides_by_letters(name.translate(_DIGITS))


@lru_cache(maxsize=4096)
def _sides_by_letters(name: str) -> _WordSides:
    sides: set[Side] = set()
    sure, cuts = False, []
    for found in _words(name):
        start, after = found.span()
        told = _side_of_word(name[start:after])
        if told is None:
            continue
        sides.add(told.side)
        around = name[max(start - 1, 0) : start] + name[after : after + 1]
        sure = (
            sure or told.alone or (told.apart and not any(_kind(each) in "Ul" for each in around))
        )
        cuts.append((start, after, told.rest))
    return _WordSides(frozenset(sides), sure, tuple(cuts))


def _words(name: str) -> Iterator[re.Match[str]]:
    if name.isascii():
        return _patterns().ascii_word.finditer(name)
    return _patterns().word.finditer("".join(map(_kind, name)))


def _kind(letter: str) -> str:
    match unicodedata.category(letter):
        case "Lu":
            return "U"
        case "Ll":
            return "l"
        case "Lo":
            return "o"
    return "-"


class _WordSide(NamedTuple):
    """The side that a word tells: `alone`, or `apart` from other letters, or else in a pair."""

    side: Side
    alone: bool
    apart: bool
    rest: str


def _side_of_word(word: str) -> _WordSide | None:
    table, small = rules(), word.lower()
    if small in table["alone"]:
        return _WordSide(table["alone"][small], True, False, PLACE)
    if small in table["together"]:
        return _WordSide(table["together"][small], False, word in table["capitals"], PLACE)
    found = _patterns().within.search(word)
    if found and len(re.findall("[左右]", word)) == 1:
        rest = word[: found.start()] + PLACE + word[found.end() :]
        return _WordSide(table["alone"][found[1]], True, False, rest)
    return None


def side_by_name(name: str) -> Side | None:
    """What a name tells by itself, whatever other photographs there are."""
    found = side_in_name(name)
    return found.side if found.sure else None
