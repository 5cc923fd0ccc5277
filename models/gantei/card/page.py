"""A card as a page that stands alone: it loads nothing and runs nothing."""

import html
from collections.abc import Iterator

from .document import Block, Card, FactList, Figure, Paragraph, Subheading, Table, one_line
from .figure import drawn

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; --line: #8888; --own: #b3541e; --other: #6b7f99 }}
body {{ font: 16px/1.55 system-ui, "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", sans-serif;
  max-width: 62em; margin: 2em auto; padding: 0 1em }}
h1 {{ margin-bottom: .2em }}
h2 {{ margin-top: 1.8em; border-bottom: 1px solid var(--line); padding-bottom: .15em }}
p {{ margin: .4em 0 }}
dl {{ display: grid; grid-template-columns: minmax(8em, 14em) 1fr; gap: .35em 1.2em;
  margin: 1em 0 }}
dt {{ font-weight: 600 }}
dd {{ margin: 0; overflow-wrap: anywhere }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse; margin: 1em 0; font-size: .94em }}
td, th {{ border: 1px solid var(--line); padding: .25em .6em; text-align: left;
  vertical-align: top; overflow-wrap: break-word }}
svg {{ max-width: 100%; height: auto; margin: .6em 0 }}
svg text {{ font: 13px system-ui, sans-serif; fill: currentColor }}
@media (max-width: 36em) {{ dl {{ grid-template-columns: 1fr; gap: 0 }} dd {{ margin: 0 0 .6em }} }}
</style></head><body>
{body}
</body></html>
"""


def as_page(card: Card) -> str:
    """Write a card as HTML; every text of the manifest stays text."""
    parts = [f"<h1>{_text(card.name)}</h1>", *_blocks(card.head)]
    for section in card.sections:
        parts += [f"<h2>{_text(section.heading)}</h2>", *_blocks(section.blocks)]
    return _PAGE.format(title=_text(card.name), body="\n".join(parts))


def _blocks(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(text, strong):
                yield (
                    f"<p><strong>{_text(text)}</strong></p>" if strong else f"<p>{_text(text)}</p>"
                )
            case Subheading(text):
                yield f"<h3>{_text(text)}</h3>"
            case FactList(items):
                pairs = (f"<dt>{_text(key)}</dt><dd>{_text(text)}</dd>" for key, text in items)
                yield f"<dl>{''.join(pairs)}</dl>"
            case Table(header, rows):
                lines = [_row("th", header), *(_row("td", row) for row in rows)]
                yield f'<div class="wide"><table>{"".join(lines)}</table></div>'
            case Figure():
                yield drawn(block)


def _row(tag: str, cells: tuple[str, ...]) -> str:
    return f"<tr>{''.join(f'<{tag}>{_text(cell)}</{tag}>' for cell in cells)}</tr>"


def _text(text: str) -> str:
    return html.escape(one_line(text))
