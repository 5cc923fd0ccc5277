"""Least squares over rows of persons, with errors that allow for few and unequal persons.

Errors are the bias-reduced sandwich over persons, CR2 (Bell & McCaffrey 2002, Survey Methodology
28:169; Pustejovsky & Tipton 2018, doi 10.1080/07350015.2016.1247004): the residuals e of person g
become A e with A = (I - H)^(-1/2), where H is that person's block of the hat matrix. Quantiles are
Student's with Satterthwaite's degrees of freedom under equal and independent errors. With a row per
person this is HC2, and of two groups without covariates Welch's standard error.

Beside it stands the usual correction, CR1: the factor G/(G - 1) (n - 1)/(n - k) of statsmodels and
Stata for G persons, n rows and k coefficients, with G - 1 degrees of freedom. It is too narrow
where one group has few people, as the simulations of `benchmarks/gap.py` show.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingError
from .person_weights import person_sums

FloatArray = NDArray[np.float64]
DEPENDENT = 1e-9
"""Part of a column's length: where those before it leave less, it says nothing of its own."""
_NOTHING = 1e-10


@dataclass(frozen=True)
class Coefficient:
    """One number of a regression: its value, standard error, and degrees of freedom."""

    value: float
    error: float
    freedom: float


@dataclass(frozen=True)
class ClusteredFit:
    """A fitted regression.

    Attributes:
        coefficients: float64 (k,), in the order of the design's columns.
        residuals: float64 (n,).
        people: persons with a row.
    """

    coefficients: FloatArray
    residuals: FloatArray
    people: int
    _inverse: FloatArray
    _adjusted: FloatArray
    _scores: FloatArray
    _blocks: FloatArray
    _factor: float

    def of(self, contrast: int | FloatArray) -> Coefficient:
        """Give a coefficient by its place, or a sum of coefficients by their weights (k,)."""
        weights = self._weights(contrast)
        ahead = self._inverse @ weights
        error = float(np.sqrt(np.sum((self._adjusted @ ahead) ** 2)))
        return Coefficient(float(self.coefficients @ weights), error, self._freedom(ahead))

    def usual(self, contrast: int | FloatArray) -> Coefficient:
        """Give the same with the usual correction: CR1 and persons - 1 degrees of freedom."""
        weights = self._weights(contrast)
        squares = np.sum((self._scores @ (self._inverse @ weights)) ** 2)
        error = float(np.sqrt(self._factor * squares))
        return Coefficient(float(self.coefficients @ weights), error, self.people - 1)

    def _weights(self, contrast: int | FloatArray) -> FloatArray:
        if not isinstance(contrast, int):
            return contrast
        weights = np.zeros(len(self.coefficients))
        weights[contrast] = 1.0
        return weights

    def _freedom(self, ahead: FloatArray) -> float:
        """Satterthwaite's: of the matrix P'P = D - Z M Z', which is never built."""
        turned = np.einsum("gij,j->gi", self._blocks[0], ahead)  # X'A'(A X M c), of each person
        diagonal = np.einsum("gij,i,j->g", self._blocks[1], ahead, ahead)
        inner = np.einsum("gi,ij,gj->g", turned, self._inverse, turned)
        square = self._inverse @ (turned.T @ turned)
        whole = diagonal.sum() - inner.sum()
        squares = (diagonal**2).sum() - 2 * (diagonal * inner).sum() + np.trace(square @ square)
        return float(whole**2 / squares) if squares > 0 else np.nan


def clustered_fit(
    design: FloatArray, values: FloatArray, persons: NDArray[np.intp]
) -> ClusteredFit:
    """Fit values by least squares.

    Args:
        design: float64 (n, k), with a column of ones where there is a level.
        values: float64 (n,).
        persons: intp (n,), whose row it is; the numbers need not follow each other.

    Raises:
        SettingError: there are no more rows than columns, or columns depend on each other
            (`dependent_columns` says which).

    >>> import numpy as np
    >>> from gantei.statistics.clustered_regression import clustered_fit
    >>> fit = clustered_fit(np.ones((4, 1)), np.array([1.0, 2.0, 3.0, 6.0]), np.arange(4))
    >>> mean = fit.of(0)
    >>> round(mean.value, 9), round(mean.error, 4), round(mean.freedom, 9)
    (3.0, 1.0801, 3.0)
    """
    rows, width = design.shape
    if rows <= width or dependent_columns(design):
        raise SettingError(f"{rows} rows do not determine {width} coefficients")
    names, numbers = np.unique(persons, return_inverse=True)
    people = len(names)
    # By QR, so that no column's unit matters; with equal columns the inverse is exact enough.
    orthogonal, upper = np.linalg.qr(design)
    coefficients = np.linalg.solve(upper, orthogonal.T @ values)
    residuals = values - design @ coefficients
    back = np.linalg.inv(upper)
    scores = person_sums(design * residuals[:, None], numbers, people)
    adjusted, once, twice = _by_person(design, orthogonal, residuals, numbers, people)
    factor = people / (people - 1) * (rows - 1) / (rows - width) if people > 1 else np.nan
    return ClusteredFit(
        coefficients, residuals, people, back @ back.T, adjusted, scores,
        np.stack((once, twice)), factor,
    )  # fmt: skip


def dependent_columns(design: FloatArray) -> list[int]:
    """Give the columns that those before them determine, by their places."""
    found, kept = [], np.empty((len(design), 0))
    for place, column in enumerate(design.T):
        length = float(np.linalg.norm(column))
        rest = column / length if length > 0 else column
        for _ in range(2):  # once more, as rounding leaves a little of the others
            rest = rest - kept @ (kept.T @ rest)
        left = float(np.linalg.norm(rest))
        if length == 0 or left < DEPENDENT:
            found.append(place)
        else:
            kept = np.column_stack((kept, rest / left))
    return found


def _by_person(
    design: FloatArray,
    orthogonal: FloatArray,
    residuals: FloatArray,
    numbers: NDArray[np.intp],
    people: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give X'A e (people, k), X'A X and X'A A X (people, k, k), persons of one size together."""
    width = design.shape[1]
    adjusted = np.zeros((people, width))
    once, twice = np.zeros((people, width, width)), np.zeros((people, width, width))
    order = np.argsort(numbers, kind="stable")
    sizes = np.bincount(numbers, minlength=people)
    starts = np.cumsum(sizes) - sizes
    for size in np.unique(sizes):
        here = np.flatnonzero(sizes == size)
        rows = order[starts[here][:, None] + np.arange(size)]
        block, hat = design[rows], orthogonal[rows]
        root = _inverse_roots(np.eye(size) - hat @ hat.transpose(0, 2, 1))
        turned = root @ block
        adjusted[here] = np.einsum("gsk,gs->gk", turned, residuals[rows])
        once[here] = turned.transpose(0, 2, 1) @ block
        twice[here] = turned.transpose(0, 2, 1) @ turned
    return adjusted, once, twice


def _inverse_roots(matrices: FloatArray) -> FloatArray:
    """Give the symmetric inverse square root of each matrix; nothing where it has none."""
    values, vectors = np.linalg.eigh(matrices)
    known = values > _NOTHING
    roots = np.where(known, 1 / np.sqrt(np.where(known, values, 1.0)), 0.0)
    found: FloatArray = (vectors * roots[:, None, :]) @ vectors.transpose(0, 2, 1)
    return found
