"""Figures of a number beside the truth, for any weights of its persons."""

import numpy as np
from numpy.typing import NDArray

from .person_means import PersonMeans
from .person_weights import PersonWeights, person_sums, ratio
from .units import Units

Columns = dict[str, NDArray[np.float64]]
"""Figures by their code, (draws,) each."""
_ROUNDING = 1e-24


class RegressionFigures:
    """The figures of `REGRESSION_METRICS`: sums over persons, but for that of the mean."""

    def __init__(self, units: Units, persons: NDArray[np.intp], people: int) -> None:
        """Sum over persons what the figures need."""
        truths = np.asarray(units.truths, np.float64)
        centre = truths.mean()
        self.truths = truths - centre
        estimates = units.estimates - centre
        off = estimates - self.truths
        columns = (
            np.ones_like(off), off, self.truths, self.truths**2, estimates, estimates**2,
            self.truths * estimates,
        )  # fmt: skip
        self.means = PersonMeans(np.stack((np.abs(off), off**2), axis=1), persons, people)
        self.sums = person_sums(np.stack(columns, axis=1), persons, people)
        self.spread = bool(np.ptp(truths) > 0)
        self.varied = bool(np.ptp(units.estimates) > 0)

    def of(self, weights: PersonWeights) -> tuple[Columns, Columns]:
        """Give every figure of some draws, nan where undefined, and the errors of means."""
        count, *rest = (weights.of_people @ self.sums).T
        off, truth, truth_2, estimate, estimate_2, product = (ratio(each, count) for each in rest)
        (absolute, square), errors = self.means.of(weights)
        spread = _variance(truth_2, truth, known=self.spread)
        varied = _variance(estimate_2, estimate, known=self.varied)
        shared = product - truth * estimate
        of_mean = ratio(self._around_mean(weights, truth), count)
        root = np.sqrt(np.maximum(square, 0))  # rounding of large numbers gives less
        figures = {
            "mae": absolute,
            "rmse": root,
            "bias": off,
            "r2": 1 - ratio(square, spread),
            "correlation": np.clip(ratio(shared, np.sqrt(spread * varied)), -1, 1),
            "slope_of_estimate": ratio(shared, spread),
            "slope_of_truth": ratio(shared, varied),
            "mae_of_mean": of_mean,
            "skill": 1 - ratio(absolute, of_mean),
        }
        return figures, {"mae": errors[0], "rmse": ratio(errors[1], 2 * root)}

    def _around_mean(
        self, weights: PersonWeights, means: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Sum each draw's weighted distances of the truths from that draw's mean."""
        each = weights.of_units()
        distances = np.abs(self.truths - means[:, None])
        total: NDArray[np.float64] = np.einsum("bi,bi->b", each, distances)
        return total


def _variance(
    square: NDArray[np.float64], mean: NDArray[np.float64], *, known: bool
) -> NDArray[np.float64]:
    """Give variances; 0 where all values are the same, which rounding would hide."""
    spread = square - mean**2
    return np.where(known & (spread > 1e-12 * (square + _ROUNDING)), spread, 0.0)
