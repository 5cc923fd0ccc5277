"""Reading JSON Lines, one object a line, as a table of texts."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..system.files import read_bounded
from .table_read import ReadRow, ReadTable
from .text_encoding import decoded
from .typed_cells import cell_text

LARGEST_LINES = 2_000_000_000
"""Bytes: some 400 a row of results, of five million photographs."""


def read_json_lines(path: Path) -> ReadTable:
    """Read a table whose columns are the keys of its first line.

    Raises:
        OutputError: a line is no object, has other keys than the first, or a value that no cell
            holds; or as `ReadTable.of`.
    """
    text = decoded(read_bounded(path, LARGEST_LINES, OutputError), str(path))
    return ReadTable.of(json_rows(text.removeprefix("\ufeff").split("\n"), path), str(path))


def json_rows(lines: Iterable[str], path: Path) -> Iterator[ReadRow]:
    """Read row by row, the names of the columns first.

    Args:
        lines: of the file, without a byte order mark.
        path: of the file, for messages.

    Raises:
        OutputError: as `read_json_lines`, but for `ReadTable.of`.
    """
    names: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        values = _object(line, where)
        if names is None:
            names = [*values]
            yield ReadRow(where, names)
        if values.keys() != {*names}:
            raise OutputError(f"{where}: has other keys than the first line")
        yield ReadRow(where, [_text(values[name], name, where) for name in names])


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise OutputError(f"{where}: no JSON: {error}") from error
    if not isinstance(values, dict):
        raise OutputError(f"{where}: no JSON object, one of which is a row")
    return values


def _text(value: object, key: str, where: str) -> str:
    text = cell_text(value)
    if text is None:
        raise OutputError(
            f"{where}: {key} holds {type(value).__name__}, which no cell of a table is; leave "
            "that key out"
        )
    return text
