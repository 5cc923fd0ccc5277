"""Writing CSV: UTF-8 that Excel opens rightly, in Japan too, and in which nothing is calculated."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import chain, islice, zip_longest
from typing import IO

from .spreadsheet_cells import defused

Cell = str | int | float | None
"""What stands in a table: a text, a number, or nothing."""
_ROWS = 100
"""Rows that are laid out at once."""


def write_csv(
    head: Sequence[str], rows: Iterable[Sequence[Cell]], file: IO[bytes], *, plain: bool = False
) -> None:
    r"""Write a table, as it comes: some rows are held in memory.

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
    left = iter(rows)
    while some := [*islice(left, _ROWS)]:
        lines = StringIO(newline="")
        # With this end of line, csv.writer quotes a lone carriage return in all versions of Python.
        writer = csv.writer(lines, lineterminator="\r\n")
        some = some if plain or _are_harmless(some) else [*map(_defused, some)]
        writer.writerows(some)
        text = lines.getvalue()
        if text.count("\r") > len(some):  # some stand in cells
            for row in some:
                _write_row(row, file)
        else:
            file.write(text.replace("\r\n", "\n").encode())


def _write_row(row: Sequence[Cell], file: IO[bytes]) -> None:
    line = StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(row)
    file.write(f"{line.getvalue()[:-2]}\n".encode())


def _are_harmless(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether no text of them is one that a spreadsheet would calculate, told by first letters."""
    for column in zip_longest(*rows):
        if any(issubclass(kind, str) for kind in {*map(type, column)}):
            first = {cell[:1] for cell in column if cell and isinstance(cell, str)}
            if not all(map(str.isalnum, first)):
                return False
    return True


def _defused(row: Sequence[Cell]) -> Sequence[Cell]:
    return [defused(cell) if isinstance(cell, str) else cell for cell in row]
