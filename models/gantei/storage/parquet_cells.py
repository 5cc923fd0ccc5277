"""What Parquet files with photographs say of them in their other columns, as a list does."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from ..photographs.path_spelling import printable
from ..photographs.stored_photograph import Place
from ..table_files.table_read import ReadRow
from ..table_files.typed_cells import cell_text
from .archive_file import naming
from .parquet_column import ParquetPlace
from .parquet_schema import PHOTOGRAPH, columns_of_cells, names_of_classes
from .several_places import SeveralPlaces


def rows_beside(place: Place) -> Iterator[ReadRow] | None:
    """Give the names of columns, `photograph` first, then the cells of each row, as texts.

    A class has the name that `datasets` stored for its number. Of several files, the columns are
    those that any of them has.

    Args:
        place: a Parquet file, or several; None is given for another.

    Raises:
        OutputError: one cannot be read, while its rows are.
    """
    parts = place.listed if isinstance(place, SeveralPlaces) else {"": place}
    files = {before: each for before, each in parts.items() if isinstance(each, ParquetPlace)}
    columns = dict.fromkeys(name for each in files.values() for name in _columns(each))
    return _rows(files, [*columns]) if columns else None


def _columns(place: ParquetPlace) -> list[str]:
    return columns_of_cells(place.pictures.schema, place.column)


def _rows(files: Mapping[str, ParquetPlace], columns: Sequence[str]) -> Iterator[ReadRow]:
    yield ReadRow("columns", [PHOTOGRAPH, *columns])
    for before, place in files.items():
        own = _columns(place)
        with naming(place.path):
            rows = zip(place.names(), _cells(place, own), strict=False)
            for number, (name, values) in enumerate(rows, start=1):
                cells = dict(zip(own, values, strict=True))
                yield ReadRow(
                    f"{place.path}, row {number}",
                    [printable(f"{before}{name}"), *(cells.get(each, "") for each in columns)],
                )


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
