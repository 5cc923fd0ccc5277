"""How an outcome differs between two groups of people: a mean difference, or a log odds ratio."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .logistic_model import fit_logistic_model, has_full_rank


@dataclass(frozen=True, slots=True)
class OutcomeEffect:
    """A difference between two groups.

    Attributes:
        value: group 1 minus group 0; nan where `why` says why there is none.
        variance: its squared standard error.
        freedom: degrees of freedom of Student's t.
        why: `one-class`, `separable`, `no-spread`, or empty.
    """

    value: float
    variance: float
    freedom: float
    why: Literal["", "one-class", "separable", "no-spread"] = ""


def outcome_effect(
    outcome: NDArray[np.float64],
    group: NDArray[np.bool_],
    covariates: NDArray[np.float64],
    *,
    binary: bool,
) -> OutcomeEffect:
    """Compare an outcome between two groups, by a linear or a logistic model.

    Args:
        outcome: float64 (n,), numbers; 0 and 1 where `binary`.
        group: bool (n,).
        covariates: float64 (n, k), for which the difference is adjusted; k may be 0.
        binary: whether the difference is a log odds ratio.

    >>> import numpy as np
    >>> from gantei.statistics.outcome_effects import outcome_effect
    >>> group = np.array([False, False, False, True, True, True])
    >>> values = np.array([1.0, 2.0, 3.0, 3.0, 4.0, 5.0])
    >>> found = outcome_effect(values, group, np.empty((6, 0)), binary=False)
    >>> round(found.value, 6), round(found.variance, 6), found.freedom
    (2.0, 0.666667, 4)
    """
    design = np.column_stack((np.ones(len(outcome)), group.astype(np.float64), covariates))
    freedom = len(outcome) - design.shape[1]
    if freedom < 1 or not 0 < group.sum() < len(group):
        return OutcomeEffect(np.nan, np.nan, np.nan, "one-class")
    if not has_full_rank(design) or (not binary and np.ptp(outcome) == 0):
        return OutcomeEffect(np.nan, np.nan, np.nan, "no-spread")
    if binary:
        return _log_odds_ratio(design, outcome, freedom)
    outcome = outcome - outcome.mean()  # large numbers that hardly differ lose no digits
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ outcome)
    residual = outcome - design @ coefficients
    variance = float(residual @ residual / freedom * inverse[1, 1])
    return OutcomeEffect(float(coefficients[1]), variance, freedom)


def _log_odds_ratio(
    design: NDArray[np.float64], outcome: NDArray[np.float64], freedom: float
) -> OutcomeEffect:
    if not 0 < outcome.sum() < len(outcome):
        return OutcomeEffect(np.nan, np.nan, np.nan, "one-class")
    fit = fit_logistic_model(design, outcome, firth=False)
    if fit.separable:
        return OutcomeEffect(np.nan, np.nan, np.nan, "separable")
    return OutcomeEffect(float(fit.coefficients[1]), float(fit.covariance[1, 1]), freedom)
