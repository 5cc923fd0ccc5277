"""Where the members of a stranger's zip archive stand in its file, if they are stored as they are.

Nothing is unpacked, so nothing can swell; what the table of members says is compared with the file.
"""

import itertools
import zipfile
from collections.abc import Iterator

from gantei.errors import ConversionError
from gantei.system.archive import DAMAGE, MOST_MEMBERS, open_zip

from .records import BytesPlace, shown
from .stored_tensor import OpenFile

_LOCAL = b"PK\x03\x04"
_LOCAL_SIZE = 30
_UTF8 = 0x800
_HARMLESS = 0x806 | 8
"""Flags of a member: how hard it was packed, sizes behind it, a name in UTF-8."""


class Members:
    """The members of an archive, by name."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._members = _table(file)
        spans = sorted(self._spans())
        if spans and spans[0][0] != 0:
            raise self._refused("something stands before its first member")
        for (_, end, name), (start, _, other) in itertools.pairwise(spans):
            if start < end:
                raise self._refused(f"the members {shown(name)} and {shown(other)} share bytes")

    @property
    def names(self) -> list[str]:
        """The members' names, in the order of the table."""
        return list(self._members)

    def place(self, name: str, largest: int) -> BytesPlace:
        """Return where the bytes of a member stand, at most so many.

        Raises:
            ConversionError: there is no such member, or it is packed, encrypted or too large.
        """
        member = self._members.get(name)
        if member is None:
            raise self._refused(f"the member {shown(name)} is missing: the file is incomplete")
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & ~_HARMLESS:
            raise self._refused(
                f"the member {shown(name)} is compressed or encrypted, which PyTorch's never are: "
                "unpack the archive and pack it again without compression (zip -0)"
            )
        if member.file_size != member.compress_size or member.file_size > largest:
            raise self._refused(
                f"the member {shown(name)} claims {shown(member.file_size)} bytes, of which "
                f"{shown(member.compress_size)} are there and {largest:,} may be"
            )
        return BytesPlace(self._start(member), member.file_size, member.CRC)

    def read(self, name: str, largest: int) -> bytes:
        """Read a member of at most so many bytes, whose checksum is compared."""
        place = self.place(name, largest)
        self._file.check(place, f"{self._file.path.name}: {shown(name)}")
        return self._file.at(place.start, place.size)

    def _refused(self, what: str) -> ConversionError:
        return ConversionError(f"{self._file.path.name}: {what}")

    def _spans(self) -> Iterator[tuple[int, int, str]]:
        for name, member in self._members.items():
            end = self._start(member) + member.compress_size
            if end > self._file.size:
                raise self._file.truncated()
            yield member.header_offset, end, name

    def _start(self, member: zipfile.ZipInfo) -> int:
        """Return where a member's bytes start, behind a head of its own that has to agree."""
        head = self._file.at(member.header_offset, _LOCAL_SIZE)
        length, extra = (int.from_bytes(head[at : at + 2], "little") for at in (26, 28))
        name = self._file.at(member.header_offset + _LOCAL_SIZE, length)
        encoding = "utf-8" if member.flag_bits & _UTF8 else "cp437"
        if head[:4] != _LOCAL or name != member.orig_filename.encode(encoding, "replace"):
            raise self._refused(
                f"the member {shown(member.filename)} does not stand where the table says: damaged"
            )
        return member.header_offset + _LOCAL_SIZE + length + extra


def _table(file: OpenFile) -> dict[str, zipfile.ZipInfo]:
    name, found = file.path.name, {}
    try:
        with open_zip(file.path) as archive:
            members = archive.infolist()
    except (*DAMAGE, OSError) as error:
        raise ConversionError(f"{name}: a damaged zip archive: {error!s:.200}") from error
    if len(members) > MOST_MEMBERS:
        raise ConversionError(f"{name}: holds more than {MOST_MEMBERS:,} members; refused")
    for member in members:
        if member.filename in found:
            raise ConversionError(f"{name}: two members are named {shown(member.filename)}")
        found[member.filename] = member
    return found
