"""What `gantei settle` shows: values by label, and evidence against candidates over people."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .style import (
    BLACK,
    COLOURS,
    DASHES,
    HATCHES,
    LINES,
    MARKERS,
    PALE,
    SINGLE,
    DrawnFigure,
    drawing,
    frame,
    label,
    legend_below,
    powers_of_ten,
)

MOST_NAMED = len(COLOURS)
BINS = 24


def values_by_label(
    values: NDArray[np.float64],
    labels: NDArray[np.intp],
    *,
    classes: Sequence[str],
    axis: str = "estimate",
    extent: tuple[float, float] | None = None,
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw how values are distributed within each label, as shares of that label.

    Args:
        values: float64 (n,), finite: probabilities, logits or any number.
        labels: intp (n,), the index of the label.
        classes: names of the labels, the first six of which are drawn.
        axis: what the values are, for the axis.
        extent: least and largest value of the axis; by default those of the values.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"Distribution of {axis} within each of {', '.join(map(label, classes[:MOST_NAMED]))}."
    with drawing(alt, width, width * 0.8) as figure:
        axes = figure.axes
        low, high = extent or (float(values.min()), float(values.max()))
        edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
        for number, name in enumerate(classes[:MOST_NAMED]):
            of_label = values[labels == number]
            if not len(of_label):
                continue
            share = np.histogram(of_label, edges)[0] / len(of_label)
            axes.stairs(
                share, edges, color=COLOURS[number], linestyle=DASHES[number], linewidth=1.2,
                label=f"{label(name, 24)} ({len(of_label)})",
            )  # fmt: skip
            axes.stairs(
                share, edges, fill=True, facecolor="none", edgecolor=COLOURS[number],
                linewidth=0, hatch=HATCHES[number], alpha=0.5,
            )  # fmt: skip
        axes.set_ylim(bottom=0)
        frame(axes, label(axis, 60), "share of the label")
        legend_below(axes, 2)
        return figure.done()


def evidence_over_people(
    people: NDArray[np.intp],
    evidence: Mapping[str, NDArray[np.float64]],
    *,
    threshold: float,
    others: Sequence[NDArray[np.float64]] = (),
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw the evidence against candidates as people are added, with where one is eliminated.

    Args:
        people: intp (looks,), how many were looked at.
        evidence: by a candidate's name, e-values, float64 (looks,), positive; NaN where it was
            eliminated before. The first six are named.
        threshold: the e-value that eliminates, such as 1000.
        others: e-values of candidates without a name, drawn pale.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    alt = f"Evidence against {len(evidence) + len(others)} candidates, by the number of people."
    with drawing(alt, width, width * 0.95) as figure:
        axes = figure.axes
        lowest, highest = 1e-3, threshold * 1e3
        unnamed = [*others, *list(evidence.values())[MOST_NAMED:]]
        for values in unnamed:
            axes.plot(
                people, np.clip(values, lowest, highest), color=PALE, linewidth=0.7,
                marker="o" if len(people) == 1 else "", markersize=2.8,
            )  # fmt: skip
        for number, (name, values) in enumerate(list(evidence.items())[:MOST_NAMED]):
            axes.plot(
                people, np.clip(values, lowest, highest), color=COLOURS[number],
                linestyle=DASHES[number], marker=MARKERS[number], markersize=2.8,
                markerfacecolor="white", markeredgewidth=0.6, label=label(name, 44),
            )  # fmt: skip
        text = f"dropped from {threshold:,.0f} on"
        axes.axhline(threshold, label=text, **{**LINES["limit"], "color": BLACK})
        axes.set(yscale="log", ylim=(lowest, highest), xlim=(0, int(people.max(initial=1)) * 1.04))
        ticks = 10.0 ** np.arange(-3, round(math.log10(highest)) + 1, 1)
        axes.set_yticks(ticks, powers_of_ten(ticks))
        axes.minorticks_off()
        frame(axes, "people", "e-value against it (log scale)")
        legend_below(axes)
        return figure.done()
