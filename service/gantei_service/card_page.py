"""A card as a page that loads nothing and runs nothing."""

import html

from markdown_it import MarkdownIt

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }}
table {{ border-collapse: collapse }}
td, th {{ border: 1px solid #999; padding: .2em .6em; text-align: left; overflow-wrap: anywhere }}
</style></head><body>
{body}</body></html>
"""


def card_page(title: str, markdown: str) -> str:
    """Turn a card's Markdown into HTML; what looks like HTML, a link or a picture stays text."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    renderer.disable(["image", "link", "autolink", "reference"])
    return _PAGE.format(title=html.escape(title), body=renderer.render(markdown))
