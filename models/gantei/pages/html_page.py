"""A page that loads nothing: it may hold its own style and figures that are part of it."""

import base64
import hashlib
from pathlib import Path

from ..system.version import __version__
from .html_parts import Html, text

STYLE = Path(__file__).with_name("page.css").read_text("utf-8")


def html_page(title: str, command: str, body: Html) -> bytes:
    """Close a page in.

    Args:
        title: in English, as the browser's tab shows it.
        command: of gantei that writes the page, such as `evaluate`.
        body: what the page shows, with everything that came from outside escaped.
    """
    style = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{style}'; base-uri 'none'; "
        "form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="generator" content="gantei {command}, {__version__}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"{body}</body>\n</html>\n"
    ).encode("utf-8", "backslashreplace")
