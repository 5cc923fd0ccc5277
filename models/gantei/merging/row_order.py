"""The rows of all shards in the order of the whole table."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from typing import TypeVar

from ..errors import OutputError
from ..study.columns import Row
from ..study.shard import number_of
from .shard_table import ShardTable
from .table_layout import TableLayout

T = TypeVar("T")


def rows_in_order(
    shards: Sequence[ShardTable],
    tables: Sequence[Iterator[Row]],
    layout: TableLayout,
    order: "array[int]",
) -> Iterator[Row]:
    """Read the rows of all shards by the names of their photographs, and note where each stood.

    Args:
        shards: of the tables.
        tables: the rows of each, in the order of their names.
        layout: of the rows.
        order: is filled with the place of each row's shard among `shards`.

    Raises:
        OutputError: a table is not in order, has a photograph of another shard, one that another
            table has too, or a row that no run writes.
    """
    last, before = "", -1
    named = (
        _named(place, shard, rows, layout)
        for place, (shard, rows) in enumerate(zip(shards, tables, strict=True))
    )
    for name, place, row in merge(*named):
        if name <= last and before >= 0:
            raise OutputError(_misplaced(shards, before, place, same=name == last))
        if number_of(name, len(shards)) != (shard := shards[place]).number:
            raise OutputError(
                f"{shard.table}: has a photograph that belongs to another shard than "
                f"{shard.number} of {shard.of}; take the table as gantei predict wrote it"
            )
        order.append(place)
        last, before = name, place
        yield row


def taken_in_order(streams: Sequence[Iterator[T]], order: Iterable[int]) -> Iterator[T]:
    """Take of what stands in each shard's files, row by row, in the order of the whole table.

    Raises:
        OutputError: a shard's file has fewer than its table has rows.
    """
    try:
        for place in order:
            yield next(streams[place])
    except StopIteration as error:
        raise OutputError(
            "a file beside the table of a shard has fewer rows than the table; take it as gantei "
            "predict wrote it"
        ) from error


def _named(
    place: int, shard: ShardTable, rows: Iterator[Row], layout: TableLayout
) -> Iterator[tuple[str, int, Row]]:
    for number, row in enumerate(rows, start=1):
        if not layout.allows(row):
            raise OutputError(
                f"{shard.table}: its row {number} is none that gantei predict writes; take the "
                "table as it was"
            )
        yield row[0], place, row


def _misplaced(shards: Sequence[ShardTable], before: int, place: int, *, same: bool) -> str:
    table = shards[place].table
    if not same:
        return (
            f"{table}: its rows are not in the order of names; take it as gantei predict wrote it"
        )
    if before == place:
        return f"{table}: has a photograph twice; take it as gantei predict wrote it"
    return f"{shards[before].table} and {table}: have a photograph in common; run both shards again"
