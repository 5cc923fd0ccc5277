"""Records beside photographs: true errors to expect in a list, and ages that are unlikely."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..statistics.true_among import TrueAmong
from .age_agreement import points_or_shades
from .style import (
    BLUE,
    DASHES,
    GREEN,
    LINES,
    ORANGE,
    PURPLE,
    SINGLE,
    DrawnFigure,
    drawing,
    frame,
    legend_below,
    with_unit,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OLDEST_SHOWN = 110.0
"""Years; what is recorded beyond stands at the edge."""
_COLOURS = {0.5: GREEN, 1.0: BLUE, 2.0: PURPLE}
_DASHES = {0.5: DASHES[2], 1.0: DASHES[0], 2.0: DASHES[1]}


@dataclass(frozen=True)
class ListedErrors:
    """True errors among the first of a list, with a share of wrong records.

    Attributes:
        times: what the share that was used is multiplied by: 1 is the list itself.
        rate: the share.
        among: the numbers.
    """

    times: float
    rate: float
    among: TrueAmong


def errors_among_first(
    lists: Sequence[ListedErrors], *, name: str, width: float = SINGLE
) -> DrawnFigure:
    """Draw the true errors to expect over the length of the list, with 95 % interval.

    Args:
        lists: one with `times` 1, drawn with its interval, and others with 0.5 and 2.
        name: of the output.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    length = len(lists[0].among.expected)
    with drawing(
        f"True errors of {name} to expect among the first of a list of {length}.",
        width,
        width * 1.02,
    ) as figure:
        axes = figure.axes
        for each in sorted(lists, key=lambda one: (one.times != 1, one.times)):
            places = np.arange(len(each.among.expected) + 1)
            used = each.times == 1
            if used:
                low, high = (np.array([0, *side]) for side in (each.among.low, each.among.high))
                axes.fill_between(
                    places, low, high, step="post", color=BLUE, alpha=0.18, linewidth=0,
                    label="95% interval",
                )  # fmt: skip
            axes.plot(
                places, np.array([0, *each.among.expected]), color=_COLOURS[each.times],
                linestyle=_DASHES[each.times], linewidth=1.4 if used else 1.0,
                label=f"{each.rate:.2%} of records wrong{'' if used else _times(each.times)}",
            )  # fmt: skip
        most = max(float(each.among.high.max() if each.times == 1 else each.among.expected.max())
                   for each in lists)  # fmt: skip
        axes.plot((0, length), (0, length), label="all are true errors", **LINES["truth"])
        axes.set(xlim=(0, length), ylim=(0, max(1.08 * most, 1.0)))
        frame(axes, "first of the list", "true errors among them")
        legend_below(axes)
        return figure.done()


def recorded_over_expected(
    expected: NDArray[np.float64],
    recorded: NDArray[np.float64],
    told: NDArray[np.bool_],
    *,
    name: str,
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw recorded ages over those that estimates let expect, and mark the unlikely ones.

    Args:
        expected: years, float64 (n,).
        recorded: likewise; any number.
        told: which are unlikely, bool (n,).
        name: of the output.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"{len(recorded)} recorded ages over what photographs let expect, {told.sum()} marked."
    with drawing(alt, width, width * 1.08) as figure:
        axes = figure.axes
        box = (0.0, OLDEST_SHOWN, 0.0, OLDEST_SHOWN)
        shown = np.clip(recorded, 0, OLDEST_SHOWN)
        points_or_shades(axes, expected[~told], shown[~told], box)
        axes.plot(box[:2], box[2:], label="recorded = expected", **LINES["truth"])
        inside = told & (recorded <= OLDEST_SHOWN) & (recorded >= 0)
        for chosen, marker, text in (
            (inside, "o", "unlikely"),
            (told & ~inside, "^", "unlikely, beyond the axis"),
        ):
            if chosen.any():
                _marked(axes, expected[chosen], shown[chosen], marker, text)
        axes.set(xlim=box[:2], ylim=(-2, OLDEST_SHOWN + 2), aspect="equal")
        frame(axes, with_unit(f"{name} to expect", "years"), with_unit(f"recorded {name}", "years"))
        legend_below(axes)
        return figure.done()


def _marked(
    axes: "Axes", x: NDArray[np.float64], y: NDArray[np.float64], marker: str, name: str
) -> None:
    axes.plot(
        x, y, marker, color=ORANGE, markersize=4.2, markeredgecolor="black", markeredgewidth=0.4,
        label=f"{name}: {len(x)}", linestyle="none", clip_on=False, zorder=4,
    )  # fmt: skip


def _times(times: float) -> str:
    return " (half)" if times < 1 else " (double)"
