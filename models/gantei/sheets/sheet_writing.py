"""Sheets of crops as files: every photograph has a cell, and memory stays flat."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..inference.parallel import ordered
from ..inference.pipeline import cores
from ..manifests.manifest import Manifest
from ..photographs.listing import StudyPhotograph
from ..photographs.network_view import view_spec
from .cell import Cell, cell_of
from .html_sheet import HtmlSheet
from .picture_sheet import PictureSheet
from .sheet_pages import SheetPages, check_place, delete_others
from .sheet_summary import SheetSummary

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
    allow_grey: bool = False,
    workers: int | None = None,
    overwrite: bool = False,
    advance: Callable[[int], object] = lambda _: None,
) -> SheetSummary:
    """Write what the networks of these manifests see of each photograph; none of them is run.

    Each page appears whole or not at all, and the first one last: where it stands, all do.

    Args:
        photographs: in the order of the sheets; each has a cell, whatever is wrong with it.
        manifests: of the networks; one at least.
        out: `.html`, whose further pages are `NAME-002.html` and so on, or `.png`; of that with
            several pages the first is `NAME-001.png`.
        allow_grey: let pictures without colour pass.
        workers: photographs that are drawn at the same time; None: one per core.
        overwrite: replace the pages of another run, and delete those that are left of it.
        advance: called with the number of photographs that were drawn.

    Raises:
        OutputError: a page exists, cannot be written, or `out` has another ending.
        UnsettledError: a fact of a network's input is unknown.
    """
    kind = FORMS.get(out.suffix.lower())
    if kind is None:
        raise OutputError(f"{out}: unknown ending {out.suffix!r}; known: {', '.join(FORMS)}")
    for each in manifests:
        view_spec(each.input)  # refuses what is unknown before any work
    if not overwrite:
        check_place(out, len(photographs))
    form = kind(manifests)

    def drawn(one: tuple[int, StudyPhotograph]) -> tuple[Cell, Any]:
        cell = cell_of(*one, manifests, allow_grey=allow_grey)
        return replace(cell, photograph=None, inputs=()), form.draw(cell)

    summary, pages = SheetSummary(), SheetPages(out, form)
    with closing(ordered(drawn, enumerate(photographs, 1), workers or cores())) as cells:
        for cell, content in cells:
            summary.add(cell, pages.add(content))
            advance(1)
    pages.finish(summary)
    if overwrite:
        delete_others(out, summary.pages)
    return summary
