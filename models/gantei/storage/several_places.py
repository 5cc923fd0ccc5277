"""Several places below one address, such as archives of a folder, each under its own name."""

from collections.abc import Iterator, Mapping

from ..errors import PhotographError
from ..findings.finding import Finding
from ..photographs.stored_photograph import Place, ReadFile, StoredFile


class SeveralPlaces(Place):
    """Places under names that end in `/`; a file's name is that of its place, then its own.

    Attributes:
        address: that all of them are below.
        listed: those that are listed, by their names.
    """

    def __init__(
        self, address: str, listed: Mapping[str, Place], whole: Place | None = None
    ) -> None:
        """Take the places.

        Args:
            address: of the whole.
            listed: places by their names below the address; one that is listed is read too.
            whole: reads what is below none of them; None: there is nothing else.
        """
        self.address, self.listed, self._whole = address, listed, whole
        self.reads_at_once = max(each.reads_at_once for each in listed.values())

    def files(self) -> Iterator[StoredFile]:
        """Give the files of one place after the other."""
        for folder, place in self.listed.items():
            for file in place.files():
                yield file._replace(name=f"{folder}{file.name}")

    def read(self, name: str, most: int) -> ReadFile:
        """Read a file of one of them."""
        place, below = self._found(name)
        return place.read(below, most)

    def version(self, name: str) -> str | None:
        """Say what version a file of one of them is."""
        place, below = self._found(name)
        return place.version(below)

    def head(self, name: str, most: int) -> bytes | None:
        """Read the beginning of a file of one of them, where that is done."""
        place, below = self._found(name)
        return place.head(below, most)

    def _found(self, name: str) -> tuple[Place, str]:
        end = len(name)
        while (end := name.rfind("/", 0, end)) >= 0:
            if (place := self.listed.get(name[: end + 1])) is not None:
                return place, name[end + 1 :]
        if self._whole is None:
            raise PhotographError(Finding("missing-entry"))
        return self._whole, name
