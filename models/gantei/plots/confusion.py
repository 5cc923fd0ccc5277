"""Which classes are taken for which: counts in a square."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .style import SINGLE, DrawnFigure, drawing, label

MOST_SHOWN = 10
DARK = 0.6
"""Share of a row from which numbers are white on dark."""


def confusion(
    answers: NDArray[np.intp], truths: NDArray[np.intp], *, classes: Sequence[str],
    width: float = SINGLE,
) -> DrawnFigure:  # fmt: skip
    """Draw how many units of each real class got which answer; shades by share of the real class.

    Args:
        answers: intp (n,), the index of the answered class.
        truths: intp (n,), the index of the real class.
        classes: their names, the first ten of which are drawn.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from matplotlib.colors import LinearSegmentedColormap

    shown = min(len(classes), MOST_SHOWN)
    counts = np.zeros((len(classes), len(classes)), np.intp)
    np.add.at(counts, (truths, answers), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [label(each, 14) for each in classes[:shown]]
    with drawing("How many of each class got which answer.", width, width * 0.95) as figure:
        axes = figure.axes
        shades = LinearSegmentedColormap.from_list("shades", ("#ffffff", "#1f3f5f"))
        axes.pcolormesh(
            shares[:shown, :shown], cmap=shades, vmin=0, vmax=1, edgecolors="#b0b0b8",
            linewidth=0.5,
        )  # fmt: skip
        for real in range(shown):
            for answer in range(shown):
                colour = "white" if shares[real, answer] > DARK else "black"
                axes.text(
                    answer + 0.5, real + 0.5, str(counts[real, answer]), ha="center", va="center",
                    color=colour, fontsize=7 if shown <= 5 else 5.5,
                )  # fmt: skip
        middles = np.arange(shown) + 0.5
        axes.set_xticks(middles, names, rotation=0 if shown <= 3 else 40,
                        ha="center" if shown <= 3 else "right")  # fmt: skip
        axes.set_yticks(middles, names)
        axes.tick_params(length=0)
        axes.invert_yaxis()
        axes.set(xlabel="answer", ylabel="real", aspect="equal")
        return figure.done()
