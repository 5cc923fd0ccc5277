"""Fields of Protocol Buffers, read and written by number, within bounds.

A message of 64 MB can hold thirty million fields; a library makes an object of each, in gigabytes,
before anybody can count them. Here they are counted as they are read, and nothing is copied.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, NoReturn

from gantei.findings.finding import Finding

from ..problems import Problem

LONGEST_TEXT = 4096
"""Bytes of a name or an id: as characters, 64 MB can be four times as many."""
VARINT, BYTES = 0, 2
_SIZES = {1: 8, 5: 4}
"""Bytes of the fields whose kind has a size of its own."""
_LONGEST_VARINT = 10
_LARGEST_NUMBER = 2**29 - 1


class ReadField(NamedTuple):
    """A field: its number, and what it holds; a number, or the bytes of anything else."""

    number: int
    kind: int
    value: int | memoryview

    @property
    def bytes(self) -> memoryview:
        """What a field of text, bytes or a message holds.

        Raises:
            Problem: `malformed-body`: it is of another kind.
        """
        if self.kind != BYTES or isinstance(self.value, int):
            _malformed()
        return self.value

    @property
    def text(self) -> str:
        """The text of a field.

        Raises:
            Problem: `malformed-body`: it is none, or longer than `LONGEST_TEXT`.
        """
        if len(self.bytes) > LONGEST_TEXT:
            _malformed()
        try:
            return str(self.bytes, "utf-8")
        except ValueError:
            _malformed()

    @property
    def flag(self) -> bool:
        """Whether a field of a flag is set.

        Raises:
            Problem: `malformed-body`: it is of another kind.
        """
        if not isinstance(self.value, int):
            _malformed()
        return bool(self.value)

    def numbers(self, most: int) -> list[int]:
        """Give the signed numbers of a repeated field, packed or one of them.

        Raises:
            Problem: `malformed-body`: there are none, or more than `most`.
        """
        if isinstance(self.value, int):
            return [_signed(self.value)]
        found, place = [], 0
        while place < len(self.bytes):
            number, place = _varint(self.bytes, place)
            found.append(_signed(number))
            if len(found) > most:
                _malformed()
        return found


class FieldReader:
    """Reads a message with all that are in it, up to a number of fields."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def fields(self, message: memoryview) -> Iterator[ReadField]:
        """Give a message's fields in their order.

        Raises:
            Problem: `malformed-body`, or `too-many-parts` where all fields read are too many.
        """
        place = 0
        while place < len(message):
            if not self._left:
                raise Problem("too-many-parts", Finding("field-limit", most=self._most))
            self._left -= 1
            tag, place = _varint(message, place)
            number, kind = tag >> 3, tag & 7
            if not 0 < number <= _LARGEST_NUMBER:
                _malformed()
            if kind == VARINT:
                value, place = _varint(message, place)
                yield ReadField(number, kind, value)
                continue
            if kind == BYTES:
                size, place = _varint(message, place)
            elif (size := _SIZES.get(kind, 0)) == 0:
                _malformed()
            if size > len(message) - place:
                _malformed()
            yield ReadField(number, kind, message[place : place + size])
            place += size


def text_field(number: int, text: str) -> bytes:
    """Write a text; none where it is empty, which means the same."""
    return bytes_field(number, text.encode()) if text else b""


def bytes_field(number: int, *pieces: bytes) -> bytes:
    """Write bytes, or a message of several fields."""
    content = b"".join(pieces)
    return b"".join((_written(number << 3 | BYTES), _written(len(content)), content))


def flag_field(number: int, flag: bool) -> bytes:
    """Write a flag; none where it is not set, which means the same."""
    return _written(number << 3 | VARINT) + b"\1" if flag else b""


def numbers_field(number: int, numbers: Iterable[int]) -> bytes:
    """Write signed numbers, packed."""
    return bytes_field(number, *(_written(each & 0xFFFF_FFFF_FFFF_FFFF) for each in numbers))


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    """Read a number of seven bits per byte; give it, and the place behind it."""
    number = 0
    for index, byte in enumerate(data[place : place + _LONGEST_VARINT]):
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return number & 0xFFFF_FFFF_FFFF_FFFF, place + index + 1
    _malformed()


def _written(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number


def _malformed() -> NoReturn:
    raise Problem("malformed-body", Finding("protobuf-invalid"))
