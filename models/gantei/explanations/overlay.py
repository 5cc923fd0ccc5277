"""The picture of a map: the photograph in grey, the map in colours over it, and a scale bar.

Of a number with a unit, a place's colour is what it adds to the estimate or takes from it,
compared with the mean place. Of a probability, it is the contribution plus the bias: the logit if
all places were like this one, whose mean is the estimate's. The scale bar marks the estimate.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..photographs.photograph import Photograph
from ..photographs.resampling import Box
from .colour_scale import SHADES, coloured, diverging, sequential
from .explanation import Explanation
from .lettering import MINUS, broken_lines, line_width, write_line

if TYPE_CHECKING:
    from ..manifests.manifest import Manifest

LONGEST_SIDE, LEAST_SIDE = 800, 400
"""Pixels; a photograph's longer side is scaled down to the first, and up to the second."""
NARROWEST = 560
"""Pixels; what the text beside the bar needs."""
DARKEST = 0.6
"""How bright the map's colours are where the photograph is black; 1 where it is brightest."""
BRIGHTEST = 99.5
"""Percentile of the photograph's pixels that is drawn as white."""

MARGIN = 24
BAR = 18
PAPER, INK, FAINT, WARNING = (255, 255, 255), (28, 28, 30), (96, 96, 100), (160, 40, 16)
ADDED = (
    "Colour: what each place adds to the estimate or takes from it, compared with the mean place; "
    "over the whole map it adds up to nothing."
)
ALL_LIKE_THIS = (
    "Colour: what the network would answer if every place were like this one. The mean over the "
    "map is the estimate."
)
CAVEATS = (
    "The photograph's own brightness darkens the colours. The map shows what the network uses, "
    "not lesions; each place sees its surroundings too."
)


@dataclass(frozen=True)
class _Drawn:
    """Numbers, (h, w), which colour stands for which, and what is written beside the scale bar."""

    numbers: NDArray[np.float32]
    low: float
    high: float
    colours: NDArray[np.uint8]
    unit: str
    mark: str
    caption: str
    ends: tuple[str, str] = ("", "")

    @property
    def flat(self) -> bool:
        """Whether the numbers differ by rounding alone."""
        return _is_flat(self.numbers)


def draw_overlay(
    photograph: Photograph,
    explanation: Explanation,
    value: float,
    manifest: "Manifest",
    warnings: Sequence[str],
) -> Image.Image:
    """Draw a map over its photograph, with the scale and what to know about it: RGB.

    Args:
        photograph: the one that was explained.
        explanation: its explanation.
        value: `Prediction.values[explanation.of]`.
        manifest: the estimator's.
        warnings: `Prediction.warnings`, which are written below.

    Raises:
        PhotographError: the photograph cannot be decoded.
    """
    drawn = _drawn(explanation, value, manifest)
    picture = _blended(photograph, explanation.box, drawn)
    headline = f"{manifest.name}: {_value(explanation, value)}"
    footer = _footer(max(picture.width, NARROWEST), drawn, headline, warnings)
    sheet = Image.new("RGB", (footer.width, picture.height + footer.height), PAPER)
    sheet.paste(picture, ((footer.width - picture.width) // 2, 0))
    sheet.paste(footer, (0, picture.height))
    return sheet


def _drawn(explanation: Explanation, value: float, manifest: "Manifest") -> _Drawn:
    """Choose numbers and colours: around zero where the sign says something, else from least."""
    (spec,) = manifest.output.values()
    unit = explanation.unit
    if spec.kind == "regression":
        added = explanation.map - explanation.map.mean()
        limit = 1.0 if _is_flat(explanation.map) else float(np.abs(added).max())
        label = f"{unit} above or below the estimate"
        mark = f"estimate {_minus(f'{value:.1f}')} {unit}"
        return _Drawn(added, -limit, limit, diverging(), label, mark, ADDED)
    answers = explanation.map + np.float32(explanation.bias)
    logit = explanation.quantity == "logit"
    mark = f"estimate {value:.2f}"
    if logit:
        mark += f" (logit {_minus(f'{answers.mean():.2f}')})"
    if logit and spec.kind == "binary":
        limit = max(float(np.abs(answers).max()), 1e-6)
        other = next((str(label) for label in spec.labels if label != explanation.of), "")
        ends = (other, explanation.of)
        return _Drawn(answers, -limit, limit, diverging(), unit, mark, ALL_LIKE_THIS, ends)
    low, high = float(answers.min()), float(answers.max())
    room = 0.5 if _is_flat(answers) else 0.0
    return _Drawn(answers, low - room, high + room, sequential(), unit, mark, ALL_LIKE_THIS)


def _is_flat(numbers: NDArray[np.float32]) -> bool:
    """Whether numbers differ by float32's rounding alone."""
    return float(np.ptp(numbers)) <= 1e-5 * max(float(np.abs(numbers).max()), 1.0)


def _blended(photograph: Photograph, box: Box, drawn: _Drawn) -> Image.Image:
    """The photograph in grey, scaled, with the map's colours where the network looked."""
    height, width = photograph.size
    longest = max(height, width)
    factor = min(max(longest, LEAST_SIDE), LONGEST_SIDE) / longest
    size = max(1, round(width * factor)), max(1, round(height * factor))
    image = photograph.picture(photograph.scale(size[1], size[0]))
    # Green shows the vessels best.
    green = np.asarray(image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))[..., 1]
    grey = np.minimum(green / max(float(np.percentile(green, BRIGHTEST)), 1.0), 1.0)
    shown = np.repeat(255 * grey[..., None], 3, axis=2)
    left, top, right, bottom = (round(side * factor) for side in box)
    whole = max(right - left, 1), max(bottom - top, 1)
    # The map has a few places only; between their centres it is interpolated.
    smooth = np.asarray(Image.fromarray(drawn.numbers).resize(whole, Image.Resampling.BICUBIC))
    rows, columns = slice(max(top, 0), max(bottom, 0)), slice(max(left, 0), max(right, 0))
    area = shown[rows, columns]
    part = smooth[max(-top, 0) :, max(-left, 0) :][: area.shape[0], : area.shape[1]]
    colours = coloured(part, drawn.low, drawn.high, drawn.colours)
    shown[rows, columns] = colours * (DARKEST + (1 - DARKEST) * grey[rows, columns, None])
    return Image.fromarray(np.rint(shown).astype(np.uint8))


def _footer(width: int, drawn: _Drawn, headline: str, warnings: Sequence[str]) -> Image.Image:
    """Headline, scale bar, caption and warnings."""
    inner = width - 2 * MARGIN
    title = broken_lines(headline, 21, inner)
    caption = broken_lines(f"{drawn.caption} {CAVEATS}", 13, inner)
    warned = [line for each in warnings for line in broken_lines(each, 14, inner)]
    height = 124 + 26 * len(title) + 17 * len(caption) + 19 * len(warned)
    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    top = _write(draw, title, (14, 26), INK, 21)
    _draw_bar(sheet, (MARGIN, top + 30, inner), drawn)
    top = _write(draw, caption, (top + 98, 17), FAINT, 13)
    _write(draw, warned, (top + 3, 19), WARNING, 14)
    return sheet


def _write(
    draw: ImageDraw.ImageDraw,
    lines: Sequence[str],
    place: tuple[int, int],
    colour: tuple[int, int, int],
    size: int,
) -> int:
    """Write lines from a height on, a step apart; return the height below them."""
    top, step = place
    for line in lines:
        write_line(draw, MARGIN, top, line, size, colour)
        top += step
    return top


def _draw_bar(sheet: Image.Image, place: tuple[int, int, int], drawn: _Drawn) -> None:
    """Draw the scale bar at (left, top, width), with ticks, its unit and a mark at the mean."""
    left, top, width = place
    shades = Image.fromarray(drawn.colours.reshape(1, SHADES, 3))
    bar = shades.resize((width, BAR), Image.Resampling.BILINEAR)
    sheet.paste(bar, (left, top))
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((left, top, left + width - 1, top + BAR - 1), outline=FAINT)

    def across(number: float) -> float:
        return left + (width - 1) * (number - drawn.low) / (drawn.high - drawn.low)

    mean = across(float(drawn.numbers.mean()))
    if drawn.flat:
        _centred(draw, mean, top + BAR + 6, "the same everywhere", (left, left + width))
    for tick in () if drawn.flat else _ticks(drawn.low, drawn.high):
        x = across(tick)
        draw.line((x, top + BAR, x, top + BAR + 4), FAINT)
        _centred(draw, x, top + BAR + 6, _minus(f"{tick:g}"), (left, left + width))
    draw.polygon([(mean, top - 1), (mean - 5, top - 9), (mean + 5, top - 9)], INK)
    _centred(draw, mean, top - 26, drawn.mark, (left, left + width))
    lower = top + BAR + 24
    for share, text in ((0.0, drawn.ends[0]), (0.5, drawn.unit), (1.0, drawn.ends[1])):
        x = left + share * (width - line_width(text, 14))
        write_line(draw, x, lower, text, 14, INK)


def _centred(
    draw: ImageDraw.ImageDraw, x: float, top: float, text: str, within: tuple[int, int]
) -> None:
    """Write a text centred on `x`, but not beyond the edges."""
    half = line_width(text, 13) / 2
    x = min(max(x, within[0] + half), within[1] - half)
    write_line(draw, x - half, top, text, 13, INK)


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between two others, four to nine of them."""
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _minus(number: str) -> str:
    return number.replace("-", MINUS)


def _value(explanation: Explanation, value: float) -> str:
    if explanation.quantity != "value":
        return f"{explanation.of} {value:.2f} (probability)"
    return f"{explanation.of} {_minus(f'{value:.1f}')} {explanation.unit}"
