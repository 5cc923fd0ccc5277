"""Photographs that are no files of a folder: in a store, an archive, a column of a table."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class StoredFile(NamedTuple):
    """What a place says of one of its files, without reading it.

    `name` is below the place, with `/` between, and ends in `/` where it is a folder's. `size` in
    bytes and `version` are None where the place does not tell them. `is_photograph`: it is one,
    whatever its name.
    """

    name: str
    size: int | None = None
    version: str | None = None
    is_photograph: bool = False


class ReadFile(NamedTuple):
    """The bytes of a file, and the version that they are of; None where there are no versions."""

    data: bytes
    version: str | None = None


class Place(ABC):
    """Where photographs lie below one address: a prefix of a store, an archive, a column.

    All methods may be called from several threads at once.

    Attributes:
        address: as messages, tables and run manifests show it, which write it before a name; ends
            with `/`, and holds no query string and no user information.
        reads_at_once: how many reads are in flight at the same time over a network; 1: it lies on
            this machine.
    """

    address: str
    reads_at_once: int = 1

    @abstractmethod
    def files(self) -> Iterator[StoredFile]:
        """Give every file below the place, in any order, while it is listed.

        Raises:
            OutputError: it cannot be listed, or not to its end.
        """

    @abstractmethod
    def read(self, name: str, most: int) -> ReadFile:
        """Read a file, of at most `most` bytes, with one request.

        Raises:
            PhotographError: it is larger, missing, refused, cut off, or changed meanwhile.
        """

    @abstractmethod
    def version(self, name: str) -> str | None:
        """Say what `read` would give as the version now, without reading the file.

        It changes whenever the bytes do; None: there is no such file, or there are no versions.

        Raises:
            PhotographError: it cannot be asked.
        """

    @property
    def is_remote(self) -> bool:
        """Whether it is reached over a network."""
        return self.reads_at_once > 1

    def head(self, name: str, most: int) -> bytes | None:
        """Read the first `most` bytes of a file whose name does not tell what it is.

        None: that would take a request per file, and is not done; such a file is passed by.

        Raises:
            PhotographError: as `read`.
        """
        return None


@dataclass(frozen=True, slots=True)
class StoredPhotograph:
    """A photograph below a place; as text it is the place's address with its name.

    `listed_version` is the version that the place gave with its list; None: it gave no list, or
    tells none. `size` likewise, in bytes.
    """

    place: Place = field(repr=False)
    name: str
    size: int | None = field(default=None, compare=False)
    listed_version: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.place.address}{self.name}"


PhotographPlace = Path | StoredPhotograph
"""Where a photograph of a study is."""
