"""How far repeated measurements of the same thing lie apart: Bland and Altman's repeatability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .clustered_regression import Coefficient
from .drawn_sums import drawn_coefficient, drawn_sums
from .draws import PersonDraws
from .person_weights import person_sums, ratio

COEFFICIENT = 1.96 * 2**0.5
"""Times the standard deviation of one measurement: what two differ by in at most 95 %."""


@dataclass(frozen=True)
class Repeats:
    """Repeated measurements, each in its group of repeats.

    Attributes:
        values: float64 (n,), of groups of two and more.
        means: float64 (n,), of the group of each.
        groups: number of groups.
        people: number of persons.
        spread: standard deviation within groups, with its error.
    """

    values: NDArray[np.float64]
    means: NDArray[np.float64]
    groups: int
    people: int
    spread: Coefficient


def repeats(
    values: NDArray[np.float64],
    groups: NDArray[np.intp],
    persons: NDArray[np.intp],
    draws: PersonDraws,
) -> Repeats:
    """Give the standard deviation within groups, pooled over their degrees of freedom.

    The root of the mean square within groups (Bland & Altman 1999, doi
    10.1177/096228029900800204). What two measurements differ by in at most 95 % of cases is
    `COEFFICIENT` times it.

    Args:
        values: float64 (n,).
        groups: intp (n,), what is measured repeatedly, such as an eye at a visit.
        persons: intp (n,), whose it is, as `draws` numbers them.
        draws: of persons.

    >>> import numpy as np
    >>> from gantei.statistics.draws import PersonDraws
    >>> from gantei.statistics.repeated_measurements import repeats
    >>> values = np.array([50.0, 52.0, 60.0, 60.0, 41.0])
    >>> found = repeats(values, np.array([0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2]),
    ...                 PersonDraws(3))
    >>> found.spread.value, found.groups, found.people
    (1.0, 2, 2)
    """
    _, numbers, counts = np.unique(groups, return_inverse=True, return_counts=True)
    chosen = counts[numbers] > 1
    means = (np.bincount(numbers, values) / counts)[numbers]
    squares = (values - means) ** 2
    freedom = 1 - 1 / counts[numbers]
    columns = np.stack((squares, freedom), axis=1)[chosen]
    sums = person_sums(columns, persons[chosen], draws.people)
    people = len(np.unique(persons[chosen]))
    total, free = sums.sum(axis=0)
    value = float(np.sqrt(total / free)) if free > 0 else np.nan
    drawn_total, drawn_free = drawn_sums(draws, sums).T
    spread = drawn_coefficient(value, np.sqrt(ratio(drawn_total, drawn_free)), people)
    return Repeats(values[chosen], means[chosen], int((counts > 1).sum()), people, spread)
