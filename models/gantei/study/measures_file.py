"""`<table>.photographs.csv`: what each photograph of a study looks like, in the table's order.

Until the run is whole the measures stand in a journal of their own beside the table's, which is cut
to the table's rows when the run resumes.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..inference.prediction import PhotographResult
from ..system.files import atomic_write, sha256_of
from ..table_files.csv_writing import write_csv
from .columns import Row
from .journal import Journal, is_of
from .measure_columns import MEASURES, TAKEN, measure_columns


class MeasuresFile:
    """The measures of one run's photographs; of one that cannot be read, all cells are empty."""

    def __init__(self, path: Path, partial: Path, run: str, *, plain: bool) -> None:
        """Prepare to write `path`, meanwhile `partial`, for the run of this digest."""
        self.path = path
        self._partial = partial
        self._run = run
        self._plain = plain
        self._journal: Journal | None = None
        self._there: int | None = None

    def hold(self, number: int) -> bool:
        """Whether the measures of that photograph are there."""
        if self._there is None:
            self._there = 0
            if is_of(self._partial, self._run):
                with Journal(self._partial, self._run) as journal:
                    self._there = journal.count()
        return number < self._there

    def keep(self, count: int) -> None:
        """Go on after the first `count` photographs.

        Raises:
            OutputError: it cannot be written.
        """
        self._journal = Journal(self._partial, self._run, overwrite=True)
        self._journal.keep(count)

    def add(self, result: PhotographResult) -> None:
        """Take one photograph's measures.

        Raises:
            OutputError: they cannot be written.
        """
        look = result.appearance.as_dict() if result.appearance else {}
        self._opened().append([look.get(column.name) for column in MEASURES])

    def publish(self, rows: Iterable[Row]) -> None:
        """Write the file under its name, beside the table whose rows these are.

        Raises:
            OutputError: it cannot be written.
        """
        lines = (
            [*(row[place] for place in TAKEN), *measures]
            for row, measures in zip(rows, self._opened().rows(), strict=True)
        )
        head = [column.name for column in measure_columns()]
        with atomic_write(self.path) as file:
            write_csv(head, lines, file, plain=self._plain)

    def proof(self) -> dict[str, Any]:
        """What the run manifest says of it, told from what is there now.

        Raises:
            OSError: it cannot be read.
        """
        return {"file": self.path.name, "sha256": sha256_of(self.path)}

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.__exit__(None, None, None)
            self._journal = None

    def _opened(self) -> Journal:
        if self._journal is None:
            raise ValueError("keep() comes before anything is added")
        return self._journal
