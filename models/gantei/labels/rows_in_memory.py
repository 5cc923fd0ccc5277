"""A table of labels that a program has in memory: records, or a frame of pandas or polars."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import OutputError
from ..table_files.table_read import ReadRow, ReadTable
from ..table_files.typed_cells import cell_text


def table_in_memory(rows: Any, name: str) -> ReadTable:
    """Read rows as `read_table_file` reads a file.

    Args:
        rows: records by the names of columns, or a frame of pandas or polars; an index of pandas
            that has a name is a column too. None, nan and NaT are empty cells.
        name: of the table, for messages, which count the rows from 1.

    Raises:
        OutputError: it is nothing of that kind, there is no row, two columns have one name, or a
            cell holds what no text stands for, such as a list.

    >>> from gantei.labels.rows_in_memory import table_in_memory
    >>> table_in_memory([{"photograph": "a.jpg", "age": 57.0}], "labels").rows
    (ReadRow(where='labels, row 1', cells=['a.jpg', '57']),)
    """
    records = _records(rows, name)
    columns = list(dict.fromkeys(str(key) for record in records for key in record))
    lines = [ReadRow(name, columns)]
    for number, record in enumerate(records, 1):
        where = f"{name}, row {number}"
        told = {str(key): value for key, value in record.items()}
        lines.append(ReadRow(where, [_text(told.get(key), key, where) for key in columns]))
    return ReadTable.of(lines, name)


def _records(rows: Any, name: str) -> list[Mapping[Any, Any]]:
    if hasattr(rows, "to_dicts"):  # polars
        rows = rows.to_dicts()
    elif hasattr(rows, "to_dict") and hasattr(rows, "columns"):
        rows = _with_index(rows, name).to_dict("records")
    is_iterable = isinstance(rows, Iterable) and not isinstance(rows, Mapping)
    records = list(rows) if is_iterable else []
    if not is_iterable or not all(isinstance(each, Mapping) for each in records):
        raise OutputError(
            f"{name}: neither a path, nor records by the names of columns, nor a frame"
        )
    return records


def _with_index(frame: Any, name: str) -> Any:
    """Make columns of the named parts of the index of a frame of pandas."""
    columns = [str(each) for each in frame.columns]
    if several := next((each for each in columns if columns.count(each) > 1), None):
        raise OutputError(f"{name}: several columns are called {several}; rename one")
    named = [each for each in frame.index.names if each is not None and str(each) not in columns]
    return frame.reset_index(named) if named else frame


def _text(value: Any, column: str, where: str) -> str:
    if _is_missing(value):
        return ""
    for of in ("to_pydatetime", "item"):  # of pandas, and of numpy
        if hasattr(value, of):
            value = getattr(value, of)()
    text = "" if _is_missing(value) else cell_text(value)
    if text is None:
        raise OutputError(
            f"{where}: {column} holds {type(value).__name__}, which no cell of a table is; leave "
            "that column out"
        )
    return text


def _is_missing(value: Any) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or type(value).__name__ in ("NAType", "NaTType")
