"""A page of a sheet as one picture, for a report or a viewer without HTML; in English."""

import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from ..explanations.lettering import broken_lines, name_width, write_line, write_name
from ..findings.wording import has_short_text, short_text
from ..manifests.manifest import Manifest
from ..terminal.text_table import visible
from . import sheet_words as words
from .boxed_photograph import COLOURS, HIGHEST, WIDEST, colour_of
from .cell import Cell, SeenInput
from .sheet_pages import MARK, PageLinks
from .sheet_summary import SheetSummary

INPUT_HIGH = 200
"""Pixels; what is higher is drawn smaller."""
MOST_WIDE = 2400
"""Pixels that a sheet is about wide: as many columns as fit, and one at least."""
MOST_LINES = 12
"""Below the name of a cell; the table has the rest."""
PAPER, INK, FAINT, WARNING, ERROR = (
    (242, 242, 244), (28, 28, 30), (90, 90, 96), (107, 75, 0), (160, 40, 16)
)  # fmt: skip
MARGIN, FRAME, LINE, SIZE, COMPRESSION = 16, 4, 17, 13, 1


@dataclass(frozen=True)
class DrawnCell:
    """A cell without its text, and the lines of text below, each with its colour."""

    picture: Image.Image
    lines: Sequence[tuple[str, tuple[int, int, int]]]


class PictureSheet:
    """Pages as PNG for the networks of these manifests."""

    first_is_numbered = True

    def __init__(self, manifests: Sequence[Manifest]) -> None:
        self._manifests = manifests
        self._wide = WIDEST + len(manifests) * (MARGIN + INPUT_HIGH + 2 * FRAME)

    def draw(self, cell: Cell) -> DrawnCell:
        """Draw one cell, as wide as those of all photographs."""
        sheet = Image.new("RGB", (self._wide, HIGHEST), PAPER)
        draw = ImageDraw.Draw(sheet)
        if cell.photograph is None:
            draw.rectangle((0, 0, WIDEST - 1, HIGHEST // 2), outline=FAINT)
            write_line(draw, 12, 12, words.NO_PICTURE[0], SIZE, FAINT)
        else:
            sheet.paste(cell.photograph, (0, 0))
        left = WIDEST + MARGIN
        for seen in cell.inputs:
            _draw_input(sheet, left, seen)
            left += INPUT_HIGH + 2 * FRAME + MARGIN
        return DrawnCell(sheet, _lines(cell, self._wide))

    def page(self, cells: Sequence[DrawnCell], links: PageLinks, _: SheetSummary | None) -> bytes:
        """One page: lines on the networks, then the cells in rows."""
        columns = max(1, min(len(cells), (MOST_WIDE - MARGIN) // (self._wide + MARGIN)))
        rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
        heights = [HIGHEST + LINE * max(len(each.lines) for each in row) + MARGIN for row in rows]
        width = MARGIN + columns * (self._wide + MARGIN)
        head = [f"{words.TITLE[0]}, page {links.number}"]
        for each in self._manifests:
            head += _head(each, width - 2 * MARGIN)
        top = MARGIN + LINE * (len(head) + 1)
        sheet = Image.new("RGB", (width, top + sum(heights)), PAPER)
        draw = ImageDraw.Draw(sheet)
        for number, line in enumerate(head):
            write_line(draw, MARGIN, MARGIN + LINE * number, line, SIZE, INK)
        for row, height in zip(rows, heights, strict=True):
            for column, cell in enumerate(row):
                left = MARGIN + column * (self._wide + MARGIN)
                sheet.paste(cell.picture, (left, top))
                for number, (line, colour) in enumerate(cell.lines):
                    below = top + HIGHEST + 2 + LINE * number
                    write_name(draw, left, below, line, SIZE, colour)
            top += height
        file, text = io.BytesIO(), PngInfo()
        text.add_text("Software", MARK.decode())
        sheet.save(file, "PNG", compress_level=COMPRESSION, pnginfo=text)
        return file.getvalue()


def _draw_input(sheet: Image.Image, left: int, seen: SeenInput) -> None:
    """Draw what networks see, in the colour of its box, their names below."""
    picture = seen.picture.copy()
    picture.thumbnail((INPUT_HIGH, INPUT_HIGH))
    draw = ImageDraw.Draw(sheet)
    box = (left, 0, left + picture.width + 2 * FRAME - 1, picture.height + 2 * FRAME - 1)
    draw.rectangle(box, fill=COLOURS[colour_of(seen.box)])
    sheet.paste(picture, (left + FRAME, FRAME))
    names = ", ".join(seen.estimators) + (", mirrored" if seen.mirrored else "")
    for number, line in enumerate(broken_lines(names, SIZE, INPUT_HIGH)[:2]):
        write_line(draw, left, box[3] + 2 + 15 * number, line, SIZE, FAINT)


def _head(manifest: Manifest, room: int) -> list[str]:
    spec = manifest.input
    size = " x ".join(str(side) for side in reversed(spec.size))
    mirror = ", left eyes mirrored" if spec.mirror == "left-eyes" else ""
    said = "".join(f"; {finding.text()}" for finding in manifest.findings())
    line = f"{manifest.name}: {size} px, {words.CROPS[spec.crop][0]}{mirror}{said}"
    return broken_lines(visible(line), SIZE, room)


def _lines(cell: Cell, room: int) -> list[tuple[str, tuple[int, int, int]]]:
    """What stands below a cell: its name, what is known of it, what is wrong, what is odd."""
    name = f"{cell.number} {unicodedata.normalize('NFC', visible(cell.name))}"
    lines = [(line, FAINT) for line in _known(cell)]
    if cell.error is not None:
        text = _of(cell.unseen, cell.error.worded(source=""))
        lines += [(line, ERROR) for line in broken_lines(text, SIZE, room)]
    for names, finding in cell.findings:
        text = _of(names if len(names) < cell.networks else (), finding.text())
        lines += [(line, WARNING) for line in broken_lines(text, SIZE, room)]
    for code in filter(has_short_text, cell.told):
        lines.append((f"{words.IN_TABLE[0]}: {short_text(code)}", WARNING))
    if len(lines) > MOST_LINES:
        lines[MOST_LINES - 1 :] = [("and more, which the table says", FAINT)]
    return [(_shortened(line, room), colour) for line, colour in [(name, INK), *lines]]


def _known(cell: Cell) -> Iterator[str]:
    if cell.person is not None:
        yield f"{words.PERSON[0]} {visible(cell.person)}"
    if cell.eye is not None:
        yield f"{words.SIDES[cell.eye.side][0]} ({words.ORIGINS[cell.eye.origin][0]})"
    if cell.size is not None:
        height, width = cell.size
        look = cell.appearance
        found = ""
        if look is not None:
            field = words.FIELDS[look.field][0]
            found = f", {words.FIELD[0]}: {field}, {100 * look.share:.0f} %"
        yield f"{width} x {height}{found}"


def _of(names: Sequence[str], text: str) -> str:
    return visible(f"{', '.join(names)}: {text}" if names else text)


def _shortened(text: str, room: int) -> str:
    """Leave out of the middle what has no room; begin and end tell photographs apart."""
    if name_width(text, SIZE) <= room:
        return text
    kept = len(text)
    while kept > 2 and name_width(_without_middle(text, kept), SIZE) > room:
        kept -= 1 + kept // 50
    return _without_middle(text, kept)


def _without_middle(text: str, kept: int) -> str:
    return f"{text[: kept - kept // 2]}...{text[len(text) - kept // 2 :]}"
