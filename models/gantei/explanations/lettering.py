"""Text in a picture, in the letters of Pillow's own font, which is everywhere the same.

Names of files may have other letters; they are written in a font of this machine where it has one.
"""

from functools import cache

from PIL import ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

MINUS = "\N{MINUS SIGN}"
JAPANESE_FONTS = (
    *("NotoSansCJK-Regular.ttc", "NotoSansCJKjp-Regular.otf", "NotoSansJP-Regular.ttf"),
    *("ipaexg.ttf", "ipag.ttf", "fonts-japanese-gothic.ttf"),  # Linux
    *("YuGothM.ttc", "meiryo.ttc", "msgothic.ttc"),  # Windows
    *("ヒラギノ角ゴシック W3.ttc", "Hiragino Sans GB.ttc"),  # macOS
)
"""Files of fonts with Japanese letters, which Pillow looks for where the system keeps its fonts."""


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


def write_name(
    draw: ImageDraw.ImageDraw,
    x: float,
    top: float,
    text: str,
    size: int,
    colour: tuple[int, int, int],
) -> None:
    """Write a line as `write_line`, in a font of this machine where Pillow's own lacks letters."""
    font = _font_for(text, size)
    if font is None:
        write_line(draw, x, top, text, size, colour)
    else:
        below = _font(size).getbbox("H")[3]
        draw.text((x, top + below), text, colour, font, anchor="ls")


def name_width(text: str, size: int) -> float:
    """Pixels from the begin to the end of a line that `write_name` writes."""
    font = _font_for(text, size)
    return line_width(text, size) if font is None else font.getlength(text)


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


def _font_for(text: str, size: int) -> Font | None:
    """A font of this machine, where Pillow's own does not do; None also where there is none."""
    return None if _drawable(text) == text else _font_of_this_machine(size)


@cache
def _font_of_this_machine(size: int) -> Font | None:
    for name in JAPANESE_FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None


@cache
def _font(size: int) -> Font:
    return ImageFont.load_default(size)
