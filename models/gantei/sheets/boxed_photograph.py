"""A photograph drawn small, with boxes on it that show which part of it networks see."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from ..explanations.lettering import write_line
from ..photographs.photograph import Photograph
from ..photographs.resampling import Box

WIDEST, HIGHEST, LEAST = 320, 240, 160
"""Pixels that a photograph is drawn in, together with what of a box lies beside it; one whose
longer side has fewer than the last is enlarged to that."""
COLOURS = ((86, 180, 233), (240, 228, 66), (0, 220, 170), (255, 150, 210), (255, 255, 255))
"""Of the boxes, one after the other; seen on orange and on black, by the colour-blind too (four are
after Okabe and Ito, lighter)."""
BESIDE = (120, 120, 124)
"""What lies beside the photograph, where a network that looks there sees black."""
DARK = (0, 0, 0)


def draw_boxed(photograph: Photograph, boxes: Sequence[Box]) -> Image.Image:
    """Draw a photograph with its boxes: RGB, at most `WIDEST` x `HIGHEST` px.

    Args:
        photograph: it is decoded at reduced size where its format allows it.
        boxes: left, top, right, bottom in the photograph's pixels, and each drawn in the colour of
            `COLOURS` at its place. One may reach beyond the photograph, and the picture with it.

    Raises:
        PhotographError: the photograph cannot be decoded.
    """
    height, width = photograph.size
    left, top = (min(0.0, *(box[side] for box in boxes), 0.0) for side in (0, 1))
    right = max(float(width), *(box[2] for box in boxes), 0.0)
    bottom = max(float(height), *(box[3] for box in boxes), 0.0)
    longest = max(right - left, bottom - top)
    factor = min(WIDEST / (right - left), HIGHEST / (bottom - top), max(LEAST / longest, 1.0))
    size = _scaled(width, factor), _scaled(height, factor)
    image = photograph.picture(photograph.scale(size[1], size[0]))
    sheet = Image.new("RGB", (_scaled(right - left, factor), _scaled(bottom - top, factor)), BESIDE)
    small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    sheet.paste(small, (round(-left * factor), round(-top * factor)))
    for number, box in enumerate(boxes):
        _draw_box(sheet, box, (left, top, factor), number if len(boxes) > 1 else None)
    return sheet


def colour_of(number: int) -> int:
    """The place in `COLOURS` of the box of that number; after the last they begin anew."""
    return number % len(COLOURS)


def _scaled(side: float, factor: float) -> int:
    return max(1, round(side * factor))


def _draw_box(
    sheet: Image.Image, box: Box, view: tuple[float, float, float], number: int | None
) -> None:
    """Draw a line of two pixels between two dark ones, all of it within the sheet."""
    left, top, factor = view
    begin = (left, top, left, top)
    edges = [round((side - start) * factor) for side, start in zip(box, begin, strict=True)]
    x0, y0 = (max(side, 0) for side in edges[:2])
    x1 = max(min(edges[2], sheet.width) - 1, x0)
    y1 = max(min(edges[3], sheet.height) - 1, y0)
    draw = ImageDraw.Draw(sheet)
    colour = COLOURS[colour_of(number or 0)]
    for inset, shade in enumerate((DARK, colour, colour, DARK)):
        if x1 - inset > x0 + inset and y1 - inset > y0 + inset:
            draw.rectangle((x0 + inset, y0 + inset, x1 - inset, y1 - inset), outline=shade)
    if number is not None:  # boxes of one place lie upon each other; their numbers do not
        x, y = x0 + 4 + 16 * number, y0 + 4
        draw.rectangle((x, y, x + 15, y + 15), fill=DARK)
        write_line(draw, x + 4, y + 1, str(number + 1), 12, colour)
