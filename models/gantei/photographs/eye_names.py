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
    if name.isascii():
        letters, dot = name.encode(), name.rfind(".")
        told = _told_by_shape(letters[:dot].translate(_DIGITS) + letters[dot:])
    else:
        parts = [unicodedata.normalize("NFKC", part) for part in name.split("/")]
        name, told = "/".join(parts), _told(parts)
    key = name
    for start, after, left in told.cuts:
        key = f"{key[:start]}{left}{key[after:]}"
    return NameSide(told.side, told.sure, key)


def folder_tells_eye(name: str) -> bool:
    """Whether all of a folder's name tells an eye, as `right` or `left eye` does."""
    return _sides_of_folder(unicodedata.normalize("NFKC", name)) is not None


class _NameParts(NamedTuple):
    """What a name tells; `cuts`, from its end on, say where its key has something else, and what.

    They are that of its ending, and, where words tell a side, those of these.
    """

    side: Side | None
    sure: bool
    cuts: Sequence[tuple[int, int, str]]


_DIGITS = bytes.maketrans(b"123456789", b"000000000")


@lru_cache(maxsize=4096)
def _told_by_shape(shape: bytes) -> _NameParts:
    """What names in ASCII tell that differ in digits, which part words and tell nothing."""
    return _told(shape.decode().split("/"))


def _told(parts: Sequence[str]) -> _NameParts:
    """What the names of folders and, as the last, that of a file tell."""
    sides: set[Side] = set()
    sure, cuts, start = False, [], 0
    *folders, own = parts
    for folder in folders:
        if found := _sides_of_folder(folder):
            sides |= found.sides
            sure = sure or found.sure
            cuts.append((start, start + len(folder), PLACE))
        start += len(folder) + 1
    stem = _patterns().ending.sub("", own)
    found = _sides_of_words(stem)
    sides |= found.sides
    cuts += [(start + first, start + after, left) for first, after, left in found.cuts]
    side = sides.pop() if len(sides) == 1 else None
    if side is None:
        cuts = []
    if stem != own:
        cuts.append((start + len(stem), start + len(own), ""))
    return _NameParts(side, side is not None and (sure or found.sure), cuts[::-1])


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


class _WordSides(NamedTuple):
    """What words tell; `cuts` are where they stand, and what is left of each."""

    sides: set[Side]
    sure: bool
    cuts: Sequence[tuple[int, int, str]]


@lru_cache(maxsize=1024)  # that of many photographs
def _sides_of_folder(name: str) -> _WordSides | None:
    """What the name of a folder tells; None where not all of it is a word that does."""
    name = _patterns().eye.sub("", name)
    found = _sides_of_words(name)
    return found if [*found.cuts] == [(0, len(name), PLACE)] else None


def _sides_of_words(name: str) -> _WordSides:
    sides: set[Side] = set()
    sure, cuts = False, []
    for found in _words(name):
        start, after = found.span()
        told = _side_of_word(name[start:after])
        if told is None:
            continue
        sides.add(told.side)
        around = name[max(start - 1, 0) : start] + name[after : after + 1]
        apart = told.apart and not any(_kind(each) in "Ul" for each in around)
        sure = sure or told.alone or apart
        cuts.append((start, after, told.rest))
    return _WordSides(sides, sure, cuts)


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
