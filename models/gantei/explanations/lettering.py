"""Text in a picture, in the letters of Pillow's own font, which is everywhere the same."""

from functools import cache

from PIL import ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

MINUS = "\N{MINUS SIGN}"


def write_line(
    draw: ImageDraw.ImageDraw,
    x: float,
    top: float,
    text: str,
    size: int,
    colour: tuple[int, int, int],
) -> None:
    """Write one line from its left upper corner on; Pillow's own font has no minus sign."""
    font = _font(size)
    wide = font.getlength("+")
    _, upper, _, lower = font.getbbox("+")
    for number, part in enumerate(_drawable(text).split(MINUS)):
        if number:
            y = round(top + (upper + lower) / 2)
            draw.line((x + 1, y, x + wide - 2, y), colour)
            x += wide
        draw.text((x, top), part, colour, font)
        x += font.getlength(part)


def line_width(text: str, size: int) -> float:
    """Pixels from the begin to the end of a line."""
    return _font(size).getlength(_drawable(text).replace(MINUS, "+"))


def broken_lines(text: str, size: int, width: int) -> list[str]:
    """Break a text into lines."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and line_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _drawable(text: str) -> str:
    """Spell what Pillow's own font has no letters for as escapes."""
    text = text.translate({0x2013: "-", 0x2014: "-"})
    parts = (each.encode("cp1252", "backslashreplace") for each in text.split(MINUS))
    return MINUS.join(part.decode("cp1252") for part in parts)


@cache
def _font(size: int) -> Font:
    return ImageFont.load_default(size)
