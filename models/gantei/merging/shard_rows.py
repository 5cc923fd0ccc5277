"""The rows of a study's shards, and the table of the whole study that is written from them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from ..study.columns import Row, with_finding
from ..study.same_files import same_file
from ..study.table_rows import CellColumns, rows_of, table_columns
from ..study.table_writing import atomic_table
from ..system.files import atomic_write, sha256_of
from .line_formats import CsvTableLines, JsonTableLines
from .row_order import taken_in_order
from .shard_table import ShardTable
from .table_layout import TableLayout

ROWS_IN_MEMORY, LEAST_ROWS = 30_000, 20
"""Rows of all shards together that are held in memory, as far as the latter of each allow it."""
Line = TypeVar("Line", bytes, Row)


class ShardRows:
    """The rows of a study's shards."""

    def __init__(self, shards: Sequence[ShardTable], layout: TableLayout) -> None:
        """Know the tables, and how their rows are laid out."""
        self._shards = shards
        self._layout = layout
        self.plain = bool(shards[0].manifest.get("plain_csv", False))

    def columns_of_each(self) -> list[Iterator[CellColumns]]:
        """The rows of each shard, some at a time by columns, in the order of its table."""
        at_once = max(LEAST_ROWS, ROWS_IN_MEMORY // len(self._shards))
        return [
            table_columns(each.table, self._layout.columns, plain=self.plain, at_once=at_once)
            for each in self._shards
        ]

    def of_each(self) -> list[Iterator[Row]]:
        """The rows of each shard, in the order of its table."""
        return [chain.from_iterable(map(rows_of, columns)) for columns in self.columns_of_each()]

    @contextmanager
    def written(
        self,
        path: Path,
        order: Iterable[int],
        copies: Iterator[tuple[int, str]],
        rows_per_file: int | None = None,
    ) -> Iterator[str]:
        """Write the table of the whole study; lines of the same format are copied as they stand.

        It appears when the block ends; see `atomic_table`.

        Args:
            path: of the table, whose ending tells the format.
            order: see `columns_in_order`.
            copies: places of rows that are copies, with the names of the first ones.
            rows_per_file: of a Parquet table that is a folder of files.

        Returns:
            The digest of the table.

        Raises:
            OutputError: a table cannot be read, or written.
        """
        if (lines := self._lines(path)) is None:
            rows = _with_copies(taken_in_order(self.of_each(), order), copies, self._copy)
            columns = self._layout.columns
            with atomic_table(
                path, rows, columns, plain=self.plain, rows_per_file=rows_per_file
            ) as digest:
                yield digest
            return

        def copy(line: bytes, first: str) -> bytes:
            return lines.changed(line, lambda row: self._copy(row, first))

        texts = taken_in_order([lines.rows(each.table) for each in self._shards], order)
        with atomic_write(path) as file:
            file.write(lines.head(self._shards[0].table))
            file.writelines(_with_copies(texts, copies, copy))
            file.flush()
            yield sha256_of(Path(file.name))

    def _lines(self, path: Path) -> CsvTableLines | JsonTableLines | None:
        endings = {each.suffix.lower() for each in (path, *(one.table for one in self._shards))}
        if endings == {".csv"}:
            return CsvTableLines(self._layout.columns, plain=self.plain)
        return JsonTableLines(self._layout.columns) if endings == {".jsonl"} else None

    def _copy(self, row: Row, first: str) -> Row:
        end = self._layout.end
        return [*with_finding(row[:end], same_file(first)), *row[end:]]


def _with_copies(
    rows: Iterable[Line],
    copies: Iterator[tuple[int, str]],
    change: Callable[[Line, str], Line],
) -> Iterator[Line]:
    """Say of each copy which photograph it is the same as."""
    left, taken = iter(rows), 0
    for place, first in copies:
        yield from islice(left, place - taken)
        yield change(next(left), first)
        taken = place + 1
    yield from left
