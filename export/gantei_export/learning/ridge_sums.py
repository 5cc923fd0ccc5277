"""Ridge regression from sums that can be added over sets of rows, or sites.

The sums hold all that a ridge regression is made of, so that one of added sums is the one of all
rows together, but for rounding. The penalty is half its strength times the squared kernel, beside
half the summed squared error; the bias goes free.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError
from gantei.statistics.study_extra import require_study_extra

from .standardisation import ColumnSums, Standardisation


@dataclass(frozen=True)
class RidgeSums:
    """Weighted sums over rows x (d,) with targets y (k,).

    Attributes:
        weight: how many rows, or the sum of their weights.
        x: float64 (d,), sum of x.
        y: float64 (k,), sum of y.
        xx: float64 (d, d), sum of x xᵀ.
        xy: float64 (d, k), sum of x yᵀ.
        yy: float64 (k,), sum of y².
    """

    weight: float
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    xx: NDArray[np.float64]
    xy: NDArray[np.float64]
    yy: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        rows: NDArray[np.float64],
        targets: NDArray[np.float64],
        weights: NDArray[np.float64] | None = None,
    ) -> "RidgeSums":
        """Sum rows (n, d) with targets (n, k) and weights (n,), 1 each if left out."""
        each = np.ones(len(rows)) if weights is None else weights
        weighted = rows * each[:, None]
        return cls(
            float(each.sum()), weighted.sum(axis=0), each @ targets, weighted.T @ rows,
            weighted.T @ targets, each @ targets**2,
        )  # fmt: skip

    def __add__(self, other: "RidgeSums") -> "RidgeSums":
        return RidgeSums(
            self.weight + other.weight, self.x + other.x, self.y + other.y, self.xx + other.xx,
            self.xy + other.xy, self.yy + other.yy,
        )  # fmt: skip

    def __sub__(self, other: "RidgeSums") -> "RidgeSums":
        return RidgeSums(
            self.weight - other.weight, self.x - other.x, self.y - other.y, self.xx - other.xx,
            self.xy - other.xy, self.yy - other.yy,
        )  # fmt: skip

    @property
    def columns(self) -> ColumnSums:
        """The part of which a standardisation is made."""
        return ColumnSums(self.weight, self.x, np.diagonal(self.xx).copy())

    def standardised(self, by: Standardisation) -> "RidgeSums":
        """Give the sums of the same rows, had they been standardised."""
        away = self.x - self.weight * by.mean
        shared = np.outer(self.x, by.mean)
        centred = self.xx - shared - shared.T + self.weight * np.outer(by.mean, by.mean)
        return RidgeSums(
            self.weight, away / by.scale, self.y, centred / np.outer(by.scale, by.scale),
            (self.xy - np.outer(by.mean, self.y)) / by.scale[:, None], self.yy,
        )  # fmt: skip

    def squared_error(self, kernel: NDArray[np.float64], bias: NDArray[np.float64]) -> float:
        """Give the summed squared error of rows @ kernel (d, k) + bias (k,)."""
        own = np.einsum("dk,dk->k", kernel, self.xx @ kernel - 2 * self.xy)
        between = 2 * bias * (self.x @ kernel - self.y)
        return float(np.sum(self.yy + own + between + self.weight * bias**2))


def ridge_heads(
    sums: RidgeSums, strengths: Sequence[float]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Solve ridge regressions of one set of sums: a kernel (d, k) and a bias (k,) per strength.

    Args:
        sums: of standardised rows.
        strengths: of the penalty, above 0.

    Raises:
        SettingError: there was no row, a sum is no number, or a strength is not above 0.
        MissingExtraError: scipy is not installed.

    >>> import numpy as np
    >>> from gantei_export.learning.ridge_sums import RidgeSums, ridge_heads
    >>> rows, targets = np.array([[-1.0], [1.0]]), np.array([[40.0], [60.0]])
    >>> [(kernel, bias)] = ridge_heads(RidgeSums.of(rows, targets), [2.0])
    >>> kernel.item(), bias.item()
    (5.0, 50.0)
    """
    if not sums.weight > 0 or not (np.isfinite(sums.xx).all() and np.isfinite(sums.xy).all()):
        raise SettingError("nothing can be fitted: no rows, or a value is no number")
    if not min(strengths) > 0:
        raise SettingError(f"a strength of {min(strengths)} is not above 0")
    require_study_extra("learning")
    from scipy.linalg import cho_factor, cho_solve

    middle, height = sums.x / sums.weight, sums.y / sums.weight
    curve, pull = sums.xx - np.outer(sums.x, middle), sums.xy - np.outer(middle, sums.y)
    heads = []
    for strength in strengths:
        kernel = cho_solve(cho_factor(curve + strength * np.eye(len(middle))), pull)
        heads.append((kernel, height - middle @ kernel))
    return heads
