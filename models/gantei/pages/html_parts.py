"""Parts of the report's page: text in two languages, tables, figures; every text stays text."""

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape

from ..plots.style import DrawnFigure
from ..terminal.text_table import visible
from .bilingual import Bilingual

Html = str
"""A part of the page, with everything that came from outside escaped."""

MOST_BESIDE = 5
"""Columns, from which a table is no longer readable on a telephone."""
WideCell = tuple[Html, int]
"""What stands in a cell, and over how many columns."""


def text(words: str) -> Html:
    """Escape a text, and show what would turn a line around."""
    return escape(visible(words))


def both(words: Bilingual) -> Html:
    """Write English, with Japanese beside it."""
    english, japanese = (text(each) for each in words)
    return english if english == japanese else f'{english} <span lang="ja">{japanese}</span>'


def below(words: Bilingual, *, name: str = "p") -> Html:
    """Write a paragraph in English, and one in Japanese below."""
    english, japanese = (text(each) for each in words)
    return f'<{name}>{english}</{name}>\n<{name} lang="ja">{japanese}</{name}>\n'


def table(
    head: Sequence[Html],
    rows: Iterable[Sequence[Html | WideCell]],
    *,
    caption: Html = "",
    stacked: bool = False,
) -> Html:
    """Write a table, whose first column names its rows.

    On a telephone a wide one, or one that is to be `stacked`, becomes a list of its rows, and each
    cell says its column.
    """
    named = f"<caption>{caption}</caption>" if caption else ""
    kind = "stacked" if stacked or len(head) >= MOST_BESIDE else "beside"
    said = [re.sub(r"<[^>]+>", "", each) for each in head]
    top = "".join(f'<th scope="col">{each}</th>' for each in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{_cells(row[1:], said[1:])}</tr>\n' for row in rows
    )
    return (
        f'<div class="wide"><table class="{kind}">{named}<thead><tr>{top}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>\n"
    )


def _cells(row: Sequence[Html | WideCell], heads: Sequence[Html]) -> Html:
    parts = []
    for place, cell in enumerate(row):
        content, over = cell if isinstance(cell, tuple) else (cell, 1)
        of = f' data-of="{heads[place]}"' if over == 1 else f' colspan="{over}"'
        parts.append(f"<td{of}>{content}</td>")
    return "".join(parts)


def section(anchor: str, title: Bilingual, body: Html) -> Html:
    """Write a section under its heading."""
    return f'<section id="{anchor}"><h2>{both(title)}</h2>\n{body}</section>\n'


def image(figure: DrawnFigure) -> Html:
    """Write a figure as an image that is part of the page."""
    content = base64.b64encode(figure.svg).decode()
    width, height = (round(each / 25.4 * 96) for each in (figure.width, figure.height))
    return (
        f'<img alt="{text(figure.alt)}" width="{width}" height="{height}" '
        f'src="data:image/svg+xml;base64,{content}">'
    )


def bullets(items: Iterable[Html]) -> Html:
    """Write a list."""
    return f"<ul>{''.join(f'<li>{each}</li>' for each in items)}</ul>\n"
