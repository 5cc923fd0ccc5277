"""Bars as an SVG inside a page."""

import html
from collections.abc import Iterator

from .document import Bar, Figure

LEFT, RIGHT, ROW, TOP = 220, 640, 26, 44
"""Pixels: where the scale starts and ends, the height of a row, and what stands above the rows."""
TICKS = 5


def drawn(figure: Figure) -> str:
    """Draw one row a bar, and a paler end from the least to the largest of several."""
    height = TOP + ROW * len(figure.bars) + 8
    parts = [
        f'<svg viewBox="0 0 {RIGHT + 110} {height}" width="{RIGHT + 110}" height="{height}" '
        f'role="img" aria-label="{html.escape(figure.title)}">',
        f'<text x="0" y="16" style="font-weight:600">{html.escape(figure.title)}</text>',
        *_scale(figure, height),
    ]
    for number, bar in enumerate(figure.bars):
        parts += _bar(figure, bar, TOP + ROW * number)
    return "\n".join([*parts, "</svg>"])


def _x(figure: Figure, value: float) -> float:
    share = (value - figure.start) / (figure.end - figure.start)
    return round(LEFT + min(max(share, 0), 1) * (RIGHT - LEFT), 1)


def _scale(figure: Figure, height: int) -> Iterator[str]:
    for tick in range(TICKS + 1):
        value = figure.start + (figure.end - figure.start) * tick / TICKS
        x = _x(figure, value)
        yield f'<line x1="{x}" x2="{x}" y1="{TOP - 4}" y2="{height - 6}" stroke="var(--line)"/>'
        yield f'<text x="{x}" y="{TOP - 9}" text-anchor="middle">{value:g}</text>'


def _bar(figure: Figure, bar: Bar, top: float) -> Iterator[str]:
    colour = "var(--own)" if bar.own else "var(--other)"
    end, most = _x(figure, bar.least), _x(figure, bar.largest)
    middle, thick, label = top + ROW / 2, ROW - 10, html.escape(bar.label)
    yield f'<text x="{LEFT - 10}" y="{middle + 4}" text-anchor="end">{label}</text>'
    yield (
        f'<rect x="{LEFT}" y="{top + 5}" width="{end - LEFT:.1f}" height="{thick}" '
        f'fill="{colour}"/>'
    )
    if most > end:
        yield (
            f'<rect x="{end}" y="{top + 5}" width="{most - end:.1f}" height="{thick}" '
            f'fill="{colour}" fill-opacity=".45"/>'
        )
    yield f'<text x="{most + 8}" y="{middle + 4}">{html.escape(bar.text)}</text>'
