"""Rows of text files, copied line by line as they stand: CSV, and JSON Lines."""

from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader, BytesIO
from pathlib import Path

from ..study.columns import Row
from ..study.leading_columns import Column
from ..study.table import json_line
from ..study.table_rows import csv_line_cells, json_line_cells
from ..system.file_in_turn import opened_in_turn
from ..table_files.csv_writing import write_rows

_READ = 1 << 14
"""Bytes of each file's lines that are in memory."""
RowChange = Callable[[Row], Row]


class CsvTableLines:
    """The rows of a CSV that gantei wrote."""

    def __init__(self, columns: Sequence[Column] = (), *, plain: bool = False) -> None:
        """Know the columns, where rows are changed, and how it is written; see `write_csv`."""
        self._columns = columns
        self._plain = plain

    def head(self, path: Path) -> bytes:
        """The names of the columns, with the byte order mark before them, if there is one."""
        return next(self._lines(path), b"")

    def rows(self, path: Path) -> Iterator[bytes]:
        """Read the rows, each as it stands."""
        lines = self._lines(path)
        next(lines, None)
        yield from lines

    def changed(self, line: bytes, change: RowChange) -> bytes:
        """Lay a row out anew, with other cells."""
        file = BytesIO()
        row = csv_line_cells(line.decode(), self._columns, plain=self._plain)
        write_rows([change(row)], file, plain=self._plain)
        return file.getvalue()

    def _lines(self, path: Path) -> Iterator[bytes]:
        with opened_in_turn(path) as file:
            while lines := file.readlines(_READ):
                lines[-1] = _ended(lines[-1])
                # What ends within quotes goes on: a cell has line breaks.
                is_cut = 1 in [line.count(b'"') % 2 for line in lines]
                yield from _whole(lines, file) if is_cut else lines


def _whole(lines: Sequence[bytes], file: BufferedReader) -> Iterator[bytes]:
    left = iter(lines)
    for line in left:
        while line.count(b'"') % 2 and (more := next(left, b"") or file.readline()):
            line += more  # noqa: PLW2901
        yield _ended(line)


def _ended(line: bytes) -> bytes:
    """End the last line of a file that lacks its end, behind which another's row comes."""
    return line if line.endswith(b"\n") else line + b"\n"


class JsonTableLines:
    """The rows of JSON Lines that gantei wrote."""

    def __init__(self, columns: Sequence[Column]) -> None:
        """Know the columns."""
        self._names = [column.name for column in columns]

    def head(self, _: Path) -> bytes:
        """Nothing: each line names its columns."""
        return b""

    def rows(self, path: Path) -> Iterator[bytes]:
        """Read the rows, each as it stands."""
        with opened_in_turn(path) as file:
            yield from map(_ended, file)

    def changed(self, line: bytes, change: RowChange) -> bytes:
        """Lay a row out anew, with other cells."""
        return json_line(self._names, change(json_line_cells(line, self._names)))
