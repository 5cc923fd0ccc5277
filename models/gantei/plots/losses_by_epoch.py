"""The losses of a training by its epochs, and which epoch was kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from .style import (
    BLACK,
    BLUE,
    LINES,
    ORANGE,
    SINGLE,
    DrawnFigure,
    drawing,
    frame,
    label,
    legend_below,
)

_MOST_MARKED = 40
"""Epochs, up to which each has its own point."""


@dataclass(frozen=True, slots=True)
class EpochPoint:
    """The losses of one epoch.

    Attributes:
        epoch: its number, 0 or more.
        training: of the photographs that were learnt from; None: nothing was learnt in it.
        validation: of the people who say when to stop; nan: not finite.
    """

    epoch: int
    training: float | None
    validation: float


def losses_by_epoch(
    points: Sequence[EpochPoint], *, kept: int, loss: str, width: float = SINGLE
) -> DrawnFigure:
    """Draw the losses of both groups of people by epoch, and mark the one that was kept.

    Args:
        points: at least one, epochs rising.
        kept: number of the epoch whose network was kept.
        loss: what it is, for the axis.
        width: millimetres.

    Raises:
        MissingExtraError: matplotlib is not installed.
        ValueError: the epoch that was kept is not among them.
    """
    name = label(loss, 60)
    alt = (
        f"{name[:1].upper()}{name[1:]} by epoch, of training and validation people; epoch {kept} "
        "was kept."
    )
    (chosen,) = (each for each in points if each.epoch == kept)
    learnt = [(each.epoch, each.training) for each in points if each.training is not None]
    with drawing(alt, width, width * 0.85) as figure:
        axes = figure.axes
        size = 2.5 if len(points) <= _MOST_MARKED else 0.0
        if learnt:
            axes.plot(
                *zip(*learnt, strict=True), color=ORANGE, linestyle=(0, (5, 1.5)), marker="s",
                label="training people, before each step", markersize=size,
            )  # fmt: skip
        axes.plot(
            [each.epoch for each in points], [each.validation for each in points], color=BLUE,
            linestyle="-", marker="o", label="validation people, after the epoch", markersize=size,
        )  # fmt: skip
        axes.axvline(kept, **LINES["limit"])
        axes.plot(
            [kept], [chosen.validation], linestyle="none", marker="o", markersize=7,
            markerfacecolor="none", markeredgecolor=BLACK, label=f"epoch {kept}, kept",
        )  # fmt: skip
        axes.locator_params(axis="x", integer=True)
        frame(axes, "epoch (0: new head alone)", name)
        legend_below(axes)
        return figure.done()
