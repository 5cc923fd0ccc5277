"""Tables of text that align, also where Japanese letters take two columns."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

NARROWEST = 8
"""Columns that a column of a table keeps when a table is made to fit."""
_TURNING = frozenset(
    "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Letters that are not seen and change the order of those that are, or break a line."""
_PIECES = r"\s+|[\u3000-\u9fff\uff00-\uffef][、。)」]*|[^\s\u3000-\u9fff\uff00-\uffef]+"
"""Where a line may break; compiled when used, as that takes 5 ms of `gantei --help`."""


def width(text: str) -> int:
    """Columns that a text takes on a terminal: wide and full-width letters take two."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )


def visible(text: str) -> str:
    """Replace what would steer a terminal, or turn a line around: a stranger's file may hold it."""
    return "".join(
        "�"
        if (unicodedata.category(letter) == "Cc" and letter != "\n") or letter in _TURNING
        else letter
        for letter in text
    )


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out under a header, columns two spaces apart, without trailing spaces."""
    lines = [list(header), *([visible(cell) for cell in row] for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell + " " * (room - width(cell)) for cell, room in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def wrapped(text: str, room: int) -> list[str]:
    """Break a text into lines of at most `room` columns: between words, or Japanese letters."""
    lines, line = [], ""
    for piece in re.findall(_PIECES, visible(text)):
        if line and width(line + piece) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
        while width(line) > room:  # one word, such as a digest, that is longer than a line
            cut = next(n for n in range(len(line), 0, -1) if n == 1 or width(line[:n]) <= room)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line or not lines else lines


def fitted_table(header: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> str:
    """Lay rows out as `text_table`, with cells over several lines where it would be too wide."""
    lines = [list(header), *rows]
    columns = range(len(header))
    widths = [max(width(line[column]) for line in lines) for column in columns]
    cells = [" ".join(line[column] for line in lines) for column in columns]
    words = [max(map(width, cell.split()), default=0) for cell in cells]
    while sum(widths) + 2 * (len(widths) - 1) > room and max(widths) > NARROWEST:
        # A column gives way down to its longest word, and only then is a word cut.
        loose = [column for column in columns if widths[column] > max(words[column], NARROWEST)]
        widths[max(loose or columns, key=widths.__getitem__)] -= 1
    spread = [
        part
        for line in lines
        for part in zip_longest(
            *(wrapped(cell, each) for cell, each in zip(line, widths, strict=True)), fillvalue=""
        )
    ]
    return text_table(spread[0], spread[1:])
