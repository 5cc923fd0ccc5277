"""How far two groups share their ages: what of each lies inside the central range of the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CENTRAL = (0.025, 0.975)
"""Quantiles between which the central 95 % of a group lie."""


@dataclass(frozen=True, slots=True)
class AgeOverlap:
    """What two groups share.

    Attributes:
        of_group: share of the group within the central range of the reference, 0 to 1.
        of_reference: share of the reference within that of the group.
    """

    of_group: float
    of_reference: float

    @property
    def least(self) -> float:
        """The smaller of the two shares."""
        return min(self.of_group, self.of_reference)


def central_range(ages: NDArray[np.float64]) -> tuple[float, float]:
    """Give the ages between which the central 95 % lie."""
    low, high = np.quantile(ages, CENTRAL)
    return float(low), float(high)


def age_overlap(group: NDArray[np.float64], reference: NDArray[np.float64]) -> AgeOverlap:
    """Compare ages of two groups, float64 (n,) and (m,), one per person.

    Where few of a group have an age that the other has too, their difference rests on the form of
    the curve that joins them (limited overlap; Crump et al. 2009, doi 10.1093/biomet/asn055).

    >>> import numpy as np
    >>> from gantei.statistics.age_overlap import age_overlap
    >>> found = age_overlap(np.arange(60.0, 80.0), np.arange(40.0, 70.0))
    >>> round(found.of_group, 2), round(found.of_reference, 2)
    (0.45, 0.3)
    """
    return AgeOverlap(_inside(group, reference), _inside(reference, group))


def _inside(ages: NDArray[np.float64], of: NDArray[np.float64]) -> float:
    low, high = central_range(of)
    return float(np.mean((ages >= low) & (ages <= high)))
