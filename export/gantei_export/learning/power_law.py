"""How an error falls with the number of people: an inverse power law, fitted and turned round.

error = limit + factor n^-exponent, with a limit of 0 or more and a factor of 0 or more, so that the
exponent is above 0 where the error falls, and below 0 where it rises. For each exponent on a grid
limit and factor are weighted least squares; the exponent with the least sum is taken (variable
projection, doi 10.1137/0710036).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STEEPEST = 2.0
"""Exponents from minus this on are tried, in steps of 0.02."""
_GRID = np.delete(np.linspace(-STEEPEST, STEEPEST, 201), 100)


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """An error as a function of the number of people who are learnt from.

    Attributes:
        limit: the error that no number of people goes below.
        factor: what is above it, for one person.
        exponent: 0 where the error does not depend on the number of people.
    """

    limit: float
    factor: float
    exponent: float

    def error(self, people: float) -> float:
        """Give the error with so many people."""
        return float(self.limit + self.factor * people**-self.exponent)

    def people(self, error: float) -> float:
        """Give with how many people an error is reached; infinity where it never is.

        >>> from gantei_export.learning.power_law import PowerLaw
        >>> law = PowerLaw(limit=3.0, factor=10.0, exponent=0.5)
        >>> law.error(100), round(law.people(3.5)), law.people(3.0)
        (4.0, 400, inf)
        """
        if not (error > self.limit and self.factor > 0 and self.exponent > 0):
            return float("inf")
        with np.errstate(over="ignore"):
            return float(np.exp((np.log(self.factor) - np.log(error - self.limit)) / self.exponent))


def fit_power_laws(
    people: NDArray[np.float64], errors: NDArray[np.float64], weights: NDArray[np.float64]
) -> list[PowerLaw]:
    """Fit a law to each of several curves.

    Args:
        people: float64 (s,), numbers of people, three or more that differ.
        errors: float64 (curves, s), 0 or more.
        weights: float64 (s,), above 0, of the squared differences.
    """
    share = weights / weights.sum()
    middle = float(np.exp(np.mean(np.log(people))))
    best = np.full(len(errors), np.inf)
    found = np.zeros((3, len(errors)))
    for exponent in _GRID:
        falls = (people / middle) ** -exponent
        limit, factor = _line(falls, errors, share)
        lost = (errors - limit[:, None] - factor[:, None] * falls) ** 2 @ share
        better = lost < best * (1 - 1e-12)
        best = np.where(better, lost, best)
        found[:, better] = np.stack(
            (limit, factor * middle**exponent, np.where(factor > 0, exponent, 0.0))
        )[:, better]
    return [PowerLaw(*map(float, each)) for each in found.T]


def _line(
    falls: NDArray[np.float64], errors: NDArray[np.float64], share: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the least-squares limit and factor of each curve, neither below 0: (curves,) each."""
    middle = share @ falls
    centred = share * (falls - middle)
    factor = np.maximum(errors @ centred / (centred @ falls), 0)
    limit = errors @ share - factor * middle
    through_0 = np.maximum(errors @ (share * falls) / (share @ falls**2), 0)
    return np.maximum(limit, 0), np.where(limit < 0, through_0, factor)
