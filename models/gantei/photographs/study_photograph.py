"""One photograph of a study, and many of them in little memory."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, islice, repeat
from pathlib import Path
from typing import overload

from ..manifests.fields import UNKNOWN
from ..system.keyed_digest import keyed_digest
from ..system.stored_texts import StoredTexts
from .eye_pairs import SIDES
from .eyes import Eye, EyeOption, stated_eye
from .listed_text import name_of_text, parts_of_text
from .path_spelling import printable, unescaped
from .persons import KnownPerson
from .stored_photograph import PhotographPlace, Place, StoredPhotograph
from .told_by_list import ToldByList, told_of_text, told_text


@dataclass(frozen=True, slots=True)
class StudyPhotograph:
    """One photograph of a study: where it is, its name in the table, what is told of its eye.

    `person` is told by a table or a name, `cells` by a table: what stands under
    `PhotographList.columns`. In an anonymous study the name is random, and digests are keyed by its
    `secret`.
    """

    source: PhotographPlace
    name: str
    eye: EyeOption = UNKNOWN
    person: KnownPerson | None = None
    cells: tuple[str | None, ...] = ()
    secret: bytes | None = field(default=None, repr=False)

    def of_person(self, person: KnownPerson | None) -> "StudyPhotograph":
        """The same, of that person; in a third of the time of `dataclasses.replace`."""
        return StudyPhotograph(self.source, self.name, self.eye, person, self.cells, self.secret)

    def shown_sha256(self, sha256: str | None) -> str | None:
        """The digest of the file as it stands in tables: as it is, or keyed by the secret."""
        if sha256 is None or self.secret is None:
            return sha256
        return keyed_digest(self.secret, sha256)


Change = Callable[[StudyPhotograph], StudyPhotograph]
"""What makes of a photograph the same with more told of it."""
Wanted = Callable[[Sequence[str]], Iterable[bool]]
"""What tells of some names which are wanted."""
SeeTold = Callable[[Sequence[str]], object]
"""What is given what a list tells of some photographs, as `told_text` has it."""
_AT_ONCE = 1_000
"""Names that are asked about together."""


class CompactPhotographs(Sequence[StudyPhotograph]):
    """Photographs below one folder or place, each made when it is asked for, sorted by name.

    Names are in an unnamed file, with what a place said of each. Memory holds a byte per
    photograph once names have told eyes, and what the changes need.
    """

    def __init__(
        self,
        below: str | Place,
        names: StoredTexts,
        sides: Sequence[int] = b"",
        changes: tuple[Change, ...] = (),
        places: range | None = None,
        told: tuple[StoredTexts, int] | None = None,
    ) -> None:
        """Take what tells of photographs.

        Args:
            below: the folder, or the place, that holds all.
            names: below it, as the table spells them; those below a place as `listed_text` has
                them, with what the place said of each.
            sides: what each name tells of the eye, as a place in `SIDES`; empty: not asked yet.
            changes: made to each, one after the other.
            places: of the names that are here; None: all.
            told: what a list tells of each, as `told_text` has it, and how many letters stand
                before; None: nothing.
        """
        self._below, self._told = below, told
        # Not by Path, which takes apart what it is given, for each of millions.
        self._before = "" if isinstance(below, Place) else os.path.join(below, "")  # noqa: PTH118
        self._names, self._sides, self._changes = names, sides, changes
        self._places = range(len(names)) if places is None else places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> StudyPhotograph: ...

    @overload
    def __getitem__(self, place: slice) -> "CompactPhotographs": ...

    def __getitem__(self, place: int | slice) -> "StudyPhotograph | CompactPhotographs":
        if isinstance(place, slice):
            return self._with(places=self._places[place])
        number = self._places[place]
        told = None if self._told is None else self._told[0][number]
        return self._made(number, self._names[number], told)

    def __iter__(self) -> Iterator[StudyPhotograph]:
        told = repeat(None) if self._told is None else self._texts(self._told[0])
        return map(self._made, self._places, self._texts(self._names), told)

    def names(self) -> Iterator[str]:
        """The names alone, in a tenth of the time."""
        texts = self._texts(self._names)
        return map(name_of_text, texts) if isinstance(self._below, Place) else texts

    def _texts(self, texts: StoredTexts) -> Iterator[str]:
        if self._places.step == 1:
            return texts.between(self._places.start, self._places.stop)
        return (texts[number] for number in self._places)

    def spelt_paths(self) -> Iterator[str]:
        """Where each is, spelt as `printable` does, in the order of the names."""
        below = self._below.address if isinstance(self._below, Place) else self._before
        before = printable(below)
        return (f"{before}{name}" for name in self.names())

    @property
    def tells_names_alone(self) -> bool:
        """Whether nothing is told of any photograph but what its name tells of the eye."""
        return not self._changes and self._told is None

    def told(self, texts: StoredTexts, before: int) -> "CompactPhotographs":
        """Give the same with what a list tells of each, as `told_text` has it.

        Args:
            texts: of each photograph.
            before: letters before that in each text, which are for others.
        """
        return self._with(told=(texts, before))

    def with_sides(self, sides: Sequence[int]) -> "CompactPhotographs":
        """Give the same with what all the names tell of eyes, a place in `SIDES` each."""
        return self._with(sides=sides)

    def changed(self, change: Change) -> "CompactPhotographs":
        """Give the same, each changed when it is asked for."""
        return self._with(changes=(*self._changes, change))

    def selected(self, wanted: Wanted, see_told: SeeTold = lambda _: None) -> "CompactPhotographs":
        """Give those whose names are wanted, apart from the others, which take no memory then.

        Args:
            wanted: tells it of some names after the other; it is asked once, in their order.
            see_told: is given what a list tells of all photographs, some after the other.
        """
        are_wanted = bytearray()
        names = StoredTexts(self._texts_wanted(wanted, are_wanted))
        numbers = compress(self._places, are_wanted) if self._sides else ()
        sides = bytearray(self._sides[number] for number in numbers)
        told = None
        if self._told is not None:
            told = StoredTexts(self._told_wanted(*self._told, are_wanted, see_told)), self._told[1]
        return CompactPhotographs(self._below, names, sides, self._changes, told=told)

    def _texts_wanted(self, wanted: Wanted, are_wanted: bytearray) -> Iterator[list[str]]:
        """The texts of the names that are wanted, some at a time; adds which they are."""
        texts, has_more = self._texts(self._names), isinstance(self._below, Place)
        while some := [*islice(texts, _AT_ONCE)]:
            answers = bytes(wanted([*map(name_of_text, some)] if has_more else some))
            are_wanted += answers
            yield [*compress(some, answers)]

    def _told_wanted(
        self, told: StoredTexts, before: int, are_wanted: bytearray, see_told: SeeTold
    ) -> Iterator[list[str]]:
        """What a list tells of those that are wanted, some at a time; shows that of all."""
        texts, wanted = self._texts(told), iter(are_wanted)
        while some := [*islice(texts, _AT_ONCE)]:
            see_told([text[before:] for text in some])
            yield [*compress(some, islice(wanted, len(some)))]

    def _with(
        self,
        *,
        sides: Sequence[int] | None = None,
        changes: tuple[Change, ...] | None = None,
        places: range | None = None,
        told: tuple[StoredTexts, int] | None = None,
    ) -> "CompactPhotographs":
        return CompactPhotographs(
            self._below,
            self._names,
            self._sides if sides is None else sides,
            self._changes if changes is None else changes,
            self._places if places is None else places,
            told or self._told,
        )

    def _made(self, number: int, text: str, told: str | None) -> StudyPhotograph:
        source: PhotographPlace
        if isinstance(self._below, Place):
            name, size, version = parts_of_text(text)
            source = StoredPhotograph(self._below, _spelt(name), size, version)
        else:
            name, source = text, Path(self._before + _spelt(text))
        eye = _BY_NAME[self._sides[number]] if self._sides else UNKNOWN
        made = StudyPhotograph(source, name, eye)
        if told is not None and self._told is not None:
            made = _with_told(made, told_of_text(told[self._told[1] :]))
        for change in self._changes:
            made = change(made)
        return made


def _spelt(name: str) -> str:
    return unescaped(name) if "\\" in name else name


def _with_told(made: StudyPhotograph, told: ToldByList) -> StudyPhotograph:
    eye = made.eye
    if told.side:
        eye = stated_eye(told.side, "list", eye.side if isinstance(eye, Eye) else None)
    return StudyPhotograph(made.source, made.name, eye, told.person, told.cells)


_BY_NAME: tuple[EyeOption, ...] = tuple(
    Eye(side, "file name") if side else UNKNOWN for side in SIDES
)


def changed(photographs: Sequence[StudyPhotograph], change: Change) -> Sequence[StudyPhotograph]:
    """Change each photograph: those that are compact when they are asked for."""
    if isinstance(photographs, CompactPhotographs):
        return photographs.changed(change)
    return tuple(map(change, photographs))


def names_of(photographs: Sequence[StudyPhotograph]) -> Iterator[str]:
    """The names of photographs, without making those that are compact."""
    if isinstance(photographs, CompactPhotographs):
        return photographs.names()
    return (each.name for each in photographs)


def selected(
    photographs: Sequence[StudyPhotograph],
    wanted: Wanted,
    see_told: SeeTold = lambda _: None,
) -> Sequence[StudyPhotograph]:
    """Give the photographs whose names are wanted; see `CompactPhotographs.selected`."""
    if isinstance(photographs, CompactPhotographs):
        return photographs.selected(wanted, see_told)
    see_told(
        [
            told_text(None if each.person is None else each.person.name, None, each.cells)
            for each in photographs
        ]
    )
    return tuple(compress(photographs, wanted([each.name for each in photographs])))


def with_sides(
    photographs: Sequence[StudyPhotograph], sides: Sequence[int]
) -> Sequence[StudyPhotograph]:
    """Put what all the names tell of eyes to the photographs, a place in `SIDES` each."""
    if isinstance(photographs, CompactPhotographs):
        return photographs.with_sides(sides)
    told = zip(photographs, sides, strict=True)
    return tuple(replace(listed, eye=_BY_NAME[side]) for listed, side in told)
