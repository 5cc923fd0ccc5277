"""Where fits of classes begin: at the heads of drawn rows that have the moments of all sites' rows.

From the means of the classes and the sum of all x xᵀ, rows are drawn that are normal in each class,
with one covariance. Their heads are near those of the real rows where embeddings are near normal;
elsewhere they are only a beginning, and the rounds that follow do not depend on it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gantei.statistics.numbered_draws import NumberedDraws

from ..learning.logistic_rows import LogisticRows
from .shared_sums import SumArray

DRAWN = 2000
"""Rows, at least, and `_PER_NUMBER` for each number of a row."""
_PER_NUMBER = 8
_PURPOSE = 112
_NEAR = 1e-4
"""Of the gradient's norm, as a share of the rows: moments are not rows, so that no more helps."""


def surrogate_starts(
    squares: SumArray, gradient: SumArray, counts: NDArray[np.int64], strengths: Sequence[float]
) -> SumArray:
    """Give a start for each strength: float64 (strengths, columns, m + 1).

    Args:
        squares: float64 (m + 1, m + 1), sum of x xᵀ over all rows, each with a last 1.
        gradient: float64 (columns, m + 1), of the loss where all kernels are 0 and the chances of
            each row are the shares of the classes.
        counts: int64 (classes,), of the rows.
        strengths: of the penalty, rising.
    """
    rows, truths = _drawn(squares, _class_sums(squares, gradient, counts), counts)
    weights = np.full(len(rows), counts.sum() / len(rows))
    drawn = LogisticRows(rows, truths, len(gradient), weights)
    found = np.zeros((len(strengths), *gradient.shape))
    start = None
    for place in reversed(range(len(strengths))):  # the strongest first: each begins near it
        start = found[place] = drawn.minimum(strengths[place], start, _NEAR)
    return found


def _class_sums(squares: SumArray, gradient: SumArray, counts: NDArray[np.int64]) -> SumArray:
    """Give the sum of the rows of each class: float64 (classes, m)."""
    shares, everything = counts / counts.sum(), squares[-1, :-1]
    if len(gradient) > 1:
        sums: SumArray = shares[:, None] * everything - gradient[:, :-1]
        return sums
    positive = shares[1] * everything - gradient[0, :-1]
    return np.stack((everything - positive, positive))


def _drawn(
    squares: SumArray, sums: SumArray, counts: NDArray[np.int64]
) -> tuple[SumArray, NDArray[np.intp]]:
    """Draw rows (n, m) with their classes (n,), whose moments are those that are given."""
    photographs, width = counts.sum(), sums.shape[1]
    means = sums / counts[:, None]
    within = squares[:-1, :-1] / photographs - (means.T * (counts / photographs)) @ means
    number = max(DRAWN, _PER_NUMBER * width)
    truths = np.repeat(np.arange(len(counts)), np.maximum(2, number * counts // photographs))
    noise = NumberedDraws(0, _PURPOSE).normal(0, len(truths) * width).reshape(-1, width)
    noise -= np.stack([noise[truths == each].mean(axis=0) for each in range(len(counts))])[truths]
    shape = _root(within) @ _root(noise.T @ noise / len(noise), -1.0)
    return means[truths] + noise @ shape.T, truths


def _root(matrix: SumArray, sign: float = 1.0) -> SumArray:
    """Give the symmetric square root of a covariance (m, m), or of its inverse."""
    sizes, axes = np.linalg.eigh(matrix)
    root: SumArray = (axes * np.maximum(sizes, 1e-12 * sizes[-1]) ** (sign / 2)) @ axes.T
    return root
