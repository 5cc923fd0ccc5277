"""A page of a sheet as HTML: one file, which loads nothing from elsewhere and runs no script."""

import base64
import hashlib
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from PIL import Image

from ..findings.finding import Finding
from ..findings.wording import has_short_text, short_text
from ..manifests.manifest import Manifest
from ..system.version import __version__
from ..terminal.text_table import visible
from . import sheet_words as words
from .boxed_photograph import COLOURS, colour_of
from .cell import Cell
from .sheet_pages import MARK, PageLinks
from .sheet_summary import SheetSummary

QUALITY = 88
"""Of the JPEGs: all of their colour is kept, so that lines stay sharp."""
Words = tuple[str, str]

STYLE = Path(__file__).with_name("sheet.css").read_text("utf-8") + "".join(
    f".c{number} img {{ border-color: rgb{colour}; }}\n" for number, colour in enumerate(COLOURS)
)


class HtmlSheet:
    """Pages of HTML for the networks of these manifests."""

    first_is_numbered = False

    def __init__(self, manifests: Sequence[Manifest]) -> None:
        self._manifests = manifests

    def draw(self, cell: Cell) -> str:
        """The cell of one photograph, its pictures within."""
        return (
            f'<li class="cell" id="p{cell.number}"><h2>{cell.number} '
            f"<bdi>{escape(visible(cell.name))}</bdi></h2>{_eye(cell)}"
            f'<div class="pictures">{_pictures(cell)}</div>{_findings(cell)}</li>\n'
        )

    def page(self, cells: Sequence[str], links: PageLinks, summary: SheetSummary | None) -> bytes:
        """One page, which may hold nothing but its own style and its own pictures."""
        style = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; img-src data:; style-src 'sha256-{style}'; base-uri 'none'; "
            "form-action 'none'"
        )
        found = _summary(summary, links.all) if summary else ""
        nav = _nav(links)
        several = ' class="several"' if len(self._manifests) > 1 else ""
        number = f" ({links.number})" if nav else ""
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            f'<meta name="generator" content="{MARK.decode()}, {__version__}">\n'
            '<meta name="referrer" content="no-referrer">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{words.TITLE[0]}{number}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f"<header><h1>{_both(words.TITLE)}</h1><p>{_both(words.LEAD)}</p>\n"
            f"{_inputs(self._manifests)}{found}</header>\n{nav}"
            f"<main><ol{several}>\n{''.join(cells)}</ol></main>\n{nav}</body>\n</html>\n"
        ).encode("utf-8", "backslashreplace")


def _both(text: Words) -> str:
    """English, and Japanese beside it."""
    english, japanese = (escape(visible(each)) for each in text)
    return english if english == japanese else f'{english} <span lang="ja">{japanese}</span>'


def _eye(cell: Cell) -> str:
    """Whose eye it is and which one, as far as anything tells."""
    said, said_ja = [], []
    if cell.person is not None:
        said.append(f"{words.PERSON[0]} {cell.person}")
        said_ja.append(f"{words.PERSON[1]} {cell.person}")
    if cell.eye is not None:
        side = words.SIDES[cell.eye.side]
        origin = words.ORIGINS[cell.eye.origin]
        said.append(f"{side[0]} ({origin[0]})")
        said_ja.append(f"{side[1]}（{origin[1]}）")
    return f"<p>{_both((', '.join(said), '、'.join(said_ja)))}</p>" if said else ""


def _pictures(cell: Cell) -> str:
    parts = []
    if cell.photograph is None:
        parts.append(f'<p class="none">{_both(words.NO_PICTURE)}</p>')
    else:
        shown = _img(cell.photograph, f"{words.PHOTOGRAPH[0]} {cell.number}")
        caption = f"<figcaption>{_both(words.PHOTOGRAPH)}{_measures(cell)}</figcaption>"
        parts.append(f"<figure>{shown}{caption}</figure>")
    for seen in cell.inputs:
        names = ", ".join(seen.estimators)
        width, height = seen.picture.size
        mirrored = f"<br>{_both(words.MIRRORED)}" if seen.mirrored else ""
        caption = f"<b>{escape(names)}</b><br>{width} × {height}{mirrored}"
        shown = _img(seen.picture, f"{words.PHOTOGRAPH[0]} {cell.number}: {names}")
        parts.append(
            f'<figure class="input c{colour_of(seen.box)}">{shown}'
            f"<figcaption>{caption}</figcaption></figure>"
        )
    return "".join(parts)


def _measures(cell: Cell) -> str:
    """Its size, and what was found of a field of view."""
    size = "<br>{1} × {0}".format(*cell.size) if cell.size else ""
    if (look := cell.appearance) is None:
        return size
    fields = zip(words.FIELD, words.FIELDS[look.field], strict=True)
    (field, found), (field_ja, found_ja) = fields
    share = f"{100 * look.share:.0f} %"
    both = f"{field}: {found}, {share}", f"{field_ja}：{found_ja}、{share}"
    return f"{size}<br>{_both(both)}"


def _img(picture: Image.Image, alt: str) -> str:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY, subsampling=0)
    content = base64.b64encode(file.getvalue()).decode()
    return (
        f'<img alt="{escape(alt)}" width="{picture.width}" height="{picture.height}" '
        f'src="data:image/jpeg;base64,{content}">'
    )


def _findings(cell: Cell) -> str:
    items = [_of(names, finding, cell) for names, finding in cell.findings]
    for code in filter(has_short_text, cell.told):
        said, said_ja = words.IN_TABLE
        both = f"{said}: {short_text(code, 'en')}", f"{said_ja}：{short_text(code, 'ja')}"
        items.append(f"<li>{_both(both)}</li>")
    error = ""
    if cell.error is not None:
        both = cell.error.worded("en", source=""), cell.error.worded("ja", source="")
        error = f'<p class="error">{_names(cell.unseen)}{_both(both)}</p>'
    return error + (f"<ul>{''.join(items)}</ul>" if items else "")


def _of(names: Sequence[str], finding: Finding, cell: Cell) -> str:
    """A finding, after the names of its networks where the others do not say it."""
    alone = names and len(names) < cell.networks
    both = finding.text("en"), finding.text("ja")
    return f"<li>{_names(names if alone else ())}{_both(both)}</li>"


def _names(names: Sequence[str]) -> str:
    return f"<b>{escape(', '.join(names))}</b>: " if names else ""


def _inputs(manifests: Sequence[Manifest]) -> str:
    """What each network takes, and what every result of it says."""
    head = "".join(f"<th>{_both(each)}</th>" for each in words.INPUT_HEAD)
    rows = []
    for each in manifests:
        spec = each.input
        said = "<br>".join(
            _both((finding.text("en"), finding.text("ja"))) for finding in each.findings()
        )
        size = " × ".join(str(side) for side in reversed(spec.size))
        cells = (
            f"<b>{escape(each.name)}</b>",
            size,
            _both(words.CROPS.get(spec.crop, (spec.crop, spec.crop))),
            _both(words.MIRRORS.get(spec.mirror, (spec.mirror, spec.mirror))),
            escape(spec.resampling),
            said,
        )
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n")
    return f'<div class="wide"><table><tr>{head}</tr>\n{"".join(rows)}</table></div>\n'


def _summary(summary: SheetSummary, pages: Sequence[str]) -> str:
    """How many photographs have each code, with links to the first of them."""
    parts = []
    for title, counts in ((words.FAILED, summary.errors), (words.FOUND, summary.findings)):
        if counts:
            items = (_counted(code, count, summary, pages) for code, count in counts.most_common())
            parts.append(f"<dt>{_both(title)}</dt>{''.join(items)}")
    if not parts:
        return f"<p>{_both(words.NOTHING_FOUND)}</p>\n"
    return f"<dl>{''.join(parts)}</dl>\n"


def _counted(code: str, count: int, summary: SheetSummary, pages: Sequence[str]) -> str:
    places = summary.places[code]
    links = " ".join(
        f'<a href="{escape(_address(pages[page - 1]))}#p{number}">{number}</a>'
        for number, page in places
    )
    text = _both((short_text(code, "en"), short_text(code, "ja")))
    more = " …" if count > len(places) else ""
    return (
        f"<dd><details><summary><b>{count}</b> {text} <code>{escape(code)}</code></summary>"
        f"{links}{more}</details></dd>"
    )


def _nav(links: PageLinks) -> str:
    """Links to other pages; to all of them from the first, which is written when all are known."""
    if links.number == 1 and links.next is None:
        return ""
    named = (
        (links.first if links.number > 2 else None, words.FIRST),
        (links.previous, words.PREVIOUS),
        (links.next, words.NEXT),
    )
    parts = [f'<a href="{escape(_address(to))}">{_both(text)}</a>' for to, text in named if to]
    parts.insert(-1 if links.next else len(parts), f"<b>{links.number}</b>")
    parts += [
        f'<a href="{escape(_address(to))}">{number}</a>'
        for number, to in enumerate(links.all[1:], 2)
    ]
    return f"<nav>{' '.join(parts)}</nav>\n"


def _address(name: str) -> str:
    """A file of the same folder, whatever its name holds."""
    return f"./{quote(name)}"
