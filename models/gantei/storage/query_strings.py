"""The query strings with which photographs are asked of a web server, and which no table shows."""

from ..errors import OutputError
from ..photographs.path_spelling import printable, unescaped
from ..system.stored_texts import ExternalSort


class QueryStrings:
    """The query strings of names, one of each at most: no table could tell two of them apart.

    Memory holds those that there are. Names without one are in an unnamed file.

    Attributes:
        of_names: of each name that has one.
    """

    def __init__(self) -> None:
        """Begin without names."""
        self.of_names: dict[str, str] = {}
        self._without = ExternalSort()

    def add(self, name: str, query: str) -> None:
        """Take the query string of a name, empty where it has none; a name may come again.

        Raises:
            OutputError: the name came with another one, or there is no room for it.
        """
        if not query:
            self._without.add(printable(name))
        elif self.of_names.setdefault(name, query) != query:
            raise _ambiguous(name)

    def check(self) -> None:
        """Refuse names that came with a query string and without one, once all have come.

        Raises:
            OutputError: there is such a name, or no room for the names.
        """
        if not self.of_names:
            return
        for names in self._without.sorted():
            for name in map(unescaped, names):
                if name in self.of_names:
                    raise _ambiguous(name)


def _ambiguous(name: str) -> OutputError:
    return OutputError(
        f"{printable(name)}: is named twice, and differs behind the ?, which no table shows; name "
        "each photograph once, and by a path of its own"
    )
