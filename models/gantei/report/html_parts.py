"""Parts of the report's page: text in two languages, tables, figures; every text stays text."""

import base64
from collections.abc import Iterable, Sequence
from html import escape

from ..plots.style import DrawnFigure
from ..terminal.text_table import visible
from .bilingual import Bilingual

Html = str
"""A part of the page, with everything that came from outside escaped."""

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
    head: Sequence[Html], rows: Iterable[Sequence[Html | WideCell]], *, caption: Html = ""
) -> Html:
    """Write a table, whose first column names its rows; it scrolls by itself where it is wide."""
    named = f"<caption>{caption}</caption>" if caption else ""
    top = "".join(f'<th scope="col">{each}</th>' for each in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(map(_cell, row[1:]))}</tr>\n' for row in rows
    )
    return (
        f'<div class="wide"><table>{named}<thead><tr>{top}</tr></thead>\n<tbody>{body}</tbody>'
        "</table></div>\n"
    )


def _cell(cell: Html | WideCell) -> Html:
    if isinstance(cell, tuple):
        return f'<td colspan="{cell[1]}">{cell[0]}</td>'
    return f"<td>{cell}</td>"


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
