"""What a Parquet file with photographs says of them in its other columns, as a list does."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

from ..table_files.table_read import ReadRow
from ..table_files.typed_cells import cell_text
from .archive_file import naming
from .parquet_column import ParquetPlace
from .parquet_schema import PHOTOGRAPH, columns_of_cells, names_of_classes


def rows_of(place: ParquetPlace, before: str = "") -> Iterator[ReadRow]:
    """Give the names of the columns, `photograph` first, then the cells of each row, as texts.

    A class has the name that `datasets` stored for its number.

    Args:
        place: a Parquet file.
        before: what the names of its photographs begin with.

    Raises:
        OutputError: it cannot be read.
    """
    columns = columns_of_cells(place.pictures.schema, place.column)
    yield ReadRow(str(place.path), [PHOTOGRAPH, *columns])
    with naming(place.path):
        rows = zip(place.names(), _cells(place, columns), strict=False)
        for number, (name, cells) in enumerate(rows, start=1):
            yield ReadRow(f"{place.path}, row {number}", [f"{before}{name}", *cells])


def _cells(place: ParquetPlace, columns: Sequence[str]) -> Iterator[Sequence[str]]:
    if not columns:
        yield from repeat(())
    classes = names_of_classes(place.pictures.schema)
    for batch in place.pictures.batches(columns):
        values = [
            [_text(value, classes.get(column, ())) for value in batch.column(column).to_pylist()]
            for column in columns
        ]
        yield from zip(*values, strict=True)


def _text(value: Any, names: Sequence[str]) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        return names[value]
    return cell_text(value) or ""
