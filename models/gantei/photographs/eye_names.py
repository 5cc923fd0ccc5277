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
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_args

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
    table = rules()
    *folders, own = [unicodedata.normalize("NFKC", part) for part in name.split("/")]
    own = re.sub(table["ending"], "", own, flags=re.IGNORECASE)
    found = [*(_sides_of_folder(each, table) for each in folders), _sides_of_words(own, table)]
    sides = {side for each in found for side in each.sides}
    if len(sides) != 1:
        return NameSide(None, False, "/".join([*folders, own]))
    return NameSide(sides.pop(), any(each.sure for each in found), "/".join(e.rest for e in found))


def folder_tells_eye(name: str) -> bool:
    """Whether all of a folder's name tells an eye, as `right` or `left eye` does."""
    found = _sides_of_folder(unicodedata.normalize("NFKC", name), rules())
    return found.rest == PLACE


class _WordSides(NamedTuple):
    sides: set[Side]
    sure: bool
    rest: str  # with `PLACE` instead of the words that tell


def _sides_of_folder(name: str, table: Mapping[str, Any]) -> _WordSides:
    found = _sides_of_words(re.sub(table["eye"], "", name), table)
    return found if found.rest == PLACE else _WordSides(set(), False, name)


def _sides_of_words(name: str, table: Mapping[str, Any]) -> _WordSides:
    kinds = "".join(_kind(letter) for letter in name)
    sides: set[Side] = set()
    sure, pieces, end = False, [], 0
    for found in re.finditer(table["word"], kinds):
        start, after = found.span()
        joined = bool(
            re.search("[Ul]", kinds[max(start - 1, 0) : start] + kinds[after : after + 1])
        )
        side, alone, rest = _side_of_word(name[start:after], joined, table)
        if side is not None:
            sides.add(side)
            sure = sure or alone
        pieces += [name[end:start], rest]
        end = after
    return _WordSides(sides, sure, "".join([*pieces, name[end:]]))


def _kind(letter: str) -> str:
    match unicodedata.category(letter):
        case "Lu":
            return "U"
        case "Ll":
            return "l"
        case "Lo":
            return "o"
    return "-"


def _side_of_word(
    word: str, joined: bool, table: Mapping[str, Any]
) -> tuple[Side | None, bool, str]:
    small = word.lower()
    if small in table["alone"]:
        return table["alone"][small], True, PLACE
    if small in table["together"]:
        return table["together"][small], word in table["capitals"] and not joined, PLACE
    found = re.search(table["within"], word)
    if found and len(re.findall("[左右]", word)) == 1:
        return table["alone"][found[1]], True, word[: found.start()] + PLACE + word[found.end() :]
    return None, False, word


def side_by_name(name: str) -> Side | None:
    """What a name tells by itself, whatever other photographs there are."""
    found = side_in_name(name)
    return found.side if found.sure else None


def sides_by_names(names: Iterable[str]) -> dict[str, Side]:
    """What names tell together: also L and R, where both eyes of a person are there."""
    people: dict[str, list[tuple[str, NameSide]]] = {}
    for name in names:
        found = side_in_name(name)
        people.setdefault(found.key, []).append((name, found))
    sides: dict[str, Side] = {}
    for members in people.values():
        pair = len(members) == 2 and {found.side for _, found in members} == set(get_args(Side))
        for name, found in members:
            if found.side is not None and (found.sure or pair):
                sides[name] = found.side
    return sides
