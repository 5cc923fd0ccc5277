"""Photographs in a ZIP archive on this machine, read without unpacking it to the disk."""

import io
import stat
import struct
import threading
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import PhotographError
from ..findings.finding import Finding
from ..photographs.stored_photograph import Place, ReadFile, StoredFile
from .archive_file import ArchiveFile, ArchiveReader, damaged, naming
from .entry_index import EntryIndex
from .zip_directory import ENCRYPTED, LOCAL_MARK, ZipRecord, find_directory, record_at, records

_STORED, _DEFLATED = 0, 8
_METHODS = {
    1: "Shrink", 6: "Implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ",
    96: "JPEG", 98: "PPMd", 99: "AES encryption",
}  # fmt: skip
_AES = 99
_AT_ONCE = 1 << 20
"""Bytes that are unpacked at once, so that they are not in memory a second time."""
_PACKED_HEAD = 65_536
"""Packed bytes that are read for the first ones of an entry: deflate seldom makes any longer."""
_LOCAL = struct.Struct("<4s5H3L2H")


class ZipPlace(Place):
    """The entries of a ZIP archive: stored or deflated, of any number and size (zip64).

    Of a few entries or of millions, memory holds 24 bytes each. Each read opens the archive, and
    unpacks the one entry, no further than the size that its record states.
    """

    def __init__(self, path: Path, address: str, encoding: str | None = None) -> None:
        """Open an archive; its table of files is read when it is needed.

        Args:
            path: of the archive.
            address: of the place.
            encoding: of names that are not marked as UTF-8; None: UTF-8, else they are refused.

        Raises:
            OutputError: it cannot be read, is no whole ZIP archive, or one part of several.
        """
        self.address = address
        self._encoding = encoding
        self._file = ArchiveFile(path)
        with naming(path), self._file.opened() as file:
            self._directory = find_directory(file)
        self._index: EntryIndex | None = None
        self._headers = np.zeros(0, np.uint64)
        self._indexing = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._file.path, self.address, self._encoding)

    def files(self) -> Iterator[StoredFile]:
        """Give the entries in the order of the table of files; see `Place.files`."""
        with naming(self._file.path), self._file.opened() as file:
            for record in records(file, self._directory, self._encoding):
                if record.name and not record.name.endswith("/"):
                    yield StoredFile(record.name, record.size, self._version_of(record))

    def read(self, name: str, most: int) -> ReadFile:
        """Read an entry, and compare it with its checksum; see `Place.read`."""
        with self._file.opened() as file:
            record = self._record(file, name)
            _check(record, most)
            data = self._unpacked(file, record, record.size, record.packed)
            if len(data) != record.size or zlib.crc32(data) != record.crc:
                raise damaged("it is not what its checksum says")
        return ReadFile(data, self._version_of(record))

    def head(self, name: str, most: int) -> bytes | None:
        """Read the first bytes of an entry; see `Place.head`."""
        with self._file.opened() as file:
            record = self._record(file, name)
            _check(record, max(record.size, record.packed))  # whatever these are
            return self._unpacked(file, record, min(most, record.size), _PACKED_HEAD)

    def version(self, name: str) -> str | None:
        """Tell the archive's size and time, with where the entry is and its checksum."""
        with self._file.opened() as file:
            return self._version_of(self._record(file, name))

    def _version_of(self, record: ZipRecord) -> str | None:
        stamp = self._file.stamp
        return None if stamp is None else f"{stamp}:{record.header}:{record.crc:08x}"

    def _record(self, file: ArchiveReader, name: str) -> ZipRecord:
        with self._indexing:
            if self._index is None:
                with naming(self._file.path):
                    self._index = self._indexed(file)
        (offset,) = self._index.find(name)
        return record_at(file, self._directory, offset, self._encoding)

    def _indexed(self, file: ArchiveReader) -> EntryIndex:
        index, headers = EntryIndex(1), array("Q")
        for record in records(file, self._directory, self._encoding):
            if record.name and not record.name.endswith("/"):
                index.add(record.name, record.offset)
                headers.append(record.header)
        self._headers = np.frombuffer(headers, np.uint64)
        self._headers.sort()
        return index.sort()

    def _unpacked(
        self, file: ArchiveReader, record: ZipRecord, most: int, most_packed: int
    ) -> bytes:
        """Unpack the first `most` bytes of an entry, of which there may be fewer.

        Bytes that are packed behind the end of what was deflated are none of it, as for `zipfile`.
        """
        start = self._start_of(file, record)
        if record.method == _STORED:
            return file.bytes_at(start, min(most, record.packed))
        if not most:
            return b""
        unpacking, unpacked = zlib.decompressobj(-zlib.MAX_WBITS), io.BytesIO()
        try:
            for piece in file.pieces(start, min(record.packed, most_packed)):
                packed = piece
                while packed and most:
                    most -= unpacked.write(unpacking.decompress(packed, min(most, _AT_ONCE)))
                    packed = unpacking.unconsumed_tail
                if not most or unpacking.eof:
                    break
            while most and (rest := unpacking.decompress(b"", min(most, _AT_ONCE))):
                most -= unpacked.write(rest)
        except zlib.error as error:
            raise damaged("it cannot be unpacked") from error
        return unpacked.getvalue()  # without another copy

    def _start_of(self, file: ArchiveReader, record: ZipRecord) -> int:
        """Where the bytes of an entry begin, which no other entry shares."""
        local = file.bytes_at(record.header, _LOCAL.size + len(record.raw_name))
        mark, *_, name, extra = _LOCAL.unpack_from(local)
        is_same = name == len(record.raw_name) and local[_LOCAL.size :] == record.raw_name
        if mark != LOCAL_MARK or not is_same:
            raise damaged("the archive has something else in its place")
        start: int = record.header + _LOCAL.size + name + extra
        here = np.uint64(record.header)
        first, after = (self._headers.searchsorted(here, side) for side in ("left", "right"))
        end = int(self._headers[after]) if after < len(self._headers) else self._directory.start
        if after - first > 1 or start + record.packed > end:
            raise damaged("it overlaps another entry of the archive")
        return start


def _check(record: ZipRecord, most: int) -> None:
    """Refuse an entry before any of it is read.

    Raises:
        PhotographError: it is encrypted, a link, too large, or packed in a way that is not read.
    """
    if record.flags & ENCRYPTED or record.method == _AES:
        raise PhotographError(Finding("encrypted-entry"))
    if record.mode and stat.S_ISLNK(record.mode):
        raise PhotographError(Finding("linked-entry"))
    if record.method not in (_STORED, _DEFLATED):
        method = _METHODS.get(record.method, f"method {record.method}")
        raise PhotographError(Finding("entry-method", method=method))
    if max(record.size, record.packed) > most:
        raise PhotographError(Finding("large-file", most=most // 10**6))
    if record.method == _STORED and record.packed != record.size:
        raise damaged("it has another size than it takes")
