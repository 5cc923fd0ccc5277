"""A logistic model of several predictors: maximum likelihood, or Firth's, which always has one.

Firth (1993, doi 10.1093/biomet/80.1.27) adds half the logarithm of the determinant of the
information, Jeffreys' prior, to the log-likelihood. Its maximum is finite where predictors part the
classes, and less biased where they nearly do (Heinze & Schemper 2002, doi 10.1002/sim.1047).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDS, _HALVINGS = 200, 40
_ENOUGH = 1e-11
"""Of a step: what no coefficient, of predictors with variance 1, moves by any more."""
_FURTHEST = 30.0
"""Logits beyond it are of classes that the predictors part."""


@dataclass(frozen=True)
class LogisticModel:
    """The maximum of a likelihood.

    Attributes:
        coefficients: float64 (k,), of the columns of the design.
        covariance: float64 (k, k), the inverse of the information there.
        separable: whether there is no finite maximum; `coefficients` then say nothing. Never with
            Firth's penalty.
    """

    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    separable: bool = False


def expit(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the probabilities of logits, of any shape."""
    return np.asarray((1 + np.tanh(logits / 2)) / 2, np.float64)


def fit_logistic_model(
    design: NDArray[np.float64], truths: NDArray[np.float64], *, firth: bool
) -> LogisticModel:
    """Fit `truth ~ Bernoulli(expit(design @ coefficients))`.

    Args:
        design: float64 (n, k), whose first column is 1; of full rank, as `has_full_rank` tells.
        truths: float64 (n,), 0 or 1.
        firth: whether Firth's penalty is added.

    >>> import numpy as np
    >>> from gantei.statistics.logistic_model import fit_logistic_model
    >>> design = np.column_stack((np.ones(4), [0.0, 1.0, 2.0, 3.0]))
    >>> mixed, parted = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0])
    >>> fit_logistic_model(design, mixed, firth=False).coefficients.round(4)
    array([-1.3623,  0.9082])
    >>> fit_logistic_model(design, parted, firth=False).separable
    True
    >>> fit_logistic_model(design, parted, firth=True).coefficients.round(3)
    array([-1.965,  1.31 ])
    """
    scaled, back = _scaled(design)
    at = np.zeros(design.shape[1])
    reached = _likelihood(scaled, truths, at, firth=firth)
    settled = False
    for _ in range(_ROUNDS):
        step = _step(scaled, truths, at, firth=firth)
        length = 1.0
        for _ in range(_HALVINGS):
            found = _likelihood(scaled, truths, at + length * step, firth=firth)
            if found >= reached - 1e-12 * (1 + abs(reached)):
                break
            length /= 2
        at, reached = at + length * step, found
        settled = bool(np.abs(length * step).max() < _ENOUGH)
        if settled or (not firth and np.abs(scaled @ at).max() > _FURTHEST):
            break
    covariance = np.linalg.pinv(_information(scaled, at), hermitian=True)
    parted = not firth and (not settled or float(np.abs(scaled @ at).max()) > _FURTHEST)
    return LogisticModel(back @ at, back @ covariance @ back.T, parted)


def has_full_rank(design: NDArray[np.float64]) -> bool:
    """Whether no column of a design (n, k), its first of ones, is told by the others."""
    return bool(np.linalg.matrix_rank(_scaled(design)[0]) == design.shape[1])


def _scaled(design: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give columns of mean 0 and variance 1, and what takes their coefficients back."""
    rest = design[:, 1:]
    mean, spread = rest.mean(axis=0), rest.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    back = np.diag(np.concatenate(([1.0], 1 / spread)))
    back[0, 1:] = -mean / spread
    return np.column_stack((design[:, 0], (rest - mean) / spread)), back


def _information(design: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    chance = expit(design @ at)
    return design.T @ (design * (chance * (1 - chance))[:, None])


def _likelihood(
    design: NDArray[np.float64],
    truths: NDArray[np.float64],
    at: NDArray[np.float64],
    *,
    firth: bool,
) -> float:
    logits = design @ at
    lost = np.logaddexp(0, np.where(truths > 0, -logits, logits))
    penalty = np.linalg.slogdet(_information(design, at))[1] / 2 if firth else 0.0
    return float(penalty - lost.sum())


def _step(
    design: NDArray[np.float64],
    truths: NDArray[np.float64],
    at: NDArray[np.float64],
    *,
    firth: bool,
) -> NDArray[np.float64]:
    """Give the step of Fisher's scoring."""
    chance = expit(design @ at)
    curve = chance * (1 - chance)
    inverse = np.linalg.pinv(design.T @ (design * curve[:, None]), hermitian=True)
    off = truths - chance
    if firth:
        leverage = curve * np.einsum("ij,jk,ik->i", design, inverse, design)
        off = off + leverage * (0.5 - chance)
    return np.asarray(inverse @ (design.T @ off), np.float64)
