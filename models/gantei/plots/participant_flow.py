"""The flow of participants: boxes one below the other, with what was left out beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..terminal.text_table import width as columns
from ..terminal.text_table import wrapped
from .style import BLACK, DOUBLE, GREY, DrawnFigure, drawing, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE = 3.4
"""Millimetres a line of text takes."""
PADDING, GAP = 3.0, 5.0
INNER, BESIDE = 44, 48
"""Columns of text in a box, and in what is written beside."""


@dataclass(frozen=True, slots=True)
class FlowBox:
    """One box of a flow.

    Attributes:
        text: what came so far, such as `511 photographs of 299 people`; it may have several lines.
        left_out: what was left out after it, a line each, such as `4 without an estimate`.
        begins: whether no arrow leads here.
    """

    text: str
    left_out: tuple[str, ...] = ()
    begins: bool = False


def participant_flow(boxes: Sequence[FlowBox], *, width: float = DOUBLE) -> DrawnFigure:
    """Draw boxes from the top, arrows between them, and what was left out at their right.

    Args:
        boxes: at least one.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    texts = [
        [line for part in box.text.split("\n") for line in wrapped(label(part, 200), INNER)]
        for box in boxes
    ]
    notes = [[line for each in box.left_out for line in _item(label(each, 200))] for box in boxes]
    heights = [PADDING * 2 + LINE * len(text) for text in texts]
    gaps = [max(GAP, PADDING * 3 + LINE * len(note)) if note else GAP for note in notes]
    gaps[-1] = gaps[-1] if notes[-1] else 0
    total = sum(heights) + sum(gaps) + 4
    with drawing("Flow of participants.", width, total, whole=True) as figure:
        axes = figure.axes
        axes.set(xlim=(0, width), ylim=(total, 0))
        axes.axis("off")
        top, left, box_width = 2.0, 3.0, 0.42 * width
        for number, (text, note) in enumerate(zip(texts, notes, strict=True)):
            _draw_box(axes, left, top, box_width, heights[number], text, BLACK)
            bottom = top + heights[number]
            following = bottom + gaps[number]
            middle = left + box_width / 2
            if number + 1 < len(boxes) and not boxes[number + 1].begins:
                _arrow(axes, (middle, bottom), (middle, following))
            elif note:
                axes.plot((middle, middle), (bottom, bottom + gaps[number] / 2), color=BLACK,
                          linewidth=0.8)  # fmt: skip
            if note:
                start = bottom + gaps[number] / 2
                side = left + box_width + 0.05 * width
                _arrow(axes, (middle, start), (side, start))
                tall = PADDING * 1.6 + LINE * len(note)
                _draw_box(axes, side, start - tall / 2, width - side - 3, tall, note, GREY,
                          centred=False)  # fmt: skip
            top = following
        return figure.done()


def _item(text: str) -> list[str]:
    """Break a line of what was left out, further lines set in."""
    lines = wrapped(text, BESIDE)
    return [lines[0], *(f"  {line}" for line in lines[1:])]


def _draw_box(
    axes: "Axes", left: float, top: float, width: float, height: float, lines: Sequence[str],
    colour: str, *, centred: bool = True,
) -> None:  # fmt: skip
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle((left, top), width, height, facecolor="white", edgecolor=colour, linewidth=0.8)
    )
    x = left + (width / 2 if centred else PADDING)
    for number, line in enumerate(lines):
        y = top + height / 2 + LINE * (number - (len(lines) - 1) / 2)
        axes.text(x, y, line, ha="center" if centred else "left", va="center",
                  fontsize=7 if columns(line) <= BESIDE else 6)  # fmt: skip


def _arrow(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "linewidth": 0.8, "shrinkA": 0,
                                    "shrinkB": 0, "facecolor": BLACK},
    )  # fmt: skip
