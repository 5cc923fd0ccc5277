"""Right and left eyes of the same people: their differences, and how alike they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingExtraError
from ..system.install_command import how_to_add
from .clustered_regression import Coefficient, clustered_fit
from .drawn_sums import drawn_coefficient, drawn_sums
from .draws import PersonDraws
from .person_weights import person_sums, ratio

LIMITS = 1.96
"""Standard deviations: 95 % of a normal distribution."""


@dataclass(frozen=True)
class EyeDifferences:
    """Right minus left.

    Attributes:
        mean: of the differences.
        spread: their standard deviation.
        low, high: limits of agreement, the mean minus and plus 1.96 standard deviations.
    """

    mean: Coefficient
    spread: Coefficient
    low: Coefficient
    high: Coefficient


def eye_differences(
    differences: NDArray[np.float64], persons: NDArray[np.intp], draws: PersonDraws
) -> EyeDifferences:
    """Give mean, standard deviation and limits of agreement of right − left, with their errors.

    The mean's error is the sandwich over persons, the others' are of bootstrap draws of persons.
    Limits of agreement: Bland & Altman 1999, doi 10.1177/096228029900800204.

    Args:
        differences: float64 (n,), two and more, of persons at visits.
        persons: intp (n,), as `draws` numbers them.
        draws: of persons.
    """
    mean = float(differences.mean())
    spread = float(differences.std(ddof=1))
    people = len(np.unique(persons))
    away = differences - mean
    columns = np.stack((np.ones_like(away), away, away**2), axis=1)
    count, total, square = drawn_sums(draws, person_sums(columns, persons, draws.people)).T
    means = ratio(total, count)
    variances = ratio(square - count * means**2, count - 1)
    spreads = np.sqrt(np.maximum(variances, 0))
    fit = clustered_fit(np.ones((len(away), 1)), differences, persons)
    return EyeDifferences(
        fit.of(0),
        drawn_coefficient(spread, spreads, people),
        drawn_coefficient(mean - LIMITS * spread, mean + means - LIMITS * spreads, people),
        drawn_coefficient(mean + LIMITS * spread, mean + means + LIMITS * spreads, people),
    )


def intraclass_correlation(
    pairs: NDArray[np.float64], *, fitted: int = 0
) -> tuple[float, float, float]:
    """Give the one-way intraclass correlation of two eyes, ICC(1), with its exact 95 % interval.

    ICC(1, 1) of Shrout & Fleiss 1979, doi 10.1037/0033-2909.86.2.420: from the mean squares
    between and within persons, B and W, (B - W) / (B + W). A constant difference between right and
    left counts as disagreement.

    Args:
        pairs: float64 (people, 2), three people and more, one row each.
        fitted: how many coefficients beside the mean were fitted to people of these and taken away;
            each takes a degree of freedom between persons.

    Returns:
        The value and its interval; nan where all eyes are the same.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    people, free = len(pairs), len(pairs) - 1 - fitted
    if free < 1:
        return np.nan, np.nan, np.nan
    means = pairs.mean(axis=1)
    between = 2 * float(np.sum((means - means.mean()) ** 2)) / free
    within = float(np.sum((pairs - means[:, None]) ** 2)) / people
    if not between + within > 0:
        return np.nan, np.nan, np.nan
    value = (between - within) / (between + within)
    if not within > 0:
        return value, np.nan, np.nan
    quantile = _special().fdtri
    low = between / within / float(quantile(free, people, 0.975))
    high = between / within * float(quantile(people, free, 0.975))
    return value, (low - 1) / (low + 1), (high - 1) / (high + 1)


def _special() -> Any:
    try:
        from scipy import special
    except ImportError as error:
        raise MissingExtraError(f"intervals need scipy: {how_to_add('study')}") from error
    return special
