"""Photographs in a tar archive on this machine, such as the shards of WebDataset."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import PhotographError
from ..findings.finding import Finding
from ..photographs.stored_photograph import Place, ReadFile, StoredFile
from .archive_file import ArchiveFile, ArchiveReader, ArchiveRefusedError, naming
from .entry_index import EntryIndex
from .tar_headers import TarEntry, entries

_NO_FILE = 2**64 - 1
"""Stands for the size of what has no bytes of its own."""
_PACKED = {
    b"\x1f\x8b": ("gzip", "gunzip"), b"BZh": ("bzip2", "bunzip2"), b"\xfd7zXZ": ("xz", "unxz"),
    b"\x28\xb5\x2f\xfd": ("Zstandard", "unzstd"),
}  # fmt: skip


class TarPlace(Place):
    """The entries of a tar archive that is not compressed: ustar, pax, GNU, of any number and size.

    Its headers are read once, from one to the next; memory then holds 24 bytes of each entry, by
    which it is read alone.
    """

    def __init__(self, path: Path, address: str, encoding: str | None = None) -> None:
        """Open an archive; its headers are read when they are needed.

        Args:
            path: of the archive.
            address: of the place.
            encoding: of names; None: UTF-8.

        Raises:
            OutputError: it cannot be read, or is compressed.
        """
        self.address = address
        self._encoding = encoding
        self._file = ArchiveFile(path)
        with naming(path), self._file.opened() as file:
            head = file.bytes_at(0, min(8, file.size))
            for magic, (name, program) in _PACKED.items():
                if head.startswith(magic):
                    raise ArchiveRefusedError(
                        f"compressed as a whole by {name}, so that no photograph can be read by "
                        f"itself; decompress it: {program} -c {path.name} > decompressed.tar"
                    )
        self._index: EntryIndex | None = None
        self._indexing = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._file.path, self.address, self._encoding)

    def files(self) -> Iterator[StoredFile]:
        """Give the entries in the order of the archive; see `Place.files`."""
        index = EntryIndex(2)
        with naming(self._file.path), self._file.opened() as file:
            for entry in self._added(file, index):
                size = entry.size if entry.is_file else None
                yield StoredFile(entry.name, size, self._version_of(entry.start, entry.size))
        with self._indexing:
            self._index = index.sort()

    def read(self, name: str, most: int) -> ReadFile:
        """Read an entry; see `Place.read`."""
        with self._file.opened() as file:
            start, size = self._found(file, name)
            if size > most:
                raise PhotographError(Finding("large-file", most=most // 10**6))
            return ReadFile(file.bytes_at(start, size), self._version_of(start, size))

    def head(self, name: str, most: int) -> bytes | None:
        """Read the first bytes of an entry; see `Place.head`."""
        with self._file.opened() as file:
            start, size = self._found(file, name)
            return file.bytes_at(start, min(size, most))

    def version(self, name: str) -> str | None:
        """Tell the archive's size and time, with where the entry is and its size."""
        with self._file.opened() as file:
            return self._version_of(*self._found(file, name))

    def _version_of(self, start: int, size: int) -> str | None:
        stamp = self._file.stamp
        return None if stamp is None else f"{stamp}:{start}:{size}"

    def _found(self, file: ArchiveReader, name: str) -> tuple[int, int]:
        with self._indexing:
            if self._index is None:
                index = EntryIndex(2)
                with naming(self._file.path):
                    for _ in self._added(file, index):
                        pass
                self._index = index.sort()
        start, size = self._index.find(name)
        if size == _NO_FILE:
            raise PhotographError(Finding("linked-entry"))
        return start, size

    def _added(self, file: ArchiveReader, index: EntryIndex) -> Iterator[TarEntry]:
        for entry in entries(file, self._encoding):
            if not entry.name.endswith("/"):
                index.add(entry.name, entry.start, entry.size if entry.is_file else _NO_FILE)
                yield entry
