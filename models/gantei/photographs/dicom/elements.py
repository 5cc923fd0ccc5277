"""Where the elements of a DICOM file stand: found within bounds, before anything is made of them.

A length may claim 4 GB, and sequences may hold each other without end. Here every value lies within
the file, or the file is refused; nothing is copied, and what sequences hold is passed over.
"""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from ...errors import PhotographError
from ...findings.finding import Finding

MOST_ELEMENTS = 20_000
"""Those in sequences counted; a photograph has some 200."""
DEEPEST = 64
"""Sequences and items within each other; in those of photographs there are at most 10."""

PIXEL_DATA = 0x7FE00010
PIXELS = frozenset({0x7FE00008, 0x7FE00009, PIXEL_DATA})
"""Tags of the elements that hold pixels: as fractions of 4 and 8 bytes, and whole numbers."""
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
BIG_ENDIAN, DEFLATED = "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"

_TRANSFER_SYNTAX = 0x00020010
_UNDEFINED = 0xFFFFFFFF
_DELIMITERS, _ITEM, _SEQUENCE_END = 0xFFFE, 0xE000, 0xE0DD
_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR",
                   b"UT", b"UV"})  # fmt: skip
_REPRESENTATION = re.compile(rb"[A-Z]{2}")


class Element(NamedTuple):
    """Where a value stands: its first byte, and its length.

    The length is None where the value goes on up to a mark, as that of encapsulated pixels does.
    `words`: whether it says that it is made of words of two bytes (OW).
    """

    start: int
    length: int | None
    words: bool


class DataSet:
    """The elements of a DICOM file, up to its pixels and without those in sequences.

    Attributes:
        data: the file.
        start: where the data set begins, behind what says of the file itself.
        transfer_syntax: as the file says it; where it does not, as it is written.
        explicit: whether the elements say their value representations.
        little_endian: the order of bytes in numbers.

    With `beginning`, `data` are the first bytes of a file; elements that go beyond are left out.

    Raises:
        PhotographError: it is cut off, its sequences do not fit together, or it has very many
            elements.
    """

    def __init__(self, data: bytes, *, beginning: bool = False) -> None:
        self.data = data
        self.little_endian = self.explicit = True
        self._elements: dict[int, Element] = {}
        self.start = 132 if data[128:132] == b"DICM" else 0
        in_file = elements(data, self.start, explicit=True, only=2, beginning=beginning)
        for tag, element in in_file:
            self._elements[tag] = element
            self.start = element.start + (element.length or 0)
        self.transfer_syntax = self.text(_TRANSFER_SYNTAX)
        if self.transfer_syntax == DEFLATED:
            return
        self.little_endian = self.transfer_syntax != BIG_ENDIAN
        # Some files say otherwise than they are; the first element tells.
        self.explicit = bool(_REPRESENTATION.fullmatch(data, self.start + 4, self.start + 6))
        self.transfer_syntax = self.transfer_syntax or (EXPLICIT if self.explicit else IMPLICIT)
        of_picture = elements(
            data,
            self.start,
            explicit=self.explicit,
            little_endian=self.little_endian,
            beginning=beginning,
        )
        for tag, element in of_picture:
            if self._bytes(self._elements.setdefault(tag, element)) != self._bytes(element):
                raise damaged("dicom-twice")
            if tag in PIXELS:
                break

    def get(self, tag: int) -> Element | None:
        """Where an element of the data set stands; None where there is none."""
        return self._elements.get(tag)

    @property
    def last(self) -> int:
        """The highest tag there is; 0 where there is none."""
        return max(self._elements, default=0)

    def value(self, tag: int, most: int) -> bytes:
        """The bytes of a value; none where it is missing, or longer than `most`."""
        found = self._elements.get(tag)
        if found is None or found.length is None or found.length > most:
            return b""
        return self._bytes(found)

    def _bytes(self, element: Element) -> bytes:
        return self.data[element.start : element.start + (element.length or 0)]

    def text(self, tag: int) -> str:
        """A value of ASCII without its padding, of at most 64 bytes; empty where there is none."""
        return self.value(tag, 64).strip(b" \0").decode("ascii", "replace")

    def numbers(self, tag: int) -> tuple[int, ...]:
        """Whole numbers of two bytes each, at most ten."""
        value = self.value(tag, 20)
        order = "<" if self.little_endian else ">"
        return struct.unpack(f"{order}{len(value) // 2}H", value[: len(value) // 2 * 2])

    def number(self, tag: int, otherwise: int = 0) -> int:
        """A whole number of two bytes; `otherwise` where there is none, or several."""
        values = self.numbers(tag)
        return values[0] if len(values) == 1 else otherwise


def elements(
    data: bytes,
    place: int,
    *,
    explicit: bool,
    little_endian: bool = True,
    only: int | None = None,
    beginning: bool = False,
) -> Iterator[tuple[int, Element]]:
    """Give tag and place of each element from `place` on, but not of those in sequences.

    `explicit`: whether elements say their value representations, in two letters. `only`: the group
    of elements with whose end this ends. `beginning`: that of a file is enough.

    Raises:
        PhotographError: a value ends behind the file, a sequence nowhere, or there are very many.
    """
    walk = _Walk(data, place, explicit=explicit, order="<" if little_endian else ">")
    for _ in range(MOST_ELEMENTS):
        if walk.place + 8 > len(data):
            if walk.inside and not beginning:
                raise _cut_off()
            return
        if only not in (None, walk.group()):
            return
        is_outermost = not walk.inside
        tag, element = walk.step()
        if walk.place > len(data):
            if beginning:
                return
            raise _cut_off()
        if is_outermost:
            yield tag, element
    raise damaged("dicom-many-elements")


class _Walk:
    """A walk over elements, also of sequences that do not say where they end."""

    def __init__(self, data: bytes, place: int, *, explicit: bool, order: str) -> None:
        self.data, self.place = data, place
        self._explicit = explicit
        self._tag, self._short, self._long = (
            struct.Struct(order + each) for each in ("HH", "2sH", "I")
        )
        self.inside: list[tuple[str, bool]] = []
        """The sequences and items that are open, and how the elements before them are written."""

    def group(self) -> int:
        """The group of the next element."""
        return int(self._tag.unpack_from(self.data, self.place)[0])

    def step(self) -> tuple[int, Element]:
        """Read the element at this place, and go to the next one, within a sequence or behind.

        The place is behind the data then where the element is.
        """
        group, number = self._tag.unpack_from(self.data, self.place)
        representation, length = self._short.unpack_from(self.data, self.place + 4)
        self.place += 8
        if group == _DELIMITERS or not self._explicit:
            (length,) = self._long.unpack_from(self.data, self.place - 4)
        elif representation in _LONG:
            if self.place + 4 > len(self.data):
                self.place = len(self.data) + 1
                return -1, Element(self.place, None, False)
            (length,) = self._long.unpack_from(self.data, self.place)
            self.place += 4
        tag = group << 16 | number
        words = self._explicit and representation == b"OW"
        element = Element(self.place, None if length == _UNDEFINED else length, words)
        if group == _DELIMITERS:
            self._delimited(number, length)
        elif self.inside and self.inside[-1][0] == "sequence":
            raise damaged("dicom-no-item")
        elif length == _UNDEFINED:
            if self._explicit and representation not in (b"SQ", b"UN") and tag != PIXEL_DATA:
                raise damaged("dicom-no-length")
            self._open("sequence")
            self._explicit = self._explicit and representation != b"UN"
        else:
            self.place += length
        return tag, element

    def _delimited(self, number: int, length: int) -> None:
        what = "sequence" if number in (_ITEM, _SEQUENCE_END) else "item"
        if not self.inside or self.inside[-1][0] != what:
            raise damaged("dicom-marks")
        if number != _ITEM:
            _, self._explicit = self.inside.pop()
        elif length == _UNDEFINED:
            self._open("item")
        else:
            self.place += length

    def _open(self, what: str) -> None:
        if len(self.inside) == DEEPEST:
            raise damaged("dicom-deep")
        self.inside.append((what, self._explicit))


def damaged(problem: str) -> PhotographError:
    """Make the error of a file that does not hold together; `problem`: a word of findings."""
    return PhotographError(Finding("dicom-damaged", problem=problem))


def _cut_off() -> PhotographError:
    return PhotographError(Finding("cut-off-file", format="DICOM"))
