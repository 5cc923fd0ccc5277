"""The picture of a map: the photograph in grey, the map in colours over it, and a scale bar.

A place's colour is its contribution plus the bias: what the network would answer if all places
were like it. The mean over the map is the estimate itself, which the scale bar marks.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .colour_scale import SHADES, coloured, diverging, sequential
from .explanation import Explanation
from .photograph import Photograph

if TYPE_CHECKING:
    from .manifest import Manifest

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

LONGEST_SIDE = 800
"""Pixels; a photograph is scaled down to it."""
NARROWEST = 560
"""Pixels; what the text beside the bar needs."""
DARKEST = 0.4
"""How bright the map's colours are where the photograph is black; 1 where it is brightest."""
BRIGHTEST = 99.5
"""Percentile of the photograph's pixels that is drawn as white."""

MARGIN = 24
BAR = 18
PAPER, INK, FAINT, WARNING = (255, 255, 255), (28, 28, 30), (96, 96, 100), (160, 40, 16)
CAPTION = (
    "Colour: what the network would answer if every place were like this one. The mean over the "
    "map is the estimate. It shows what the network uses, not lesions; each place sees its "
    "surroundings too."
)


@dataclass(frozen=True)
class _Scale:
    """Which colour stands for which number, and what the two ends are called."""

    low: float
    high: float
    colours: NDArray[np.uint8]
    ends: tuple[str, str] = ("", "")


def draw_overlay(
    photograph: Photograph, explanation: Explanation, value: float, manifest: "Manifest"
) -> Image.Image:
    """Draw a map over its photograph, with the scale and what to know about it: RGB.

    Args:
        photograph: the one that was explained.
        explanation: its explanation.
        value: `Prediction.values[explanation.of]`.
        manifest: the estimator's.

    Raises:
        PhotographError: the photograph cannot be decoded.
    """
    answers = explanation.map + np.float32(explanation.bias)
    scale = _scale(answers, explanation, manifest)
    picture = _blended(photograph, explanation, answers, scale)
    headline = f"{manifest.name}: {_value(explanation, value)}"
    footer = _footer(max(picture.width, NARROWEST), scale, explanation, answers, headline, manifest)
    sheet = Image.new("RGB", (footer.width, picture.height + footer.height), PAPER)
    sheet.paste(picture, ((footer.width - picture.width) // 2, 0))
    sheet.paste(footer, (0, picture.height))
    return sheet


def _scale(answers: NDArray[np.float32], explanation: Explanation, manifest: "Manifest") -> _Scale:
    """Choose colours: around zero where the sign says something, else from least to most."""
    (spec,) = manifest.output.values()
    if spec.kind == "binary" and explanation.unit.startswith("logit"):
        limit = max(float(np.abs(answers).max()), 1e-6)
        other = next((str(label) for label in spec.labels if label != explanation.of), "")
        return _Scale(-limit, limit, diverging(), (other, explanation.of))
    low, high = float(answers.min()), float(answers.max())
    room = max(high - low, 1e-6 * max(abs(low), abs(high), 1.0)) - (high - low)
    return _Scale(low - room / 2, high + room / 2, sequential())


def _blended(
    photograph: Photograph,
    explanation: Explanation,
    answers: NDArray[np.float32],
    scale: _Scale,
) -> Image.Image:
    """The photograph in grey, scaled down, with the map's colours where the network looked."""
    height, width = photograph.size
    factor = min(1.0, LONGEST_SIDE / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    image = photograph.picture(photograph.scale(size[1], size[0]))
    # Green shows the vessels best.
    green = np.asarray(image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))[..., 1]
    grey = np.minimum(green / max(float(np.percentile(green, BRIGHTEST)), 1.0), 1.0)
    shown = np.repeat(255 * grey[..., None], 3, axis=2)
    left, top, right, bottom = (round(side * factor) for side in explanation.box)
    whole = max(right - left, 1), max(bottom - top, 1)
    # The map has a few places only; between their centres it is interpolated.
    smooth = np.asarray(Image.fromarray(answers).resize(whole, Image.Resampling.BICUBIC))
    rows, columns = slice(max(top, 0), max(bottom, 0)), slice(max(left, 0), max(right, 0))
    seen = shown[rows, columns]
    part = smooth[max(-top, 0) :, max(-left, 0) :][: seen.shape[0], : seen.shape[1]]
    colours = coloured(part, scale.low, scale.high, scale.colours)
    shown[rows, columns] = colours * (DARKEST + (1 - DARKEST) * grey[rows, columns, None])
    return Image.fromarray(np.rint(shown).astype(np.uint8))


def _footer(
    width: int,
    scale: _Scale,
    explanation: Explanation,
    answers: NDArray[np.float32],
    headline: str,
    manifest: "Manifest",
) -> Image.Image:
    """Headline, scale bar, caption and notice."""
    inner = width - 2 * MARGIN
    title = _wrapped(headline, 21, inner)
    caption = _wrapped(CAPTION, 13, inner)
    notice = _wrapped(manifest.notice, 14, inner)
    height = 124 + 26 * len(title) + 17 * len(caption) + 19 * len(notice)
    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    top = _write(draw, title, (14, 26), INK, _font(21))
    _draw_bar(sheet, (MARGIN, top + 30, inner), scale, explanation.unit, float(answers.mean()))
    top = _write(draw, caption, (top + 98, 17), FAINT, _font(13))
    _write(draw, notice, (top + 3, 19), WARNING, _font(14))
    return sheet


def _write(
    draw: ImageDraw.ImageDraw,
    lines: Sequence[str],
    place: tuple[int, int],
    colour: tuple[int, int, int],
    font: Font,
) -> int:
    """Write lines from a height on, a step apart; return the height below them."""
    top, step = place
    for line in lines:
        draw.text((MARGIN, top), line, colour, font)
        top += step
    return top


def _draw_bar(
    sheet: Image.Image,
    place: tuple[int, int, int],
    scale: _Scale,
    unit: str,
    mean: float,
) -> None:
    """Draw the scale bar at (left, top, width), with ticks, its unit and a mark at the mean."""
    left, top, width = place
    shades = Image.fromarray(scale.colours.reshape(1, SHADES, 3))
    bar = shades.resize((width, BAR), Image.Resampling.BILINEAR)
    sheet.paste(bar, (left, top))
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((left, top, left + width - 1, top + BAR - 1), outline=FAINT)

    def across(number: float) -> float:
        return left + (width - 1) * (number - scale.low) / (scale.high - scale.low)

    for tick in _ticks(scale.low, scale.high):
        x = across(tick)
        draw.line((x, top + BAR, x, top + BAR + 4), FAINT)
        _centred(draw, x, top + BAR + 6, f"{tick:g}", (left, left + width))
    x = across(mean)
    draw.polygon([(x, top - 1), (x - 5, top - 9), (x + 5, top - 9)], INK)
    _centred(draw, x, top - 26, f"estimate {mean:.3g}", (left, left + width))
    lower = top + BAR + 24
    names = (scale.ends[0], unit, scale.ends[1])
    for text, x, anchor in zip(names, (left, left + width / 2, left + width), "lmr", strict=True):
        draw.text((x, lower), _drawable(text), INK, _font(14), anchor=f"{anchor}a")


def _centred(
    draw: ImageDraw.ImageDraw, x: float, top: float, text: str, within: tuple[int, int]
) -> None:
    """Write a text centred on `x`, but not beyond the edges."""
    half = _font(13).getlength(text) / 2
    x = min(max(x, within[0] + half), within[1] - half)
    draw.text((x, top), text, INK, _font(13), anchor="ma")


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between two others, four to nine of them."""
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _value(explanation: Explanation, value: float) -> str:
    if explanation.unit.startswith(("logit of", "probability of")):
        return f"{explanation.of} {value:.2f} (probability)"
    return f"{explanation.of} {value:.1f} {explanation.unit}"


def _wrapped(text: str, size: int, width: int) -> list[str]:
    """Break a text into lines."""
    lines: list[str] = []
    for word in _drawable(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _font(size).getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _drawable(text: str) -> str:
    """Spell what Pillow's own font has no letters for as escapes."""
    text = text.translate({0x2013: "-", 0x2014: "-"})
    return text.encode("cp1252", "backslashreplace").decode("cp1252")


@cache
def _font(size: int) -> Font:
    return ImageFont.load_default(size)
