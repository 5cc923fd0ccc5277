"""A straight line from an estimate to the expected real value, and residuals that it did not see.

Weighted least squares, each photograph with one over the number of photographs of its person. A
residual is cross-fitted: of the line that was fitted without the person's fold, so that it is as
large as those of new people.
"""

import numpy as np
from numpy.typing import NDArray

FOLDS = 10


def one_each(persons: NDArray[np.intp]) -> NDArray[np.float64]:
    """Give weights (n,) by which each person counts as one: 1 / number of rows of the person.

    >>> import numpy as np
    >>> from gantei.statistics.number_line import one_each
    >>> one_each(np.array([0, 0, 1])).tolist()
    [0.5, 0.5, 1.0]
    """
    return np.asarray(1 / np.bincount(persons)[persons], np.float64)


def fit_line(
    estimates: NDArray[np.float64], truths: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """Fit `truth = intercept + slope * estimate`; give intercept and slope.

    Args:
        estimates: float64 (n,), not all the same.
        truths: float64 (n,).
        weights: float64 (n,), above 0.

    >>> import numpy as np
    >>> from gantei.statistics.number_line import fit_line
    >>> fit_line(np.array([40.0, 60.0]), np.array([35.0, 61.0]), np.ones(2))
    (-17.0, 1.3)
    """
    every = weights.sum()
    middle, level = weights @ estimates / every, weights @ truths / every
    away = estimates - middle
    slope = float((weights * away) @ (truths - level) / ((weights * away) @ away))
    return float(level - slope * middle), slope


def fold_of(ranks: NDArray[np.intp], folds: int = FOLDS) -> NDArray[np.intp]:
    """Deal people (p,) into folds by their ranks in an order that means nothing: intp (p,)."""
    return np.asarray(ranks % folds, np.intp)


def cross_fitted_values(
    estimates: NDArray[np.float64],
    truths: NDArray[np.float64],
    persons: NDArray[np.intp],
    folds: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Give for each row the expected real value by the line of all folds but its person's own.

    Args:
        estimates: float64 (n,), not all the same without any one fold.
        truths: float64 (n,).
        persons: intp (n,), 0 to p - 1, whose row it is.
        folds: intp (p,), of each person.

    Returns:
        float64 (n,).
    """
    weights, of_row = one_each(persons), folds[persons]
    values = np.empty(len(estimates))
    for fold in np.unique(of_row):
        here = of_row == fold
        intercept, slope = fit_line(estimates[~here], truths[~here], weights[~here])
        values[here] = intercept + slope * estimates[here]
    return values
