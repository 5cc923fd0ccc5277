"""The line estimate ~ age of reference people, and what is left of others' gaps beside it.

The line is fitted again in every bootstrap draw of persons, so that an interval knows how uncertain
it is. Fitted once and taken for known, 150 + 150 people ten years apart differed in 11 % of
simulated studies in which they do not (`benchmarks/gap.py`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .clustered_regression import Coefficient, FloatArray
from .drawn_sums import drawn_coefficient, drawn_sums
from .draws import PersonDraws
from .person_weights import person_sums, ratio


@dataclass(frozen=True)
class ReferenceLine:
    """What is expected of an estimate at an age, in the unit of the estimate.

    Attributes:
        intercept: at age 0.
        slope: per year of age.
    """

    intercept: float
    slope: float

    def expected(self, ages: FloatArray) -> FloatArray:
        """Give the expected estimates at ages (n,)."""
        return self.intercept + self.slope * ages


@dataclass(frozen=True)
class DrawnLine:
    """The line of the reference people, and what it is in every draw.

    Attributes:
        line: of the people themselves.
        people: of the reference.
        intercepts, slopes: float64 (draws,), about the ages' and the estimates' centre.
        centre: age and estimate, about which draws are computed.
    """

    line: ReferenceLine
    people: int
    intercepts: FloatArray
    slopes: FloatArray
    centre: tuple[float, float]

    def of_line(self) -> tuple[Coefficient, Coefficient]:
        """Give intercept and slope with their errors."""
        age, estimate = self.centre
        intercepts = self.intercepts + estimate - self.slopes * age
        return (
            drawn_coefficient(self.line.intercept, intercepts, self.people),
            drawn_coefficient(self.line.slope, self.slopes, self.people),
        )


def reference_line(estimates: FloatArray, ages: FloatArray) -> ReferenceLine:
    """Fit the line by least squares; nan where ages are all the same.

    >>> import numpy as np
    >>> from gantei.statistics.reference_line import reference_line
    >>> reference_line(np.array([50.0, 58.0]), np.array([50.0, 60.0]))
    ReferenceLine(intercept=10.0, slope=0.8)
    """
    age, estimate = float(ages.mean()), float(estimates.mean())
    away = ages - age
    square = float(away @ away)
    slope = float(away @ (estimates - estimate)) / square if square > 0 else np.nan
    return ReferenceLine(round(estimate - slope * age, 12), round(slope, 12))


def drawn_line(
    estimates: FloatArray,
    ages: FloatArray,
    persons: NDArray[np.intp],
    is_reference: NDArray[np.bool_],
    draws: PersonDraws,
) -> DrawnLine:
    """Fit the line in the reference people, and again in every draw.

    Args:
        estimates: float64 (n,), of everybody.
        ages: float64 (n,), real ages.
        persons: intp (n,), whose row it is, as `draws` numbers them.
        is_reference: bool (n,), rows by which the line is fitted.
        draws: of all persons.
    """
    chosen = np.flatnonzero(is_reference)
    line = reference_line(estimates[chosen], ages[chosen])
    centre = float(ages[chosen].mean()), float(estimates[chosen].mean())
    age, estimate = ages[chosen] - centre[0], estimates[chosen] - centre[1]
    columns = np.stack((np.ones_like(age), age, estimate, age**2, age * estimate), axis=1)
    totals = drawn_sums(draws, person_sums(columns, persons[chosen], draws.people))
    count, *sums = totals.T
    mean_age, mean_estimate, square, product = (ratio(each, count) for each in sums)
    slopes = ratio(product - mean_age * mean_estimate, square - mean_age**2)
    people = len(np.unique(persons[chosen]))
    return DrawnLine(line, people, mean_estimate - slopes * mean_age, slopes, centre)


def adjusted_mean(
    known: DrawnLine,
    estimates: FloatArray,
    ages: FloatArray,
    persons: NDArray[np.intp],
    draws: PersonDraws,
) -> Coefficient:
    """Give the mean of estimate − expected estimate over some rows, with its error.

    Degrees of freedom are those of the smaller number of persons: these, or the reference's.

    Args:
        known: the line of the reference people in the same draws.
        estimates: float64 (n,), of the rows.
        ages: float64 (n,), likewise.
        persons: intp (n,), likewise.
        draws: of all persons.
    """
    value = float(np.mean(estimates - known.line.expected(ages)))
    columns = np.stack(
        (np.ones_like(ages), ages - known.centre[0], estimates - known.centre[1]), axis=1
    )
    count, age, estimate = drawn_sums(draws, person_sums(columns, persons, draws.people)).T
    drawn = ratio(estimate, count) - known.intercepts - known.slopes * ratio(age, count)
    people = min(known.people, len(np.unique(persons)))
    return drawn_coefficient(value, drawn, people)
