"""The table of files at the end of a ZIP archive (APPNOTE 4.3), a record in memory at a time.

`zipfile` keeps 600 bytes of every file and reads the table at once; here it may have millions.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from .archive_file import ArchiveReader, ArchiveRefusedError, damaged
from .entry_names import entry_name, shown_name

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_RECORD = struct.Struct("<4s6H3L5H2L")
LOCAL_MARK = b"PK\x03\x04"
"""With which an entry begins."""
_LONGEST_COMMENT = 65_535
_LONGEST_RECORD = _RECORD.size + 3 * 65_535
_AT_ONCE = 4 * _LONGEST_RECORD
_USUAL_RECORD = 512
_WHOLE_32 = 0xFFFFFFFF
_ZIP_64, _UNICODE_PATH = 0x0001, 0x7075
ENCRYPTED, _UTF_8, _MASKED = 0x0001, 0x0800, 0x2000
_MADE_ON_UNIX = 3
_MADE_ON_WINDOWS = (0, 10, 11, 14)
"""FAT, NTFS and VFAT, whose programs may write `\\` between folders."""


class Directory(NamedTuple):
    """Where the table is, and how many records it has.

    `before`: the bytes before the archive, which its positions of entries do not count.
    """

    start: int
    end: int
    before: int
    records: int


class ZipRecord(NamedTuple):
    """What the table says of an entry.

    `offset` is where the record begins in the archive, and `header` where the entry does;
    `raw_name` are the bytes of its name, `name` is below the archive, and ends in `/` where it is a
    folder's; `packed` and `size` are the bytes that it takes in the archive and has; `mode` is
    Unix's, or 0.
    """

    offset: int
    raw_name: bytes
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    header: int
    mode: int


def find_directory(file: ArchiveReader) -> Directory:
    """Find the table of files by the record at the archive's end.

    Raises:
        ArchiveRefusedError: there is none: no ZIP, cut off, in several parts, or behind another
            archive, whose files nobody would see.
        PhotographError: it contradicts itself.
    """
    tail_start = max(0, file.size - _END.size - _LONGEST_COMMENT)
    tail = file.bytes_at(tail_start, file.size - tail_start)
    offset = _end_record(tail)
    if offset is None:
        raise ArchiveRefusedError(
            "no ZIP archive, or one that is cut off: the table of files at its end is missing; "
            "fetch it again"
        )
    _, disk, _, here, entries, length, stated, _ = _END.unpack_from(tail, offset)
    end = tail_start + offset
    if end >= _LOCATOR.size:
        locator = file.bytes_at(end - _LOCATOR.size, _LOCATOR.size)
        if locator.startswith(b"PK\x06\x07"):
            end, record = _zip_64_end(file, end - _LOCATOR.size, _LOCATOR.unpack(locator)[2])
            _, _, _, _, disk, _, here, entries, length, stated = record
    if disk or here != entries:
        raise ArchiveRefusedError("one part of a ZIP archive in several; put it together: zip -s 0")
    start = end - length
    if start < 0 or stated > start:
        raise damaged("the table of files does not fit into it")
    if stated < start and file.bytes_at(0, len(LOCAL_MARK)) == LOCAL_MARK:
        raise ArchiveRefusedError(
            "begins with another ZIP archive, as archives that were put together by cat do; take "
            "each by itself"
        )
    return Directory(start, end, start - stated, entries)


def _end_record(tail: bytes) -> int | None:
    offset = len(tail)
    while (offset := tail.rfind(b"PK\x05\x06", 0, offset)) >= 0:
        if offset + _END.size <= len(tail):
            comment = int.from_bytes(tail[offset + 20 : offset + 22], "little")
            if offset + _END.size + comment <= len(tail):
                return offset
    return None


def _zip_64_end(file: ArchiveReader, locator: int, stated: int) -> tuple[int, tuple[int, ...]]:
    for offset in (locator - _END_64.size, stated):  # the first also behind other bytes
        if 0 <= offset <= locator - _END_64.size:
            record = file.bytes_at(offset, _END_64.size)
            if record.startswith(b"PK\x06\x06"):
                return offset, _END_64.unpack(record)
    raise damaged("the end of its table of files is missing")


def records(file: ArchiveReader, directory: Directory, encoding: str | None) -> Iterator[ZipRecord]:
    """Read the table of files, record by record.

    Args:
        file: the archive.
        directory: where its table is.
        encoding: of names that are not marked as UTF-8; None: UTF-8, else they are refused.

    Raises:
        ArchiveRefusedError: a name cannot be read, or leads out of the archive.
        PhotographError: a record is damaged.
    """
    offset, waiting, start, count = directory.start, b"", 0, 0
    while offset < directory.end:
        found = _record(waiting, start, offset, directory.before, encoding)
        if found is None:
            read = offset + len(waiting) - start
            if read == directory.end:
                raise damaged("a record of its table of files is cut off")
            more = file.bytes_at(read, min(_AT_ONCE, directory.end - read))
            waiting, start = waiting[start:] + more, 0
            continue
        record, length = found
        yield record
        offset, start, count = offset + length, start + length, count + 1
    if (count - directory.records) % 2**16:  # old programs count no further
        raise damaged("its table of files has another number of records than it says")


def record_at(
    file: ArchiveReader, directory: Directory, offset: int, encoding: str | None
) -> ZipRecord:
    """Read the record at the offset that `records` gave.

    Raises:
        ArchiveRefusedError, PhotographError: as `records`.
    """
    for length in (_USUAL_RECORD, _LONGEST_RECORD):
        data = file.bytes_at(offset, min(length, directory.end - offset))
        if found := _record(data, 0, offset, directory.before, encoding):
            return found[0]
    raise damaged("a record of its table of files is cut off")


def _record(
    data: bytes, start: int, offset: int, before: int, encoding: str | None
) -> tuple[ZipRecord, int] | None:
    """Take apart the record that begins at `start`; None: `data` ends within it."""
    if len(data) < start + _RECORD.size:
        return None
    (mark, made, _, flags, method, _, _, crc, packed, size, name, extra, comment, _, _, attributes,
     header) = _RECORD.unpack_from(data, start)  # fmt: skip
    if mark != b"PK\x01\x02":
        raise damaged("its table of files holds something else")
    if flags & _MASKED:
        raise ArchiveRefusedError("its table of files is encrypted; unpack it, and name the folder")
    length = _RECORD.size + name + extra + comment
    if len(data) < start + length:
        return None
    raw = data[start + _RECORD.size : start + _RECORD.size + name]
    fields = _extra_fields(data[start + length - comment - extra : start + length - comment])
    if _WHOLE_32 in (size, packed, header):
        size, packed, header = _widened((size, packed, header), fields.get(_ZIP_64, b""))
    if header + before > offset:
        raise damaged("a record of its table of files names a place behind itself")
    system = made >> 8
    text = _text(raw, flags, fields.get(_UNICODE_PATH, b""), encoding)
    if system in _MADE_ON_WINDOWS and "/" not in text:
        text = text.replace("\\", "/")
    mode = attributes >> 16 if system == _MADE_ON_UNIX else 0
    return ZipRecord(
        offset, raw, entry_name(text), flags, method, crc, packed, size, header + before, mode
    ), length


def _widened(numbers: tuple[int, ...], wide: bytes) -> tuple[int, ...]:
    """Put the numbers of 64 bits, in the order of those that are too large for 32."""
    if len(wide) < 8 * numbers.count(_WHOLE_32):
        raise damaged("a large size of its table of files is missing")
    following = iter(struct.unpack_from(f"<{len(wide) // 8}Q", wide))
    return tuple(next(following) if each == _WHOLE_32 else each for each in numbers)


def _extra_fields(extra: bytes) -> dict[int, bytes]:
    fields, offset = {}, 0
    while offset + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, offset)
        fields[kind] = extra[offset + 4 : offset + 4 + length]
        offset += 4 + length
    return fields


def _text(raw: bytes, flags: int, unicode_path: bytes, encoding: str | None) -> str:
    try:
        if raw.isascii():
            return raw.decode("ascii")
        if flags & _UTF_8:
            return raw.decode()
        if unicode_path[:5] == b"\x01" + zlib.crc32(raw).to_bytes(4, "little"):
            return unicode_path[5:].decode()
        return raw.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        shown = shown_name(raw)
        raise ArchiveRefusedError(
            f"the entry {shown} does not say how its name is encoded; say it by --encoding: cp932 "
            "where Windows packed it in Japan, cp437 elsewhere"
            if not flags & _UTF_8
            else f"the entry {shown} is said to have a name in UTF-8, and has not"
        ) from error
