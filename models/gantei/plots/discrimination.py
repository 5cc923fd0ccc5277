"""How well a probability tells classes apart: ROC, and precision against recall."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingExtraError
from ..system.install_command import how_to_add
from .style import COLOURS, DASHES, LINES, SINGLE, DrawnFigure, drawing, frame, label, legend_below

MOST_CORNERS = 400
"""Of a curve: more are not seen at print size."""
MOST_CLASSES = len(COLOURS)


def roc(
    probabilities: NDArray[np.float64],
    truths: NDArray[Any],
    *,
    classes: Sequence[str],
    threshold: float | None = None,
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw sensitivity against the rate of false positives, by scikit-learn.

    Args:
        probabilities: float64 (n,) of the second of two classes, or (n, k) of k classes.
        truths: int (n,), the index of the class.
        classes: their names; of several, each is drawn against the rest, the first six at most.
        threshold: of two classes, the one whose point is marked.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    metrics = _metrics()
    with drawing(f"ROC curve of {len(truths)}.", width, width * 1.02) as figure:
        axes = figure.axes
        axes.plot((0, 1), (0, 1), label="no better than chance", **LINES["truth"])
        for number, (name, scores, right) in enumerate(_each(probabilities, truths, classes)):
            wrong, hit, _ = metrics.roc_curve(right, scores)
            area = metrics.roc_auc_score(right, scores)
            kept = thinned(wrong, hit)
            axes.plot(
                wrong[kept], hit[kept], color=COLOURS[number], linestyle=DASHES[number],
                label=f"{label(name, 24)}: AUC {area:.3f}",
            )  # fmt: skip
        if threshold is not None and probabilities.ndim == 1:
            chosen, is_second = probabilities >= threshold, truths == 1
            axes.plot(
                (chosen & ~is_second).sum() / max((~is_second).sum(), 1),
                (chosen & is_second).sum() / max(is_second.sum(), 1),
                "o", color="black", markersize=4.5, markerfacecolor="white",
                label=f"at the threshold {threshold:.3g}", linestyle="none",
            )  # fmt: skip
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        frame(axes, "1 − specificity", "sensitivity")
        legend_below(axes)
        return figure.done()


def precision_recall(
    probabilities: NDArray[np.float64],
    truths: NDArray[Any],
    *,
    classes: Sequence[str],
    width: float = SINGLE,
) -> DrawnFigure:
    """Draw precision against recall, by scikit-learn, beside each class's share of the cohort.

    Args:
        probabilities: as of `roc`.
        truths: as of `roc`.
        classes: as of `roc`.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib or scikit-learn is not installed.
    """
    metrics = _metrics()
    with drawing(f"Precision against recall of {len(truths)}.", width, width * 1.02) as figure:
        axes = figure.axes
        for number, (name, scores, right) in enumerate(_each(probabilities, truths, classes)):
            precision, recall, _ = metrics.precision_recall_curve(right, scores)
            average = metrics.average_precision_score(right, scores)
            kept = thinned(recall[::-1], precision[::-1])
            share = float(right.mean())
            axes.plot(
                recall[::-1][kept], precision[::-1][kept], color=COLOURS[number],
                linestyle=DASHES[number], drawstyle="steps-post",
                label=f"{label(name, 20)}: average {average:.3f}; share {share:.2f}",
            )  # fmt: skip
            axes.axhline(share, **{**LINES["truth"], "color": COLOURS[number]})
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), aspect="equal")
        frame(axes, "recall (sensitivity)", "precision")
        legend_below(axes)
        return figure.done()


def thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.intp]:
    """Choose corners of a curve that keep it within a pixel of print: index, ascending."""
    if len(x) <= MOST_CORNERS:
        return np.arange(len(x))
    way = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
    steps = np.searchsorted(way, np.linspace(0, way[-1], MOST_CORNERS))
    return np.unique(np.concatenate((steps.clip(max=len(x) - 1), [0, len(x) - 1])))


def _each(
    probabilities: NDArray[np.float64], truths: NDArray[Any], classes: Sequence[str]
) -> list[tuple[str, NDArray[np.float64], NDArray[np.bool_]]]:
    """Give name, score and truth of the second of two classes, or of each of several."""
    if probabilities.ndim == 1:
        found = [(classes[1], probabilities, truths == 1)]
    else:
        found = [
            (name, probabilities[:, number], truths == number)
            for number, name in enumerate(classes[:MOST_CLASSES])
        ]
    return [each for each in found if 0 < each[2].sum() < len(truths)]


def _metrics() -> Any:
    try:
        from sklearn import metrics
    except ImportError as error:
        raise MissingExtraError(
            f"ROC curves need scikit-learn ({error}): {how_to_add('study')}"
        ) from error
    return metrics
