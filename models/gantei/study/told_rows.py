"""What the rows of a list say of its photographs, however many: in files without a name."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from ..errors import OutputError
from ..photographs.path_spelling import PathsOnDisk, path_key, printable
from ..photographs.study_photograph import CompactPhotographs
from ..photographs.told_by_list import told_text
from ..system.stored_texts import ExternalSort, StoredTexts
from .photograph_tables import PhotographRow

_BEHIND_PATH = "\1"
"""No path holds it once it is printable, so that rows sort as the photographs do."""
_PLACE = 20
"""Letters for where a row stands, such as `line 3`; the number last, so that 9 precedes 10."""
_AT_ONCE = 1_000
ON_WINDOWS = os.name == "nt"
"""Where paths are equal that sort differently, so that what is said of them is held in memory."""


class ToldRows:
    """The rows of a list: first note where their photographs are, then put them to these.

    Attributes:
        has_eyes: whether any row tells an eye.
        names: of the paths of rows that were read back by a key, the names that these have.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        """Begin without rows; `columns` are the names of the further cells."""
        self.has_eyes = False
        self.names: dict[str, str] = {}
        self._nothing = told_text(None, None, (None,) * len(columns))
        self._rows = ExternalSort()
        self._waiting = deque[PhotographRow]()
        self._table, self._is_any_there = "", False
        self._told: StoredTexts | None = None

    def names_of(self, rows: Iterable[PhotographRow]) -> Iterator[str]:
        """Give what each row names, and remember the row until `noted` is given where that is."""
        for row in rows:
            self._waiting.append(row)
            yield row.photograph

    def noted(
        self, places: Iterable[str], address: str = "", *, disk: PathsOnDisk | None = None
    ) -> Iterator[str]:
        """Pass on where the photograph of each row is, in the order of the rows; note what it says.

        Args:
            places: paths, or names below an address, that were found by the names.
            address: which they are below.
            disk: on which paths are.

        Raises:
            OutputError: a row names a folder, or there is no room for them.
        """
        for place in places:
            row = self._waiting.popleft()
            if disk and disk.is_folder(place):
                raise OutputError(
                    f"{row.where}: {row.photograph} is a folder; name its photographs"
                )
            self._note(f"{address}{place}", row)
            yield place

    def _note(self, path: str, row: PhotographRow) -> None:
        self._table, _, place = row.where.rpartition(", ")
        told = told_text(row.person, row.eye, row.cells)
        key = path_key(printable(path))
        self._rows.add(f"{key}{_BEHIND_PATH}{place.rjust(_PLACE)}{told}")
        self.has_eyes = self.has_eyes or row.eye is not None
        if row.is_read_back:
            self.names[path_key(path)] = row.photograph
            self._is_any_there = self._is_any_there or Path(path).exists()

    def check_found(self, root: object) -> None:
        """Refuse rows that were read back where none of them leads to a file.

        Raises:
            OutputError: it says how the folder is named.
        """
        if self._is_any_there or not self.names:
            return
        where = "here, or in the folder of the list" if root is None else f"in --root {root}"
        raise OutputError(
            f"{self._table}: none of its photographs is {where}; name by --root the folder that "
            "the anonymous study was given"
        )

    def put_to(self, photographs: CompactPhotographs) -> CompactPhotographs:
        """Put what the rows say to the photographs, those of the list among them.

        Raises:
            OutputError: two rows say different things of one photograph.
        """
        of_each = self._of_each(photographs.spelt_paths())
        self._told = StoredTexts(iter(lambda: [*islice(of_each, _AT_ONCE)], []))
        return photographs.told(self._told, _PLACE)

    def where(self, number: int) -> str:
        """Say where the first row of a photograph stands, by its number among those put to."""
        place = "" if self._told is None else self._told[number][:_PLACE].strip()
        return f"{self._table}, {place}"

    def _of_each(self, paths: Iterable[str]) -> Iterator[str]:
        nothing = " " * _PLACE + self._nothing
        if ON_WINDOWS:
            known = dict(self._by_path())
            yield from (known.get(path_key(path), nothing) for path in paths)
            return
        rows = self._by_path()
        row = next(rows, None)
        for path in paths:
            if row is None or row[0] != path:
                yield nothing
            else:
                yield row[1]
                row = next(rows, None)

    def _by_path(self) -> Iterator[tuple[str, str]]:
        """Each path, in order, with what its rows say."""
        path, first = None, ""
        for text in chain.from_iterable(self._rows.sorted()):
            this, _, told = text.partition(_BEHIND_PATH)
            if this != path:
                if path is not None:
                    yield path, first
                path, first = this, told
            elif told[_PLACE:] != first[_PLACE:]:
                raise OutputError(
                    f"{self._table}, {told[:_PLACE].strip()}: says something else of its "
                    f"photograph than {first[:_PLACE].strip()}"
                )
        if path is not None:
            yield path, first
