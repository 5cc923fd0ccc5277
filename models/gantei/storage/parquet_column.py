"""Photographs whose bytes are in a column of a Parquet file, as data sets of Hugging Face."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import PhotographError
from ..findings.finding import Finding
from ..photographs.stored_photograph import Place, ReadFile, StoredFile
from .archive_file import ArchiveFile, ArchiveRefusedError, naming
from .entry_index import EntryIndex
from .entry_names import entry_name
from .picture_column import PictureColumn

IMAGE = "image"
"""The column of data sets that `datasets` makes of a folder of pictures."""
_LEAST_DIGITS = 6


class ParquetPlace(Place):
    """The pictures in a column of a Parquet file, in the order of its rows.

    A photograph has the path that its row gives, where every row gives one and no two the same;
    else, of all rows, their numbers from 0 as `000012`. Of a path that is absolute, leads out by
    `..`, or is an address, the last part counts.

    Attributes:
        pictures: the opened file.
        column: that holds them.
    """

    def __init__(self, path: Path, address: str, column: str = IMAGE) -> None:
        """Open a file, and find the column in its schema.

        Args:
            path: of the file.
            address: of the place.
            column: that holds pictures.

        Raises:
            OutputError: it cannot be read, or has no such column of pictures.
            MissingExtraError: pyarrow is not installed.
        """
        self.address = address
        self.column = column
        self._file = ArchiveFile(path)
        with naming(path), self._file.opened():
            self.pictures = PictureColumn(path, column)
        self._digits = max(_LEAST_DIGITS, len(str(self.pictures.rows - 1)))
        self._index: EntryIndex | None = None
        self._is_named: bool | None = None
        self._indexing = threading.Lock()

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._file.path, self.address, self.column)

    def files(self) -> Iterator[StoredFile]:
        """Give the rows in their order; see `Place.files`."""
        with naming(self._file.path), self._file.opened():
            for row, name in enumerate(self.names()):
                yield StoredFile(name, None, self._version_of(row), is_photograph=True)

    def names(self) -> Iterator[str]:
        """The names of the rows, in their order."""
        if self._names_index() is None:
            return (f"{row:0{self._digits}}" for row in range(self.pictures.rows))
        return (_name_of(path or "") for path in self.pictures.paths())

    def read(self, name: str, most: int) -> ReadFile:
        """Read the bytes in a row; see `Place.read`."""
        with self._file.opened():
            row = self._row(name)
            data = self.pictures.picture(row)
        if len(data) > most:
            raise PhotographError(Finding("large-file", most=most // 10**6))
        return ReadFile(data, self._version_of(row))

    def version(self, name: str) -> str | None:
        """Tell the file's size and time, with the column and the row."""
        with self._file.opened():
            return self._version_of(self._row(name))

    def _version_of(self, row: int) -> str | None:
        stamp = self._file.stamp
        return None if stamp is None else f"{stamp}:{self.column}:{row}"

    def _row(self, name: str) -> int:
        index = self._names_index()
        if index is not None:
            return index.find(name)[0]
        row = int(name) if name.isascii() and name.isdigit() and len(name) < 20 else -1
        if 0 <= row < self.pictures.rows and name == f"{row:0{self._digits}}":
            return row
        raise PhotographError(Finding("missing-entry"))

    def _names_index(self) -> EntryIndex | None:
        """The rows by the names that their paths give; None where they are called by numbers."""
        with self._indexing:
            if self._is_named is None:
                index, count = EntryIndex(1), 0
                with naming(self._file.path):
                    for path in self.pictures.paths():
                        if not (name := _name_of(path or "")):
                            break
                        index.add(name, count)
                        count += 1
                index.sort()
                is_named = 0 < count == self.pictures.rows and not index.has_repeats()
                self._index, self._is_named = index if is_named else None, is_named
        return self._index


def _name_of(path: str) -> str:
    """What a path of a row calls its picture; nothing where it is none."""
    path = path.partition("::")[0]
    if "://" in path:
        path = re.split("[?#]", path.partition("://")[2])[0].partition("/")[2].rpartition("/")[2]
    try:
        return entry_name(path).removesuffix("/")
    except ArchiveRefusedError:
        last = re.split(r"[/\\]", path)[-1]
        return "" if last == ".." or "\0" in last else last
