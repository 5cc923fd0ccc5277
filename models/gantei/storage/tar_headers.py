"""The entries of a tar archive, header by header (POSIX ustar and pax, GNU, and what was before).

`tarfile` keeps every header, takes damage in the middle for the end, and reads extended headers of
any size; here there may be millions of entries, none is lost silently, and sizes are bounded.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from .archive_file import ArchiveReader, ArchiveRefusedError, damaged
from .entry_names import entry_name, shown_name

BLOCK = 512
LONGEST_HEADER = 1024**2
"""Bytes of an extended header: names, and what systems keep beside a file."""
MOST_EXTENDED = 16
"""Extended headers before one entry, of which there are three kinds."""
_LONGEST_PADDING = 1024**2
"""Bytes of zeros behind the end, which tar writes to fill its last record (usually of 10,240)."""
_FILES, _FOLDER, _SPARSE = b"07\0", b"5", b"S"
_LONG_NAME, _LONG_LINK, _PAX, _PAX_SOLARIS, _PAX_GLOBAL = b"L", b"K", b"x", b"X", b"g"
_EXTENDED = (_LONG_NAME, _LONG_LINK, _PAX, _PAX_SOLARIS, _PAX_GLOBAL)
_PAX_RECORD = re.compile(rb"([1-9][0-9]{0,7}) ([^=\n]{1,100})=")
_WITHOUT_BYTES = b"123456"
"""Links, devices, folders and pipes, whatever size their headers state."""
_NO_ENTRIES = b"VD"
"""The name of a volume, and what a folder held when GNU tar made an incremental backup."""


class TarEntry(NamedTuple):
    """An entry: its name below the archive, where its bytes are, and how many.

    The name ends in `/` where it is a folder's. `is_file`: it has bytes of its own, all of them in
    one place; not so links, devices, pipes and sparse files.
    """

    name: str
    start: int
    size: int
    is_file: bool


class _Extended:
    """What extended headers say of the entry behind them."""

    def __init__(self) -> None:
        self.name: bytes | None = None
        self.size: int | None = None
        self.is_sparse = False

    def take(self, kind: bytes, data: bytes) -> None:
        if kind == _LONG_NAME:
            self.name = data.split(b"\0", 1)[0]
        elif kind in (_PAX, _PAX_SOLARIS, _PAX_GLOBAL):
            for key, value in _pax_records(data):
                self._take_fact(key, value, is_global=kind == _PAX_GLOBAL)

    def _take_fact(self, key: bytes, value: bytes, *, is_global: bool) -> None:
        if key not in (b"path", b"size") and not key.startswith(b"GNU.sparse."):
            return
        if is_global:
            raise damaged("a global header gives all entries one name or size")
        if key == b"path":
            self.name = value
        elif key == b"size":
            self.size = _decimal(value)
        else:
            self.is_sparse = True
            if key == b"GNU.sparse.name":
                self.name = value


def entries(file: ArchiveReader, encoding: str | None) -> Iterator[TarEntry]:
    """Read a tar archive's entries from its first to its end.

    Args:
        file: the archive.
        encoding: of names; None: UTF-8.

    Raises:
        ArchiveRefusedError: a name cannot be decoded or leads elsewhere, or there is no end.
        PhotographError: it is damaged.
    """
    offset, extended, count = 0, _Extended(), 0
    while offset + BLOCK <= file.size:
        block = file.bytes_at(offset, BLOCK)
        if not block.strip(b"\0"):
            _check_end(file, offset)
            return
        _check_sum(block, offset)
        kind, size = block[156:157], _number(block[124:136])
        offset += BLOCK
        if kind in _EXTENDED:
            count += 1
            if size > LONGEST_HEADER or count > MOST_EXTENDED:
                raise damaged(f"the extended header at byte {offset:,} is larger than any is")
            extended.take(kind, file.bytes_at(offset, size))
        else:
            if kind == _SPARSE:
                offset = _behind_sparse_map(file, block, offset)
            entry = _entry(block, offset, extended, encoding)
            size = 0 if kind in _WITHOUT_BYTES else entry.size
            if size > file.size - offset:
                raise damaged(f"it ends before the entry at byte {offset:,} does")
            if kind not in _NO_ENTRIES and entry.name:
                yield entry
            extended, count = _Extended(), 0
        offset += -(-size // BLOCK) * BLOCK
    raise ArchiveRefusedError(
        "cut off: the 1,024 zero bytes that end a tar archive are missing; fetch it again, or "
        "append them if you know that it is whole"
    )


def _entry(block: bytes, start: int, extended: _Extended, encoding: str | None) -> TarEntry:
    name = block[:100].split(b"\0", 1)[0]
    if block[257:263] == b"ustar\0" and (prefix := block[345:500].split(b"\0", 1)[0]):
        name = prefix + b"/" + name
    name = name if extended.name is None else extended.name
    kind = block[156:157]
    try:
        text = entry_name(name.decode(encoding or "utf-8"))
    except UnicodeDecodeError as error:
        raise ArchiveRefusedError(
            f"the name {shown_name(name)} is not "
            f"{encoding or 'UTF-8'}; say its encoding by --encoding"
        ) from error
    if kind == _FOLDER and text and not text.endswith("/"):
        text += "/"
    size = _number(block[124:136]) if extended.size is None else extended.size
    return TarEntry(text, start, size, kind in _FILES and not extended.is_sparse)


def _check_sum(block: bytes, offset: int) -> None:
    stated = _number(block[148:156])
    rest = block[:148] + block[156:]
    total = sum(rest) + 8 * ord(" ")
    if stated != total and stated != total - 256 * sum(byte > 127 for byte in rest):
        raise damaged(f"the header at byte {offset:,} does not agree with its checksum")


def _number(field: bytes) -> int:
    """Read octal digits, or, behind a byte of 0x80, a number in base 256."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    text = field.split(b"\0", 1)[0].strip(b" ")
    if not text:
        return 0
    try:
        if text.isdigit():
            return int(text, 8)
    except ValueError:
        pass
    raise damaged("a header holds no number where one belongs")


def _decimal(value: bytes) -> int:
    if value.isdigit() and len(value) < 20:
        return int(value)
    raise damaged("a header holds no number where one belongs")


def _pax_records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = 0
    while found := _PAX_RECORD.match(data, offset):
        end = offset + int(found[1])
        if end > len(data) or end <= found.end() or data[end - 1 : end] != b"\n":
            break
        yield found[2], data[found.end() : end - 1]
        offset = end
    if data[offset:].strip(b"\0"):
        raise damaged("an extended header is damaged")


def _behind_sparse_map(file: ArchiveReader, block: bytes, offset: int) -> int:
    """Where the bytes of a sparse file begin, behind further blocks of its map."""
    follows = block[482]
    while follows:
        follows = file.bytes_at(offset, BLOCK)[504]
        offset += BLOCK
    return offset


def _check_end(file: ArchiveReader, offset: int) -> None:
    """Look whether another archive follows, which those who read tar would never see.

    Raises:
        ArchiveRefusedError: one does, or something else that is not zero.
    """
    rest = file.bytes_at(offset, min(file.size - offset, _LONGEST_PADDING))
    if rest.strip(b"\0"):
        raise ArchiveRefusedError(
            "goes on behind its end, as archives that were put together by cat do; take each by "
            "itself"
        )
