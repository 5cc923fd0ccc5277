"""Sheets of crops as files: every photograph has a cell, and memory stays flat."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..inference.parallel import ordered
from ..manifests.manifest import Manifest
from ..photographs.listing import StudyPhotograph
from ..photographs.network_view import view_spec
from ..system.cores import cores
from .cell import Cell, cell_of
from .html_sheet import HtmlSheet
from .picture_sheet import PictureSheet
from .selection import Selection
from .sheet_pages import SheetPages, check_place, delete_others
from .sheet_summary import SheetSummary

EVERYTHING = Selection()
FORMS: dict[str, type[HtmlSheet] | type[PictureSheet]] = {
    ".html": HtmlSheet,
    ".htm": HtmlSheet,
    ".png": PictureSheet,
}


def write_sheets(
    photographs: Sequence[StudyPhotograph],
    manifests: Sequence[Manifest],
    out: Path,
    *,
    selection: Selection = EVERYTHING,
    allow_grey: bool = False,
    workers: int | None = None,
    overwrite: bool = False,
    advance: Callable[[int], object] = lambda _: None,
) -> SheetSummary:
    """Write what the networks of these manifests see of each photograph; none of them is run.

    Each page appears whole or not at all, and the first one last: where it stands, all do.

    Args:
        photographs: in the order of the table; each has a cell, whatever is wrong with it.
        manifests: of the networks; one at least.
        out: `.html`, whose further pages are `NAME-002.html` and so on, or `.png`; of that with
            several pages the first is `NAME-001.png`.
        selection: which of them are shown; the others keep their numbers. Where nothing is, nothing
            is written.
        allow_grey: let pictures without colour pass.
        workers: photographs that are drawn at the same time; None: one per core.
        overwrite: replace the pages of another run, and delete those that are left of it.
        advance: called with the number of photographs that were drawn.

    Raises:
        OutputError: a page exists, cannot be written, or `out` has another ending.
        UnsettledError: a fact of a network's input is unknown.
    """
    form = _form(out, manifests)
    check_place(out, len(photographs), overwrite=overwrite)

    def drawn(one: tuple[int, StudyPhotograph]) -> tuple[Cell, Any] | None:
        cell = cell_of(*one, manifests, allow_grey=allow_grey)
        if not selection.shows(cell):
            return None
        here = cell.codes()
        told = tuple(code for code in selection.told(one[1]) if code not in here)
        person = one[1].person.name if one[1].person else None
        cell = replace(cell, told=told, person=person)
        return replace(cell, photograph=None, inputs=()), form.draw(cell)

    summary, pages = SheetSummary(), SheetPages(out, form)
    opened = (one for one in enumerate(photographs, 1) if selection.opens(one[1]))
    with closing(ordered(drawn, opened, workers or cores())) as cells:
        for shown in cells:
            advance(1)
            if shown is not None:
                cell, content = shown
                summary.add(cell, pages.add(content))
    if summary.photographs:
        pages.finish(summary)
    if overwrite:
        delete_others(out, summary.pages)
    return summary


def _form(out: Path, manifests: Sequence[Manifest]) -> HtmlSheet | PictureSheet:
    """How the sheet is drawn; refuses before any work what cannot be drawn."""
    kind = FORMS.get(out.suffix.lower())
    if kind is None:
        raise OutputError(f"{out}: unknown ending {out.suffix!r}; known: {', '.join(FORMS)}")
    for each in manifests:
        view_spec(each.input)
    return kind(manifests)
