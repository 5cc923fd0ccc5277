"""A straight line that wrong numbers do not drag along: Tukey's bisquare, with the scale by MAD.

Beaton & Tukey 1974 (doi 10.1080/00401706.1974.10489171), weights anew by the residuals of the last
line until it stays (Holland & Welsch 1977, doi 10.1080/03610927708827533). It begins from Huber's
line, so that one that half of the points would draw elsewhere is not met by chance.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BISQUARE, HUBER = 4.685, 1.345
"""Tuning constants: 95 % of the efficiency of least squares where errors are normal."""
NORMAL_MAD = 0.6744897501960817
"""Median of the absolute value of a standard normal number."""
_ROUNDS = 200
_STILL = 1e-10
_Weights = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class RobustLine:
    """A fitted line.

    Attributes:
        intercept, slope: of it.
        scale: of the residuals, as the standard deviation of normal ones.
    """

    intercept: float
    slope: float
    scale: float

    def at(self, predictors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give its values, of the shape of the predictors."""
        return self.intercept + self.slope * predictors


def robust_line(predictors: ArrayLike, numbers: ArrayLike) -> RobustLine:
    """Fit `number = intercept + slope * predictor`, where some numbers are far off.

    Args:
        predictors: (n,), not all the same.
        numbers: (n,).

    >>> from gantei.statistics.robust_line import robust_line
    >>> line = robust_line([1, 2, 3, 4, 5, 6], [1.1, 2.0, 2.9, 4.1, 105.0, 5.9])
    >>> round(line.slope, 2)
    0.97
    """
    x, y = (np.asarray(each, np.float64) for each in (predictors, numbers))
    middle, spread = float(x.mean()), float(x.std()) or 1.0
    design = np.stack([np.ones_like(x), (x - middle) / spread], axis=1)
    line = _reweighted(design, y, _solved(design, y, np.ones_like(y)), _huber)
    line = _reweighted(design, y, line, _bisquare)
    slope = float(line[1]) / spread
    return RobustLine(float(line[0]) - slope * middle, slope, _scale(y - design @ line))


def _reweighted(
    design: NDArray[np.float64],
    numbers: NDArray[np.float64],
    line: NDArray[np.float64],
    weights: _Weights,
) -> NDArray[np.float64]:
    for _ in range(_ROUNDS):
        residuals = numbers - design @ line
        scale = _scale(residuals)
        if not scale:
            break
        found = _solved(design, numbers, weights(residuals / scale))
        moved = np.abs(found - line).max()
        line = found
        if moved <= _STILL * scale:
            break
    return line


def _solved(
    design: NDArray[np.float64], numbers: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    weighted = design * weights[:, None]
    return np.asarray(np.linalg.solve(weighted.T @ design, weighted.T @ numbers), np.float64)


def _scale(residuals: NDArray[np.float64]) -> float:
    return float(np.median(np.abs(residuals))) / NORMAL_MAD


def _huber(away: NDArray[np.float64]) -> NDArray[np.float64]:
    return HUBER / np.maximum(np.abs(away), HUBER)


def _bisquare(away: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.abs(away) < BISQUARE, (1 - (away / BISQUARE) ** 2) ** 2, 0.0)
