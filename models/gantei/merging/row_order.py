"""The rows of all shards in the order of the whole table."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from operator import lt
from typing import Any, Never, TypeVar

from ..errors import OutputError
from ..study.shard import numbers_of
from ..study.table_rows import CellColumns
from .shard_table import ShardTable
from .table_layout import TableLayout

T = TypeVar("T")


def columns_in_order(
    shards: Sequence[ShardTable],
    tables: Sequence[Iterator[CellColumns]],
    layout: TableLayout,
    order: "array[int]",
) -> Iterator[CellColumns]:
    """Read the rows of all shards by the names of their photographs, and note where each stood.

    Args:
        shards: of the tables.
        tables: the rows of each, some at a time, in the order of their names.
        layout: of the rows.
        order: is filled with the place of each row's shard among `shards`.

    Returns:
        Some rows at a time, by columns, without those of DICOM files.

    Raises:
        OutputError: a table is not in order, has a photograph of another shard, one that another
            table has too, or a row that no run writes.
    """
    pairs = zip(shards, tables, strict=True)
    waiting = [_WaitingRows(place, *each, layout) for place, each in enumerate(pairs)]
    while waiting := [each for each in waiting if each.has_more()]:
        # What is not beyond the last of any shard in memory precedes all that is not in memory.
        limit = min(each.names[-1] for each in waiting)
        columns: list[list[Any]] = [[] for _ in range(layout.end)]
        places: list[int] = []
        for each in waiting:
            taken = each.take(limit)
            places += [each.place] * len(taken[0])
            for column, more in zip(columns, taken, strict=True):
                column.extend(more)
        by_name = sorted(range(len(places)), key=columns[0].__getitem__)
        sorted_columns = [[*map(column.__getitem__, by_name)] for column in columns]
        sorted_places = [*map(places.__getitem__, by_name)]
        _check_once(shards, sorted_columns[0], sorted_places)
        order.extend(sorted_places)
        yield sorted_columns


class _WaitingRows:
    """The rows of a shard that are in memory, by columns."""

    def __init__(
        self, place: int, shard: ShardTable, table: Iterator[CellColumns], layout: TableLayout
    ) -> None:
        self.place = place
        self._shard, self._table, self._layout = shard, table, layout
        self._columns: list[list[Any]] = [[] for _ in range(layout.end)]
        self._start = self._read = 0

    @property
    def names(self) -> list[str]:
        """Of their photographs; some were taken before."""
        return self._columns[0]

    def has_more(self) -> bool:
        """Whether there is a row left; reads some where few are in memory."""
        # All shards are read on early: one that is nearly empty would let few of the others go by.
        if 2 * (len(self.names) - self._start) <= len(self.names):
            more = next(self._table, None)
            if more is not None:
                self._check(more)
                self._columns = [
                    [*column[self._start :], *cells]
                    for column, cells in zip(self._columns, more[: self._layout.end], strict=True)
                ]
                self._check_order()
                self._start = 0
        return self._start < len(self.names)

    def take(self, last: str) -> CellColumns:
        """Take those up to a name."""
        end = bisect_right(self.names, last, self._start)
        taken = [column[self._start : end] for column in self._columns]
        self._start = end
        return taken

    def _check(self, cells: CellColumns) -> None:
        shard = self._shard
        if not self._layout.allows(cells):
            rows = range(len(cells[0]))
            each = ([column[row : row + 1] for column in cells] for row in rows)
            first = next(
                row for row, one in zip(rows, each, strict=True) if not self._layout.allows(one)
            )
            raise OutputError(
                f"{shard.table}: its row {self._read + first + 1} is none that gantei predict "
                "writes; take the table as it was"
            )
        if (numbers_of(cells[0], shard.of) != shard.number).any():
            raise OutputError(
                f"{shard.table}: has a photograph that belongs to another shard than "
                f"{shard.number} of {shard.of}; take the table as gantei predict wrote it"
            )
        self._read += len(cells[0])

    def _check_order(self) -> None:
        if all(map(lt, self.names, self.names[1:])):
            return
        what = "its rows are not in the order of names"
        if any(name == following for name, following in pairwise(self.names)):
            what = "has a photograph twice"
        raise OutputError(f"{self._shard.table}: {what}; take it as gantei predict wrote it")


def _check_once(shards: Sequence[ShardTable], names: Sequence[str], places: Sequence[int]) -> None:
    if all(map(lt, names, names[1:])):
        return
    same = next(place for place, (one, other) in enumerate(pairwise(names)) if one == other)
    one, other = (shards[places[place]].table for place in (same, same + 1))
    raise OutputError(f"{one} and {other}: have a photograph in common; run both shards again")


def taken_in_order(streams: Sequence[Iterator[T]], order: Iterable[int]) -> Iterator[T]:
    """Take of what stands in each shard's files, row by row, in the order of the whole table.

    Raises:
        OutputError: a shard's file has fewer than its table has rows.
    """
    ended = [chain(stream, _ended()) for stream in streams]
    return map(next, map(ended.__getitem__, order))


def _ended() -> Iterator[Never]:
    raise OutputError(
        "a file beside the table of a shard has fewer rows than the table; take it as gantei "
        "predict wrote it"
    )
    yield
