"""How good estimates are before and after calibrating, on people whom the line has not seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..plots.calibrated_numbers import CoveredBand
from ..statistics.class_line import class_chances, scores_of
from ..statistics.estimate_bands import band_edges, bands_of
from .fitted_output import FittedOutput

PEOPLE_IN_BAND = 20
"""Of real values, at least."""


@dataclass(frozen=True)
class BeforeAndAfter:
    """An error of the drawn photographs, one of each person.

    Attributes:
        metric: `mae` of a number, in its unit; `log_loss` of probabilities.
        before: of the estimates as the network gives them.
        after: calibrated by a line that has not seen the person; None where there is none.
        without: of the best answer without a photograph: the mean, or the shares of the classes.
    """

    metric: str
    before: float
    after: float | None
    without: float


def before_and_after(fitted: FittedOutput) -> BeforeAndAfter:
    """Measure the errors of an output."""
    units, calibrated = fitted.drawn, fitted.calibrated
    if units.kind == "regression":
        after = None if calibrated is None else _mean_error(calibrated, units.truths)
        mean = np.full(len(units), units.truths.mean())
        before = _mean_error(units.estimates, units.truths)
        return BeforeAndAfter("mae", before, after, _mean_error(mean, units.truths))
    scores = scores_of(units.estimates)
    given = class_chances(scores, np.zeros(scores.shape[1] - 1), 1.0)
    shares = np.bincount(units.truths, minlength=scores.shape[1]) / len(units)
    return BeforeAndAfter(
        "log_loss",
        _log_loss(given, units.truths),
        None if calibrated is None else _log_loss(calibrated, units.truths),
        _log_loss(np.broadcast_to(shares, given.shape), units.truths),
    )


def covered(fitted: FittedOutput) -> tuple[int, int]:
    """Count the people who have an interval, and those of them whose real value lies in it."""
    there = ~np.isnan(fitted.low)
    return int(there.sum()), int((_within(fitted) & there).sum())


def covered_bands(fitted: FittedOutput) -> tuple[CoveredBand, ...]:
    """Count, by band of the real value, the people whose real value lies in their interval."""
    there = ~np.isnan(fitted.low)
    truths = np.asarray(fitted.drawn.truths, np.float64)[there]
    if len(truths) == 0 or np.ptp(truths) == 0:
        return ()
    within = _within(fitted)[there]
    edges = band_edges(truths, PEOPLE_IN_BAND)
    bands = bands_of(truths, edges)
    return tuple(
        CoveredBand(
            f"{edges[place]:g}–{edges[place + 1]:g}", int((bands == place).sum()),
            int(within[bands == place].sum()),
        )
        for place in range(len(edges) - 1)
    )  # fmt: skip


def _within(fitted: FittedOutput) -> NDArray[np.bool_]:
    truths = np.asarray(fitted.drawn.truths, np.float64)
    return np.asarray((truths >= fitted.low) & (truths <= fitted.high), np.bool_)


def _mean_error(estimates: NDArray[np.float64], truths: NDArray[np.float64]) -> float:
    return float(np.abs(estimates - truths).mean())


def _log_loss(chances: NDArray[np.float64], classes: NDArray[np.intp]) -> float:
    own = chances[np.arange(len(classes)), classes]
    return float(-np.log(np.maximum(own, np.finfo(float).tiny)).mean())
