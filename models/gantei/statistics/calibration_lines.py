"""Calibration of probabilities: a logistic line, and what each person's units tell of it.

Intercept with the slope fixed at 1, and slope (Cox 1958, doi 10.1093/biomet/45.3-4.562; Van Calster
et al. 2019, doi 10.1186/s12916-019-1466-7). Covariances are the sandwich over persons (Liang &
Zeger 1986, doi 10.1093/biomet/73.1.13), with the correction G/(G - 1) (n - 1)/(n - k) of
statsmodels for G persons, n units and k coefficients.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .logistic import fit_logistic
from .person_weights import person_sums

FURTHEST = 2.0**-24
"""Logits are of probabilities at least this far from 0 and 1: networks compute in float32, which
knows none between 1 - 2**-24 and 1. The greatest logit is 16.6."""


@dataclass(frozen=True)
class CalibrationLine:
    """One coefficient of a calibration.

    Attributes:
        value: the intercept or the slope; nan where `why` says why there is none.
        influence: float64 (people,), how far a further unit of weight of each person moves it.
        correction: by what the summed squares of the influences are multiplied for a variance.
        why: `one-class`, `separable`, `no-spread` or empty.
    """

    value: float
    influence: NDArray[np.float64]
    correction: float
    why: Literal["", "one-class", "separable", "no-spread"] = ""

    @property
    def standard_error(self) -> float:
        """The root of the sandwich's variance."""
        return float(np.sqrt(self.correction * np.sum(self.influence**2)))


def logits_of(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give log(p / (1 - p)), where probabilities stay `FURTHEST` from 0 and 1."""
    clipped = np.clip(probability, FURTHEST, 1 - FURTHEST)
    logits: NDArray[np.float64] = np.log(clipped / (1 - clipped))
    return logits


def calibration_lines(
    positive: NDArray[np.bool_],
    probability: NDArray[np.float64],
    persons: NDArray[np.intp],
    people: int,
) -> tuple[CalibrationLine, CalibrationLine]:
    """Fit intercept (slope fixed at 1) and slope (intercept free) of units (n,)."""
    logits, ones = logits_of(probability), positive.astype(np.float64)
    nothing = np.zeros(people)
    if not 0 < ones.sum() < len(ones):
        none = CalibrationLine(np.nan, nothing, 0.0, "one-class")
        return none, none
    count = len(np.unique(persons))
    level = fit_logistic(None, ones, offset=logits)
    fitted = float(level.intercept) + logits
    design = np.ones((len(ones), 1))
    moved = _influences(design, ones, fitted, persons, people)
    intercept = CalibrationLine(
        float(level.intercept), moved[:, 0], _correction(len(ones), count, 1)
    )
    line = fit_logistic(logits, ones)
    if line.separable or line.constant:
        why: Literal["separable", "no-spread"] = "separable" if line.separable else "no-spread"
        return intercept, CalibrationLine(np.nan, nothing, 0.0, why)
    fitted = float(line.intercept) + float(line.slope) * logits
    design = np.stack((np.ones_like(logits), logits), axis=1)
    moved = _influences(design, ones, fitted, persons, people)
    return intercept, CalibrationLine(
        float(line.slope), moved[:, 1], _correction(len(ones), count, 2)
    )


def _influences(
    design: NDArray[np.float64],
    ones: NDArray[np.float64],
    fitted: NDArray[np.float64],
    persons: NDArray[np.intp],
    people: int,
) -> NDArray[np.float64]:
    """Give each person's summed scores times the inverse of the information, (people, k)."""
    chance = (1 + np.tanh(fitted / 2)) / 2
    scores = person_sums(design * (ones - chance)[:, None], persons, people)
    information = design.T @ (design * (chance * (1 - chance))[:, None])
    return np.asarray(np.linalg.solve(information, scores.T).T, np.float64)


def _correction(units: int, people: int, coefficients: int) -> float:
    if people < 2 or units <= coefficients:
        return np.nan
    return people / (people - 1) * (units - 1) / (units - coefficients)
