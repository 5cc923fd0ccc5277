"""Probabilities of missing classes, and how many would be wrong if each were given the likelier."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .logistic_model import LogisticModel, expit
from .numbered_draws import NumberedDraws
from .scales import student_quantile

_DRAWS = 2000
_MODELS, _LUCK = 3, 4
"""Purposes of draws."""


@dataclass(frozen=True, slots=True)
class ExpectedCount:
    """A number of people that is to be expected, and where it will lie in 95 of 100 such groups."""

    value: float
    low: float
    high: float


def class_probabilities(
    model: LogisticModel, design: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the probability of class 1 of each person, and its 95 % interval, float64 (n,) each.

    The interval is of what the model does not know of the probability, not of the person's class.

    Args:
        model: fitted on people whose class is known.
        design: float64 (n, k).

    Raises:
        MissingExtraError: scipy is not installed.
    """
    logits = design @ model.coefficients
    reach = student_quantile(np.inf) * np.sqrt(
        np.einsum("ij,jk,ik->i", design, model.covariance, design)
    )
    return expit(logits), expit(logits - reach), expit(logits + reach)


def expected_counts(
    model: LogisticModel, design: NDArray[np.float64], seed: int
) -> tuple[ExpectedCount, ExpectedCount]:
    """Give how many people are of class 1, and how many the likelier class would be wrong of.

    The intervals hold what is not known of the model's coefficients, and the luck of the people.

    Args:
        model: fitted on people whose class is known.
        design: float64 (n, k), of those whose class is not.
        seed: of the draws.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    chance = expit(design @ model.coefficients)
    is_likelier = chance >= 0.5
    models, luck = NumberedDraws(seed, _MODELS), NumberedDraws(seed, _LUCK)
    root = np.linalg.cholesky((model.covariance + model.covariance.T) / 2)
    normal = models.normal(0, _DRAWS * len(root)).reshape(_DRAWS, -1)
    spread = luck.normal(0, 2 * _DRAWS).reshape(2, _DRAWS)
    drawn = np.empty((2, _DRAWS))
    for place, step in enumerate(normal):
        each = expit(design @ (model.coefficients + root @ step))
        wrong = np.where(is_likelier, 1 - each, each)
        root_of_variance = np.sqrt((each * (1 - each)).sum())
        drawn[:, place] = (each.sum(), wrong.sum()) + root_of_variance * spread[:, place]
    drawn = np.clip(drawn, 0, len(design))
    low, high = np.quantile(drawn, (0.025, 0.975), axis=1)
    wrong = np.where(is_likelier, 1 - chance, chance)
    return (
        ExpectedCount(float(chance.sum()), float(low[0]), float(high[0])),
        ExpectedCount(float(wrong.sum()), float(low[1]), float(high[1])),
    )
