"""Writing CSV: UTF-8 that Excel opens rightly, in Japan too, and in which nothing is calculated."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import IO

from .spreadsheet_cells import defused

Cell = str | int | float | None
"""What stands in a table: a text, a number, or nothing."""


def write_csv(
    head: Sequence[str], rows: Iterable[Sequence[Cell]], file: IO[bytes], *, plain: bool = False
) -> None:
    r"""Write a table, as it comes: one row is held in memory.

    Lines end with a line feed, as programs in pipes expect. `read_table_file` reads all of it
    back.

    Args:
        head: the names of the columns.
        rows: a cell for each column; None is an empty cell, numbers stay numbers.
        file: written from where it stands, and left open.
        plain: without the byte order mark, by which Excel knows UTF-8, and without an apostrophe
            before texts that a spreadsheet would calculate; for programs.

    >>> import io
    >>> from gantei.table_files.csv_writing import write_csv
    >>> file = io.BytesIO()
    >>> write_csv(["photograph", "age"], [["=1+1.jpg", -1.5], ["右眼.jpg", None]], file)
    >>> file.getvalue().decode("utf-8-sig")
    "photograph,age\n'=1+1.jpg,-1.5\n右眼.jpg,\n"
    """
    if not plain:
        file.write(BOM_UTF8)
    write_rows(chain([head], rows), file, plain=plain)


def write_rows(rows: Iterable[Sequence[Cell]], file: IO[bytes], *, plain: bool) -> None:
    """Write rows as `write_csv` does, without its mark and its names of columns."""
    # With this end of line, csv.writer quotes a lone carriage return in every version of Python.
    writer = csv.writer(_Lines(file), lineterminator="\r\n")
    for row in rows:
        writer.writerow(
            row if plain else [defused(cell) if isinstance(cell, str) else cell for cell in row]
        )


class _Lines:
    """Takes the lines of `csv.writer`, and ends each with a line feed alone."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, line: str) -> int:
        return self._file.write(f"{line[:-2]}\n".encode())
