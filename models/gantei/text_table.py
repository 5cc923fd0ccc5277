"""Tables of text that align, also where Japanese letters take two columns."""

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """Columns that a text takes on a terminal: wide and full-width letters take two."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )


def visible(text: str) -> str:
    """Replace what would steer a terminal: a stranger's file may hold it."""
    return "".join(
        "�" if unicodedata.category(letter) == "Cc" and letter != "\n" else letter
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
