"""Change over time within persons: each person is compared with himself or herself alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .clustered_regression import FloatArray


@dataclass(frozen=True)
class WithinPersons:
    """Rows of persons who were measured at two times and more, less each person's own mean.

    Attributes:
        times: float64 (n,), years from the person's mean time.
        values: float64 (n, k), from the person's mean values.
        rows: intp (n,), which rows these are.
    """

    times: FloatArray
    values: FloatArray
    rows: NDArray[np.intp]


def within_persons(
    times: FloatArray, values: FloatArray, persons: NDArray[np.intp]
) -> WithinPersons:
    """Take each person's mean away, and leave persons out who have one time only.

    A regression of what is left has a level of its own for each person; its sandwich over persons
    is the same as with these levels in it (Pustejovsky & Tipton 2018, doi
    10.1080/07350015.2016.1247004).

    Args:
        times: float64 (n,), years; nan where unknown.
        values: float64 (n, k).
        persons: intp (n,).

    >>> import numpy as np
    >>> from gantei.statistics.within_persons import within_persons
    >>> found = within_persons(np.array([0.0, 2.0, 5.0]), np.array([[1.0], [3.0], [9.0]]),
    ...                        np.array([0, 0, 1]))
    >>> found.times.tolist(), found.values[:, 0].tolist()
    ([-1.0, 1.0], [-1.0, 1.0])
    """
    known = np.flatnonzero(np.isfinite(times))
    _, numbers, counts = np.unique(persons[known], return_inverse=True, return_counts=True)
    if not len(known):
        return WithinPersons(np.empty(0), np.empty((0, values.shape[1])), known)
    least, most = np.full(len(counts), np.inf), np.full(len(counts), -np.inf)
    np.minimum.at(least, numbers, times[known])
    np.maximum.at(most, numbers, times[known])
    chosen = (most > least)[numbers]
    means = np.bincount(numbers, times[known]) / counts
    middles = np.stack([np.bincount(numbers, column[known]) for column in values.T], axis=1)
    return WithinPersons(
        (times[known] - means[numbers])[chosen],
        (values[known] - (middles / counts[:, None])[numbers])[chosen],
        known[chosen],
    )
