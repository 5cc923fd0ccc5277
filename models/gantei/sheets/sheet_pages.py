"""The pages of a sheet: which file each is, when it is full, and what is left of a former run."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..errors import OutputError
from ..system.files import atomic_write
from .cell import Cell
from .sheet_summary import SheetSummary

ON_A_SHEET = 100
MARK = b"gantei crops"
"""Stands in the first bytes of every page, by which the page of a former run is known."""
HEAD = 2048


@dataclass(frozen=True)
class PageLinks:
    """Where a page stands among the others: its number from 1, and the names of files.

    `all` are those of every page, on the first one, which is written last.
    """

    number: int
    first: str
    previous: str | None = None
    next: str | None = None
    all: Sequence[str] = ()


class SheetForm(Protocol):
    """How a sheet is drawn: as HTML, or as a picture."""

    first_is_numbered: bool
    """Whether the first of several pages has a number in its name, as the others do."""

    def draw(self, cell: Cell) -> Any:
        """Draw one cell, in any thread."""

    def page(self, cells: Sequence[Any], links: PageLinks, summary: SheetSummary | None) -> bytes:
        """Put a page together; with the `summary`, on the first."""


class SheetPages:
    """Takes drawn cells and writes a page for every 100, the first one last."""

    def __init__(self, out: Path, form: SheetForm) -> None:
        """Begin; nothing is written yet."""
        self._out = out
        self._form = form
        self._number = 1
        self._cells: list[Any] = []
        self._first: list[Any] = []

    def add(self, drawn: Any) -> int:
        """Take one cell, and give the number of its page."""
        if len(self._cells) == ON_A_SHEET:
            self._end(last=False)
            self._number += 1
        self._cells.append(drawn)
        return self._number

    def finish(self, summary: SheetSummary) -> None:
        """Write what is left, and the first page."""
        self._end(last=True)
        several = self._number > 1
        numbered = several and self._form.first_is_numbered
        paths = [self._out if not numbered else numbered_path(self._out, 1)]
        paths += [numbered_path(self._out, number) for number in range(2, self._number + 1)]
        names = [path.name for path in paths]
        summary.pages = tuple(paths)
        links = PageLinks(1, names[0], next=names[1] if several else None, all=names)
        _write(paths[0], self._form.page(self._first, links, summary))

    def _end(self, *, last: bool) -> None:
        cells, self._cells = self._cells, []
        if self._number == 1:
            self._first = cells
            return
        before, path, after = (numbered_path(self._out, self._number + step) for step in (-1, 0, 1))
        first = numbered_path(self._out, 1) if self._form.first_is_numbered else self._out
        links = PageLinks(
            self._number,
            first.name,
            first.name if self._number == 2 else before.name,
            None if last else after.name,
        )
        if self._number == 2:
            self._delete_first(first.name)
        _write(path, self._form.page(cells, links, None))

    def _delete_first(self, name: str) -> None:
        """Delete the first page of a run that is replaced: it must not stand beside new pages."""
        first = self._out.with_name(name)
        try:
            first.unlink(missing_ok=True)
            if _is_ours(self._out):  # where several pages replace a single one
                self._out.unlink()
        except OSError as error:
            raise OutputError(f"{first}: cannot be replaced: {error.strerror}") from error


def numbered_path(out: Path, number: int) -> Path:
    """The file of a page, `sheet-002.html` of `sheet.html`."""
    return out.with_name(f"{out.stem}-{number:03}{out.suffix}")


def check_place(out: Path, photographs: int, *, overwrite: bool) -> None:
    """Refuse what cannot be written, and to replace what may be the work of another run.

    Raises:
        OutputError: there is no such folder, `out` is one, or a page that so many photographs may
            fill exists and is not to be replaced.
    """
    if not out.parent.is_dir():
        raise OutputError(f"{out.parent}: no such folder")
    if out.is_dir():
        raise OutputError(f"{out}: is a folder; name a file in it")
    pages = range(1, -(-photographs // ON_A_SHEET) + 1)
    paths = (out, *(numbered_path(out, number) for number in pages))
    taken = [path for path in paths if path.exists()]
    if taken and not overwrite:
        more = f" (and {len(taken) - 1} more)" if len(taken) > 1 else ""
        raise OutputError(
            f"{taken[0]}{more} exists; choose another --out, or replace it with --overwrite"
        )


def delete_others(out: Path, written: Sequence[Path]) -> None:
    """Delete the pages that a former run of the same name wrote and this one did not."""
    pattern = re.compile(rf"{re.escape(out.stem)}(-\d{{3,}})?{re.escape(out.suffix)}")
    for path in out.parent.iterdir():
        if pattern.fullmatch(path.name) and path not in written and _is_ours(path):
            path.unlink()


def _is_ours(path: Path) -> bool:
    if not path.is_file() or path.is_symlink():
        return False
    with path.open("rb") as file:
        return MARK in file.read(HEAD)


def _write(path: Path, content: bytes) -> None:
    with atomic_write(path) as file:
        file.write(content)
