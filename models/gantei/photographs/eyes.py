"""Which eye a photograph shows: as somebody states it, else as its name tells, else as it looks.

A wrong side is worse than none, so what a name tells is read narrowly, here and on the service's
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
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, get_args

from ..errors import SettingError
from ..findings.finding import Finding
from ..manifests.fields import UNKNOWN, Side

T = TypeVar("T")

EyeOrigin = Literal["stated", "list", "file name", "detected"]
"""Where a side comes from; further sources, such as a DICOM file's laterality, join them."""
DETECT: Literal["detect"] = "detect"
"""Said instead of a side: to be found by the optic disc."""

RULES_FILE = Path(__file__).with_name("eye_names.json")
_PLACE = "\0"  # stands for the word that tells the side


@dataclass(frozen=True)
class Eye:
    """The side of a photograph's eye, where it comes from, and what to know about that."""

    side: Side
    origin: EyeOrigin
    findings: tuple[Finding, ...] = ()


Told = Eye | str | None
"""What is said of one photograph's eye: an `Eye`, a side as `side_of` reads it, `detect`, or
`unknown`; None: nothing, so that its name may tell."""
Eyes = Told | Sequence[Told] | Mapping[str, Told] | Mapping[Path, Told]
"""What is said of several; see `eyes_of`."""


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
            f"{text!r} is no side of an eye; known: right, R, RE, OD, 右, and left, L, LE, OS, 左"
        )
    return side


def stated(side: Side, origin: EyeOrigin, name: Side | None) -> Eye:
    """What is stated; it wins over what the name says, and a finding tells of that."""
    if name is None or name == side:
        return Eye(side, origin)
    return Eye(side, origin, (Finding("eye-contradicts-name", side=side, name=name),))


def detected(side: Side) -> Eye:
    """What was found in the picture, which is assumed and says so."""
    return Eye(side, "detected", (Finding("eye-detected", side=side),))


def known_eye(told: object, name: str) -> Told:
    """Put what is said of a photograph's eye and what its name tells by itself together.

    Raises:
        SettingError: `told` is something else than `Told` describes.
    """
    told = _checked(told)
    if isinstance(told, Eye) or told == UNKNOWN:
        return told
    side = side_by_name(name)
    if told is None or told == DETECT:
        return Eye(side, "file name") if side else told
    return stated(side_of(told), "stated", side)


def eyes_of(photographs: Sequence[object], eyes: Eyes) -> list[Told]:
    """Give what is said of each photograph's eye.

    Args:
        photographs: paths, or pictures, which only a sequence can tell of.
        eyes: one word for all (`right`, `left`, `detect`); a sequence of them, one a photograph,
            None where nothing is known; or a mapping from paths to them. `detect` looks for the
            optic disc where the file's name does not tell.

    Raises:
        SettingError: a word that is none, or `eyes` that are not of these photographs.
    """
    paths = [Path(each) if isinstance(each, str | os.PathLike) else None for each in photographs]
    told: list[Told]
    if eyes is None or isinstance(eyes, str | Eye):
        told = [eyes] * len(paths)
    elif isinstance(eyes, Mapping):
        by_path = {Path(path): word for path, word in eyes.items()}
        if stray := [str(path) for path in by_path if path not in paths]:
            raise SettingError(f"eyes of what is no photograph here: {', '.join(stray[:3])}")
        told = [by_path.get(path) if path else None for path in paths]
    elif not isinstance(eyes, Iterable):
        raise SettingError(f"eyes are one word for all, a sequence or a mapping, not {eyes!r}")
    else:
        told = list(eyes)
        if len(told) != len(paths):
            raise SettingError(
                f"{len(told)} eyes of {len(paths)} photographs: say one of each, or None"
            )
    return [
        known_eye(word, path.name if path else "") for word, path in zip(told, paths, strict=True)
    ]


def paired(photographs: Iterable[T], eyes: Iterable[Told] | None) -> Iterator[tuple[T, Told]]:
    """Give each photograph with what is told of its eye, as they are read; no eyes tell nothing.

    Raises:
        SettingError: there are more of one than of the other; told where the shorter one ends.
    """
    if eyes is None:
        yield from ((each, None) for each in photographs)
        return
    missing: Any = object()
    for count, (each, told) in enumerate(zip_longest(photographs, eyes, fillvalue=missing)):
        if each is missing or told is missing:
            fewer, more = ("photographs", "eyes") if each is missing else ("eyes", "photographs")
            raise SettingError(f"{count} {fewer} and more {more}: say an eye of each, or None")
        yield each, told


def _checked(word: object) -> Told:
    if word is None or isinstance(word, Eye):
        return word
    if not isinstance(word, str):
        raise SettingError(f"an eye is right, left, detect, unknown or None, not {word!r}")
    return word if word in (DETECT, UNKNOWN) else side_of(word)


class NameTells(NamedTuple):
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


def name_tells(name: str) -> NameTells:
    """Read what the name of a photograph tells, or its path below the folder that was given."""
    table = rules()
    *folders, own = [unicodedata.normalize("NFKC", part) for part in name.split("/")]
    own = re.sub(table["ending"], "", own)
    told = [*(_folder_tells(each, table) for each in folders), _words_tell(own, table)]
    sides = {side for each in told for side in each.sides}
    if len(sides) != 1:
        return NameTells(None, False, "/".join([*folders, own]))
    return NameTells(sides.pop(), any(each.sure for each in told), "/".join(e.rest for e in told))


class _Told(NamedTuple):
    sides: set[Side]
    sure: bool
    rest: str  # with `_PLACE` instead of the words that tell


def _folder_tells(name: str, table: Mapping[str, Any]) -> _Told:
    told = _words_tell(re.sub(table["eye"], "", name), table)
    return told if told.rest == _PLACE else _Told(set(), False, name)


def _words_tell(name: str, table: Mapping[str, Any]) -> _Told:
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
    return _Told(sides, sure, "".join([*pieces, name[end:]]))


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
        return table["alone"][small], True, _PLACE
    if small in table["together"]:
        return table["together"][small], word in table["capitals"] and not joined, _PLACE
    found = re.search(table["within"], word)
    if found and len(re.findall("[左右]", word)) == 1:
        return table["alone"][found[1]], True, word[: found.start()] + _PLACE + word[found.end() :]
    return None, False, word


def side_by_name(name: str) -> Side | None:
    """What a name tells by itself, whatever other photographs there are."""
    told = name_tells(name)
    return told.side if told.sure else None


def sides_by_names(names: Iterable[str]) -> dict[str, Side]:
    """What names tell together: also L and R, where both eyes of a person are there."""
    people: dict[str, list[tuple[str, NameTells]]] = {}
    for name in names:
        told = name_tells(name)
        people.setdefault(told.key, []).append((name, told))
    sides: dict[str, Side] = {}
    for members in people.values():
        pair = len(members) == 2 and {told.side for _, told in members} == set(get_args(Side))
        for name, told in members:
            if told.side is not None and (told.sure or pair):
                sides[name] = told.side
    return sides
