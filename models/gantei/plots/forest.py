"""Subgroups below each other: figure, interval and number of people of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..terminal.text_table import wrapped
from .style import BLACK, BLUE, GREY, LINES, SINGLE, DrawnFigure, drawing, label, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW, HEAD = 5.6, 6.0
"""Millimetres: the height of a row, and of a variable's heading."""
MOST_ROWS = 40
NAME_LETTERS, NOTE_LETTERS = 17, 26


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One row: a group, or the heading of several.

    Attributes:
        name: of the group; of a heading, of the variable.
        value: its figure; None: a heading, or a group without one.
        low: of its 95 % interval; None where there is none.
        high: likewise.
        note: what stands at its end, such as `120 people`.
        is_heading: whether groups follow it.
    """

    name: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""
    is_heading: bool = False


def forest(
    rows: Sequence[ForestRow],
    *,
    metric: str,
    everybody: float | None,
    line: str = "everybody",
    alt: str = "",
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw a point and an interval per group, with a line where everybody lies.

    Args:
        rows: from the top; the first 40 are drawn.
        metric: the figure's name, for the axis.
        everybody: the figure of all; None: no line.
        line: what that line is.
        alt: what is shown, in a sentence; by default that these are subgroups.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    rows = rows[:MOST_ROWS]
    height = 22 + sum(HEAD if row.is_heading else ROW for row in rows)
    shown = alt or f"{metric} of {len(rows)} subgroups."
    with drawing(shown, width, height) as figure:
        axes = figure.axes
        if everybody is not None:
            axes.axvline(everybody, label=line, **LINES["limit"])
        for place, row in enumerate(rows):
            if row.value is None:
                continue
            if row.low is not None and row.high is not None:
                axes.plot((row.low, row.high), (place, place), "-", color=BLACK, linewidth=0.9)
            filled = BLUE if row.low is not None else "white"
            axes.plot(row.value, place, "s", color=BLUE, markersize=4, markerfacecolor=filled)
        _write_names(axes, rows)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlabel(label(metric, 60))
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.margins(x=0.06)
        handles, labels = axes.get_legend_handles_labels()
        if handles:
            axes.figure.legend(handles, labels, loc="outside lower center")
        return figure.done()


def _write_names(axes: "Axes", rows: Sequence[ForestRow]) -> None:
    """Write the groups' names at the left, and figures and people at the right."""
    names = []
    for place, row in enumerate(rows):
        names.append(_shortened(row.name))
        if row.is_heading:
            continue
        axes.annotate(
            _figures(row), (1, place), (3, 0), xycoords=("axes fraction", "data"), fontsize=6.3,
            textcoords="offset points", va="center", annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(range(len(rows)), names)
    for text, row in zip(axes.get_yticklabels(), rows, strict=True):
        text.set_fontweight("bold" if row.is_heading else "normal")
        text.set_color(BLACK if row.is_heading else GREY)
        text.set_fontsize(6.6)


def _shortened(name: str) -> str:
    """Break a name into at most two lines."""
    lines = wrapped(label(name, 2 * NAME_LETTERS), NAME_LETTERS)
    cut = f"{lines[1].rstrip('…')}…" if len(lines) > 2 else ""
    return "\n".join([lines[0], cut] if cut else lines)


def _figures(row: ForestRow) -> str:
    if row.value is None:
        return "\n".join(wrapped(label(row.note, 2 * NOTE_LETTERS), NOTE_LETTERS)[:2])
    note = label(row.note)
    said = signed(row.value, plus=False)
    if row.low is not None and row.high is not None:
        said += f" ({signed(row.low, plus=False)} to {signed(row.high, plus=False)})"
    return f"{said}\n{note}" if note else said
