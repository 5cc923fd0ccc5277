"""Logistic regression on rows at hand, by Newton's method without a matrix.

Two classes have one linear value; several have one each, none of them left out, so that no class is
treated differently from the others: the penalty makes them unique but for a common bias, which is
held at 0. A Hessian of k classes and a width d would have (k d)² values; its products with
directions cost as much as gradients. Search and stopping rule are those of `newton`.

Coefficients are float64 (columns, d + 1): the kernel of each linear value, then its bias.
"""

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from .class_chances import class_chances
from .newton import TOLERANCE, Evaluated, HessianProduct, NewtonSearch

_MOST_EVALUATIONS = 200


class LogisticRows:
    """Rows with their classes, whose penalised loss is to be least.

    Attributes:
        weight: the sum of the rows' weights.
        columns: how many linear values there are.
    """

    def __init__(
        self,
        rows: NDArray[np.float64],
        truths: NDArray[np.intp],
        columns: int,
        weights: NDArray[np.float64] | None = None,
    ) -> None:
        """Prepare rows.

        Args:
            rows: float64 (n, d), standardised.
            truths: intp (n,), classes, each of which occurs: 0 or 1 for one column, 0 to
                `columns` - 1 otherwise.
            columns: linear values.
            weights: float64 (n,); 1 each if left out.
        """
        self.columns = columns
        self._design, self._truths = with_ones(rows), truths
        self._weights = np.ones((len(rows), 1)) if weights is None else weights[:, None]
        self.weight = float(self._weights.sum())
        self._squares = self._design**2

    def minimum(
        self,
        strength: float,
        start: NDArray[np.float64] | None = None,
        tolerance: float = TOLERANCE,
    ) -> NDArray[np.float64]:
        """Find the coefficients of the least penalised loss: float64 (columns, d + 1).

        Args:
            strength: of the penalty, above 0: half of it times the squared kernels, biases left
                out, is added to the summed loss.
            start: float64 (columns, d + 1), where to begin; None: at 0.
            tolerance: of the gradient's norm, as a share of the summed weights.

        Raises:
            SettingError: the loss has no minimum, or a value is no number.
        """
        shape = (self.columns, self._design.shape[1])
        search = NewtonSearch((np.zeros(shape) if start is None else start).ravel())
        for _ in range(_MOST_EVALUATIONS):
            here = self.evaluated(search.candidate.reshape(shape), strength)
            search = search.after(here, tolerance * self.weight)
            if search.converged:
                found = search.candidate.reshape(shape).copy()
                if self.columns > 1:  # a step that is solved for in part may move all biases alike
                    found[:, -1] -= found[:, -1].mean()
                return found
        raise SettingError("the loss has no minimum that can be reached: a class without people?")

    def evaluated(self, coefficients: NDArray[np.float64], strength: float) -> Evaluated:
        """Give the penalised loss at coefficients (columns, d + 1).

        Of several classes, curvature is added along a common bias, where there is none: the
        gradient is 0 along it, so that no step goes there.
        """
        losses, chances, off = class_chances(self._design @ coefficients.T, self._truths)
        penalty = np.full(self._design.shape[1], strength)
        penalty[-1] = 0
        value = float(self._weights[:, 0] @ losses) + float(np.sum(penalty * coefficients**2)) / 2
        gradient = (self._weights * off).T @ self._design + penalty * coefficients
        common = self.weight / self.columns**2 if self.columns > 1 else 0.0

        def times(direction: NDArray[np.float64]) -> NDArray[np.float64]:
            each = direction.reshape(coefficients.shape)
            along = chances * (self._design @ each.T)
            along -= chances * (along.sum(axis=1, keepdims=True))
            product = (self._weights * along).T @ self._design + penalty * each
            product[:, -1] += common * each[:, -1].sum()
            return product.ravel()

        curves = (self._weights * chances * (1 - chances)).T @ self._squares + penalty
        curves[:, -1] += common
        precision = min(0.1, float(np.sqrt(np.linalg.norm(gradient) / self.weight)))
        hessian = HessianProduct(times, curves.ravel(), precision)
        return Evaluated(value, gradient.ravel(), hessian)

    def losses(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give minus the log of the probability of each row's class: float64 (n,)."""
        return class_chances(self._design @ coefficients.T, self._truths)[0]


def with_ones(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give rows (n, d) a last column of ones, for the bias: float64 (n, d + 1)."""
    return np.hstack((rows, np.ones((len(rows), 1))))
